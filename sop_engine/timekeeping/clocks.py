"""SLA clocks: a budget of time and a ledger of running and paused spans.

A clock's due instant is not stored but derived: it is where the ledger has used the budget up. A pause therefore moves
it by exactly the time held, counted in the clock's own measure. All kinds of allowance come down to this: the calendar
gives the due instant as it stands at the start, and the budget is the time from the start to it, which is working time
for an allowance in working units and elapsed time for every other.

The functions return a new clock. They take the calendar that the clock names, None for a clock without one. Instants
are aware and may lie before what the ledger already holds, since word of an event can come late.
"""

from datetime import datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from typing import Any, NamedTuple

from sop_engine.timekeeping import ledger, rolls
from sop_engine.timekeeping.calendar import BusinessCalendar, Roll
from sop_engine.timekeeping.instants import as_utc
from sop_engine.timekeeping.ledger import Measure, Scale, Span
from sop_engine.timekeeping.periods import Period
from sop_engine.timekeeping.sla_clock import ClockError, Move, MoveKind, SlaClock

_NOTHING = timedelta()
_TENTH = Decimal("0.1")


def start_clock(
    name: str,
    opened_at: datetime,
    calendar: BusinessCalendar | None,
    *,
    key: str = "",
    allowance: Period | None = None,
    until: datetime | None = None,
    roll: Roll = "none",
    keeps_roll: bool = False,
) -> SlaClock:
    """Open a clock with an allowance, or until an instant; `key` is the name unless given.

    `keeps_roll`: a pause is put on top of the rolled day, as the clocks of the first engine do it.
    Raises ClockError when there is not exactly one of the two, CalendarError when the allowance or the roll needs a
    calendar and there is none.
    """
    if (allowance is None) == (until is None):
        raise ClockError(f"clock '{name}': give either an allowance or an instant to run until")
    opened_at = as_utc(opened_at)
    clock = SlaClock(
        name=name,
        key=key or name,
        opened_at=opened_at,
        spans=(Span(kind="running", from_at=opened_at),),
        allowance=allowance,
        until=until,
        calendar=calendar.name if calendar else None,
        roll=roll,
        base_due_at=opened_at,
        total=_NOTHING,
        counted=None if keeps_roll else _NOTHING,
        measure="working" if allowance is not None and allowance.is_working else "elapsed",
    )
    return _budgeted(clock, calendar)


def pause(clock: SlaClock, at: datetime, reason: str = "") -> SlaClock:
    """Stand still from `at`, or from the start of the running span when `at` lies before it.

    A paused clock stays as it is. Raises ClockError for a closed clock.
    """
    _require_open(clock, "paused")
    if clock.is_paused:
        return clock
    status = "breached" if clock.status == "breached" else "paused"
    return _update(clock, spans=ledger.switched(clock.spans, "paused", at, reason), status=status)


def resume(clock: SlaClock, at: datetime, calendar: BusinessCalendar | None, reason: str = "") -> SlaClock:
    """Run again from `at`, or from the start of the pause when `at` lies before it; the due instant is rolled anew.

    A running clock stays as it is. Raises ClockError for a closed clock.
    """
    _require_open(clock, "resumed")
    if not clock.is_paused:
        return clock
    status = "breached" if clock.status == "breached" else "running"
    spans = ledger.switched(clock.spans, "running", at, reason)
    return _settled(_update(clock, spans=spans, status=status), calendar)


def stop(clock: SlaClock, at: datetime, calendar: BusinessCalendar | None) -> SlaClock:
    """Close the clock: met when `at` is not after the due instant, breached otherwise.

    What the ledger holds after `at` is dropped, and rungs fired at `at` or later are withdrawn: they proved false.
    Raises ClockError for a closed clock.
    """
    closed = _closed(clock, at, "stopped")
    due = due_at(closed, calendar)
    return _update(closed, status="breached" if due is not None and as_utc(at) > due else "met")


def cancel(clock: SlaClock, at: datetime) -> SlaClock:
    """Close the clock without a verdict: what it timed need not be done any more. Raises ClockError when closed."""
    return _update(_closed(clock, at, "cancelled"), status="cancelled")


