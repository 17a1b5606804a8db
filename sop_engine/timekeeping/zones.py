"""The offsets of a time zone as data.

Zone files differ between hosts, so a running case never looks a zone up: its calendars carry the offsets that were
known when they were compiled. This module is the one place that reads zone files, and is called at that moment only.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sop_engine.basis.faults import Fault
from sop_engine.timekeeping.calendar import CalendarError
from sop_engine.timekeeping.timetable import ZoneOffsets

KEPT = 64
"""Zones and years worked out, a twentieth of a second each; a zone's file is read once by every process as it is."""


@lru_cache(KEPT)
def zone_offsets(zone: str, first_year: int, last_year: int) -> ZoneOffsets:
    """Every (instant, seconds east of UTC) at which the zone's offset changes in these years, both included.

    The first entry also stands for all time before, the last for all time after: choose years that surely hold every
    deadline. Raises CalendarError for an unknown zone.
    """
    try:
        info = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise CalendarError(
            [Fault("zone", f"no zone is called '{zone}'", "an IANA name such as Asia/Shanghai")]
        ) from None

    def seconds(at: datetime) -> int:
        offset = at.astimezone(info).utcoffset()
        return int(offset.total_seconds()) if offset is not None else 0

    day = datetime(first_year, 1, 1, tzinfo=UTC)
    end = datetime(last_year + 1, 1, 1, tzinfo=UTC)
    known = [(day, seconds(day))]
    while day < end:
        next_day = day + timedelta(days=1)
        if seconds(next_day) != known[-1][1]:
            low, high = day, next_day
            while high - low > timedelta(seconds=1):
                middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
                low, high = (middle, high) if seconds(middle) == known[-1][1] else (low, middle)
            known.append((high, seconds(high)))
        day = next_day
    return tuple(known)
