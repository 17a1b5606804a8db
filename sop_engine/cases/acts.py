"""What people do with a case as a whole: events, amendments, comments, hold, resume, cancel, deadlines, incidents."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sop_engine.cases import effects, timing
from sop_engine.cases.closing import close
from sop_engine.cases.commands import RunWork, StartCase, TellCase
from sop_engine.cases.contracts import (
    AmendInput,
    AttachInput,
    CancelInput,
    CommentInput,
    EventInput,
    HoldInput,
    MoveDeadlineInput,
    ResolveIncidentInput,
    ResumeInput,
)
from sop_engine.cases.events import awaited, judge_time, read_event
from sop_engine.cases.faults import Fault, InvalidInput, NotFound, Refused
from sop_engine.cases.fields import read_fields
from sop_engine.cases.state import HeldEvent, Incident
from sop_engine.cases.stepping import catch_up, dispatch
from sop_engine.cases.turn import CHART_FAILURES, Turn
from sop_engine.statechart.snapshot import Delay, Event
from sop_engine.statechart.transition import retry as retry_delay
from sop_engine.timekeeping import clocks
from sop_engine.timekeeping.periods import PeriodError, parse_period


def refuse_closed(turn: Turn) -> None:
    if turn.state.is_closed:
        raise Refused(f"{turn.state.case_id} is closed ({turn.state.outcome})")


def plan_event(turn: Turn, act: EventInput) -> Event:
    """Checks an event that a person reports. Raises Refused for one that is undeclared, reserved or not awaited."""
    refuse_closed(turn)
    declared = turn.procedure.definition.events
    if act.name not in declared:
        raise Refused(f"{turn.state.sop} declares no event {act.name!r}", allowed=tuple(declared))
    values, faults = read_event(turn, act.name, act.data)
    faults += judge_time(turn, act.at, act.reason)
    if faults:
        raise InvalidInput(f"{act.name} cannot be taken", faults)
    if not awaited(turn, act.name):
        allowed = tuple(name for name in declared if awaited(turn, name))
        raise Refused(f"nothing in {turn.state.case_id} waits for {act.name} now", allowed=allowed)
    return Event(name=act.name, data=values, origin="person", at=act.at)


def event(turn: Turn, act: EventInput) -> str:
    """A person reports an event."""
    return take_event(turn, plan_event(turn, act), act.actor, act.reason)


def take_event(turn: Turn, heard: Event, actor: str, note: str | None = None) -> str:
    """Takes an event now, or keeps it until the case is resumed."""
    if turn.state.held_at is not None:
        turn.state.held_events = (*turn.state.held_events, HeldEvent(event=heard, actor=actor))
        turn.journal("event_held", heard.name, actor, happened_at=heard.at, note=note, data=heard.data)
        return f"{heard.name} is kept until {turn.state.case_id} is resumed"
    before = turn.data
    spec = turn.procedure.definition.events.get(heard.name)
    if spec is not None and spec.store:
        fields = turn.procedure.definition.data
        turn.put({name: value for name, value in heard.data.items() if name in fields and value is not None})
    title = spec.title if spec is not None else None
    dispatch(turn, heard, actor, title=title, note=note, before=before)
    return f"{heard.name} taken"


def plan_amendment(turn: Turn, act: AmendInput) -> dict[str, Any]:
    refuse_closed(turn)
    values, faults = read_fields(turn.procedure.definition.data, act.data)
    if not values and not faults:
        faults = [Fault(where="data", what="changes nothing", allowed=", ".join(turn.procedure.definition.data))]
    if faults:
        raise InvalidInput(f"{turn.state.case_id} cannot be amended", faults)
    return values


def amend(turn: Turn, act: AmendInput) -> str:
    """Corrects the case's data; guards and deadlines that depend on it are judged anew."""
    values = plan_amendment(turn, act)
    before = turn.data
    turn.put(values)
    dispatch(
        turn, Event(name="case.amended", origin="chart"), act.actor, kind="amended", note=act.reason, before=before
    )
    return f"{', '.join(values)} amended"


def comment(turn: Turn, act: CommentInput) -> str:
    entry = {"by": act.actor, "at": turn.now.isoformat(), "text": act.text}
    turn.state.comments = (*turn.state.comments, entry)[-200:]
    turn.journal("comment", "comment", act.actor, note=act.text)
    return "comment kept"


