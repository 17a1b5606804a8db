"""Dates that something counts from, and that would be the day on which somebody typed them.

`arrived_on | default(today)` gives an import as many days more as its arrival was told late. What counts from a field
is followed through the library: clocks, delays, automated work, and the fields that parents and children pass on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from sop_engine.cases.lint.findings import Notebook
from sop_engine.cases.written.definition import SopDefinition
from sop_engine.cases.written.places import delays, paths_of_states, walk
from sop_engine.cases.written.shape import StateShape, split_states
from sop_engine.statechart.expressions import Expression, ExpressionError, compile_expression
from sop_engine.statechart.faults import Path
from sop_engine.timekeeping.periods import PeriodError, split_offset

TYPING = ("today", "now")
"""Names that say when somebody typed, and not when it happened."""


@dataclass
class Counted:
    """The dates and instants of one SOP from which something counts: field -> what does."""

    definition: SopDefinition
    shapes: Mapping[str, StateShape]
    by: dict[str, str] = field(default_factory=dict)
    by_law: dict[str, str] = field(default_factory=dict)
    """Those among them from which law counts: a clock that runs while a case is held, or has a rule of law."""

    @cached_property
    def settings(self) -> tuple[tuple[str, str], ...]:
        """Every field that the chart gives a value, and the expression that gives it."""
        written = {"states": self.definition.states, "on": self.definition.on}
        return tuple((name, source) for _, name, source in _settings(written))

    def add(self, names: Iterable[str], who: str, is_law: bool) -> None:
        for name in names:
            spec = self.definition.data.get(name)
            if spec is not None and spec.type in ("date", "datetime"):
                self.by.setdefault(name, who)
                if is_law:
                    self.by_law.setdefault(name, who)


def lint_days(notes: Notebook) -> None:
    """Every field that something counts from and that is filled with the day of its typing."""
    own = notes.procedure.definition
    counted = counted_days({**notes.around.sops, own.sop: own})
    for path, sop, name, source in _filled(notes, counted):
        known = counted[sop]
        if name in known.by:
            typed = _typed(source, is_law=name in known.by_law)
            _refuse(notes, path, name, typed, known.by_law.get(name, known.by[name]))
    for path, name, source, who in _worked_with(notes):
        _refuse(notes, path, name, _typed(source, is_law=False), who)


def _typed(source: str, is_law: bool) -> str | None:
    """The name by which an expression falls back on the instant of typing, or, where law counts, reads it at all."""
    expression = _compiled(source)
    read = () if expression is None else expression.reads if is_law else expression.fallbacks
    return next((word for word in TYPING if word in read), None)


def _refuse(notes: Notebook, path: Path, name: str, typed: str | None, who: str) -> None:
    if typed is not None:
        notes.error(
            path,
            f"'{name}' would be when it was typed (`{typed}`), and {who} counts from it: derive it from "
            "when it happened, as in `day(arrived_at)`, or require it",
        )


def counted_days(sops: Mapping[str, SopDefinition]) -> dict[str, Counted]:
    """What counts from which fields, in every SOP of a library."""
    known = {name: Counted(sop, split_states(sop.states)[1]) for name, sop in sops.items()}
    for each in known.values():
        _by_clocks(each)
    while True:
        before = [(len(each.by), len(each.by_law)) for each in known.values()]
        for each in known.values():
            _by_settings(each)
            _by_work(each)
            _by_children(each, known)
        if before == [(len(each.by), len(each.by_law)) for each in known.values()]:
            return known


def _by_clocks(known: Counted) -> None:
    definition = known.definition
    clocks = [*definition.clocks.items(), *(clock for shape in known.shapes.values() for clock in shape.clocks)]
    for name, spec in clocks:
        named = {word for text in (spec.until, spec.since) if text is not None for word in _reads_of_instant(text)}
        lengths = (definition.parameters.get(word) for word in (*named, spec.within or ""))
        is_law = spec.on_hold == "run" or any(length is not None and length.rule is not None for length in lengths)
        known.add(named, f"the clock {name}", is_law)
    written = {"states": definition.states, "on": definition.on}
    for _, text in delays(written):
        known.add(_reads_of_instant(text), f"the delay '{text}'", is_law=False)


def _by_settings(known: Counted) -> None:
    """A field that gives another its value counts as that one does."""
    for name, source in known.settings:
        if name in known.by:
            known.add(_reads(source), known.by_law.get(name, known.by[name]), name in known.by_law)


def _settings(written: Mapping[str, Any]) -> Iterator[tuple[Path, str, str]]:
    for action in walk(written):
        if action.kind == "set":
            yield from _values((*action.path, "set"), action.body["set"])


def _by_work(known: Counted) -> None:
    for shape in known.shapes.values():
        if shape.work is not None:
            law = [name for name in shape.work.store if name in known.by_law]
            for _, _, source in _values((), shape.work.with_):
                known.add(_reads(source), f"the work {shape.work.activity}", bool(law))


def _by_children(known: Counted, all_known: Mapping[str, Counted]) -> None:
    """What is passed to a child counts where the child's field does, and what comes back where the parent's does."""
    for shape in known.shapes.values():
        child = all_known.get(shape.child.sop) if shape.child is not None else None
        if shape.child is None or child is None:
            continue
        for _, name, source in _values((), shape.child.with_):
            if name in child.by:
                who = f"{child.definition.sop} ({child.by[name]})"
                known.add(_reads(source), who, name in child.by_law)
        for name, key in shape.child.store.items():
            if name in known.by:
                who = f"{known.definition.sop} ({known.by[name]})"
                for body in child.definition.states.values():
                    given = (body.get("with") or {}).get(key) if "final" in body else None
                    child.add(_reads(given), who, name in known.by_law)


def _filled(notes: Notebook, counted: Mapping[str, Counted]) -> Iterator[tuple[Path, str, str, str]]:
    """Every expression that fills a field here or in another case: its place, the SOP, the field, the expression."""
    definition = notes.procedure.bundle.definition
    own = notes.procedure.definition.sop
    for path, name, source in _settings(definition):
        yield path, own, name, source
    yield from _handed_on(notes, counted)
    for action in walk(definition):
        if action.kind in ("tell", "start"):
            event = str(action.body.get("event"))
            for path, name, source in _values((*action.path, "with"), action.body.get("with")):
                for sop, known in counted.items():
                    if sop == str(action.body.get("start")) or (
                        action.kind == "tell" and event in known.definition.events
                    ):
                        yield path, sop, name, source


def _handed_on(notes: Notebook, counted: Mapping[str, Counted]) -> Iterator[tuple[Path, str, str, str]]:
    """What a child is given, and what a case that ends gives its parent."""
    own = notes.procedure.definition.sop
    for state, place in paths_of_states(notes.procedure.bundle.definition).items():
        shape = notes.procedure.shapes.get(state)
        if shape is not None and shape.child is not None and shape.child.sop in counted:
            for path, name, source in _values((*place, "case", "with"), shape.child.with_):
                yield path, shape.child.sop, name, source
    for state, body in counted[own].definition.states.items():
        for path, key, source in _values(("states", state, "with"), body.get("with") if "final" in body else None):
            for sop, parent in counted.items():
                for name in {
                    name
                    for shape in parent.shapes.values()
                    if shape.child is not None and shape.child.sop == own
                    for name, told in shape.child.store.items()
                    if told == key
                }:
                    yield path, sop, name, source


def _worked_with(notes: Notebook) -> Iterator[tuple[Path, str, str, str]]:
    """Every expression that automated work is given: its place, its name there, the expression, the work."""
    for state, place in paths_of_states(notes.procedure.bundle.definition).items():
        shape = notes.procedure.shapes.get(state)
        if shape is not None and shape.work is not None:
            for path, name, source in _values((*place, "work", "with"), shape.work.with_):
                yield path, name, source, f"the work {shape.work.activity}"


def _values(path: Path, given: Any) -> Iterator[tuple[Path, str, str]]:
    """The expressions of a mapping, each with the name that it is for; what lies deeper is for the name above it."""
    for name, value in given.items() if isinstance(given, Mapping) else ():
        if isinstance(value, str):
            yield (*path, name), str(name), value
        elif isinstance(value, Mapping):
            yield from (((*path, name, *below), str(name), source) for below, _, source in _values((), value))
        elif isinstance(value, list | tuple):
            yield from (((*path, name, at), str(name), each) for at, each in enumerate(value) if isinstance(each, str))


@lru_cache(maxsize=4096)
def _compiled(source: str) -> Expression | None:
    try:
        return compile_expression(source)
    except ExpressionError:
        return None


def _reads(source: Any) -> tuple[str, ...]:
    compiled = _compiled(source) if isinstance(source, str) else None
    return compiled.reads if compiled is not None else ()


def _reads_of_instant(text: str) -> tuple[str, ...]:
    try:
        offset = split_offset(text)
    except PeriodError:
        return ()
    return _reads(offset.base if offset is not None else text)
