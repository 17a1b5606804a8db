"""Taking an event through the chart: what is left is disarmed, what is entered is armed, what is asked for becomes
commands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sop_engine.basis.models import Title
from sop_engine.cases.contracts.limits import HELD_BYTES, HELD_EVENTS, RESERVE_BYTES, OverfullError, size_of
from sop_engine.cases.people.actors import SYSTEM
from sop_engine.cases.running import arming, escalation, following, passing_on, reading, timing, uniqueness
from sop_engine.cases.running.closing import close
from sop_engine.cases.running.effects.kinds import carry_out
from sop_engine.cases.running.events import is_reserved
from sop_engine.cases.running.incidents import forget_settled, open_incident
from sop_engine.cases.running.state import HeldEvent
from sop_engine.cases.running.turn import CHART_FAILURES, Turn
from sop_engine.cases.running.unheard import UNHEARD, tell_owner, why_unheard
from sop_engine.statechart.actions import in_order
from sop_engine.statechart.snapshot import Event, Snapshot, Step
from sop_engine.statechart.transition import advance, next_due, transition
from sop_engine.timekeeping.ladders import STILL_OVERDUE

INSTANT = timedelta(microseconds=1)

MAXIMUM_REPORTS = 100
"""More states than this that are done as they are entered run in a circle."""


def dispatch(
    turn: Turn,
    event: Event,
    actor: str,
    *,
    kind: str = "event",
    at: datetime | None = None,
    title: Title | None = None,
    note: str | None = None,
    before: Mapping[str, Any] | None = None,
) -> None:
    """Takes one event through the chart and journals the step; a held case keeps it until it is resumed.

    Raises one of CHART_FAILURES with the turn half changed.
    """
    at = at or turn.now
    before = turn.data if before is None else before
    turn.face(at, actor)
    if turn.is_held:
        _keep(turn, event, actor, kind, at, note, before)
        turn.judge_room(RESERVE_BYTES)
        return
    step = transition(turn.procedure.chart, turn.state.snapshot, event, at)
    heard = event.at or at
    timing.on_event(turn, event.name, heard)
    follow(turn, step, at, actor, event, heard)
    is_free = step.ignored and event.origin in ("person", "machine") and not is_reserved(turn, event.name)
    is_passed_on = is_free and passing_on.pass_on(turn, event)
    why = None if is_passed_on else why_unheard(turn, event, step)
    turn.journal(
        kind if why is None else UNHEARD,
        event.name,
        actor,
        at=at,
        happened_at=event.at,
        title=title,
        entered=step.entered,
        exited=step.exited,
        before=before,
        note="; ".join(filter(None, (why, note))) or None,
        data=event.data,
    )
    if why is not None and event.origin == "machine":
        tell_owner(turn, event.name, why)
    finish(turn, at)
    turn.judge_room(RESERVE_BYTES if actor == SYSTEM else 0)


def _keep(
    turn: Turn, event: Event, actor: str, kind: str, at: datetime, note: str | None, before: Mapping[str, Any]
) -> None:
    """Keeps an event for later as one that happened now, or when it says. Reminders are not kept: they come anew.

    Raises OverfullError where the case keeps too many already; what the engine itself reports is always kept.
    """
    kept = event.model_copy(update={"at": event.at or at})
    if event.origin == "timer" and event.data.get("rung") == STILL_OVERDUE:
        turn.journal(kind, event.name, actor, at=at, data=event.data)
        return
    if kind == "event" and turn.is_bounded:
        size = size_of(turn.state.held_events) + size_of(kept)
        if len(turn.state.held_events) >= HELD_EVENTS or size > HELD_BYTES:
            raise OverfullError(f"a held case keeps {HELD_EVENTS} events or {HELD_BYTES:,} bytes of them, not one more")
    turn.state.held_events = (*turn.state.held_events, HeldEvent(event=kept, actor=actor))
    _settle(turn, at)
    kind = "event_held" if kind == "event" else kind
    note = note or "kept until the case is resumed"
    turn.journal(kind, event.name, actor, at=at, happened_at=event.at, note=note, before=before, data=event.data)


def follow(
    turn: Turn, step: Step, at: datetime, actor: str, event: Event | None = None, heard: datetime | None = None
) -> None:
    """Carries a chart step over into the case: clocks, work, commands.

    Transitions happen now, but for clocks everything that `event` set off happened when it did: at `heard`.
    """
    turn.state.snapshot = step.snapshot
    turn.taken += step.taken
    told, is_heard, first = event, False, len(turn.commands)
    for micro in step.microsteps:
        is_heard = is_heard or (event is not None and micro.event is event)
        moment = heard if is_heard and heard is not None else micro.at
        if micro.event is not None and micro.event is not told and micro.event is not event:
            told = micro.event
            if told.origin == "chart":
                timing.on_event(turn, told.name, moment)
        for state in micro.exited:
            arming.disarm(turn, state, moment, micro.event)
        timing.on_exited(turn, micro.exited, moment)
        for effect in micro.effects:
            carry_out(turn, effect, micro.at, actor)
        for state in micro.entered:
            arming.arm(turn, state, micro.at, moment)
        timing.on_entered(turn, micro.entered, moment)
    for failed in step.failed_delays:
        open_incident(turn, "delay", failed.error, delay=failed.delay)
    _settle(turn, at)
    turn.tell_clocks(first)
    forget_settled(turn)


def _settle(turn: Turn, at: datetime) -> None:
    """What hangs on the case's data, wherever it was changed: what it reads, clocks, and children that follow."""
    reading.settle(turn)
    uniqueness.settle(turn)
    timing.settle(turn, at)
    following.tell_children(turn)


