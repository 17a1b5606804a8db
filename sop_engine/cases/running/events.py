"""Events from outside: what may be sent, what of it is kept, and whether anything waits for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sop_engine.basis.faults import Fault
from sop_engine.cases.running import timing
from sop_engine.cases.running.turn import Turn
from sop_engine.cases.written.engine_version import HARDENED
from sop_engine.cases.written.fields import read_fields
from sop_engine.statechart.model import matches
from sop_engine.statechart.transition import enabled_events


def is_reserved(turn: Turn, name: str) -> bool:
    """Whether only the engine may use the event's head: states, clocks, `done` and `case`.

    A signal so named would complete a task past its role and four eyes.
    """
    return name.split(".", 1)[0] in turn.procedure.reserved


def is_of_people(turn: Turn, name: str) -> bool:
    """Whether only people may report the event. A case of the first rung was written when roles bound people alone."""
    spec = turn.procedure.definition.events.get(name)
    if spec is None or turn.procedure.bundle.engine_version < HARDENED:
        return False
    return bool(spec.roles) and not spec.machines


def read_event(turn: Turn, name: str, data: Mapping[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
    """The event's values by its declaration, and every fault; an undeclared event has no checked values."""
    spec = turn.procedure.definition.events.get(name)
    if spec is None:
        return {}, []
    values, faults = read_fields(spec.data, data)
    faults += [
        Fault(where=field, what="is missing")
        for field, declared in spec.data.items()
        if declared.required and values.get(field) is None
    ]
    return values, faults


def judge_time(turn: Turn, at: datetime | None, reason: str | None) -> list[Fault]:
    """An instant that a person gives does not lie in the future, and comes with a reason."""
    if at is None:
        return []
    faults = []
    if at > turn.now:
        faults.append(Fault(where="at", what="lies in the future", allowed=f"up to {turn.now.isoformat()}"))
    if not reason:
        faults.append(Fault(where="reason", what="is missing", allowed="why the event is told later than it happened"))
    return faults


def awaited(turn: Turn, name: str) -> bool:
    """Whether a transition, a clock or a live child waits for the event."""
    if any(matches(descriptor, name) for descriptor in enabled_events(turn.procedure.chart, turn.state.snapshot)):
        return True
    if timing.waits_for(turn, name):
        return True
    events = turn.procedure.bundle.child_events
    return any(name in events.get(child.sop, ()) for child in turn.state.live_children())
