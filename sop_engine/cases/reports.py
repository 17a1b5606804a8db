"""What machines tell a case: signals, ends of work, children's reports. None of it can fail the case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from sop_engine.cases import acts
from sop_engine.cases.actors import MACHINE, SYSTEM, case_actor
from sop_engine.cases.arming import needed, siblings_of
from sop_engine.cases.commands import Command, without_facts
from sop_engine.cases.contracts.acts import CancelInput, HoldInput, ResumeInput
from sop_engine.cases.contracts.signals import ChildReport, EventSignal
from sop_engine.cases.contracts.watching import CaseEnd
from sop_engine.cases.definition import ChildSpec
from sop_engine.cases.engine_version import HARDENED
from sop_engine.cases.events import is_of_people, is_reserved, read_event
from sop_engine.cases.faults import SopError
from sop_engine.cases.incidents import open_incident
from sop_engine.cases.limits import KEPT_COMMAND_BYTES, size_of
from sop_engine.cases.refusing import REFUSED, refuse_event, refuse_message
from sop_engine.cases.state import CaseState, Child
from sop_engine.cases.stepping import dispatch
from sop_engine.cases.taking import store_result, try_event
from sop_engine.cases.turn import CHART_FAILURES, Turn, facts_of
from sop_engine.statechart.snapshot import Event
from sop_engine.timekeeping.instants import is_near

PARENT = "parent"
"""The key of the incident of a case whose parent was ended past the engine."""


def signal(turn: Turn, message: EventSignal) -> None:
    """An event from another system. What cannot be taken is recorded with the reason."""
    if turn.state.is_closed:
        refuse_event(turn, message.name, "the case is closed", data=message.data)
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
    at = message.at
    notes = [f"says it is {message.actor!r}"] if message.actor is not None else []
    if at is not None and (not is_near(at) or at > turn.now):
        notes.append(f"said to have happened at {at.isoformat()}, which cannot be: counted as heard now")
        at = None
    declared = message.name in turn.procedure.definition.events
    try:
        heard = Event(name=message.name, data=values if declared else dict(message.data), origin="machine", at=at)
    except ValidationError as error:
        unreadable(turn, message.name, "; ".join(found["msg"] for found in error.errors()))
        return
    try_event(turn, heard, MACHINE, "; ".join(notes) or None)


def unreadable(turn: Turn, name: str, why: str) -> None:
    """A signal whose body cannot be read is recorded and changes nothing."""
    refuse_event(turn, name, why)


def not_told(turn: Turn, case_id: str, what: str, why: str) -> None:
    """Another case could not be told: it is closed, or there is none of that id."""
    turn.journal("not_told", f"{case_id} {what}", SYSTEM, note=why)


# -- automated work ----------------------------------------------------------------------------------------------------


def work_done(turn: Turn, key: str, result: Mapping[str, Any]) -> None:
    """An activity finished: its result is stored, then the chart takes `<state>.done`."""
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
        work_failed(turn, key, str(error))


def work_failed(turn: Turn, key: str, message: str) -> None:
    """An activity failed for good: the chart takes `<state>.failed`, or an incident waits for a person."""
    work = turn.state.works.get(key)
    if work is None or work.status != "running":
        return
    if "failed" in turn.procedure.heard_after(work.state):
        turn.state.works[key] = work.model_copy(update={"status": "failed"})
        event = Event(name=f"{work.state}.failed", data={"message": message[:2_000]}, origin="machine")
        try_event(turn, event, SYSTEM, note=message[:2_000])
        return
    turn.state.works[key] = work.model_copy(update={"status": "failed"})
    open_incident(turn, "work", message, key=key)


def effect_failed(turn: Turn, name: str, message: str, command: Command | None = None) -> None:
    """A notice, document or posting failed for good; the case goes on and the failure waits for a person."""
    number = turn.state.entries.get("effect", 0) + 1
    turn.state.entries["effect"] = number
    # Its facts are those of the case when it is asked for again: what was wrong may have been corrected by then.
    asked = without_facts(command, facts_of(turn.procedure, turn.state)).model_dump(mode="json") if command else None
    if size_of(asked) > KEPT_COMMAND_BYTES:
        asked, message = None, f"{message} (too large to be asked for again)"
    open_incident(turn, "effect", f"{name}: {message}", key=f"effect#{number}", command=asked)


# -- children ----------------------------------------------------------------------------------------------------------


def child_started(turn: Turn, key: str, run_id: str) -> None:
    """The child runs; from here on its report must carry this run id."""
    child = turn.state.children.get(key)
    if child is not None and child.status == "starting":
        turn.state.children[key] = child.model_copy(update={"status": "open", "run_id": run_id})


def child_not_started(turn: Turn, key: str, message: str) -> None:
    """The child could not be started, or was ended from outside; an incident waits for a person."""
    child = turn.state.children.get(key)
    if child is None or not child.is_live:
        return
    turn.state.children[key] = child.model_copy(update={"status": "failed"})
    open_incident(turn, "child", f"{child.case_id}: {message}", key=key)


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


def case_ended(turn: Turn, case_id: str, end: CaseEnd | None) -> None:
    """A relative ended without a word, as the server itself tells: an incident waits for a person."""
    if end is None:
        refuse_event(turn, "case.ended", f"{case_id} was not ended past the engine")
        return
    for key, child in list(turn.state.children.items()):
        if child.case_id == case_id and child.run_id in (None, end.first_run_id):
            child_not_started(turn, key, end.told())
    if is_parent(turn.state, case_id) and PARENT not in turn.state.incidents:
        message = f"{end.told()}; nobody waits for this case any more: cancel it, or skip this to go on alone"
        open_incident(turn, "parent", message, key=PARENT)


def is_relative(state: CaseState, case_id: str) -> bool:
    """Whether a case is the parent of this one, or one of its live children."""
    return is_parent(state, case_id) or any(
        child.case_id == case_id and child.is_live for child in state.children.values()
    )


def is_parent(state: CaseState, case_id: str) -> bool:
    return state.parent is not None and state.parent.case_id == case_id


def told_by_parent(turn: Turn, what: str, body: Mapping[str, Any]) -> None:
    """`case.hold`, `case.resume`, `case.cancel`: what happens to a parent happens to its live children."""
    teller = "parent"
    if turn.procedure.bundle.engine_version >= HARDENED and turn.state.parent is not None:
        teller = case_actor(turn.state.parent.case_id)
    told = {"actor": str(body.get("actor") or teller), "reason": str(body.get("reason") or "told by the parent case")}
    try:
        match what:
            case "case.hold":
                acts.hold(turn, HoldInput.model_validate(told))
            case "case.resume":
                acts.resume(turn, ResumeInput.model_validate(told))
            case "case.cancel":
                acts.cancel(turn, CancelInput.model_validate(told))
            case _:
                unreadable(turn, what, "no case tells its children so")
    except ValidationError as error:
        unreadable(turn, what, "; ".join(f"{found['loc'][0]}: {found['msg']}" for found in error.errors()))
    except SopError as error:
        # It is so already, and the parent's owner knows what they did: nobody has to be told.
        turn.journal(REFUSED, what, told["actor"], note=error.message)


def cancelled_from_outside(turn: Turn) -> None:
    """`temporal workflow cancel`, which names nobody."""
    told_by_parent(turn, "case.cancel", {"actor": "temporal", "reason": "cancelled through Temporal"})