def finish(turn: Turn, at: datetime) -> None:
    """Takes what arming reported at once, and closes the case when its chart is done."""
    while turn.reports and not turn.state.is_closed:
        report = turn.reports.pop(0)
        turn.reported += 1
        if turn.reported > MAXIMUM_REPORTS:
            raise ValueError(f"{report.name} is reported without an end: every list is empty")
        dispatch(turn, report, SYSTEM, at=at)
    snapshot = turn.state.snapshot
    if snapshot.done and not turn.state.is_closed:
        close(turn, "completed", snapshot.outcome or "completed", snapshot.result, at)


MAXIMUM_RUNGS = 100
"""More rungs than this at one instant feed each other."""


def catch_up(turn: Turn, until: datetime) -> None:
    """Handles every delay and rung due by `until`, each at its own instant, in the order of their instants.

    At one instant a delay comes before a rung: a clock that it stops is met on the dot. What fails is parked in an
    incident; the rest goes on.
    """
    last, count = None, 0
    while not turn.state.is_closed:
        delay_at = None if turn.is_held else next_due(turn.state.snapshot)
        rung = timing.earliest_rung(turn, until if delay_at is None else min(until, delay_at - INSTANT))
        if rung is not None and rung.at <= until and (delay_at is None or rung.at < delay_at):
            last, count = rung.at, count + 1 if rung.at == last else 1
            if count > MAXIMUM_RUNGS:
                timing.cancel(turn, rung.key, rung.at)
                open_incident(turn, "effect", f"the clock {rung.key} is started and due again without an end")
            else:
                _try_rung(turn, rung, until)
        elif delay_at is not None and delay_at <= until:
            _let_delay_pass(turn, delay_at)
        else:
            return


def _try_rung(turn: Turn, rung: timing.DueRung, until: datetime) -> None:
    """Reaches a rung; a clock that cannot be counted on has none ahead any more, and waits in an incident."""
    point = turn.mark()
    try:
        reach(turn, rung, until)
    except CHART_FAILURES as error:
        turn.back_to(point)
        timing.silence(turn, rung.key)
        open_incident(turn, "effect", f"the clock {rung.key} cannot go on: {error}")


def _let_delay_pass(turn: Turn, at: datetime) -> None:
    """Handles the first delay that is due at `at`, and what it sends for the same instant."""
    snapshot = turn.state.snapshot
    due = sorted((delay for delay in snapshot.delays if not delay.parked and delay.due_at <= at), key=in_order)
    later = tuple(delay.id for delay in due[1:])
    before = turn.data
    point = turn.mark()
    turn.face(at, SYSTEM)
    try:
        step = advance(turn.procedure.chart, _parking(turn.state.snapshot, later, True), at)
        step = step.model_copy(update={"snapshot": _parking(step.snapshot, later, False)})
        follow(turn, step, at, SYSTEM)
        name = next((micro.event.name for micro in step.microsteps if micro.event is not None), due[0].key)
        turn.journal("timer", name, SYSTEM, at=at, entered=step.entered, exited=step.exited, before=before)
        finish(turn, at)
        turn.judge_room(RESERVE_BYTES)
    except CHART_FAILURES as error:
        turn.back_to(point)
        turn.state.snapshot = _parking(snapshot, (due[0].id,), True)
        parked = due[0].model_copy(update={"parked": True})
        open_incident(turn, "delay", str(error), delay=parked)


def _parking(snapshot: Snapshot, delays: tuple[str, ...], parked: bool) -> Snapshot:
    changed = tuple(
        delay.model_copy(update={"parked": parked}) if delay.id in delays else delay for delay in snapshot.delays
    )
    return snapshot.model_copy(update={"delays": changed})


def reach(turn: Turn, due: timing.DueRung, until: datetime) -> None:
    """A clock reaches a rung: it is journalled at its instant, told to the chart, and escalates as the ladder says.

    Where the clock reached further rungs in the same outage, only the last one sends notices.
    """
    running = turn.state.clocks[due.key]
    timing.fire(turn, due)
    tasks = [task for task in turn.state.open_tasks() if timing.times(turn.procedure, running, task.state)]
    due_at = timing.due_of(turn, due.key)
    escalation.hand_over(turn, due.rung, tasks)
    point = turn.mark()
    event = Event(
        name=f"{running.name}.{due.rung.key}",
        data={
            "clock": due.key,
            "rung": due.rung.key,
            "due_at": due_at,
            "due_on": timing.calendar_for(turn, running).last_day(due_at),
        },
        origin="timer",
    )
    try:
        dispatch(turn, event, SYSTEM, kind="rung", at=due.at, title=turn.procedure.title_of(running.name))
    except CHART_FAILURES as error:
        turn.back_to(point)
        open_incident(turn, "event", str(error), event=event)
    following = timing.next_rung(turn, due.key) if due.key in turn.state.clocks else None
    if following is None or following.at > until:
        escalation.tell(turn, running, due, due_at, tasks)
