"""When something is due that comes again: on which day of each period, and at which instant of it.

The day is a working day of the calendar, save where something is due every day. It never leaves its period: a rule that
would roll it on takes the last working day of the period where none follows, and a week in which nobody works has none.
Only what is due before a festival is due before its period, for that is what it says.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from functools import cached_property
from itertools import islice
from types import MappingProxyType
from typing import Literal, NamedTuple, Self, assert_never, get_args

from pydantic import Field, field_validator, model_validator

from sop_engine.basis.models import Frozen
from sop_engine.timekeeping.calendar import BusinessCalendar
from sop_engine.timekeeping.calendar_files import WEEKDAYS
from sop_engine.timekeeping.calendar_periods import CalendarPeriod, Cycle, Unit
from sop_engine.timekeeping.festivals import Festival

EVERY = (
    "working_day, day, week, month, quarter, half_year, year or festival; or several years, such as `3 years`, with "
    "`first: 2026`"
)
ON = (
    "first, 2nd, 2nd last or last, and working day, day or a weekday; day 15; of a week also the weekday alone; before "
    "a festival `3 working days before`"
)
AHEAD = timedelta(days=70)
"""How far before a festival something may be due: lists of days look so far ahead."""
LOOKED_THROUGH = 60
"""Periods in which a next due day is sought; `day 31` misses one at most, a fifth monday three."""

_UNITS: tuple[Unit, ...] = get_args(Unit)
_DAY = timedelta(days=1)
_YEARS = re.compile(r"([2-9]|[1-9]\d) years", re.ASCII)
_ORDINAL = re.compile(
    r"(?P<number>first|second|third|last|\d\d?(?:st|nd|rd|th))(?P<last> last)? (?P<what>.+)", re.ASCII
)
_NUMBER = re.compile(r"day (\d\d?)", re.ASCII)
_BEFORE = re.compile(r"(\d\d?) working days? before", re.ASCII)
_WORDS = MappingProxyType({"first": 1, "second": 2, "third": 3, "last": -1})
_AT = re.compile(r"([01]\d|2[0-3]):([0-5]\d)", re.ASCII)

DayKind = Literal["working_day", "day", "weekday", "before"]


class NamedDay(NamedTuple):
    """A day of a period as it is named; `number` counts from the end when it is negative."""

    number: int
    kind: DayKind
    weekday: int = 0
    is_alone: bool = False
    """A weekday without a number."""


class Due(NamedTuple):
    """A period and when it is due; `at` is none where it has no such day.

    `reasons` says why the day may still move: a year in it without its official notice.
    """

    period: CalendarPeriod
    at: datetime | None
    reasons: tuple[str, ...]


class Recurrence(Frozen):
    """How something comes again, as it is written."""

    every: str
    first: int | None = Field(default=None, ge=1900, le=2099)
    """Of several years: one in which they begin."""
    festivals: tuple[str, ...] = ()
    """With `every: festival`, which; all that the calendar has when none is named."""
    on: str | None = None
    at: str
    none: Literal["skip", "next_working_day"] | None = None
    """What becomes of a period that has no such day, or none on which anybody works."""

    @field_validator("every")
    @classmethod
    def _check_every(cls, every: str) -> str:
        if every == "years" or (every not in _UNITS and _YEARS.fullmatch(every) is None):
            raise ValueError(f"'{every}' is none of these: {EVERY}")
        return every

    @field_validator("on")
    @classmethod
    def _check_on(cls, on: str | None) -> str | None:
        if on is not None:
            read_day(on)
        return on

    @field_validator("at")
    @classmethod
    def _check_at(cls, at: str) -> str:
        if _AT.fullmatch(at) is None:
            raise ValueError(f"'{at}' is no time of day; write \"09:00\"")
        return at

    @model_validator(mode="after")
    def _check(self) -> Self:
        faults = list(self._faults())
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def _faults(self) -> Iterator[str]:
        unit, day = self.unit, self.named_day
        if (unit == "years") != (self.first is not None):
            yield "`first` is the year in which the first of several years begins, and stands with these alone"
        if self.festivals and unit != "festival":
            yield "`festivals` goes with `every: festival` alone"
        if unit in ("day", "working_day"):
            if day is not None:
                yield f"every {unit.replace('_', ' ')} is its own day: `on` has nothing to choose"
            if self.none is not None:
                yield "`none` has nothing to say where each day is its own"
            return
        if day is None:
            yield f"`on` is missing: {ON}"
            return
        if (unit == "festival") != (day.kind == "before"):
            yield "`on: 3 working days before` goes with `every: festival`, and nothing else does"
        if day.is_alone and unit != "week":
            yield f"a {unit} has several: write `first {self.on}`, `2nd {self.on}` or `last {self.on}`"
        if day.kind in ("day", "weekday") and self.none is None:
            yield "`none` is missing: may be skip or next_working_day, for a day on which nobody works, or that is not"

    @cached_property
    def unit(self) -> Unit:
        return next((unit for unit in _UNITS if unit == self.every), "years")

    @cached_property
    def named_day(self) -> NamedDay | None:
        return read_day(self.on) if self.on is not None else None

    @property
    def time_of_day(self) -> time:
        return time.fromisoformat(self.at)

    def cycle(self, calendar: BusinessCalendar, festivals: Sequence[Festival] = ()) -> Cycle:
        """The periods it has by a calendar, and that calendar's festivals."""
        match = _YEARS.fullmatch(self.every)
        return Cycle(
            unit=self.unit,
            calendar=calendar,
            festivals=tuple(festivals),
            wanted=self.festivals,
            years=int(match[1]) if match is not None else 1,
            anchor=self.first or 2000,
        )

    def due(self, cycle: Cycle, period: CalendarPeriod) -> Due:
        """When one period is due."""
        day = self._due_on(cycle.calendar, period)
        reasons = cycle.calendar.doubts(period.first, period.last if day is None else day)
        return Due(period, None if day is None else cycle.calendar.at_time(day, self.time_of_day), reasons)

    def periods(self, cycle: Cycle, since: datetime, until: datetime) -> Iterator[CalendarPeriod]:
        """Each in which an instant of these lies, and each that may be due then, in order; both are included."""
        first, last = cycle.calendar.local_date(since), cycle.calendar.local_date(until)
        return cycle.between(first, last + AHEAD if self.unit == "festival" else last)

    def dues(self, cycle: Cycle, since: datetime, until: datetime) -> Iterator[Due]:
        """When each of these periods is due."""
        return (self.due(cycle, period) for period in self.periods(cycle, since, until))

    def next_due(self, cycle: Cycle, after: datetime) -> Due | None:
        """The first that is due after an instant; none where none is known, as of festivals not yet announced."""
        return next(self.following(cycle, after), None)

    def following(self, cycle: Cycle, after: datetime) -> Iterator[Due]:
        """Those that are due after an instant, in order, as far as they are sought."""
        today = cycle.calendar.local_date(after)
        far = date(min(today.year + 10 + LOOKED_THROUGH, 2099), 12, 31)
        for period in islice(cycle.between(today, far), LOOKED_THROUGH):
            due = self.due(cycle, period)
            if due.at is not None and due.at > after:
                yield due

    def _due_on(self, calendar: BusinessCalendar, period: CalendarPeriod) -> date | None:
        named = self.named_day
        if named is None:
            return period.first
        if named.kind == "before":
            return calendar.nth_working_day(period.first, -named.number)
        day = _find(calendar, period, named)
        if day is not None and calendar.is_working_day(day):
            return day
        if self.none != "next_working_day":
            return None
        working = [each for each in _days(period) if calendar.is_working_day(each)]
        return next((each for each in working if day is not None and each > day), working[-1] if working else None)


