"""Hearing events with the values they carry, and the results of work and children. What cannot be taken is recorded."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from sop_engine.cases.contracts.limits import NAME_BYTES, OverfullError, cut
from sop_engine.cases.contracts.signals import ROW_CHANGED, BroughtEvent, EventSignal
from sop_engine.cases.people.actors import MACHINE
from sop_engine.cases.running.effects.notify import notify
from sop_engine.cases.running.events import is_of_people, is_reserved, read_event
from sop_engine.cases.running.files import keeps_files
from sop_engine.cases.running.incidents import open_incident
from sop_engine.cases.running.reading import ask_again
from sop_engine.cases.running.stepping import dispatch
from sop_engine.cases.running.turn import CHART_FAILURES, Turn
from sop_engine.cases.told.file_checks import named_files
from sop_engine.cases.told.messages import Taken, Unreadable
from sop_engine.cases.told.refusing import REFUSED, refuse_event, refuse_message
from sop_engine.cases.written.engine_version import HARDENED
from sop_engine.cases.written.fields import FieldSpec, read_fields
from sop_engine.statechart.snapshot import Event
from sop_engine.timekeeping.instants import is_near

REFUSED_NOTICE = "events_refused"
"""The notice to the owner of a held case that keeps no more events."""


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


def _signal(turn: Turn, message: EventSignal) -> None:
    """An event from another system."""
    if turn.state.is_closed:
        refuse_event(turn, message.name, "the case is closed", data=message.data)
        return
    if message.name == ROW_CHANGED and turn.procedure.definition.reads:
        ask_again(turn, message.data)
        return
    if is_reserved(turn, message.name):
        refuse_event(turn, message.name, "the name is reserved for the engine", data=message.data)
        return
    if is_of_people(turn, message.name):
        roles = ", ".join(turn.procedure.definition.events[message.name].roles)
        refuse_message(turn, message.name, f"only people report it ({roles}), each under their own name")
        return
    values, faults = read_event(turn, message.name, message.data)
    if faults:
        refuse_event(turn, message.name, "; ".join(map(str, faults)), data=message.data)
        return
    if (
        not isinstance(message, BroughtEvent)
        and keeps_files(turn)
        and (named := named_files(_fields_of(turn, message.name), values))
    ):
        why = f"{', '.join(named)}: a file comes with `sop receive`, which brings its content"
        refuse_event(turn, message.name, why, data=message.data)
        return
    at = message.at
    notes = [f"says it is {message.actor!r}"] if message.actor is not None else []
    if at is not None and (not is_near(at) or at > turn.now):
        notes.append(f"said to have happened at {at.isoformat()}, which cannot be: counted as heard now")
        at = None
    declared = message.name in turn.procedure.definition.events
    try:
        heard = Event(name=message.name, data=values if declared else dict(message.data), origin="machine", at=at)
    except ValidationError as error:
        refuse_event(turn, message.name, "; ".join(found["msg"] for found in error.errors()))
        return
    try_event(turn, heard, MACHINE, "; ".join(notes) or None)


def _fields_of(turn: Turn, name: str) -> dict[str, FieldSpec]:
    spec = turn.procedure.definition.events.get(name)
    return spec.data if spec is not None else {}


def _unreadable(turn: Turn, message: Unreadable) -> None:
    refuse_event(turn, message.name, message.why)


MESSAGES: Taken = MappingProxyType({EventSignal: _signal, BroughtEvent: _signal, Unreadable: _unreadable})
