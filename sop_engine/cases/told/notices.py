"""What a notice that waits for something tells its case: the chart hears `<as>.<word>`, and clocks count by the instant
at which it happened.

Several notices of one name are one promise: it is kept when the last of them is, and broken by the first that fails.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from sop_engine.cases.contracts.outgoing import NoticeReport, NoticeWord
from sop_engine.cases.people.actors import SYSTEM
from sop_engine.cases.running import timing
from sop_engine.cases.running.effects.sending import is_heard
from sop_engine.cases.running.incidents import open_incident, settle_status
from sop_engine.cases.running.state import CaseState, SentNotice
from sop_engine.cases.running.stepping import dispatch
from sop_engine.cases.running.turn import CHART_FAILURES, Turn
from sop_engine.cases.told.refusing import refuse_event
from sop_engine.statechart.model import matches
from sop_engine.statechart.snapshot import Event
from sop_engine.timekeeping import clocks

SIGNAL = "case.notice"


def sender_of_notice(state: CaseState, body: Mapping[str, Any]) -> str | None:
    """The notice that a report must be from; none where the case has sent no such one."""
    notice = state.notices.get(str(body.get("key")))
    if notice is None or body.get("case_id") != notice.id_in(state.case_id):
        return None
    return notice.id_in(state.case_id) if notice.run_id in (None, body.get("run_id")) else None


def notice_started(turn: Turn, key: str, run_id: str) -> None:
    notice = turn.state.notices.get(key)
    if notice is not None:
        status = "waiting" if notice.status == "starting" else notice.status
        turn.state.notices[key] = notice.model_copy(update={"run_id": run_id or None, "status": status})


def notice_lost(turn: Turn, key: str, why: str) -> None:
    """It could not be started, or was ended from outside: nothing more comes of it."""
    notice = turn.state.notices.get(key)
    if notice is not None and notice.status not in ("kept", "failed", "skipped"):
        turn.state.notices[key] = notice.model_copy(update={"status": "failed"})
        _fail(turn, notice, {"addressee": notice.addressee, "note": why}, why)


def notice_told(turn: Turn, body: Mapping[str, Any]) -> None:
    """Takes a report once, in the order of its number."""
    try:
        report = NoticeReport.model_validate({key: value for key, value in body.items() if key != "sent_by"})
    except ValidationError as error:
        refuse_event(turn, SIGNAL, str(error))
        return
    notice = turn.state.notices.get(report.key)
    if notice is None or report.number <= notice.heard or turn.state.is_closed:
        return
    kept_at = report.at if report.word == "kept" else notice.kept_at
    turn.state.notices[report.key] = notice.model_copy(
        update={"heard": report.number, "status": report.word, "kept_at": kept_at}
    )
    data = {"addressee": notice.addressee, "channel": report.channel, "note": report.note}
    match report.word:
        case "failed" if not report.declined:
            _fail(turn, notice, data, report.note or "nobody was reached")
        case "kept":
            _keep(turn, notice, data)
        case "withdrawn":
            _withdraw(turn, notice, data)
        case _:
            _dispatch(turn, notice, report.word, data, report)
    if report.word in ("kept", "skipped"):
        _mended(turn, notice)


def _keep(turn: Turn, notice: SentNotice, data: dict[str, Any]) -> None:
    """The promise is kept when the last of its notices is, at the latest of their instants."""
    together = _together(turn.state, notice)
    ends = [other.kept_at for other in together if other.status == "kept" and other.kept_at is not None]
    if len(ends) < len(together):
        turn.journal("notice", f"{notice.name}.kept", SYSTEM, data=data, note="the others are waited for")
        return
    _dispatch(turn, notice, "kept", data, at=max(ends))


def _withdraw(turn: Turn, notice: SentNotice, data: dict[str, Any]) -> None:
    """What was kept was not: clocks that it stopped go on as if nothing had been."""
    ends = [other.kept_at for other in _together(turn.state, notice) if other.kept_at is not None]
    if ends and notice.kept_at is not None:
        event = f"{notice.name}.kept"
        for key, running in list(turn.state.clocks.items()):
            spec = turn.procedure.clock_spec(running.name)
            if spec is None or not any(matches(trigger, event) for trigger in spec.stop.both):
                continue
            clock = clocks.reopen(running.clock, max(ends))
            if clock is not running.clock and not timing.open_keys(turn, running.name):
                timing.put(turn, key, clock, running.pauses)
                turn.state.truths[f"{running.name}.waiting"] = running.owner is None
                if turn.state.held_at is not None and running.on_hold == "pause":
                    timing.pause(turn, key, turn.state.held_at, "hold")
    turn.state.notices[notice.key] = turn.state.notices[notice.key].model_copy(update={"kept_at": None})
    _dispatch(turn, notice, "withdrawn", data)


def _fail(turn: Turn, notice: SentNotice, data: dict[str, Any], why: str) -> None:
    """The chart hears it, of several notices the first time; where it does not hear, a person has to, of each."""
    if is_heard(turn.procedure, f"{notice.name}.failed"):
        if any(other.status == "failed" and other.key != notice.key for other in _together(turn.state, notice)):
            turn.journal("notice", f"{notice.name}.failed", SYSTEM, data=data, note=f"{why}; it was broken before")
            return
        _dispatch(turn, notice, "failed", data)
        return
    open_incident(turn, "notice", f"{notice.name} to {notice.addressee}: {why}", key=notice.key)


def _mended(turn: Turn, notice: SentNotice) -> None:
    incident = turn.state.incidents.get(notice.key)
    if incident is not None and incident.kind == "notice":
        del turn.state.incidents[notice.key]
        settle_status(turn)


def _dispatch(
    turn: Turn,
    notice: SentNotice,
    word: NoticeWord,
    data: dict[str, Any],
    report: NoticeReport | None = None,
    at: Any = None,
) -> None:
    """Tells the chart; what it makes of it and fails waits in an incident."""
    happened = at or (report.at if report is not None else None)
    if happened is not None and happened > turn.now:
        happened = None
    event = Event(name=f"{notice.name}.{word}", data=data, origin="machine", at=happened)
    point = turn.mark()
    try:
        dispatch(turn, event, SYSTEM, kind="notice", note=data["note"])
    except CHART_FAILURES as error:
        turn.back_to(point)
        open_incident(turn, "event", str(error), event=event)


def _together(state: CaseState, notice: SentNotice) -> list[SentNotice]:
    """The notices that one step sent under one name."""
    stem = notice.key.partition(".")[0]
    return [other for key, other in state.notices.items() if key.partition(".")[0] == stem]
