"""Taking an event through the chart: what is left is disarmed, what is entered is armed, what is asked for becomes
commands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sop_engine.cases import arming, effects, timing
from sop_engine.cases.closing import close
from sop_engine.cases.commands import TellCase
from sop_engine.cases.contracts import StepView
from sop_engine.cases.fields import Title
from sop_engine.cases.state import Incident
from sop_engine.cases.turn import CHART_FAILURES, Turn
from sop_engine.statechart.snapshot import Event, Step
from sop_engine.statechart.transition import advance, next_due, transition

INSTANT = timedelta(microseconds=1)
SYSTEM = "system"


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
) -> StepView:
    """Takes one event through the chart and journals the step.

    Raises one of CHART_FAILURES with the turn half changed.
    """
    at = at or turn.now
    before = turn.data if before is None else before
    turn.face(at, actor)
    step = transition(turn.procedure.chart, turn.state.snapshot, event, at)
    heard = event.at or at
    timing.on_event(turn, event.name, heard)
    taken = follow(turn, step, at, actor, heard)
    if not taken and event.origin == "machine":
        _pass_on(turn, event)
    view = turn.journal(
        kind,
        event.name,
        actor,
        at=at,
        happened_at=event.at,
        title=title,
        entered=step.entered,
        exited=step.exited,
        before=before,
        note=note,
        data=event.data,
    )
    finish(turn, at)
    return view


def follow(turn: Turn, step: Step, at: datetime, actor: str, heard: datetime) -> bool:
    """Carries a chart step over into the case: clocks, work, commands. Tells whether any transition was taken."""
    turn.state.snapshot = step.snapshot
    for number, micro in enumerate(step.microsteps):
        moment = heard if number == 0 else micro.at
        if micro.event is not None and number > 0 and micro.event.origin == "chart":
            timing.on_event(turn, micro.event.name, micro.at)
        for state in micro.exited:
            arming.disarm(turn, state, moment)
        timing.on_exited(turn, micro.exited, moment)
        for effect in micro.effects:
            effects.carry_out(turn, effect, micro.at, actor)
        for state in micro.entered:
            arming.arm(turn, state, micro.at)
        timing.on_entered(turn, micro.entered, moment)
    for failed in step.failed_delays:
        open_incident(turn, "delay", failed.error, delay=failed.delay)
    timing.settle(turn, at)
    return bool(step.microsteps)


def finish(turn: Turn, at: datetime) -> None:
    """Closes the case when its chart is done."""
    snapshot = turn.state.snapshot
    if snapshot.done and not turn.state.is_closed:
        close(turn, "completed", snapshot.outcome or "completed", snapshot.result, at)


def catch_up(turn: Turn, until: datetime) -> None:
    """Handles every delay and rung due by `until`, each at its own instant, in the order of their instants.

    What fails is parked in an incident; the rest goes on.
    """
    while not turn.state.is_closed:
        rung = timing.earliest_rung(turn)
        delay_at = None if turn.state.held_at is not None else next_due(turn.state.snapshot)
        if rung is not None and rung.at <= until and (delay_at is None or rung.at < delay_at):
            reach(turn, rung, until)
        elif delay_at is not None and delay_at <= until:
            _let_delays_pass(turn, delay_at)
        else:
            return


def _let_delays_pass(turn: Turn, at: datetime) -> None:
    before = turn.data
    turn.face(at, SYSTEM)
    step = advance(turn.procedure.chart, turn.state.snapshot, at)
    follow(turn, step, at, SYSTEM, at)
    name = next((micro.event.name for micro in step.microsteps if micro.event is not None), "delay")
    turn.journal("timer", name, SYSTEM, at=at, entered=step.entered, exited=step.exited, before=before)
    finish(turn, at)


def reach(turn: Turn, due: timing.DueRung, until: datetime) -> None:
    """A clock reaches a rung: it is journalled at its instant, told to the chart, and escalates as the ladder says.

    Where the clock reached further rungs in the same outage, only the last one sends notices.
    """
    running = turn.state.clocks[due.key]
    timing.fire(turn, due)
    following = timing.next_rung(turn, due.key)
    quiet = following is not None and following.at <= until
    point = turn.mark()
    event = Event(
        name=f"{running.name}.{due.rung.key}",
        data={"clock": due.key, "rung": due.rung.key, "due_at": timing.due_of(turn, due.key)},
        origin="timer",
    )
    try:
        if not quiet:
            escalate(turn, due)
        dispatch(turn, event, SYSTEM, kind="rung", at=due.at, title=turn.procedure.title_of(running.name))
    except CHART_FAILURES as error:
        turn.back_to(point)
        open_incident(turn, "event", str(error), event=event)


def escalate(turn: Turn, due: timing.DueRung) -> None:
    """Notices, reassignment and priority that a rung of the ladder asks for."""
    running = turn.state.clocks[due.key]
    tasks = [task for task in turn.state.open_tasks() if task.state == running.owner]
    role = tasks[0].role if tasks else turn.procedure.definition.owner
    assignees = tuple(dict.fromkeys(task.assignee for task in tasks if task.assignee is not None))
    values = {
        "clock": due.key,
        "rung": due.rung.key,
        "due_at": timing.due_of(turn, due.key).isoformat(),
        "title": turn.procedure.title_of(running.name).model_dump(),
        "tasks": [task.key for task in tasks],
    }
    superiors = turn.procedure.bundle.superiors
    no_people: tuple[str, ...] = ()
    for named in due.rung.notify:
        recipient, people = named, no_people
        if named == "assignee":
            recipient, people = (named, assignees) if assignees else (role, no_people)
        elif named == "supervisor":
            recipient = superiors.get(role) or turn.procedure.definition.owner
        elif named == "owner":
            recipient = turn.procedure.definition.owner
        template = due.rung.template or "clock_rung"
        effects.notify(turn, recipient, template, values, running.owner, SYSTEM, people)
    for task in tasks:
        update: dict[str, Any] = {}
        if due.rung.priority is not None:
            update["priority"] = due.rung.priority
        if due.rung.reassign is not None:
            update |= {"role": due.rung.reassign, "assignee": None, "status": "ready"}
        if update:
            turn.state.tasks[task.key] = task.model_copy(update=update)


def open_incident(turn: Turn, kind: str, message: str, *, key: str | None = None, **details: Any) -> Incident:
    """Records a technical failure that waits for a person, and tells the case's owner."""
    incident = Incident.model_validate(
        {
            "key": key or f"step#{turn.state.step + 1}",
            "kind": kind,
            "message": message[:2_000],
            "at": turn.now,
            **details,
        }
    )
    turn.state.incidents[incident.key] = incident
    if turn.state.status == "open":
        turn.state.status = "blocked"
    turn.journal("incident", incident.key, SYSTEM, note=incident.message)
    return incident


def _pass_on(turn: Turn, event: Event) -> None:
    """An event that no transition takes goes on to each live child whose SOP declares it."""
    for child in turn.state.live_children():
        if event.name in turn.procedure.bundle.child_events.get(child.sop, ()):
            body = {"name": event.name, "data": event.data, "id": f"{turn.state.case_id}.pass.{turn.state.step + 1}"}
            turn.commands.append(TellCase(case_id=child.case_id, signal="event", body=body))
