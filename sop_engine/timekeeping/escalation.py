"""Where a clock stands on its ladder: which rung comes when, which are due, which have been reached.

A rung is reached at its own instant, however late that is noticed. Of the rungs that lay behind the clock when it was
opened, the last one sounds, at the opening, and so does the breach; the others are passed over. No rung sounds while
the clock is paused: one that falls into a pause sounds when it ends. When the due instant moves away from a rung that
was already fired, that rung lies ahead again and is fired again. After the last rung of a ladder with a `then`, a
reminder comes again and again; the clock keeps how many there were, and when the last one was. Reminders that nobody
could be told are not made up for: of those that passed, the last one comes.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sop_engine.basis.faults import Fault
from sop_engine.timekeeping.calendar import BusinessCalendar, CalendarError
from sop_engine.timekeeping.clocks import due_at, percent_at
from sop_engine.timekeeping.instants import as_utc
from sop_engine.timekeeping.ladders import BREACH_PERCENT, BREACHED, STILL_OVERDUE, Ladder, Rung
from sop_engine.timekeeping.periods import Period
from sop_engine.timekeeping.sla_clock import FiredRung, SlaClock


class DueRung(NamedTuple):
    """A rung and the instant at which it is reached."""

    rung: Rung
    at: datetime


def rung_at(clock: SlaClock, rung: Rung, calendar: BusinessCalendar | None) -> datetime | None:
    """The instant at which the clock reaches a rung, never before it was opened; None while a pause stands before it.

    Raises CalendarError when the rung counts days or working time and there is no calendar.
    """
    place = _place(clock, rung, calendar)
    if place is None:
        return None
    at = max(place, clock.opened_at)
    for span in clock.spans:
        if span.kind == "paused" and span.from_at < at and (span.to_at is None or at < span.to_at):
            return span.to_at
    return at


def next_rung(clock: SlaClock, ladder: Ladder, calendar: BusinessCalendar | None) -> DueRung | None:
    """The first rung not yet fired, else the next reminder; its instant may be past. None when there is none ahead, and
    for a closed clock."""
    first = min(_ahead(clock, ladder, calendar), key=lambda due: due.at, default=None)
    return _reminder(clock, ladder, calendar) if first is None else first


def last_reminder(first: datetime, ladder: Ladder, calendar: BusinessCalendar | None, until: datetime) -> datetime:
    """The last of the reminders from `first` on that come no later than `until`; `first` itself where none follows."""
    every = ladder.every
    if every is None:
        return first
    for times in _LEAPS if every.unit in _ADDITIVE else (1,):
        leap = every.model_copy(update={"amount": every.amount * times})
        while (at := _shifted(first, leap, False, calendar)) <= until:
            first = at
    return first


_ADDITIVE = ("days", "weeks", "working_days")
"""Many such periods one after another end when one as long as all of them does; months do not."""
_LEAPS = (400, 20, 1)


def fire(clock: SlaClock, rungs: Sequence[DueRung]) -> SlaClock:
    """Enter rungs as reached. With the one at 100 %, or named `breached`, the clock is breached."""
    before = clock.rungs
    if any(due.rung.key == STILL_OVERDUE for due in rungs):
        before = tuple(fired for fired in before if fired.key != STILL_OVERDUE)
    reminders = sum(fired.times for fired in clock.rungs if fired.key == STILL_OVERDUE and not fired.withdrawn)
    fired = tuple(
        FiredRung(key=due.rung.key, at=due.at, times=reminders + 1 if due.rung.key == STILL_OVERDUE else 1)
        for due in rungs
    )
    breached = any(due.rung.key == BREACHED or due.rung.percent == BREACH_PERCENT for due in rungs)
    status = "breached" if breached else clock.status
    return clock.model_copy(update={"rungs": (*before, *fired), "status": status})


def _reminder(clock: SlaClock, ladder: Ladder, calendar: BusinessCalendar | None) -> DueRung | None:
    """The next reminder of a clock whose every rung is reached; none while it is paused."""
    rung = ladder.reminder
    if rung is None or ladder.every is None or not clock.is_open or clock.is_paused:
        return None
    last = max((fired.at for fired in clock.rungs if not fired.withdrawn), default=None)
    if last is None:
        return None
    return DueRung(rung, max(_shifted(last, ladder.every, False, calendar), clock.spans[-1].from_at))


def _ahead(clock: SlaClock, ladder: Ladder, calendar: BusinessCalendar | None) -> list[DueRung]:
    if not clock.is_open:
        return []
    reached = {fired.key: fired.at for fired in clock.rungs if not fired.withdrawn}
    places = ((rung, rung_at(clock, rung, calendar)) for rung in _still_to_sound(clock, ladder, calendar))
    return [
        DueRung(rung, at)
        for rung, at in places
        if at is not None and (rung.key not in reached or at > reached[rung.key])
    ]


def _still_to_sound(clock: SlaClock, ladder: Ladder, calendar: BusinessCalendar | None) -> list[Rung]:
    """The ladder without what lay behind the clock when it was opened, save the last such rung and the breach."""
    places = [(rung, _place(clock, rung, calendar)) for rung in ladder.rungs]
    last = max((place for _, place in places if place is not None and place < clock.opened_at), default=None)
    return [
        rung
        for rung, place in places
        if place is None or last is None or place >= last or rung.percent == BREACH_PERCENT
    ]


def _place(clock: SlaClock, rung: Rung, calendar: BusinessCalendar | None) -> datetime | None:
    """The instant of a rung by its percentage or offset, be it before the clock was opened."""
    if rung.percent is not None:
        return percent_at(clock, rung.percent, calendar)
    due = due_at(clock, calendar)
    return None if due is None or rung.offset is None else _shifted(due, rung.offset, rung.before, calendar)


def _shifted(at: datetime, period: Period, before: bool, calendar: BusinessCalendar | None) -> datetime:
    if calendar is not None:
        return calendar.shift(at, period, before=before)
    if period.is_working or period.counts_days:
        raise CalendarError(
            [Fault("", f"a rung {'-' if before else '+'}{period} from the due instant needs a calendar")]
        )
    return as_utc(at) + (-period.length if before else period.length)
