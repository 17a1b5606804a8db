"""What people do with a case as a whole: events, amendments, comments, hold, resume, cancel, deadlines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sop_engine.basis.faults import Fault, InvalidInput, NotFound, Refused
from sop_engine.basis.plain import plain
from sop_engine.cases.contracts.acts import (
    AmendInput,
    AttachInput,
    CancelInput,
    CommentInput,
    EventInput,
    HoldInput,
    MoveDeadlineInput,
    ResumeInput,
)
from sop_engine.cases.contracts.commands import TellCase
from sop_engine.cases.running import files, timing
from sop_engine.cases.running.arming import has_role
from sop_engine.cases.running.closing import close
from sop_engine.cases.running.effects.kinds import undo_all
from sop_engine.cases.running.events import awaited, is_reserved, judge_time, read_event
from sop_engine.cases.running.incidents import settle_status
from sop_engine.cases.running.stepping import catch_up, dispatch
from sop_engine.cases.running.turn import CHART_FAILURES, Turn
from sop_engine.cases.running.unheard import UNHEARD
from sop_engine.cases.told import permissions as who
from sop_engine.cases.told.act_kinds import ActKind
from sop_engine.cases.told.hearing import take_event, try_event
from sop_engine.cases.told.opening import told_of_reads
from sop_engine.cases.written.fields import read_fields
from sop_engine.cases.written.file_facts import RECEIPT
from sop_engine.cases.written.places import sent_after
from sop_engine.cases.written.procedure import NotFilledError, period_of
from sop_engine.statechart.snapshot import Delay, Event
from sop_engine.timekeeping import clocks
from sop_engine.timekeeping.periods import ALLOWED, PeriodError

CASE_FILE = "file"
"""The kind of what is attached to a case without being asked for."""


def refuse_closed(turn: Turn) -> None:
    if turn.state.is_closed:
        raise Refused(f"{turn.state.case_id} is closed ({turn.state.outcome})")


def plan_event(turn: Turn, act: EventInput) -> Event:
    """Checks an event that a person reports. Raises Refused for one that is undeclared, reserved or not awaited."""
    refuse_closed(turn)
    declared = turn.procedure.definition.events
    if is_reserved(turn, act.name):
        raise Refused(f"{act.name} is a name that only the engine may use", allowed=tuple(declared))
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
    heard = plan_event(turn, act)
    is_kept, first = turn.is_held, len(turn.steps)
    take_event(turn, heard, act.actor, act.reason)
    if is_kept:
        return f"{heard.name} is kept until {turn.state.case_id} is resumed"
    unheard = next((step.note for step in turn.steps[first:] if step.kind == UNHEARD), None)
    return f"{heard.name} taken" if unheard is None else f"{heard.name} is in the journal, but {unheard}"


def plan_amendment(turn: Turn, act: AmendInput) -> dict[str, Any]:
    refuse_closed(turn)
    values, faults = read_fields(turn.procedure.definition.data, act.data)
    if not values and not faults:
        faults = [Fault(where="data", what="changes nothing", allowed=", ".join(turn.procedure.definition.data))]
    faults += told_of_reads(turn.procedure.definition, act.data)
    faults += _lost_roles(turn, values)
    faults += [Fault(where=field, what=what, allowed=ALLOWED) for field, what in timing.lost_lengths(turn, values)]
    if faults:
        raise InvalidInput(f"{turn.state.case_id} cannot be amended", faults)
    return values


def _lost_roles(turn: Turn, values: Mapping[str, Any]) -> Iterator[Fault]:
    """Tasks that are a role's now and would be nobody's: opening one of them would be an incident."""
    lost: dict[str, list[str]] = {}
    for state, shape in turn.procedure.shapes.items():
        if shape.task is not None and has_role(turn, shape.task) and not has_role(turn, shape.task, values):
            lost.setdefault(shape.task.role, []).append(state)
    for role, states in lost.items():
        what = f"would give no role any more, and {', '.join(states)} would be nobody's work"
        yield Fault(where=role, what=what, allowed=", ".join(turn.procedure.bundle.superiors))


def amend(turn: Turn, act: AmendInput) -> str:
    """Corrects the case's data; guards and deadlines that depend on it are judged anew."""
    values = plan_amendment(turn, act)
    before = turn.data
    turn.put(values)
    amended = Event(name="case.amended", origin="chart")
    dispatch(turn, amended, act.actor, kind="amended", note=act.reason, before=before)
    return f"{', '.join(values)} amended"