def end(clock: SlaClock, at: datetime, calendar: BusinessCalendar | None) -> SlaClock:
    """Close the clock as one that has nothing more to promise: breached when `at` is after the due instant, else
    cancelled. Raises ClockError for a closed clock."""
    closed = stop(clock, at, calendar)
    return closed if closed.status == "breached" else _update(closed, status="cancelled")


def reopen(clock: SlaClock, at: datetime) -> SlaClock:
    """The clock as if it had not been closed at `at`: what it was stopped by proved false, and it ran on all the while.

    One that is open, or was closed at another instant, stays as it is.
    """
    if clock.stopped_at != as_utc(at):
        return clock
    spans = ledger.reopened(clock.spans)
    status = clock.status if clock.status == "breached" else "paused" if spans[-1].kind == "paused" else "running"
    # What was withdrawn by the stop is reached again, and told again.
    rungs = tuple(rung for rung in clock.rungs if not (rung.withdrawn and rung.at >= as_utc(at)))
    return _update(clock, spans=spans, stopped_at=None, rungs=rungs, status=status)


def reset(clock: SlaClock, at: datetime, calendar: BusinessCalendar | None) -> SlaClock:
    """Begin the whole budget again at `at`, every rung ahead; earlier moves stay on record.

    Raises ClockError for a closed clock.
    """
    _require_open(clock, "reset")
    spans = (Span(kind="running", from_at=as_utc(at)),)
    return _budgeted(_update(clock, opened_at=as_utc(at), spans=spans, status="running", rungs=()), calendar)


def move_deadline(
    clock: SlaClock, to: datetime, calendar: BusinessCalendar | None, *, reason: str, actor: str, at: datetime
) -> SlaClock:
    """Make `to` the due instant; on a paused clock, the one it would have if it were resumed at `at`.

    Raises ClockError for a closed clock, and when `to` is not after `at`.
    """
    _require_open(clock, "moved")
    if to <= at:
        raise ClockError(f"clock '{clock.key}': a deadline moves to an instant after {as_utc(at).isoformat()}")
    scale = Scale(clock.measure, calendar)
    total = ledger.used(clock.spans, at, scale) + scale.between(at, to)
    moved = _update(_with_total(clock, total), base_due_at=as_utc(to), provisional=False, reasons=())
    return _recorded(moved, calendar, _Cause("deadline", due_at(clock, calendar), reason, actor, at))


def change_until(
    clock: SlaClock, until: datetime, calendar: BusinessCalendar | None, *, reason: str, actor: str, at: datetime
) -> SlaClock:
    """Follow the case's instant for a clock that runs until one; time already held comes on top of it.

    The same instant changes nothing. Raises ClockError for a closed clock, and for one that runs for an allowance.
    """
    _require_open(clock, "moved")
    if clock.until is None:
        raise ClockError(f"clock '{clock.key}' runs for {clock.allowance}, not until an instant")
    if as_utc(until) == clock.until:
        return clock
    cause = _Cause("until", due_at(clock, calendar), reason, actor, at)
    return _recorded(_budgeted(_update(clock, until=as_utc(until)), calendar), calendar, cause)


def change_allowance(
    clock: SlaClock, allowance: Period, calendar: BusinessCalendar | None, *, reason: str, actor: str, at: datetime
) -> SlaClock:
    """Give a clock that runs for an allowance another one, counted from its opening; time held comes on top of it.

    The same allowance changes nothing. Raises ClockError for a closed clock, and for one that runs until an instant.
    """
    _require_allowance(clock)
    if allowance == clock.allowance:
        return clock
    measure: Measure = "working" if allowance.is_working else "elapsed"
    cause = _Cause("allowance", due_at(clock, calendar), reason, actor, at)
    changed = _update(clock, allowance=allowance, measure=measure)
    return _recorded(_budgeted(changed, calendar), calendar, cause)


