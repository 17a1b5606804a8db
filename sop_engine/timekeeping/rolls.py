"""Where a period ends: its last day as it is counted, that day rolled, and rolled again after pauses."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sop_engine.basis.faults import Fault
from sop_engine.timekeeping import ledger
from sop_engine.timekeeping.calendar import BusinessCalendar, CalendarError, Deadline, Roll
from sop_engine.timekeeping.ledger import Scale, Span
from sop_engine.timekeeping.periods import Period


def first_end(
    key: str, opened_at: datetime, length: Period | datetime, calendar: BusinessCalendar | None, roll: Roll
) -> Deadline:
    """The end of an allowance, or the instant to run until, before any pause.

    Raises CalendarError, which names the clock by its key, where days or a roll need a calendar and there is none.
    """
    if calendar is not None:
        if isinstance(length, Period):
            return calendar.add_period(opened_at, length, roll)
        return calendar.roll(length, roll)
    if roll != "none" or (isinstance(length, Period) and (length.is_working or length.counts_days)):
        needs = "a roll to a working day" if roll != "none" else f"'{length}'"
        raise CalendarError([Fault(f"clock '{key}'", f"{needs} needs a calendar")])
    return Deadline(opened_at + length.length if isinstance(length, Period) else length, False, ())


def end_after_pauses(
    spans: Sequence[Span], counted: timedelta, first: datetime, calendar: BusinessCalendar, scale: Scale, roll: Roll
) -> Deadline | None:
    """The rolled end of the budget `counted`, which goes to the last day before that rolls; None while it is paused.

    `first` is the rolled end without any pause. A pause moves the day that was counted, and where that comes to lie on
    a day of rest it rolls as it did before. Of the days that a roll gives only the last one counts: a pause takes
    nothing of a holiday, and each hour of a working day comes after it. What a pause moves across a day of rest has the
    working day behind it whole, so that no longer pause ends earlier.
    """
    at = ledger.used_up_at(spans, counted, scale)
    if roll != "next_working_day":
        return None if at is None else calendar.roll(at, roll)
    while at is not None:
        last = calendar.last_day(max(at, first))
        rolled = calendar.roll_day(last, roll)
        reasons = calendar.doubts(last, rolled)
        day, end = calendar.day_start(rolled), calendar.day_end(rolled)
        is_behind_rest = first <= day and not calendar.is_working_day(rolled - timedelta(days=1))
        if at >= first and rolled == last and not is_behind_rest:
            return Deadline(at, bool(reasons), reasons)
        at = ledger.used_up_at(spans, ledger.used(spans, day, scale) + scale.between(day, end), scale)
        if at == end:
            return Deadline(end, bool(reasons), reasons)
        first = end
    return None
