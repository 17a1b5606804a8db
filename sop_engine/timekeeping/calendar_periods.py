"""Stretches of days that follow one another: days, weeks, months, quarters, half-years, years, festivals.

Each has a key that tells nothing of when anything is due in it, so that it stays the same when holidays are moved:
`2026-11-30`, `2026-W48`, `2026-11`, `2026-Q4`, `2026-H2`, `2026`, `2026-2028`, `2027-spring_festival`. Weeks are those
of ISO 8601. A festival's year is that of the notice that announces it.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta
from typing import Literal, NamedTuple

from sop_engine.timekeeping.calendar import BusinessCalendar
from sop_engine.timekeeping.festivals import Festival, named

Unit = Literal["working_day", "day", "week", "month", "quarter", "half_year", "year", "years", "festival"]

EXAMPLES = (
    "2026-11-30 (a day), 2026-W48, 2026-11, 2026-Q4, 2026-H2, 2026, 2026-2028 (several years), 2027-spring_festival"
)

_DAY = timedelta(days=1)
_MONTHS = {"month": 1, "quarter": 3, "half_year": 6}.items()
_KEY = re.compile(r"(\d{4})(?:-(?:W(\d\d)|Q([1-4])|H([12])|(\d\d)(?:-(\d\d))?|(\d{4})))?", re.ASCII)


class CalendarPeriod(NamedTuple):
    """A stretch of days, both ends included."""

    key: str
    first: date
    last: date


class Cycle(NamedTuple):
    """What follows one another, by which calendar."""

    unit: Unit
    calendar: BusinessCalendar
    festivals: tuple[Festival, ...] = ()
    """Of the calendar; only `festival` asks for them."""
    wanted: tuple[str, ...] = ()
    """Ids of festivals; all of them when empty."""
    years: int = 1
    """How many of them one of `years` has."""
    anchor: int = 2000
    """A year in which one of `years` begins."""

    def of(self, day: date) -> CalendarPeriod | None:
        """The one that the day lies in; none where it lies in none, as between festivals."""
        if self.unit == "festival":
            return next((each for each in self._festivals() if each.first <= day <= each.last), None)
        if self.unit == "working_day" and not self.calendar.is_working_day(day):
            return None
        return _around(self, day)

    def between(self, first: date, last: date) -> Iterator[CalendarPeriod]:
        """Those that have a day in the given stretch, in order."""
        if self.unit == "festival":
            yield from (each for each in self._festivals() if each.first <= last and first <= each.last)
            return
        day = first
        while day <= last:
            period = _around(self, day)
            if self.unit != "working_day" or self.calendar.is_working_day(day):
                yield period
            day = period.last + _DAY

    def before(self, period: CalendarPeriod) -> CalendarPeriod | None:
        """The one in front of it; none where none is known."""
        if self.unit == "festival":
            return max((each for each in self._festivals() if each.first < period.first), default=None, key=_first)
        day = period.first - _DAY
        if self.unit == "working_day":
            day = self.calendar.roll_day(day, "previous_working_day")
        return _around(self, day)

    def by_key(self, key: str) -> CalendarPeriod | None:
        """The one of that key; none where there is none."""
        if self.unit == "festival":
            return next((each for each in self._festivals() if each.key == key), None)
        match = _KEY.fullmatch(key)
        if match is None:
            return None
        year, week, quarter, half, month, day, _ = match.groups()
        inside: date | None = None
        with suppress(ValueError):
            if week:
                inside = date.fromisocalendar(int(year), int(week), 1)
            else:
                begins = int(month or 0) or (int(quarter or 1) - 1) * 3 + (int(half or 1) - 1) * 6 + 1
                inside = date(int(year), begins, int(day or 1))
        period = self.of(inside) if inside is not None else None
        return period if period is not None and period.key == key else None

    def _festivals(self) -> Iterator[CalendarPeriod]:
        for name, festival in named(self.festivals, self.wanted):
            yield CalendarPeriod(f"{festival.year}-{name}", festival.first, festival.last)


def _first(period: CalendarPeriod) -> date:
    return period.first


def _around(cycle: Cycle, day: date) -> CalendarPeriod:
    year = day.year
    match cycle.unit:
        case "working_day" | "day" | "festival":
            return CalendarPeriod(day.isoformat(), day, day)
        case "week":
            iso = day.isocalendar()
            first = day - _DAY * (iso.weekday - 1)
            return CalendarPeriod(f"{iso.year}-W{iso.week:02}", first, first + _DAY * 6)
        case "year":
            return CalendarPeriod(str(year), date(year, 1, 1), date(year, 12, 31))
        case "years":
            begins = year - (year - cycle.anchor) % cycle.years
            ends = begins + cycle.years - 1
            return CalendarPeriod(f"{begins}-{ends}", date(begins, 1, 1), date(ends, 12, 31))
        case _:
            months = dict(_MONTHS)[cycle.unit]
            number = (day.month - 1) // months
            following = number * months + months
            last = date(year + following // 12, following % 12 + 1, 1) - _DAY
            name = {"month": f"{number + 1:02}", "quarter": f"Q{number + 1}"}.get(cycle.unit, f"H{number + 1}")
            return CalendarPeriod(f"{year}-{name}", date(year, number * months + 1, 1), last)