def change_since(
    clock: SlaClock, since: datetime, calendar: BusinessCalendar | None, *, reason: str, actor: str, at: datetime
) -> SlaClock:
    """Count the allowance from another instant; time held after it comes on top.

    The same instant changes nothing. Raises ClockError for a closed clock, and for one that runs until an instant.
    """
    _require_allowance(clock)
    if as_utc(since) == clock.opened_at:
        return clock
    cause = _Cause("since", due_at(clock, calendar), reason, actor, at)
    begun = _update(clock, opened_at=as_utc(since), spans=ledger.begun(clock.spans, since))
    return _recorded(_budgeted(begun, calendar), calendar, cause)


def set_by_person(clock: SlaClock) -> Move | None:
    """The move by which a person set the date that the clock now has; None where it was counted."""
    moves = (move for move in reversed(clock.moved) if move.kind != "calendar" and move.at >= clock.opened_at)
    last = next(moves, None)
    return last if last is not None and last.kind == "deadline" else None


def recompute(
    clock: SlaClock,
    before: BusinessCalendar | None,
    after: BusinessCalendar | None,
    *,
    reason: str,
    actor: str,
    at: datetime,
) -> SlaClock:
    """Count an open clock again when its calendar was corrected; a date that a person set stays where it is.

    Records a move only when the due instant became another one. A closed clock stays as it is.
    """
    if not clock.is_open:
        return clock
    last = set_by_person(clock)
    if last is not None:
        scale = Scale(clock.measure, after)
        used = ledger.used(ledger.cut(clock.spans, last.at), last.at, scale)
        counted = _with_total(clock, used + scale.between(last.at, clock.base_due_at))
    else:
        counted = _budgeted(clock, after)
    due = due_at(clock, before)
    if due == due_at(counted, after) and clock.base_due_at == counted.base_due_at:
        return counted
    return _recorded(counted, after, _Cause("calendar", due, reason, actor, at))


def due_at(clock: SlaClock, calendar: BusinessCalendar | None) -> datetime | None:
    """The instant at which the budget is used up; None while the clock is paused short of it.

    Met is who stops at this very instant. A closed clock gives the instant it was held to.
    """
    scale, spans = Scale(clock.measure, calendar), ledger.reopened(clock.spans)
    # Working time stands still when the office is shut: of all instants that use it up, the one that was set is meant.
    set_at = clock.base_due_at
    if ledger.is_running(spans, set_at) and ledger.used(spans, set_at, scale) == clock.total:
        return set_at
    return ledger.used_up_at(spans, clock.total, scale)


def elapsed(clock: SlaClock, calendar: BusinessCalendar | None, now: datetime) -> timedelta:
    """Time used up to `now`, or to the stop, in the clock's measure."""
    return ledger.used(clock.spans, as_utc(now), Scale(clock.measure, calendar))


def remaining(clock: SlaClock, calendar: BusinessCalendar | None, now: datetime) -> timedelta:
    """What is left of the budget; negative when it is overdrawn."""
    return clock.total - elapsed(clock, calendar, now)


def percent(clock: SlaClock, calendar: BusinessCalendar | None, now: datetime) -> Decimal:
    """The part of the budget used, to one decimal, rounded down so that 100 is never shown too early."""
    if clock.total <= _NOTHING:
        return Decimal("100.0")
    share = Decimal(microseconds(elapsed(clock, calendar, now))) * 100 / microseconds(clock.total)
    return share.quantize(_TENTH, rounding=ROUND_DOWN)


def percent_at(clock: SlaClock, share: Decimal, calendar: BusinessCalendar | None) -> datetime | None:
    """The instant at which `share` percent of the budget is used; None while a pause stands before it.

    Without a budget, in a clock that was opened past its due instant, there is no such instant but the due one.
    """
    if share == 100:
        return due_at(clock, calendar)
    if clock.total <= _NOTHING:
        return None
    budget = timedelta(microseconds=int(microseconds(clock.total) * share / 100))
    return ledger.used_up_at(ledger.reopened(clock.spans), budget, Scale(clock.measure, calendar))