def comment(turn: Turn, act: CommentInput) -> str:
    turn.journal("comment", "comment", act.actor, note=act.text)
    return "comment kept"


def attach(turn: Turn, act: AttachInput) -> str:
    refuse_closed(turn)
    file = {"name": act.name, "sha256": act.sha256, "size": act.size, "type": act.type}
    kind = act.kind or CASE_FILE
    known = (CASE_FILE, *turn.procedure.attachment_kinds)
    if kind not in known:
        fault = Fault(where="kind", what=f"{turn.state.sop} has no {kind!r}", allowed=", ".join(known))
        raise InvalidInput(f"{act.name} cannot be attached", [fault])
    files.attach(turn, {kind: file if act.receipt is None else {**file, RECEIPT: act.receipt}}, act.actor)
    turn.journal("attached", act.name, act.actor, data=file if act.kind is None else {**file, "kind": kind})
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
    refuse_closed(turn)
    held_at = turn.state.held_at
    if held_at is None:
        raise Refused(f"{turn.state.case_id} is not held", allowed=("hold",))
    _tell_children(turn, "case.resume", {"actor": act.actor})
    turn.journal("resume", "resume", act.actor, note=act.reason)
    snapshot = turn.state.snapshot
    delays = tuple(_after_hold(turn, delay, held_at) for delay in snapshot.delays)
    turn.state.snapshot = snapshot.model_copy(update={"delays": delays})
    turn.is_resuming = True
    waiting, turn.state.held_events = turn.state.held_events, ()
    for held in waiting:
        if not turn.state.is_closed:
            try_event(turn, held.event, held.actor)
    turn.is_resuming = False
    if turn.state.is_closed:
        return f"{turn.state.case_id} is closed ({turn.state.outcome})"
    for key, running in list(turn.state.clocks.items()):
        if "hold" in running.pauses and running.is_open:
            timing.resume(turn, key, turn.now, "hold")
    turn.state.held_at = None
    turn.state.hold_reason = None
    turn.state.truths.pop("held.full", None)
    turn.state.status = "open"
    settle_status(turn)
    catch_up(turn, turn.now)
    return f"{turn.state.case_id} goes on"


def _after_hold(turn: Turn, delay: Delay, held_at: datetime) -> Delay:
    """The delay moved by the held time, in working time where its period is; one until an instant stays."""
    if delay.queued or delay.due_at < held_at:
        return delay
    text = delay.key if delay.kind == "after" else sent_after(turn.procedure.bundle.definition, delay.key)
    try:
        is_working = period_of(text, turn.data, turn.procedure.types).is_working
    except (PeriodError, NotFilledError):
        return delay
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
        result = turn.evaluate_all(turn.procedure.definition.cancelled_with)
        undo_all(turn, turn.now, act.actor)
    except CHART_FAILURES as error:
        raise Refused(f"what the case did cannot be undone: {error}; amend the data first") from None
    close(turn, "cancelled", "cancelled", {**plain(result), "reason": act.reason}, turn.now)
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


ACTS = (
    ActKind(EventInput, event, who.reporter, "report"),
    ActKind(AmendInput, amend, who.owner, "amend"),
    ActKind(CommentInput, comment, who.anybody, "comment"),
    ActKind(AttachInput, attach, who.anybody, "attach to"),
    ActKind(HoldInput, hold, who.owner, "hold"),
    ActKind(ResumeInput, resume, who.owner, "resume"),
    ActKind(CancelInput, cancel, who.owner, "cancel"),
    ActKind(MoveDeadlineInput, move_deadline, who.owner, "move a deadline of"),
)
