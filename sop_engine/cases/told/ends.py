"""The ends of what a case asked for: automated work, notices, documents, postings, children; and of relatives."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, assert_never

from sop_engine.cases.contracts.commands import (
    CancelWork,
    ReportToParent,
    RunWork,
    SendNotice,
    StartCase,
    TellCase,
    without_facts,
)
from sop_engine.cases.contracts.effects import EffectCommand, WorkResult
from sop_engine.cases.contracts.limits import KEPT_COMMAND_BYTES, size_of
from sop_engine.cases.contracts.outgoing import NoticeStarted
from sop_engine.cases.contracts.signals import ChildReport
from sop_engine.cases.people.actors import SYSTEM
from sop_engine.cases.running.arming import needed, siblings_of
from sop_engine.cases.running.effects.choose import Choice, ChoosePerson
from sop_engine.cases.running.effects.kinds import EFFECTS
from sop_engine.cases.running.effects.read import ReadResult, ReadRow
from sop_engine.cases.running.effects.unique import TakeValue, UniqueResult
from sop_engine.cases.running.incidents import open_incident
from sop_engine.cases.running.state import CaseState, Child
from sop_engine.cases.running.stepping import dispatch
from sop_engine.cases.running.turn import CHART_FAILURES, Turn, facts_of
from sop_engine.cases.told.choices import take_choice
from sop_engine.cases.told.hearing import store_result, try_event
from sop_engine.cases.told.messages import ChildStarted, CommandDone, CommandFailed, RelativeEnded, Taken
from sop_engine.cases.told.notices import notice_lost, notice_started
from sop_engine.cases.told.refusing import refuse_event
from sop_engine.cases.told.row_reads import take_row
from sop_engine.cases.told.unique_values import take_answer
from sop_engine.cases.written.definition import ChildSpec
from sop_engine.statechart.snapshot import Event

PARENT = "parent"
"""The key of the incident of a case whose parent was ended past the engine."""


def _done(turn: Turn, message: CommandDone) -> None:
    command, answer = message.command, message.answer
    if isinstance(command, RunWork):
        assert isinstance(answer, WorkResult)
        _work_done(turn, command.key, answer.values)
    elif isinstance(command, ReadRow):
        assert isinstance(answer, ReadResult)
        take_row(turn, command, answer)
    elif isinstance(command, TakeValue):
        assert isinstance(answer, UniqueResult)
        take_answer(turn, command, answer)
    elif isinstance(command, SendNotice):
        assert isinstance(answer, NoticeStarted)
        notice_started(turn, command.given.key, answer.run_id)
    elif isinstance(command, ChoosePerson):
        assert isinstance(answer, Choice)
        take_choice(turn, command, answer)
    elif isinstance(command, EffectCommand) and (hear := EFFECTS[command.kind].hear) is not None:
        hear(turn, command, answer)


def _failed(turn: Turn, message: CommandFailed) -> None:
    match message.command:
        case RunWork() as work:
            _work_failed(turn, work.key, f"{work.activity}: {message.why}")
        case StartCase() as start:
            child_not_started(turn, start.key, message.why)
        case TellCase() as tell:
            turn.journal("not_told", f"{tell.case_id} {tell.signal}", SYSTEM, note=message.why)
        case SendNotice() as notice:
            notice_lost(turn, notice.given.key, message.why)
        case EffectCommand() as effect:
            _effect_failed(turn, effect, message.why)
        case ReportToParent() | CancelWork() as other:
            raise ValueError(f"nobody is told how {other.kind} went")
        case unknown:
            assert_never(unknown)


def _work_done(turn: Turn, key: str, result: Mapping[str, Any]) -> None:
    """The result is stored, then the chart takes `<state>.done`."""
    work = turn.state.works.get(key)
    if work is None or work.status != "running":
        return
    spec = turn.procedure.shapes[work.state].work
    before = turn.data
    point = turn.mark()
    try:
        turn.state.works[key] = work.model_copy(update={"status": "completed"})
        store_result(turn, spec.store if spec is not None else {}, dict(result))
        event = Event(name=f"{work.state}.done", data=dict(result), origin="machine")
        dispatch(turn, event, SYSTEM, kind="work", title=turn.procedure.title_of(work.state), before=before)
    except CHART_FAILURES as error:
        turn.back_to(point)
        _work_failed(turn, key, str(error))


def _work_failed(turn: Turn, key: str, why: str) -> None:
    """The chart takes `<state>.failed`, or an incident waits for a person."""
    work = turn.state.works.get(key)
    if work is None or work.status != "running":
        return
    turn.state.works[key] = work.model_copy(update={"status": "failed"})
    if "failed" in turn.procedure.heard_after(work.state):
        note = why[:2_000]
        try_event(turn, Event(name=f"{work.state}.failed", data={"message": note}, origin="machine"), SYSTEM, note)
        return
    open_incident(turn, "work", why, key=key)


def _effect_failed(turn: Turn, command: EffectCommand, why: str) -> None:
    """The case goes on, and the failure waits for a person."""
    number = turn.state.entries["effect"] = turn.state.entries.get("effect", 0) + 1
    # Its facts are those of the case when it is asked for again: what was wrong may have been corrected by then.
    asked: dict[str, Any] | None
    asked = without_facts(command, facts_of(turn.procedure, turn.state)).model_dump(mode="json")
    if size_of(asked) > KEPT_COMMAND_BYTES:
        asked, why = None, f"{why} (too large to be asked for again)"
    what = f"{command.noun} {command.names[0]}: {why}"
    open_incident(turn, "effect", what, key=f"effect#{number}", command=asked)


# -- children ----------------------------------------------------------------------------------------------------------


def _child_started(turn: Turn, message: ChildStarted) -> None:
    child = turn.state.children.get(message.key)
    if child is not None and child.status == "starting":
        turn.state.children[child.key] = child.model_copy(update={"status": "open", "run_id": message.run_id})


def child_not_started(turn: Turn, key: str, why: str) -> None:
    """It could not be started, or was ended from outside: an incident waits for a person."""
    child = turn.state.children.get(key)
    if child is None or not child.is_live:
        return
    turn.state.children[key] = child.model_copy(update={"status": "failed"})
    open_incident(turn, "child", f"{child.case_id}: {why}", key=key)


def child_failed(turn: Turn, report: ChildReport) -> None:
    """The child could not be opened and says why."""
    child = turn.state.children.get(report.key)
    if child is not None and child.case_id == report.case_id:
        child_not_started(turn, report.key, str(report.result.get("message")))


def child_reported(turn: Turn, report: ChildReport) -> None:
    """A child closed: its result is stored, then the chart takes `<state>.<outcome>` (or `<state>.all`)."""
    child = turn.state.children.get(report.key)
    if child is None or child.case_id != report.case_id or (child.run_id not in (None, report.run_id)):
        refuse_event(turn, "case.child", "no child of this case reports under that key", actor=report.case_id)
        return
    if child.status in ("completed", "cancelled") and child.outcome is not None:
        return
    was_live = child.is_live
    status = "cancelled" if report.outcome == "cancelled" else "completed"
    ended = child.model_copy(update={"status": status, "outcome": report.outcome, "result": report.result})
    turn.state.children[report.key] = ended
    spec = turn.procedure.shapes[child.state].child if child.state is not None else None
    if not was_live or spec is None or child.detached or turn.state.is_closed:
        turn.journal("child", f"{child.case_id} {report.outcome}", SYSTEM)
        return
    point = turn.mark()
    try:
        take_report(turn, ended, spec)
    except CHART_FAILURES as error:
        turn.back_to(point)
        open_incident(turn, "child", f"{child.case_id} reported {report.outcome}: {error}", key=child.key)


def take_report(turn: Turn, child: Child, spec: ChildSpec) -> None:
    """Takes the end of a child through the chart; of several, the last one that is needed.

    Raises one of CHART_FAILURES with the turn half changed.
    """
    before = turn.data
    title = turn.procedure.title_of(str(child.state))
    if child.index is None:
        present = {field: key for field, key in spec.store.items() if key in child.result}
        store_result(turn, present, child.result)
        event = Event(name=f"{child.state}.{child.outcome}", data=child.result, origin="machine")
    else:
        siblings = siblings_of(child, turn.state.children.values())
        ended = [other for other in siblings if other.outcome is not None]
        if len(ended) != needed(spec.until, len(siblings)):
            turn.journal("child", f"{child.case_id} {child.outcome}", SYSTEM, title=title)
            return
        results = [{"case_id": other.case_id, "outcome": other.outcome, "result": other.result} for other in ended]
        event = Event(name=f"{child.state}.all", data={"results": results}, origin="machine")
    dispatch(turn, event, SYSTEM, kind="child", title=title, before=before, note=child.case_id)


def _relative_ended(turn: Turn, message: RelativeEnded) -> None:
    """An incident waits for a person."""
    end = message.end
    if end is None:
        refuse_event(turn, "case.ended", f"{message.case_id} was not ended past the engine")
        return
    for key, child in list(turn.state.children.items()):
        if child.case_id == message.case_id and child.run_id in (None, end.first_run_id):
            child_not_started(turn, key, end.told())
    for key, notice in list(turn.state.notices.items()):
        if notice.id_in(turn.state.case_id) == message.case_id and notice.run_id in (None, end.first_run_id):
            notice_lost(turn, key, end.told())
    if is_parent(turn.state, message.case_id) and PARENT not in turn.state.incidents:
        why = f"{end.told()}; nobody waits for this case any more: cancel it, or skip this to go on alone"
        open_incident(turn, "parent", why, key=PARENT)


def is_relative(state: CaseState, case_id: str) -> bool:
    """Whether a case is the parent of this one, or one of its live children, or a notice of its own."""
    return (
        is_parent(state, case_id)
        or any(child.case_id == case_id and child.is_live for child in state.children.values())
        or any(notice.id_in(state.case_id) == case_id for notice in state.notices.values())
    )


def is_parent(state: CaseState, case_id: str) -> bool:
    return state.parent is not None and state.parent.case_id == case_id


MESSAGES: Taken = MappingProxyType(
    {
        CommandDone: _done,
        CommandFailed: _failed,
        ChildStarted: _child_started,
        RelativeEnded: _relative_ended,
    }
)
