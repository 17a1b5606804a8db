"""What an SOP promises: every rung of every clock, every delay, every end. A scenario must name each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from sop_engine.cases.written.definition import ClockSpec
from sop_engine.cases.written.places import paths_of_states
from sop_engine.cases.written.procedure import Procedure
from sop_engine.statechart.faults import Path


def clocks_of(procedure: Procedure) -> Iterator[tuple[str, ClockSpec, Path]]:
    """Every clock, of the SOP and of its states, with its place."""
    for name, spec in procedure.definition.clocks.items():
        yield name, spec, ("clocks", name)
    places = paths_of_states(procedure.bundle.definition)
    for state, shape in procedure.shapes.items():
        for name, spec in shape.clocks:
            own = ("task", "within") if name == state else ("clocks", name)
            yield name, spec, (*places.get(state, ()), *own)


def rungs_of(procedure: Procedure, spec: ClockSpec) -> tuple[str, ...]:
    """The rungs of a clock's ladder, without its reminders."""
    return tuple(rung.key for rung in procedure.bundle.ladders[spec.ladder].with_warning(Decimal(spec.warn)).rungs)


def first_alike(procedure: Procedure) -> Mapping[str, str]:
    """Each clock of a state that promises a length of time -> the first one that is written as it is: one promise."""
    first: dict[str, str] = {}
    own = [clock for shape in procedure.shapes.values() for clock in shape.clocks if clock[1].within is not None]
    return {name: first.setdefault(spec.model_dump_json(exclude={"title"}), name) for name, spec in own}


def delays_of(procedure: Procedure) -> Iterator[tuple[str, Path]]:
    """Every delayed transition, `after.<state>.<text>`, and every event that is sent with a delay, with its place."""
    places = paths_of_states(procedure.bundle.definition)
    for state in procedure.chart.states.values():
        for text in state.after:
            yield f"after.{state.id}.{text}", (*places.get(state.id, ()), "after", text)
    yield from _delayed_sends(procedure.bundle.definition.get("states"), ("states",))


def finals_of(procedure: Procedure) -> Iterator[tuple[str, str, Path]]:
    """Every final state in which a case ends, with its outcome and its place."""
    if procedure.definition.parallel:
        return
    for state, body in procedure.definition.states.items():
        if isinstance(body, Mapping) and "final" in body:
            yield state, state if body["final"] is True else str(body["final"]), ("states", state)


def _delayed_sends(written: Any, path: Path) -> Iterator[tuple[str, Path]]:
    if isinstance(written, Mapping):
        if "send" in written and "after" in written:
            yield str(written["send"]), path
        for key, value in written.items():
            yield from _delayed_sends(value, (*path, key))
    elif isinstance(written, list | tuple):
        for number, value in enumerate(written):
            yield from _delayed_sends(value, (*path, number))