def attach(turn: Turn, act: AttachInput) -> str:
    refuse_closed(turn)
    file = {"name": act.name, "sha256": act.sha256, "size": act.size, "type": act.type}
    entry = {"task": None, "kind": "file", "file": file, "by": act.actor, "at": turn.now.isoformat()}
    turn.state.attachments = (*turn.state.attachments, entry)
    turn.journal("attached", act.name, act.actor, data=file)
    return f"{act.name} attached"


def hold(turn: Turn, act: HoldInput) -> str:
    """Holds the case and its live children: clocks and delays stand still, events wait, tasks are refused."""
    refuse_closed(turn)
    if turn.state.held_at is not None:
        raise Refused(f"{turn.state.case_id} is held already: {turn.state.hold_reason}", allowed=("resume",))
    turn.state.held_at = turn.now
    turn.state.hold_reason = act.reason
    turn.state.status = "held"
    for key, running in list(turn.state.clocks.items()):
        if running.is_open and running.on_hold == "pause":
            timing.pause(turn, key, turn.now, "hold")
    _tell_children(turn, "case.hold", {"actor": act.actor, "reason": act.reason})
    turn.journal("hold", "hold", act.actor, note=act.reason)
    return f"{turn.state.case_id} is held"


def resume(turn: Turn, act: ResumeInput) -> str:
    """Resumes the case: every paused deadline moves by the held time in its unit, kept events are taken in order."""
    held_at = turn.state.held_at
    if held_at is None:
        raise Refused(f"{turn.state.case_id} is not held", allowed=("hold",))
    for key, running in list(turn.state.clocks.items()):
        if "hold" in running.pauses and running.is_open:
            timing.resume(turn, key, turn.now, "hold")
    snapshot = turn.state.snapshot
    delays = tuple(_after_hold(turn, delay, held_at) for delay in snapshot.delays)
    turn.state.snapshot = snapshot.model_copy(update={"delays": delays})
    turn.state.held_at = None
    turn.state.hold_reason = None
    turn.state.status = "blocked" if turn.state.incidents else "open"
    waiting, turn.state.held_events = turn.state.held_events, ()
    _tell_children(turn, "case.resume", {"actor": act.actor})
    turn.journal("resume", "resume", act.actor, note=act.reason)
    for held in waiting:
        if not turn.state.is_closed:
            take_event(turn, held.event, held.actor)
    catch_up(turn, turn.now)
    return f"{turn.state.case_id} goes on"


def _after_hold(turn: Turn, delay: Delay, held_at: datetime) -> Delay:
    if delay.queued or delay.due_at <= held_at:
        return delay
    text = str(turn.procedure.parameters.get(delay.key, delay.key))
    try:
        is_working = parse_period(text).is_working
    except PeriodError:
        if delay.kind == "after":
            return delay
        is_working = False
    calendar = turn.procedure.calendar
    moved = (
        calendar.add(turn.now, calendar.between(held_at, delay.due_at))
        if is_working
        else turn.now + (delay.due_at - held_at)
    )
    return delay.model_copy(update={"due_at": moved})


def _tell_children(turn: Turn, signal: str, body: dict[str, Any]) -> None:
    for child in turn.state.live_children():
        turn.commands.append(TellCase(case_id=child.case_id, signal=signal, body=body))


def cancel(turn: Turn, act: CancelInput) -> str:
    """Cancels the case: children are cancelled, completed effects undone, the latest first."""
    refuse_closed(turn)
    turn.face(turn.now, act.actor)
    turn.journal("cancel", "cancel", act.actor, note=act.reason)
    try:
        effects.undo_all(turn, turn.now, act.actor)
    except CHART_FAILURES as error:
        raise Refused(f"what the case did cannot be undone: {error}; amend the data first") from None
    turn.state.held_at = None
    close(turn, "cancelled", "cancelled", {"reason": act.reason}, turn.now)
    return f"{turn.state.case_id} is cancelled"


