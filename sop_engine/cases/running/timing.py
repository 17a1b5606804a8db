"""The clocks of a case: started, stopped and paused by what happens to it, and the rungs they reach."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple, assert_never

from sop_engine.cases.running.state import RunningClock
from sop_engine.cases.running.turn import Turn
from sop_engine.cases.written.definition import ClockSpec, Trigger
from sop_engine.cases.written.engine_version import HARDENED
from sop_engine.cases.written.procedure import NotFilledError, Procedure, instant_of, period_of
from sop_engine.statechart.expressions import ExpressionError
from sop_engine.statechart.model import matches
from sop_engine.timekeeping import clocks, escalation
from sop_engine.timekeeping.calendar import BusinessCalendar
from sop_engine.timekeeping.ladders import STILL_OVERDUE, Ladder, Rung
from sop_engine.timekeeping.periods import Period, PeriodError
from sop_engine.timekeeping.sla_clock import SlaClock

# The order in which one event acts on a clock: what ends a run comes before what begins one.


class DueRung(NamedTuple):
    """A rung that a clock reaches at an instant."""

    at: datetime
    key: str
    rung: Rung


def calendar_for(turn: Turn, running: RunningClock) -> BusinessCalendar:
    spec = turn.procedure.clock_spec(running.name)
    return turn.procedure.calendar_of(spec.calendar if spec is not None else None)


def ladder_for(turn: Turn, running: RunningClock) -> Ladder:
    return turn.procedure.bundle.ladders[running.ladder].with_warning(Decimal(running.warn))


def times(procedure: Procedure, running: RunningClock, state: str) -> bool:
    """Whether the clock times the task of a state: it is the state's own, or an outcome of the task stops it."""
    if running.owner is not None:
        return running.owner == state
    spec = procedure.definition.clocks.get(running.name)
    return spec is not None and any(trigger.startswith(f"{state}.") for trigger in spec.stop.both)


def start_clock(turn: Turn, name: str, spec: ClockSpec, at: datetime, *, key: str, owner: str | None) -> None:
    """Opens a clock; one `until` an instant that is not known yet opens when it becomes known."""
    calendar = turn.procedure.calendar_of(spec.calendar)
    until = None
    period = None
    if spec.until is not None:
        until = instant_of(spec.until, turn.scope(), turn.procedure.expressions, calendar)
        if until is None:
            return
    else:
        period = _period_of(turn, name, str(spec.within))
    since = (
        instant_of(spec.since, turn.scope(), turn.procedure.expressions, calendar) if spec.since is not None else None
    )
    clock = clocks.start_clock(
        name,
        since or at,
        calendar,
        key=key,
        allowance=period,
        until=until,
        roll=spec.roll,
        keeps_roll=not _is_hardened(turn),
    )
    turn.state.clocks[key] = RunningClock(
        clock=clock,
        name=name,
        ladder=spec.ladder,
        owner=owner,
        on_hold=spec.on_hold,
        warn=spec.warn,
        follows=_is_hardened(turn),
        since=since,
    )
    put(turn, key, clock)
    if turn.state.held_at is not None and spec.on_hold == "pause":
        pause(turn, key, at, "hold")
    for text in spec.pause:
        if _stands(turn, text):
            pause(turn, key, at, text)


def _period_of(turn: Turn, name: str, within: str) -> Period:
    held = {**turn.data, **turn.procedure.parameters}
    try:
        return period_of(within, held, turn.procedure.types, takes_durations=_is_hardened(turn))
    except NotFilledError as error:
        raise ValueError(f"the clock {name} cannot count: {error}") from None


def _stands(turn: Turn, trigger: str) -> bool:
    """Whether what an `in` or `when` trigger names is so at present."""
    if trigger.startswith("in "):
        return trigger.removeprefix("in ") in turn.state.snapshot.configuration
    return trigger.startswith("when ") and _holds(turn, trigger)


def _holds(turn: Turn, trigger: str) -> bool:
    """Whether a `when` holds; one that cannot be judged yet does not."""
    try:
        return turn.holds(trigger.removeprefix("when "))
    except ExpressionError:
        return False


def stop(turn: Turn, key: str, at: datetime) -> None:
    """Closes a clock as met or breached, judged at `at`."""
    running = turn.state.clocks[key]
    put(turn, key, clocks.stop(running.clock, max(at, running.clock.opened_at), calendar_for(turn, running)))


