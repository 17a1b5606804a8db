"""What machines tell a case: signals, ends of work, children's reports. None of it can fail the case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sop_engine.cases import acts
from sop_engine.cases.acts import store_result, take_event
from sop_engine.cases.contracts import CancelInput, ChildReport, DocumentResult, EventSignal, HoldInput, ResumeInput
from sop_engine.cases.definition import ChildSpec
from sop_engine.cases.events import is_reserved, read_event
from sop_engine.cases.faults import SopError
from sop_engine.cases.state import Child
from sop_engine.cases.stepping import SYSTEM, dispatch, open_incident
from sop_engine.cases.turn import CHART_FAILURES, Turn
from sop_engine.statechart.snapshot import Event

MACHINE = "machine"


def signal(turn: Turn, message: EventSignal) -> None:
    """An event from another system. What cannot be taken is recorded with the reason."""
    if turn.state.is_closed:
        turn.journal("event_refused", message.name, MACHINE, note="the case is closed", data=message.data)
        return
    if is_reserved(turn, message.name):
        turn.journal(
            "event_refused", message.name, MACHINE, note="the name is reserved for the engine", data=message.data
        )
        return
    values, faults = read_event(turn, message.name, message.data)
    if faults:
        note = "; ".join(str(fault) for fault in faults)
        turn.journal("event_refused", message.name, MACHINE, note=note, data=message.data)
        return
    at = message.at
    if at is not None and (at.tzinfo is None or at > turn.now):
        at = None
    declared = message.name in turn.procedure.definition.events
    heard = Event(name=message.name, data=values if declared else dict(message.data), origin="machine", at=at)
    _guarded(turn, heard)


def unreadable(turn: Turn, name: str, why: str) -> None:
    """A signal whose body cannot be read is recorded and changes nothing."""
    turn.journal("event_refused", name, MACHINE, note=why)


def not_told(turn: Turn, case_id: str, what: str, why: str) -> None:
    """Another case could not be told: it is closed, or there is none of that id."""
    turn.journal("not_told", f"{case_id} {what}", SYSTEM, note=why)


def _guarded(turn: Turn, heard: Event) -> None:
    point = turn.mark()
    try:
        take_event(turn, heard, MACHINE)
    except CHART_FAILURES as error:
        turn.back_to(point)
        open_incident(turn, "event", str(error), event=heard)


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
    """An activity failed for good: an incident waits for a person, the case goes on living."""
    work = turn.state.works.get(key)
    if work is None or work.status != "running":
        return
    turn.state.works[key] = work.model_copy(update={"status": "failed"})
    open_incident(turn, "work", message, key=key)


def effect_failed(turn: Turn, name: str, message: str) -> None:
    """A notice, document or posting failed for good; the case goes on and the failure waits for a person."""
    number = turn.state.entries.get("effect", 0) + 1
    turn.state.entries["effect"] = number
    open_incident(turn, "effect", f"{name}: {message}", key=f"effect#{number}")


def document_made(turn: Turn, document: DocumentResult, state: str | None) -> None:
    """A document was rendered and kept; the case knows its version and hash."""
    entry = {**document.model_dump(), "state": state, "at": turn.now.isoformat()}
    turn.state.documents = (*turn.state.documents, entry)
    turn.journal("document", document.template, SYSTEM, data={"version": document.version, "sha256": document.sha256})


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
        turn.journal("event_refused", "case.child", report.case_id, note="no child of this case reports under that key")
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
        _take_report(turn, ended, spec, report)
    except CHART_FAILURES as error:
        turn.back_to(point)
        event = Event(name=f"{child.state}.{report.outcome}", data=report.result, origin="machine")
        open_incident(turn, "event", str(error), event=event)


def _take_report(turn: Turn, child: Child, spec: ChildSpec, report: ChildReport) -> None:
    before = turn.data
    title = turn.procedure.title_of(str(child.state))
    if child.index is None:
        present = {field: key for field, key in spec.store.items() if key in report.result}
        store_result(turn, present, report.result)
        event = Event(name=f"{child.state}.{report.outcome}", data=report.result, origin="machine")
    else:
        siblings = [
            other for other in turn.state.children.values() if other.state == child.state and other.index is not None
        ]
        entry = child.key.rsplit(".", 1)[0]
        siblings = [other for other in siblings if other.key.rsplit(".", 1)[0] == entry]
        ended = [other for other in siblings if not other.is_live]
        needed = (
            len(siblings) if spec.until == "all" else 1 if spec.until == "any" else min(int(spec.until), len(siblings))
        )
        if len(ended) < needed:
            turn.journal("child", f"{child.case_id} {report.outcome}", SYSTEM, title=title)
            return
        results = [{"case_id": other.case_id, "outcome": other.outcome, "result": other.result} for other in ended]
        event = Event(name=f"{child.state}.all", data={"results": results}, origin="machine")
    dispatch(turn, event, SYSTEM, kind="child", title=title, before=before, note=child.case_id)


def told_by_parent(turn: Turn, what: str, body: Mapping[str, Any]) -> None:
    """`case.hold`, `case.resume`, `case.cancel`: what happens to a parent happens to its live children."""
    actor, reason = str(body.get("actor") or "parent"), str(body.get("reason") or "told by the parent case")
    try:
        if what == "case.hold":
            acts.hold(turn, HoldInput(actor=actor, reason=reason))
        elif what == "case.resume":
            acts.resume(turn, ResumeInput(actor=actor, reason=reason))
        elif what == "case.cancel":
            acts.cancel(turn, CancelInput(actor=actor, reason=reason))
    except SopError as error:
        turn.journal("event_refused", what, actor, note=error.message)