def move_deadline(turn: Turn, act: MoveDeadlineInput) -> str:
    """Moves the due instant of a clock; who and why stays with the clock."""
    refuse_closed(turn)
    keys = [key for key, running in turn.state.clocks.items() if running.is_open and act.clock in (key, running.name)]
    if not keys:
        names = tuple(key for key, running in turn.state.clocks.items() if running.is_open)
        raise NotFound(f"{turn.state.case_id} has no running clock {act.clock!r}", allowed=names)
    if act.to <= turn.now:
        fault = Fault(where="to", what="does not lie ahead", allowed=f"after {turn.now.isoformat()}")
        raise InvalidInput(f"{act.clock} cannot be moved", [fault])
    running = turn.state.clocks[keys[-1]]
    calendar = timing.calendar_for(turn, running)
    moved = clocks.move_deadline(running.clock, act.to, calendar, reason=act.reason, actor=act.actor, at=turn.now)
    timing.put(turn, keys[-1], moved, running.pauses)
    turn.journal("deadline_moved", keys[-1], act.actor, note=act.reason, data={"to": act.to})
    return f"{keys[-1]} is due {act.to.isoformat()}"


def resolve_incident(turn: Turn, act: ResolveIncidentInput) -> str:
    """Retries what failed, corrects the data first, or goes on without it."""
    refuse_closed(turn)
    incident = turn.state.incidents.get(act.incident)
    if incident is None:
        raise NotFound(f"{turn.state.case_id} has no incident {act.incident!r}", allowed=tuple(turn.state.incidents))
    before = turn.data
    if act.how == "correct":
        values, faults = read_fields(turn.procedure.definition.data, act.data)
        if faults:
            raise InvalidInput(f"{act.incident} cannot be corrected", faults)
        turn.put(values)
    del turn.state.incidents[act.incident]
    if turn.state.status == "blocked" and not turn.state.incidents:
        turn.state.status = "open"
    turn.journal(f"incident_{act.how}", act.incident, act.actor, before=before, note=act.reason, data=act.data)
    try:
        _go_on(turn, incident, act)
    except CHART_FAILURES as error:
        raise Refused(f"{act.incident} fails again: {error}", allowed=("correct", "skip")) from None
    return f"{act.incident}: {act.how}"


def _go_on(turn: Turn, incident: Incident, act: ResolveIncidentInput) -> None:
    if incident.kind == "work":
        work = turn.state.works[incident.key]
        spec = turn.procedure.shapes[work.state].work
        if act.how == "skip" or spec is None:
            store_result(turn, spec.store if spec is not None else {}, act.data)
            del turn.state.works[incident.key]
            dispatch(turn, Event(name=f"{work.state}.done", data=act.data, origin="person"), act.actor, kind="work")
            return
        values = turn.evaluate_all(spec.with_)
        turn.state.works[work.key] = work.model_copy(
            update={"status": "running", "values": values, "attempt": work.attempt + 1}
        )
        title = turn.procedure.title_of(work.state).both()
        turn.commands.append(
            RunWork(key=work.key, activity=work.activity, values=values, attempts=spec.attempts, title=title)
        )
    elif incident.kind == "child" and act.how != "skip":
        child = turn.state.children[incident.key]
        turn.state.children[incident.key] = child.model_copy(update={"status": "starting"})
        shape = turn.procedure.shapes.get(child.state or "")
        spec_child = shape.child if shape is not None else None
        data = turn.evaluate_all(spec_child.with_) if spec_child is not None else {}
        turn.commands.append(
            StartCase(
                key=child.key, sop=child.sop, case_id=child.case_id, data=data, detached=child.detached, title=child.sop
            )
        )
    elif incident.event is not None and act.how != "skip":
        dispatch(turn, incident.event, act.actor)
    elif incident.delay is not None:
        delays = turn.state.snapshot.delays
        if act.how == "skip":
            left = tuple(delay for delay in delays if delay.id != incident.delay.id)
            turn.state.snapshot = turn.state.snapshot.model_copy(update={"delays": left})
        elif any(delay.id == incident.delay.id for delay in delays):
            turn.state.snapshot = retry_delay(turn.state.snapshot, incident.delay.id, turn.now)
            catch_up(turn, turn.now)


def store_result(turn: Turn, store: dict[str, str], result: dict[str, Any]) -> None:
    """Puts what work or a child reported into the case's fields.

    Raises ValueError where a value does not fit its field.
    """
    named = {field: result.get(key) for field, key in store.items()}
    values, faults = read_fields(turn.procedure.definition.data, named)
    if faults:
        raise ValueError("; ".join(map(str, faults)))
    turn.put(values)
