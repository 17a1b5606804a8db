"""Who reports an event and who waits for it: typos on either side leave a case waiting for ever."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from sop_engine.basis.suggestion import suggestion
from sop_engine.cases.contracts.outgoing import WORDS
from sop_engine.cases.lint.findings import Notebook
from sop_engine.cases.written.definition import READS, UNIQUE, SopDefinition
from sop_engine.cases.written.places import Written, awaited_notices, paths_of_states, walk
from sop_engine.cases.written.procedure import field_type
from sop_engine.cases.written.shape import StateShape
from sop_engine.statechart.faults import Path
from sop_engine.statechart.model import matches


def lint_events(notes: Notebook) -> None:
    """Outcomes that nobody takes, transitions and clocks that wait for nothing, events with reserved names."""
    written = list(walk(notes.procedure.bundle.definition))
    waited = tuple(_descriptors(notes))
    places = paths_of_states(notes.procedure.bundle.definition)
    reported: dict[str, None] = {}
    for shape in notes.procedure.shapes.values():
        for word, is_needed, below in _words(notes, shape):
            name = f"{shape.id}.{word}"
            reported[name] = None
            if not any(matches(descriptor, name) for descriptor in waited):
                (notes.error if is_needed else notes.warn)((*places[shape.id], *below), f"no transition takes {name}")
    for name in notes.procedure.definition.unique:
        taken = f"{UNIQUE}.{name}.taken"
        if not any(matches(descriptor, taken) for descriptor in waited):
            notes.error(("unique", name), f"no transition takes {taken}: two cases would go on with one value")
    known = (
        *reported,
        *_rungs(notes),
        *notes.procedure.definition.events,
        *_raised(written),
        *_read(notes),
        *notice_events(notes),
        "case.amended",
    )
    for state in notes.procedure.chart.states.values():
        for transition in state.on:
            for descriptor in transition.events:
                _heard(notes, transition.path, descriptor, known)
    _clock_triggers(notes, known)
    _sent(notes, written, waited)
    _declared(notes, waited)


def notice_events(notes: Notebook) -> tuple[str, ...]:
    """The events by which a case hears what came of the notices that it waits for, whatever state it is in then."""
    return tuple(f"{name}.{word}" for name in awaited_notices(notes.procedure.bundle.definition) for word in WORDS)


def outcomes_of(definition: SopDefinition) -> Mapping[str, tuple[str, ...]]:
    """Each outcome in which a case of the SOP may end, with the keys of its result."""
    found: dict[str, tuple[str, ...]] = {}
    for state, body in definition.states.items():
        if isinstance(body, Mapping) and "final" in body:
            outcome = state if body["final"] is True else str(body["final"])
            found[outcome] = tuple(dict.fromkeys((*found.get(outcome, ()), *(body.get("with") or {}))))
    return {"done": ()} if definition.parallel else found


def _words(notes: Notebook, shape: StateShape) -> Iterator[tuple[str, bool, Path]]:
    """What the work of a state may report, whether somebody must take it, and where the state says it."""
    if shape.task is not None:
        if shape.task.for_each is not None:
            yield "all", True, ("task", "for_each")
        else:
            yield from ((outcome, True, ("task", "outcomes", outcome)) for outcome in shape.task.outcomes)
    elif shape.work is not None:
        yield "done", True, ("work",)
        if "failed" in notes.procedure.heard_after(shape.id):
            yield "failed", True, ("work",)
    elif shape.child is not None and shape.child.for_each is not None:
        yield "all", True, ("case", "for_each")
    elif shape.child is not None and not shape.child.detached:
        child = notes.around.sops.get(shape.child.sop)
        outcomes = outcomes_of(child) if child is not None else {}
        yield from ((outcome, True, ("case",)) for outcome in outcomes)
        if "cancelled" not in outcomes:
            yield "cancelled", False, ("case",)


def _read(notes: Notebook) -> Iterator[str]:
    for name in notes.procedure.definition.reads:
        yield from (f"{READS}.{name}.{word}" for word in ("found", "missing"))
    for name in notes.procedure.definition.unique:
        yield from (f"{UNIQUE}.{name}.{word}" for word in ("held", "taken"))


def _rungs(notes: Notebook) -> Iterator[str]:
    shapes = notes.procedure.shapes.values()
    clocks = [*notes.procedure.definition.clocks.items(), *(clock for shape in shapes for clock in shape.clocks)]
    for name, spec in clocks:
        ladder = notes.around.ladders.get(spec.ladder)
        if ladder is not None:
            rungs = (*ladder.with_warning().rungs, ladder.reminder)
            yield from (f"{name}.{rung.key}" for rung in rungs if rung is not None)


def _raised(written: Iterable[Written]) -> Iterator[str]:
    for action in written:
        for kind in ("raise", "send"):
            if kind in action.body:
                yield str(action.body[kind])


def _sent(notes: Notebook, written: Iterable[Written], waited: tuple[str, ...]) -> None:
    """What the chart tells itself, and nothing in it hears."""
    heard = (*waited, *_triggers(notes))
    for action in written:
        for kind in ("raise", "send"):
            event = action.body.get(kind)
            if isinstance(event, str) and not any(matches(descriptor, event) for descriptor in heard):
                notes.error((*action.path, kind), f"nothing waits for the event '{event}'{suggestion(event, heard)}")


def _triggers(notes: Notebook) -> tuple[str, ...]:
    """What moves the clocks of the SOP."""
    clocks = notes.procedure.definition.clocks.values()
    return tuple(text for spec in clocks for _, texts in spec.triggers for text in texts)


def _descriptors(notes: Notebook) -> Iterator[str]:
    for state in notes.procedure.chart.states.values():
        for transition in state.on:
            yield from transition.events


def _heard(notes: Notebook, path: Path, descriptor: str, known: tuple[str, ...]) -> None:
    if descriptor == "*" or descriptor.startswith("done.state."):
        return
    if not any(matches(descriptor, name) for name in known):
        notes.error(path, f"nothing reports the event '{descriptor}'{suggestion(descriptor, known)}")


_WRITTEN: Mapping[str, Path] = MappingProxyType({"end": ("stop", "ended")})
"""Where a trigger stands, if not under its own name."""


def _clock_triggers(notes: Notebook, known: tuple[str, ...]) -> None:
    for name, spec in notes.procedure.definition.clocks.items():
        path = ("clocks", name)
        if spec.start is None:
            notes.error(path, "a clock of the SOP says in `start` what starts it")
        if not spec.stop.both:
            notes.error(path, "a clock of the SOP says in `stop` what stops it")
        for kind, texts in spec.triggers:
            for text in texts:
                place = (*path, *_WRITTEN.get(kind, (kind,)))
                if text.startswith("in "):
                    notes.known(place, "state", text.removeprefix("in "), notes.procedure.shapes)
                elif text.startswith("when "):
                    notes.expression(place, text.removeprefix("when "))
                elif text != "opened" or kind != "start":
                    _heard(notes, place, text, known)


def _declared(notes: Notebook, waited: tuple[str, ...]) -> None:
    definition = notes.procedure.definition
    heard = _triggers(notes)
    passed_on = [event for events in notes.procedure.bundle.child_events.values() for event in events]
    for name, spec in definition.events.items():
        path = ("events", name)
        if name.split(".", 1)[0] in notes.procedure.reserved:
            notes.error(path, "its first word is a state, a clock, `done` or `case`, which only the engine may use")
        stored = [field for field in spec.data if spec.store and field in definition.data]
        for field in stored:
            if not field_type(definition.data[field]).accepts(field_type(spec.data[field])):
                kinds = f"{definition.data[field].type}, here {spec.data[field].type}"
                notes.error((*path, "data", field), f"is stored in the case, where it is {kinds}")
        is_waited = any(matches(descriptor, name) for descriptor in (*waited, *heard)) or name in passed_on
        if not is_waited and not stored:
            notes.warn(path, "nothing waits for it, and it stores nothing")
        if spec.machines and not spec.roles:
            notes.warn((*path, "machines"), "says nothing: an event without roles may be reported by every system")
        for role in spec.roles:
            notes.known((*path, "roles"), "role", role, notes.procedure.bundle.superiors)
