"""Business calendars: working windows, holidays and make-up working days in one zone, and the counting of periods.

Counting follows Civil Code art. 200-204: the day on which a period starts is not counted; a period of months or years
ends on the day with the same number, or on the last of the month; the last day ends at 24:00, for working days at the
close of business; hours and minutes run from the stated instant. Customs periods differ in nothing but the roll: rest
days inside the period count, only the last day moves (`roll`).

Instants are aware datetimes, results are in UTC. Civil dates are those of the calendar's zone.
"""

from calendar import monthrange
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property
from types import MappingProxyType
from typing import Literal, NamedTuple

from sop_engine.basis.faults import Fault, FaultyError
from sop_engine.basis.models import Frozen, Title
from sop_engine.timekeeping.instants import as_utc
from sop_engine.timekeeping.periods import Period
from sop_engine.timekeeping.timetable import LocalClock, Position, Timetable, Windows, ZoneOffsets

Roll = Literal["none", "next_working_day", "previous_working_day"]
YearStatus = Literal["published", "statutory_estimate"]

_DAY = timedelta(days=1)
_NOTHING = timedelta()
_TICK = timedelta(microseconds=1)
_REACH_DAYS = 36_525
_DOUBTS: Mapping[YearStatus | None, str] = MappingProxyType(
    {
        "statutory_estimate": "{year}: no official notice yet; counted with the statutory holidays alone",
        None: "{year}: no holidays known; counted with the days of the week only",
    }
)


class CalendarError(FaultyError):
    """A calendar that cannot be used, or a question it cannot answer."""


class Deadline(NamedTuple):
    """The end of a period. `provisional` when a year without an official notice had a say; `reasons` names it."""

    at: datetime
    provisional: bool
    reasons: tuple[str, ...]


class Holiday(Frozen):
    """A run of days off, both ends included."""

    name: Title
    from_on: date
    to_on: date


class KnownYear(Frozen):
    """A year whose holidays the calendar holds, and on what authority."""

    year: int
    status: YearStatus
    source: str