def microseconds(length: timedelta) -> int:
    """The length as a whole number of microseconds."""
    return length // timedelta(microseconds=1)


def _budgeted(clock: SlaClock, calendar: BusinessCalendar | None) -> SlaClock:
    """Set due instant and budget from the allowance, or from the instant to run until."""
    length = clock.allowance or clock.until or clock.opened_at
    base = rolls.first_end(clock.key, clock.opened_at, length, calendar, clock.roll)
    scale = Scale(clock.measure, calendar)
    budgeted = _update(
        clock,
        base_due_at=base.at,
        total=scale.between(clock.opened_at, base.at),
        provisional=base.provisional,
        reasons=base.reasons,
    )
    if clock.counted is not None:
        unrolled = rolls.first_end(clock.key, clock.opened_at, length, calendar, "none").at
        budgeted = _update(budgeted, counted=scale.between(clock.opened_at, unrolled))
    return budgeted if clock.is_paused or len(clock.spans) == 1 else _settled(budgeted, calendar)


def _with_total(clock: SlaClock, total: timedelta) -> SlaClock:
    """The clock with a budget that a person set: to the instant, so that no day of it is rolled."""
    return _update(clock, total=total, counted=None if clock.counted is None else total)


def _settled(clock: SlaClock, calendar: BusinessCalendar | None) -> SlaClock:
    """Roll a due instant that a pause has pushed onto another day, and say what became doubtful about it.

    What was over before the pause stays over.
    """
    due = due_at(clock, calendar)
    if calendar is None or due is None:
        return clock
    scale, total = Scale(clock.measure, calendar), clock.total
    rolled = calendar.roll(due, clock.roll)
    was_over = len(clock.spans) > 1 and due <= clock.spans[-2].from_at
    if clock.counted is not None and clock.measure == "elapsed" and not was_over:
        end = rolls.end_after_pauses(clock.spans, clock.counted, clock.base_due_at, calendar, scale, clock.roll)
        rolled = end or rolled
    reasons = rolled.reasons
    if rolled.at != due:
        total = ledger.used(clock.spans, max(rolled.at, clock.spans[-1].from_at), scale)
    if clock.measure == "working":
        reasons += calendar.doubts(calendar.local_date(clock.opened_at), calendar.last_day(due))
    reasons = tuple(dict.fromkeys((*clock.reasons, *reasons)))
    return _update(clock, total=total, provisional=bool(reasons), reasons=reasons)


class _Cause(NamedTuple):
    """A move that is being made: all of it but where it leads."""

    kind: MoveKind
    from_at: datetime | None
    reason: str
    actor: str
    at: datetime


def _recorded(clock: SlaClock, calendar: BusinessCalendar | None, cause: _Cause) -> SlaClock:
    """Enter the move; a breached clock whose due instant lies ahead again is no longer breached."""
    due = due_at(clock, calendar)
    move = Move(to_at=due, **cause._asdict())
    status = clock.status
    if status == "breached" and (due is None or due > cause.at):
        status = "paused" if clock.is_paused else "running"
    return _update(clock, moved=(*clock.moved, move), status=status)


def _closed(clock: SlaClock, at: datetime, act: str) -> SlaClock:
    _require_open(clock, act)
    stopped_at = max(as_utc(at), clock.opened_at)
    rungs = tuple(
        rung.model_copy(update={"withdrawn": True}) if rung.at >= stopped_at else rung for rung in clock.rungs
    )
    return _update(clock, spans=ledger.cut(clock.spans, stopped_at), stopped_at=stopped_at, rungs=rungs)


def _require_allowance(clock: SlaClock) -> None:
    _require_open(clock, "moved")
    if clock.allowance is None:
        raise ClockError(f"clock '{clock.key}' runs until an instant, not for an allowance that counts from one")


def _require_open(clock: SlaClock, act: str) -> None:
    if not clock.is_open:
        raise ClockError(f"clock '{clock.key}' is closed ({clock.status}) and cannot be {act}")


def _update(clock: SlaClock, **changes: Any) -> SlaClock:
    return clock.model_copy(update=changes)
