"""The open windows of a calendar as instants, year by year, and the working time before each of them.

A year is laid out once, when it is first asked for; afterwards every question is a binary search.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from sop_engine.timekeeping.instants import Instant

ZoneOffsets = tuple[tuple[Instant, int], ...]
Windows = tuple[tuple[int, int], ...]

_DAY = timedelta(days=1)
_NOTHING = timedelta()


class YearWindows(NamedTuple):
    """The windows of one local year in UTC; `before[i]` is the working time of the year before window i.

    `before` has one entry more than there are windows: the working time of the whole year.
    """

    starts: tuple[datetime, ...]
    ends: tuple[datetime, ...]
    before: tuple[timedelta, ...]

    @property
    def total(self) -> timedelta:
        return self.before[-1]


class Position(NamedTuple):
    """A place on the scale of working time: the local year, and the working time of that year already past."""

    year: int
    worked: timedelta


class LocalClock:
    """Converts between instants and the civil time of one zone, from the zone's offsets as data."""

    def __init__(self, offsets: ZoneOffsets) -> None:
        self._changes = tuple(at for at, _ in offsets)
        self._offsets = tuple(timedelta(seconds=seconds) for _, seconds in offsets)

    def offset_at(self, at: datetime) -> timedelta:
        """The offset from UTC in force at the instant."""
        return self._offsets[max(bisect_right(self._changes, at) - 1, 0)]

    def local(self, at: datetime) -> datetime:
        """Civil date and time of the instant, naive."""
        return (at + self.offset_at(at)).replace(tzinfo=None)

    def instant(self, local: datetime) -> datetime:
        """The instant of a civil (naive) time.

        A time that happens twice, when clocks go back, is the first of the two; one that never happens, when they go
        forward, is the instant of the change.
        """
        as_if_utc = local.replace(tzinfo=UTC)
        earlier, later = self.offset_at(as_if_utc - _DAY), self.offset_at(as_if_utc + _DAY)
        if earlier == later:
            return as_if_utc - earlier
        change = self._changes[bisect_right(self._changes, as_if_utc + _DAY) - 1]
        if as_if_utc - earlier < change:
            return as_if_utc - earlier
        return max(as_if_utc - later, change)


class Timetable:
    """Arithmetic on working time. `windows_on` gives the open minutes of a date, counted from local midnight."""

    def __init__(self, clock: LocalClock, windows_on: Callable[[date], Windows]) -> None:
        self._clock = clock
        self._windows_on = windows_on
        self._years: dict[int, YearWindows] = {}

    def year(self, year: int) -> YearWindows:
        """The windows of a local year."""
        known = self._years.get(year)
        if known is None:
            known = self._years[year] = self._lay_out(year)
        return known

    def windows_of(self, on: date) -> tuple[tuple[datetime, datetime], ...]:
        """The windows of a date as instants; those that a change of the clocks swallows are left out."""
        midnight = datetime.combine(on, time())
        spans = (
            (
                self._clock.instant(midnight + timedelta(minutes=start)),
                self._clock.instant(midnight + timedelta(minutes=end)),
            )
            for start, end in self._windows_on(on)
        )
        return tuple((start, end) for start, end in spans if start < end)

    def position(self, at: datetime) -> Position:
        """Where an instant lies on the scale of working time."""
        year = self._clock.local(at).year
        windows = self.year(year)
        index = bisect_right(windows.starts, at) - 1
        if index < 0:
            return Position(year, _NOTHING)
        return Position(year, windows.before[index] + min(at, windows.ends[index]) - windows.starts[index])

    def earliest(self, position: Position) -> datetime | None:
        """The first instant at a position, which is a closing when the position lies between two windows.

        A position past the end of its year runs on into the following ones; None when it is out of reach.
        """
        year, worked = position
        while worked > self.year(year).total:
            worked -= self.year(year).total
            year += 1
            if year > position.year + _REACH:
                return None
        windows = self.year(year)
        index = bisect_left(windows.before, worked) - 1
        return windows.starts[index] + (worked - windows.before[index])

    def latest(self, position: Position) -> datetime | None:
        """The last instant at a position, which is an opening when the position lies between two windows.

        A negative position runs back into the preceding years; None when it is out of reach.
        """
        year, worked = position
        while worked < _NOTHING:
            year -= 1
            if year < position.year - _REACH:
                return None
            worked += self.year(year).total
        windows = self.year(year)
        index = bisect_right(windows.before, worked) - 1
        return windows.starts[index] + (worked - windows.before[index])

    def _lay_out(self, year: int) -> YearWindows:
        starts: list[datetime] = []
        ends: list[datetime] = []
        before = [_NOTHING]
        on = date(year, 1, 1)
        while on.year == year:
            for start, end in self.windows_of(on):
                starts.append(start)
                ends.append(end)
                before.append(before[-1] + (end - start))
            on += _DAY
        return YearWindows(tuple(starts), tuple(ends), tuple(before))


# Years that a search crosses before it gives up: longer than any period that may be written.
_REACH = 300