class BusinessCalendar(Frozen):
    """Working time in one zone, complete in itself: it looks nothing up, and survives as JSON.

    `windows` holds, from Monday to Sunday, the open minutes of the day as (from, to), from included, to excluded.
    `makeup_windows` are those of a make-up working day that falls on a weekday which is otherwise closed.
    `needs_notice` says that holidays are fixed by a yearly notice: then each year not `published` makes a result
    provisional. Build one with `compile_calendar`; do not change one with `model_copy`, it remembers its timetable.
    """

    name: str
    title: Title
    zone: str
    offsets: ZoneOffsets
    windows: tuple[Windows, Windows, Windows, Windows, Windows, Windows, Windows]
    makeup_windows: Windows = ()
    holidays: tuple[Holiday, ...] = ()
    makeup_days: tuple[date, ...] = ()
    needs_notice: bool = False
    years: tuple[KnownYear, ...] = ()

    def local_date(self, at: datetime) -> date:
        """The civil date of the instant; midnight belongs to the day it begins."""
        return self._clock.local(as_utc(at)).date()

    def local(self, at: datetime) -> datetime:
        """The civil date and time of the instant, without a zone."""
        return self._clock.local(as_utc(at))

    def instant(self, local: datetime) -> datetime:
        """The instant of a civil time: the first of two where clocks go back, the change where they skip it."""
        return self._clock.instant(local)

    def last_day(self, at: datetime) -> date:
        """The civil date of the instant, save that midnight, read as 24:00, belongs to the day it ends."""
        return self.local_date(at - _TICK)

    def day_start(self, on: date) -> datetime:
        """00:00 local time of the date."""
        return self._clock.instant(datetime.combine(on, time()))

    def day_end(self, on: date) -> datetime:
        """24:00 local time of the date, which is 00:00 of the following one."""
        return self.day_start(on + _DAY)

    def at_time(self, on: date, local: time) -> datetime:
        """The instant of a local time of the date; where clocks are changed, as `LocalClock.instant` says."""
        return self._clock.instant(datetime.combine(on, local))

    def holiday_name(self, on: date) -> Title | None:
        """What is celebrated on the date; None on any other day."""
        return self._holiday_names.get(on)

    def is_working_day(self, on: date) -> bool:
        """Whether there is any working window on the date. A make-up Saturday is a working day."""
        return bool(self._windows_on(on))

    def is_working(self, at: datetime) -> bool:
        """Whether the instant lies in a window; an opening does, a closing does not."""
        return any(start <= at < end for start, end in self._timetable.windows_of(self.local_date(at)))

    def add(self, at: datetime, working: timedelta) -> datetime:
        """The first instant at which so much working time has passed since `at`.

        Time used up exactly at a closing ends at that closing, not at the next opening. Nothing added is `at` itself;
        a negative time is subtracted. Raises CalendarError when the answer is more than 300 years away.
        """
        if working < _NOTHING:
            return self.subtract(at, -working)
        if not working:
            return as_utc(at)
        year, worked = self._timetable.position(as_utc(at))
        return self._within_reach(self._timetable.earliest(Position(year, worked + working)))

    def subtract(self, at: datetime, working: timedelta) -> datetime:
        """The last instant from which so much working time passes until `at`; an opening rather than a closing.

        Nothing subtracted is `at` itself; a negative time is added. Raises CalendarError as `add` does.
        """
        if working < _NOTHING:
            return self.add(at, -working)
        if not working:
            return as_utc(at)
        year, worked = self._timetable.position(as_utc(at))
        return self._within_reach(self._timetable.latest(Position(year, worked - working)))

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Working time from `start` (included) to `end` (excluded); negative when `end` comes first."""
        if end < start:
            return -self.between(end, start)
        first, last = self._timetable.position(as_utc(start)), self._timetable.position(as_utc(end))
        years = range(first.year, last.year)
        return sum((self._timetable.year(year).total for year in years), last.worked - first.worked)

    def nth_working_day(self, on: date, count: int) -> date:
        """The working day that is `count` after the date, or before it when negative; the date itself not counted.

        Nought is the date itself, or the next working day when it is none. Raises CalendarError out of reach.
        """
        step = _DAY if count >= 0 else -_DAY
        day, left, days = on, abs(count), 0
        if not left:
            return self.roll_day(on, "next_working_day")
        while left:
            day += step
            days += 1
            left -= self.is_working_day(day)
            if days > _REACH_DAYS:
                raise CalendarError([Fault(self.name, f"no {count}th working day in a hundred years")])
        return day

    def add_working_days(self, at: datetime, count: int) -> datetime:
        """Close of business on the working day that is `count` after the date of `at`, which is not counted."""
        return self.close_of_business(self.nth_working_day(self.local_date(at), count))

    def move_working_days(self, start: date, count: int) -> date:
        """A date, or an instant at its time of day, so many working days later; earlier when negative.

        Nought moves nothing. Raises CalendarError out of reach.
        """
        if isinstance(start, datetime):
            return self.shift(start, Period(amount=Decimal(abs(count)), unit="working_days"), before=count < 0)
        return self.nth_working_day(start, count) if count else start

    def next_opening(self, at: datetime) -> datetime:
        """The instant itself where it lies in a window, else the next opening. Raises CalendarError out of reach."""
        day, last = self.local_date(at), self.local_date(at) + _DAY * _REACH_DAYS
        while day <= last:
            for start, end in self._timetable.windows_of(day):
                if as_utc(at) < end:
                    return max(start, as_utc(at))
            day = self.roll_day(day + _DAY, "next_working_day")
        raise CalendarError([Fault(self.name, "it opens no more within a hundred years")])

    def close_of_business(self, on: date) -> datetime:
        """The last closing of the date; 24:00 on a day without one."""
        windows = self._timetable.windows_of(on)
        return windows[-1][1] if windows else self.day_end(on)

    def roll_day(self, on: date, roll: Roll) -> date:
        """The date itself when it is a working day or nothing rolls, otherwise the nearest working day that way."""
        if roll == "none":
            return on
        step = _DAY if roll == "next_working_day" else -_DAY
        day = on
        while not self.is_working_day(day):
            day += step
            if abs(day - on).days > _REACH_DAYS:
                raise CalendarError([Fault(self.name, f"no working day within a hundred years of {on}")])
        return day

    def roll(self, at: datetime, roll: Roll) -> Deadline:
        """Move a deadline whose last day is no working day to 24:00 of the working day before or after.

        Leaves every other deadline as it is, to the second.
        """
        last = self.last_day(at)
        rolled = self.roll_day(last, roll)
        reasons = () if roll == "none" else self.doubts(last, rolled)
        return Deadline(as_utc(at) if rolled == last else self.day_end(rolled), bool(reasons), reasons)

    def add_period(self, at: datetime, period: Period, roll: Roll = "none") -> Deadline:
        """The end of a period that starts at `at`, counted as the module says, its last day rolled.

        A period in a working unit ends on a working day, so that nothing rolls.
        """
        if period.unit == "working_days":
            end = self.add_working_days(at, int(period.amount))
        elif period.is_working:
            end = self.add(at, period.length)
        elif period.counts_days:
            return self.roll(self.day_end(move_date(self.local_date(at), period, 1)), roll)
        else:
            return self.roll(at + period.length, roll)
        reasons = self.doubts(self.local_date(at), self.last_day(end))
        return Deadline(end, bool(reasons), reasons)

    def shift(self, at: datetime, period: Period, *, before: bool = False) -> datetime:
        """The instant a period before or after another, as in "7 days before the due instant".

        Unlike `add_period` it keeps the local time of day when it counts days; midnight counts as 24:00.
        """
        sign = -1 if before else 1
        if not period.counts_days:
            length = sign * period.length
            return self.add(at, length) if period.is_working else as_utc(at) + length
        day = self.last_day(at)
        time_of_day = self._clock.local(as_utc(at)) - datetime.combine(day, time())
        if period.unit == "working_days":
            day = self.nth_working_day(day, sign * int(period.amount)) if period.amount else day
        else:
            day = move_date(day, period, sign)
        return self._clock.instant(datetime.combine(day, time()) + time_of_day)

    def doubts(self, first: date, last: date) -> tuple[str, ...]:
        """Why a count that looked at the days from `first` to `last` is provisional: one reason per year, or none."""
        if not self.needs_notice:
            return ()
        status = {known.year: known.status for known in self.years}
        years = range(min(first, last).year, max(first, last).year + 1)
        return tuple(_DOUBTS[status.get(year)].format(year=year) for year in years if status.get(year) != "published")

    def _within_reach(self, at: datetime | None) -> datetime:
        if at is None:
            raise CalendarError([Fault(self.name, "the answer is more than 300 years away")])
        return at

    @cached_property
    def _clock(self) -> LocalClock:
        return LocalClock(self.offsets)

    @cached_property
    def _timetable(self) -> Timetable:
        return Timetable(self._clock, self._windows_on)

    @cached_property
    def _holiday_names(self) -> dict[date, Title]:
        return {
            run.from_on + _DAY * index: run.name
            for run in self.holidays
            for index in range((run.to_on - run.from_on).days + 1)
        }

    @cached_property
    def _makeup_days(self) -> frozenset[date]:
        return frozenset(self.makeup_days)

    def _windows_on(self, on: date) -> Windows:
        if on in self._makeup_days:
            return self.windows[on.weekday()] or self.makeup_windows
        return () if on in self._holiday_names else self.windows[on.weekday()]


def move_date(on: date, period: Period, sign: int) -> date:
    """The date a whole number of days, weeks, months or years away; a day number that a month lacks is its last day."""
    amount = sign * int(period.amount)
    if period.unit in ("days", "weeks"):
        return on + _DAY * (amount * 7 if period.unit == "weeks" else amount)
    year, month = divmod(on.year * 12 + on.month - 1 + (amount * 12 if period.unit == "years" else amount), 12)
    return date(year, month + 1, min(on.day, monthrange(year, month + 1)[1]))
