"""Reads a mapping, as YAML gives it, into a chart.

A chart comes out only when nothing is wrong: unknown keys, unknown states, impossible targets and expressions that do
not fit the data are all found here, every one of them, each with its place.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from sop_engine.statechart.expression_days import Days
from sop_engine.statechart.expression_kinds import FieldType
from sop_engine.statechart.expression_types import type_of
from sop_engine.statechart.faults import ChartError, Fault, Path
from sop_engine.statechart.iso_durations import iso_due
from sop_engine.statechart.model import ROOT, Chart, Default, DueFunction, State, StateKind, Transition
from sop_engine.statechart.outline import Outline, outline
from sop_engine.statechart.reading import Reader
from sop_engine.statechart.reading_transitions import TransitionReader
from sop_engine.statechart.values import accept

__all__ = ["Chart", "ChartError", "Fault", "parse"]

_NOTHING: Mapping[str, Any] = MappingProxyType({})


def parse(
    mapping: Mapping[str, Any],
    *,
    effects: frozenset[str] = frozenset(),
    data: Mapping[str, FieldType] | None = None,
    constants: Mapping[str, Any] = _NOTHING,
    due: DueFunction = iso_due,
    days: Days | None = None,
) -> Chart:
    """Return the chart that `mapping` describes.

    `effects` are the first keys of actions that are passed on. With `data`, the types of the data's fields, every
    expression is checked against them. `constants` are names that expressions may read beside the data. `due` reads
    delays; those of the default are checked here, those of another function are its caller's to check. `days` is the
    calendar that expressions count in.

    Raises ChartError with every fault.
    """
    if not isinstance(mapping, Mapping):
        raise ChartError([Fault((), f"expected a mapping, found {mapping!r}")])
    faults: list[Fault] = []
    outlines = outline(mapping, faults)
    values = accept(constants)
    names = None if data is None else {**data, **{name: type_of(value) for name, value in values.items()}}
    reader = Reader(names, values, effects, outlines, _iso_fault if due is iso_due else _no_fault, days)
    builder = _StateReader(reader, outlines)
    states = {state_id: builder.read(state) for state_id, state in outlines.items()}
    faults += reader.faults
    if faults:
        raise ChartError(faults)
    paths = {state.id: (state, *(states[ancestor] for ancestor in state.ancestors)) for state in states.values()}
    return Chart(MappingProxyType(states), MappingProxyType(paths), MappingProxyType(values), due)


class _StateReader:
    """Reads states, once the outline says which there are."""

    def __init__(self, reader: Reader, outlines: Mapping[str, Outline]) -> None:
        self._reader = reader
        self._outlines = outlines
        self._transitions = TransitionReader(reader, outlines)

    def read(self, outlined: Outline) -> State:
        allowed = _ROOT_KEYS if outlined.id == ROOT else STATE_KEYS[outlined.kind]
        raw = self._reader.mapping(outlined.raw, outlined.path, allowed)
        transitions = self._transitions.read(outlined, raw)
        return State(
            id=outlined.id,
            kind=outlined.kind,
            order=outlined.order,
            parent=outlined.ancestors[0] if outlined.ancestors else None,
            ancestors=outlined.ancestors,
            children=outlined.children,
            histories=outlined.histories,
            default=self._default(outlined, raw),
            entry=self._reader.actions(raw.get("entry", ()), (*outlined.path, "entry")),
            exit=self._reader.actions(raw.get("exit", ()), (*outlined.path, "exit")),
            transitions=transitions,
            on=tuple(transition for transition in transitions if transition.events),
            always=tuple(
                transition for transition in transitions if not transition.events and transition.delay is None
            ),
            after=_by_delay(transitions),
            outcome=self._outcome(outlined, raw),
            result=self._reader.values(raw.get("with", _NOTHING), (*outlined.path, "with")),
            deep=self._is_deep(outlined, raw),
            title=raw.get("title"),
        )

    def _default(self, outlined: Outline, raw: Mapping[str, Any]) -> Default | None:
        if outlined.kind == "history":
            return self._history_default(outlined, raw)
        if outlined.kind == "parallel":
            self._check_regions(outlined, raw)
        if outlined.kind != "compound":
            return None
        if not outlined.children:
            if isinstance(raw["states"], Mapping):
                self._reader.fault((*outlined.path, "states"), "there is no state to be in")
            return None
        if "initial" not in raw:
            return Default(outlined.children[:1], ())
        place = (*outlined.path, "initial")
        initial = raw["initial"]
        if not isinstance(initial, Mapping):
            return Default(self._inside(initial, place, outlined.id), ())
        initial = self._reader.mapping(initial, place, ("to", "do"))
        targets = self._inside(initial.get("to", outlined.children[0]), (*place, "to"), outlined.id)
        return Default(targets, self._reader.actions(initial.get("do", ()), (*place, "do")))

    def _history_default(self, outlined: Outline, raw: Mapping[str, Any]) -> Default | None:
        if "to" not in raw:
            self._reader.fault(outlined.path, "a history state says in `to` where to go when it remembers nothing")
            return None
        targets = self._inside(raw["to"], (*outlined.path, "to"), outlined.ancestors[0])
        if any(self._outlines[target].kind == "history" for target in targets):
            self._reader.fault((*outlined.path, "to"), "a history state cannot stand in for another")
        return Default(targets, self._reader.actions(raw.get("do", ()), (*outlined.path, "do")))

    def _inside(self, raw: Any, path: Path, parent: str) -> tuple[str, ...]:
        targets = self._transitions.targets(raw, path)
        for target in targets:
            if parent not in self._outlines[target].ancestors:
                self._reader.fault(path, f"'{target}' is not inside '{parent}'")
        return targets

    def _check_regions(self, outlined: Outline, raw: Mapping[str, Any]) -> None:
        if raw.get("parallel") is not True:
            self._reader.fault((*outlined.path, "parallel"), f"expected true or false, found {raw.get('parallel')!r}")
        if not outlined.children:
            self._reader.fault(outlined.path, "a parallel state has states that are active together")
        for region in outlined.children:
            if self._outlines[region].kind == "final":
                self._reader.fault(self._outlines[region].path, "a region of a parallel state cannot be final itself")

    def _outcome(self, outlined: Outline, raw: Mapping[str, Any]) -> str | None:
        if outlined.kind != "final":
            return None
        final = raw.get("final")
        if final is True:
            return outlined.id
        return self._reader.text(final, (*outlined.path, "final"))

    def _is_deep(self, outlined: Outline, raw: Mapping[str, Any]) -> bool:
        if outlined.kind != "history":
            return False
        if raw.get("history") not in ("deep", "shallow"):
            place = (*outlined.path, "history")
            self._reader.fault(place, f"expected deep or shallow, found {raw.get('history')!r}")
        return raw.get("history") == "deep"


def _by_delay(transitions: tuple[Transition, ...]) -> Mapping[str, tuple[Transition, ...]]:
    keys = dict.fromkeys(transition.delay for transition in transitions if transition.delay is not None)
    return MappingProxyType(
        {key: tuple(transition for transition in transitions if transition.delay == key) for key in keys}
    )


def _iso_fault(text: str) -> str | None:
    try:
        iso_due(text, datetime(2000, 1, 1, tzinfo=UTC), _NOTHING)
    except ValueError as error:
        return str(error)
    return None


def _no_fault(text: str) -> None:
    return None


_REACTIONS = ("on", "after", "always", "entry", "exit", "title")
_ROOT_KEYS = ("initial", "states", "parallel", *_REACTIONS)
STATE_KEYS: Mapping[StateKind, tuple[str, ...]] = MappingProxyType(
    {
        "atomic": (*_REACTIONS, "states", "parallel", "final", "history"),
        "compound": (*_REACTIONS, "states", "parallel", "initial", "done"),
        "parallel": (*_REACTIONS, "states", "parallel", "done"),
        "final": ("final", "with", "entry", "exit", "title"),
        "history": ("history", "to", "do", "title"),
    }
)
"""What a state of each kind may say."""