def end(turn: Turn, key: str, at: datetime) -> None:
    """Closes a clock that has nothing more to promise: without a verdict, unless it is breached."""
    running = turn.state.clocks[key]
    put(turn, key, clocks.end(running.clock, max(at, running.clock.opened_at), calendar_for(turn, running)))


def cancel(turn: Turn, key: str, at: datetime) -> None:
    running = turn.state.clocks[key]
    put(turn, key, clocks.cancel(running.clock, max(at, running.clock.opened_at)))


def pause(turn: Turn, key: str, at: datetime, cause: str) -> None:
    """Pauses a clock for one more cause; it runs again when no cause is left.

    Rungs reached after `at` proved false, where word of the pause came late: they are withdrawn.
    """
    running = turn.state.clocks[key]
    if cause in running.pauses:
        return
    clock = running.clock if running.pauses else _paused(running.clock, at, cause, calendar_for(turn, running))
    put(turn, key, clock, (*running.pauses, cause))


def _paused(clock: SlaClock, at: datetime, cause: str, calendar: BusinessCalendar) -> SlaClock:
    if all(rung.withdrawn or rung.at <= at for rung in clock.rungs):
        return clocks.pause(clock, at, cause)
    rungs = tuple(rung.model_copy(update={"withdrawn": rung.withdrawn or rung.at > at}) for rung in clock.rungs)
    due = clocks.due_at(clock, calendar)
    status = clock.status if due is not None and due <= at else "running"
    return clocks.pause(clock.model_copy(update={"rungs": rungs, "status": status}), at, cause)


def resume(turn: Turn, key: str, at: datetime, cause: str) -> None:
    running = turn.state.clocks[key]
    if cause not in running.pauses:
        return
    left = tuple(other for other in running.pauses if other != cause)
    clock = running.clock if left else clocks.resume(running.clock, at, calendar_for(turn, running), cause)
    put(turn, key, clock, left)


def fire(turn: Turn, due: DueRung) -> None:
    """Enters a rung as reached; at 100 % the clock is breached."""
    running = turn.state.clocks[due.key]
    put(turn, due.key, escalation.fire(running.clock, [escalation.DueRung(due.rung, due.at)]), running.pauses)


def silence(turn: Turn, key: str) -> None:
    """Lets a clock reach no rung any more; it stays as it stands."""
    silent = {"next_rung": None, "next_rung_at": None}
    turn.state.clocks[key] = turn.state.clocks[key].model_copy(update=silent)


def put(turn: Turn, key: str, clock: SlaClock, pauses: tuple[str, ...] = ()) -> None:
    """Keeps a changed clock together with its due instant and the rung it reaches next."""
    running = turn.state.clocks[key]
    calendar = calendar_for(turn, running)
    ahead = escalation.next_rung(clock, ladder_for(turn, running), calendar)
    turn.state.clocks[key] = running.model_copy(
        update={
            "clock": clock,
            "pauses": pauses,
            "due_at": clocks.due_at(clock, calendar),
            "next_rung": ahead.rung.key if ahead is not None else None,
            "next_rung_at": ahead.at if ahead is not None else None,
        }
    )


# -- triggers of the SOP's clocks --------------------------------------------------------------------------------------


def on_event(turn: Turn, name: str, at: datetime) -> None:
    """Lets an event start, stop, pause, resume or reset the SOP's clocks."""
    _fire(turn, at, lambda trigger: matches(trigger, name))


def waits_for(turn: Turn, name: str) -> bool:
    """Whether an event of that name moves a clock of the SOP, in whatever state."""
    return any(
        matches(trigger, name)
        for spec in turn.procedure.definition.clocks.values()
        for _, texts in spec.triggers
        for trigger in texts
    )


def on_entered(turn: Turn, states: Iterable[str], at: datetime) -> None:
    for state in states:
        _fire(turn, at, _entering(state))


def _entering(state: str) -> Callable[[str], bool]:
    return lambda trigger: trigger == f"in {state}"


def on_exited(turn: Turn, states: Iterable[str], at: datetime) -> None:
    """Leaving a state ends a pause that was declared `in` it."""
    for state in states:
        for name, spec in turn.procedure.definition.clocks.items():
            if f"in {state}" in spec.pause:
                for key in open_keys(turn, name):
                    resume(turn, key, at, f"in {state}")


