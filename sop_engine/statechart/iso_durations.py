"""ISO 8601 durations as delays: the only durations that the statechart itself can read."""

import re
from calendar import monthrange
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

_DURATION = re.compile(
    r"P(?=\d|T\d)(?:(?P<years>\d{1,4})Y)?(?:(?P<months>\d{1,4})M)?(?:(?P<weeks>\d{1,6})W)?(?:(?P<days>\d{1,6})D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d{1,8})H)?(?:(?P<minutes>\d{1,8})M)?(?:(?P<seconds>\d{1,10}(?:\.\d{1,6})?)S)?)?",
    re.ASCII,
)


def iso_due(text: str, since: datetime, data: Mapping[str, Any]) -> datetime:
    """Return the instant that lies the ISO 8601 duration `text` after `since`; `data` is not used.

    Years and months move by the calendar and end on the last day of a shorter month; all else is elapsed time.
    Raises ValueError for a text that is no such duration, or an instant past year 9999.
    """
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not an ISO 8601 duration such as PT30M or P1DT12H")
    part = {name: Decimal(digits or 0) for name, digits in match.groupdict().items()}
    try:
        month = since.year * 12 + since.month - 1 + int(part["years"] * 12 + part["months"])
        year, month = month // 12, month % 12 + 1
        moved = since.replace(year=year, month=month, day=min(since.day, monthrange(year, month)[1]))
        return moved + timedelta(
            weeks=int(part["weeks"]),
            days=int(part["days"]),
            hours=int(part["hours"]),
            minutes=int(part["minutes"]),
            microseconds=int(part["seconds"] * 1_000_000),
        )
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{text} after {since.isoformat()} lies past the year 9999") from error
