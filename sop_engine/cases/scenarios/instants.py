"""How scenarios write instants: civil time of the SOP's calendar, or a period after the step before."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import NamedTuple

from sop_engine.timekeeping.calendar import BusinessCalendar
from sop_engine.timekeeping.instants import as_utc, is_near, read_day_end
from sop_engine.timekeeping.periods import PeriodError, parse_period

ALLOWED = '"2026-03-02 09:00" in the SOP\'s own zone, 24:00 for the end of a day, or with a zone of its own'
ALLOWED_STEP = f'{ALLOWED}; or a period after the step before, such as "+1 working day"'
ALLOWED_UNTIL = f'{ALLOWED}; or a period after the opening, such as "60d" or "3 working days"'
_SHORT = re.compile(r"(?P<amount>\d+)(?P<unit>[hdwm])", re.ASCII)
_UNITS: Mapping[str, str] = MappingProxyType({"h": "hours", "d": "days", "w": "weeks", "m": "months"})
_TOLERANCE = re.compile(r"(?P<at>.+?)\s+within\s+(?P<amount>\d+)\s+(?P<unit>second|minute|hour)s?", re.ASCII)


class When(NamedTuple):
    """An instant that is expected, and by how much what comes may miss it."""

    at: datetime
    within: timedelta = timedelta()


def read_instant(text: str, calendar: BusinessCalendar) -> datetime:
    """An instant in UTC. Raises ValueError for what is none."""
    try:
        read = datetime.fromisoformat(read_day_end(text))
        at = calendar.instant(read) if read.tzinfo is None else as_utc(read)
    except (ValueError, OverflowError):
        raise ValueError(f"'{text}' is not an instant; write {ALLOWED}") from None
    if not is_near(at):
        raise ValueError(f"'{text}' lies too far off")
    return at


def read_step(text: str, calendar: BusinessCalendar, before: datetime, allowed: str = ALLOWED_STEP) -> datetime:
    """The instant of a step that follows another. Raises ValueError for what is none, and for one before the other."""
    if text.startswith("+"):
        try:
            return calendar.add_period(before, parse_period(text[1:])).at
        except PeriodError as error:
            raise ValueError(str(error)) from None
    try:
        at = read_instant(text, calendar)
    except ValueError:
        raise ValueError(f"'{text}' is not an instant; write {allowed}") from None
    if at < before:
        raise ValueError(f"'{text}' lies before {local_text(before, calendar)}, where the step before left off")
    return at


def read_until(text: str, calendar: BusinessCalendar, opened_at: datetime) -> datetime:
    """The instant until which time passes: one of its own, or a period after the opening, `60d` or `60 working days`.

    Raises ValueError for what is none.
    """
    short = _SHORT.fullmatch(text.strip())
    period = text if short is None else f"{short['amount']} {_UNITS[short['unit']]}"
    try:
        return calendar.shift(opened_at, parse_period(period))
    except PeriodError:
        return read_step(text, calendar, opened_at, ALLOWED_UNTIL)


def read_when(text: str, calendar: BusinessCalendar) -> When:
    """An instant that is expected, `2026-03-02 09:00 within 2 seconds`. Raises ValueError."""
    match = _TOLERANCE.fullmatch(text.strip())
    if match is None:
        return When(read_instant(text, calendar))
    return When(read_instant(match["at"], calendar), timedelta(**{f"{match['unit']}s": int(match["amount"])}))


def local_text(at: datetime, calendar: BusinessCalendar) -> str:
    """Civil time of the calendar, `2026-03-02 09:00`; with seconds where there are any."""
    return calendar.local(at).isoformat(" ").removesuffix(":00")


def length_text(length: timedelta) -> str:
    """A length of time in hours, minutes and seconds, `51:30:00`; the same whichever way it goes."""
    minutes, seconds = divmod(abs(length), timedelta(minutes=1))
    return f"{minutes // 60}:{minutes % 60:02}:{seconds.total_seconds():02.0f}"
