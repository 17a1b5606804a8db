"""The instant and title types that every model of timekeeping shares, the days that anything here can mean, and how a
deadline is written that ends with its day."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

from pydantic import AfterValidator

EARLIEST, LATEST = date(1900, 1, 1), date(2099, 12, 31)
"""Days that people can mean; others are slips. Working time is laid out year by year, and the last rungs of a
deadline come long after it."""
RANGE = f"from {EARLIEST} to {LATEST}"

_DAY_END = re.compile(r"(?P<day>\d{4}-\d\d-\d\d)[ T]24:00(?::00)?(?P<zone>.*)", re.ASCII)


def as_utc(at: datetime) -> datetime:
    """The same instant in UTC.

    Raises ValueError for a naive datetime, which names no instant without a zone, and for one whose zone takes it past
    the calendar's last day.
    """
    if at.tzinfo is None:
        raise ValueError("an instant needs a zone, for example 2026-02-14T08:30:00Z")
    try:
        return at if at.tzinfo is UTC else at.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{at.isoformat()} lies too far off; allowed: {RANGE}") from None


def is_near(day: date) -> bool:
    """Whether a day, or an instant's in UTC, is one that people can mean. An instant without a zone names none."""
    if not isinstance(day, datetime):
        return EARLIEST <= day <= LATEST
    try:
        return day.tzinfo is not None and EARLIEST <= day.astimezone(UTC).date() <= LATEST
    except OverflowError:
        return False


def deadline_text(local: datetime) -> str:
    """A deadline in civil time with its offset; at midnight it is 24:00 of the day that it ends, as law counts.

    `2026-02-24 17:00+08:00`, `2026-02-24 24:00+08:00`
    """
    text = local.isoformat(" ", "minutes")
    if local.time() != time():
        return text
    return f"{local.date() - timedelta(days=1)} 24:00{text[16:]}"


def read_day_end(text: str) -> str:
    """The same text with 24:00 as 00:00 of the following day, which is how ISO 8601 is read; other text as it is."""
    match = _DAY_END.fullmatch(text.strip())
    if match is None:
        return text
    try:
        return f"{date.fromisoformat(match['day']) + timedelta(days=1)}T00:00{match['zone']}"
    except (ValueError, OverflowError):
        return text


def _near(day: date) -> date:
    if not is_near(day):
        raise ValueError(f"{day} lies too far off; allowed: {RANGE}")
    return day


Instant = Annotated[datetime, AfterValidator(as_utc)]
Day = Annotated[date, AfterValidator(_near)]
"""A day that somebody asks about."""
