"""Taking what the case is told: events with the values they carry, and the results of work and children."""

from __future__ import annotations

from typing import Any

from sop_engine.cases.effects.notify import notify
from sop_engine.cases.engine_version import HARDENED
from sop_engine.cases.fields import read_fields
from sop_engine.cases.incidents import open_incident
from sop_engine.cases.limits import NAME_BYTES, OverfullError, cut
from sop_engine.cases.refusing import REFUSED, refuse_event
from sop_engine.cases.stepping import dispatch
from sop_engine.cases.turn import CHART_FAILURES, Turn
from sop_engine.statechart.snapshot import Event

MACHINE = "machine"


def take_event(turn: Turn, heard: Event, actor: str, note: str | None = None) -> None:
    """Takes an event; its values are stored before the chart sees it. A held case keeps it, values and all.

    Raises one of CHART_FAILURES with the turn half changed.
    """
    before = turn.data
    spec = turn.procedure.definition.events.get(heard.name)
    if spec is not None and spec.store and not turn.is_held:
        fields = turn.procedure.definition.data
        turn.put({name: value for name, value in heard.data.items() if name in fields and value is not None})
    title = spec.title if spec is not None else None
    dispatch(turn, heard, actor, title=title, note=note, before=before)


def try_event(turn: Turn, heard: Event, actor: str, note: str | None = None) -> None:
    """Takes an event that nobody could be told about if it failed: what fails waits in an incident.

    What has no room in the case is recorded as refused.
    """
    point = turn.mark()
    try:
        try:
            take_event(turn, heard, actor, note)
        except OverfullError:
            raise
        except CHART_FAILURES as error:
            turn.back_to(point)
            point = turn.mark()
            open_incident(turn, "event", str(error), event=heard)
            turn.judge_room()
    except OverfullError as error:
        turn.back_to(point)
        _refuse(turn, heard, str(error))


REFUSED_NOTICE = "events_refused"
"""The notice to the owner of a held case that keeps no more events."""


def _refuse(turn: Turn, heard: Event, why: str) -> None:
    """Records an event as refused; of a held case that can keep no more, the owner is told at the first one alone."""
    if not turn.is_held:
        refuse_event(turn, heard.name, why)
        return
    turn.journal(REFUSED, heard.name, MACHINE, note=why)
    told = "held.full"
    if not turn.state.truths.get(told, False):
        turn.state.truths[told] = True
        values = {"event": cut(heard.name, NAME_BYTES), "why": why, "reason": turn.state.hold_reason}
        notify(turn, turn.procedure.definition.owner, REFUSED_NOTICE, values, None, MACHINE)


def store_result(turn: Turn, store: dict[str, str], result: dict[str, Any]) -> None:
    """Puts what work or a child reported into the case's fields.

    Raises ValueError where a value does not fit its field, or is not in the result.
    """
    absent = [key for key in store.values() if key not in result]
    if absent and turn.procedure.bundle.engine_version >= HARDENED:
        raise ValueError(f"the result has no {', '.join(absent)} (it has: {', '.join(result) or 'nothing'})")
    named = {field: result.get(key) for field, key in store.items()}
    values, faults = read_fields(turn.procedure.definition.data, named)
    if faults:
        raise ValueError("; ".join(map(str, faults)))
    turn.put(values)