def read_day(text: str) -> NamedDay:
    """How a day of a period is named. Raises ValueError, which says what may be written."""
    before, numbered = _BEFORE.fullmatch(text), _NUMBER.fullmatch(text)
    if before is not None and int(before[1]):
        return NamedDay(int(before[1]), "before")
    if numbered is not None and int(numbered[1]):
        return NamedDay(int(numbered[1]), "day")
    if text in WEEKDAYS:
        return NamedDay(1, "weekday", WEEKDAYS.index(text), is_alone=True)
    match = _ORDINAL.fullmatch(text)
    if match is not None and not (match["number"] == "last" and match["last"]):
        number = _WORDS.get(match["number"]) or int(match["number"][:-2])
        number = -number if match["last"] else number
        if number and match["what"] in WEEKDAYS:
            return NamedDay(number, "weekday", WEEKDAYS.index(match["what"]))
        if number and match["what"] in ("working day", "day"):
            return NamedDay(number, "working_day" if match["what"] == "working day" else "day")
    raise ValueError(f"'{text}' names no day; write {ON}")


def _days(period: CalendarPeriod) -> Iterator[date]:
    return (period.first + _DAY * index for index in range((period.last - period.first).days + 1))


def _find(calendar: BusinessCalendar, period: CalendarPeriod, named: NamedDay) -> date | None:
    """The day that is named, whether anybody works on it or not; none where the period has no such day."""
    match named.kind:
        case "working_day":
            found = [day for day in _days(period) if calendar.is_working_day(day)]
        case "weekday":
            found = [day for day in _days(period) if day.weekday() == named.weekday]
        case "day" | "before":
            found = list(_days(period))
        case _:
            assert_never(named.kind)
    index = named.number - 1 if named.number > 0 else named.number
    return found[index] if -len(found) <= index < len(found) else None
