"""Corrected calendars for an open case: its deadlines are counted again, and each clock says why its date moved."""

from __future__ import annotations

from sop_engine.cases import timing
from sop_engine.cases.procedure import Bundle, Procedure
from sop_engine.cases.turn import Turn
from sop_engine.timekeeping import clocks

REASON = "calendar data was corrected"


def corrected(own: Bundle, present: Bundle) -> Bundle:
    """A case's own bundle with the present calendars: its definition and engine version stay what they were."""
    calendars = {name: present.calendars.get(name, calendar) for name, calendar in own.calendars.items()}
    return own.model_copy(update={"calendars": calendars})


def take_reference_data(turn: Turn, before: Procedure) -> None:
    """Counts every open clock again with the turn's own calendars; `before` is the procedure with the old ones."""
    for key, running in list(turn.state.clocks.items()):
        if not running.is_open:
            continue
        spec = before.clock_spec(running.name)
        old = before.calendar_of(spec.calendar if spec is not None else None)
        new = timing.calendar_for(turn, running)
        counted = clocks.recompute(running.clock, old, new, reason=REASON, actor="system", at=turn.now)
        if counted is not running.clock:
            timing.put(turn, key, counted, running.pauses)
    turn.journal("reference_data", "case.reference_data", "system", note=REASON)