def on_opened(turn: Turn, at: datetime) -> None:
    _fire(turn, at, lambda trigger: trigger == "opened")


def settle(turn: Turn, at: datetime) -> None:
    """After a step: `when` triggers that became true, and clocks whose instant or length moved or became known."""
    for name, spec in turn.procedure.definition.clocks.items():
        for trigger_kind, texts in spec.triggers:
            for text in texts:
                if text.startswith("when "):
                    _settle_condition(turn, name, spec, trigger_kind, text, at)
    for name, spec, owner in _specs(turn):
        if spec.until is not None:
            _settle_until(turn, name, spec, owner, at)
        else:
            _settle_length(turn, name, spec, at)


def _settle_condition(turn: Turn, name: str, spec: ClockSpec, trigger_kind: Trigger, text: str, at: datetime) -> None:
    holds = _holds(turn, text)
    memory = f"{name}.{trigger_kind}.{text}"
    before = turn.state.truths.get(memory, False)
    turn.state.truths[memory] = holds
    if holds and not before:
        _act(turn, name, spec, trigger_kind, at, text)
    elif before and not holds and trigger_kind == "pause":
        for key in open_keys(turn, name):
            resume(turn, key, at, text)


def _specs(turn: Turn) -> list[tuple[str, ClockSpec, str | None]]:
    """The SOP's clocks and those of states that are active or let theirs go on, each with the state it belongs to."""
    found: list[tuple[str, ClockSpec, str | None]] = [
        (name, spec, None) for name, spec in turn.procedure.definition.clocks.items()
    ]
    left = (str(running.owner) for running in turn.state.clocks.values() if running.goes_on)
    for state in dict.fromkeys((*turn.state.snapshot.configuration, *left)):
        found += [(name, spec, state) for name, spec in turn.procedure.shapes[state].clocks]
    return found


def _settle_length(turn: Turn, name: str, spec: ClockSpec, at: datetime) -> None:
    """Lets open runs of a clock follow the fields behind `within` and `since`; one that is emptied moves nothing."""
    within, since = str(spec.within), None
    is_field = within in turn.procedure.definition.data
    if not is_field and spec.since is None:
        return
    for key in open_keys(turn, name):
        running = turn.state.clocks[key]
        if not running.follows:
            continue
        calendar = calendar_for(turn, running)
        clock = running.clock
        if is_field and turn.data.get(within) not in (None, ""):
            period = _period_of(turn, name, within)
            clock = clocks.change_allowance(clock, period, calendar, reason=within, actor="case", at=at)
        if spec.since is not None:
            since = instant_of(spec.since, turn.scope(), turn.procedure.expressions, calendar)
        if since is not None and since != running.since:
            clock = clocks.change_since(clock, since, calendar, reason=str(spec.since), actor="case", at=at)
            turn.state.clocks[key] = running.model_copy(update={"since": since})
        if clock is not running.clock:
            put(turn, key, clock, running.pauses)


def lost_lengths(turn: Turn, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The fields whose new values are no length of time though a running clock counts by them, and what is wrong."""
    counting = [running.name for running in turn.state.clocks.values() if running.is_open and running.follows]
    within = [spec.within for name in counting if (spec := turn.procedure.clock_spec(name)) is not None]
    for field, value in values.items():
        if field in within and value not in (None, ""):
            try:
                period_of(field, values, turn.procedure.types)
            except PeriodError as error:
                yield field, f"'{error.text}' is no length of time: {error.reason}"


def _settle_until(turn: Turn, name: str, spec: ClockSpec, owner: str | None, at: datetime) -> None:
    calendar = turn.procedure.calendar_of(spec.calendar)
    until = instant_of(str(spec.until), turn.scope(), turn.procedure.expressions, calendar)
    if until is None:
        return
    keys = open_keys(turn, name)
    if not keys:
        waiting = owner is not None or turn.state.truths.get(f"{name}.waiting", False)
        number = turn.state.entries.get(owner if owner is not None else f"{name}.clock", 1)
        key = f"{name}#{number}"
        if waiting and key not in turn.state.clocks:
            start_clock(turn, name, spec, at, key=key, owner=owner)
        return
    for key in keys:
        running = turn.state.clocks[key]
        changed = clocks.change_until(running.clock, until, calendar, reason=str(spec.until), actor="case", at=at)
        if changed is not running.clock:
            put(turn, key, changed, running.pauses)


def _fire(turn: Turn, at: datetime, meant: Callable[[str], bool]) -> None:
    for name, spec in turn.procedure.definition.clocks.items():
        for trigger_kind, texts in spec.triggers:
            for text in texts:
                if meant(text):
                    _act(turn, name, spec, trigger_kind, at, text)


def _act(turn: Turn, name: str, spec: ClockSpec, trigger_kind: Trigger, at: datetime, text: str) -> None:
    keys = open_keys(turn, name)
    if trigger_kind == "start":
        if not keys and not turn.state.truths.get(f"{name}.waiting", False):
            number = turn.state.entries.get(f"{name}.clock", 0) + 1
            turn.state.entries[f"{name}.clock"] = number
            turn.state.truths[f"{name}.waiting"] = True
            start_clock(turn, name, spec, at, key=f"{name}#{number}", owner=None)
        return
    if trigger_kind in ("stop", "end"):
        turn.state.truths[f"{name}.waiting"] = False
    cause = text if text.startswith(("in ", "when ")) else "trigger"
    for key in keys:
        match trigger_kind:
            case "stop":
                stop(turn, key, at)
            case "end":
                end(turn, key, at)
            case "pause":
                pause(turn, key, at, cause)
            case "resume":
                for held in [c for c in turn.state.clocks[key].pauses if _ends(turn, c)]:
                    resume(turn, key, at, held)
            case "reset":
                running = turn.state.clocks[key]
                fresh = clocks.reset(running.clock, at, calendar_for(turn, running))
                put(turn, key, clocks.pause(fresh, at) if running.pauses else fresh, running.pauses)
            case unknown:
                assert_never(unknown)


def _ends(turn: Turn, cause: str) -> bool:
    """Whether a `resume` ends a pause: not one whose state is still active or whose condition still holds.

    In cases of the first engine it ends every pause but the case's own hold.
    """
    return cause != "hold" and not (_is_hardened(turn) and _stands(turn, cause))


def _is_hardened(turn: Turn) -> bool:
    return turn.procedure.bundle.engine_version >= HARDENED


def open_keys(turn: Turn, name: str) -> list[str]:
    return [key for key, running in turn.state.clocks.items() if running.name == name and running.is_open]


# -- rungs -------------------------------------------------------------------------------------------------------------


def next_rung(turn: Turn, key: str) -> DueRung | None:
    """The next rung a clock reaches if nothing changes; None for one that is paused or closed."""
    running = turn.state.clocks[key]
    if running.next_rung_at is None:
        return None
    return DueRung(running.next_rung_at, key, ladder_for(turn, running).rung(str(running.next_rung)))


def earliest_rung(turn: Turn, until: datetime) -> DueRung | None:
    """The rung that comes first among all clocks; ties go to the clock opened first.

    Of the reminders that passed before anything else and by `until`, each clock has its last one.
    """
    ahead = {key: each.next_rung_at for key, each in turn.state.clocks.items() if each.next_rung_at is not None}
    reminding = [key for key in ahead if turn.state.clocks[key].next_rung == STILL_OVERDUE]
    before = min((until, *(at for key, at in ahead.items() if key not in reminding)))
    ahead |= {key: _last_missed(turn, key, ahead[key], before) for key in reminding}
    first = min(ahead, key=lambda key: ahead[key], default="")
    due = next_rung(turn, first) if first else None
    return None if due is None else due._replace(at=ahead[first])


def _last_missed(turn: Turn, key: str, at: datetime, until: datetime) -> datetime:
    running = turn.state.clocks[key]
    return escalation.last_reminder(at, ladder_for(turn, running), calendar_for(turn, running), until)


def due_instant(running: RunningClock, calendar: BusinessCalendar, now: datetime) -> datetime:
    """When the clock is due; for a paused one, as if it resumed now."""
    if running.due_at is not None:
        return running.due_at
    return clocks.due_at(clocks.resume(running.clock, now, calendar), calendar) or running.clock.base_due_at


def due_of(turn: Turn, key: str) -> datetime:
    """The due instant of one of the case's clocks."""
    running = turn.state.clocks[key]
    return due_instant(running, calendar_for(turn, running), turn.now)
