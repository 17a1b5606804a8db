"""The grammar of lengths of time: "4 working hours", "3 working days", "24 hours", "14 days", "1 month", "PT2H30M".

Units differ in kind. Minutes and hours are elapsed time. Working minutes and hours run only inside the windows of a
business calendar. Working days, days, weeks, months and years are counted as civil dates (Civil Code art. 200-204).
"""

import re
from datetime import timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Literal, NamedTuple, Self, get_args

from pydantic import model_validator

from sop_engine.basis.models import Frozen

Unit = Literal[
    "working_minutes", "working_hours", "working_days", "minutes", "hours", "days", "weeks", "months", "years"
]

WORKING_UNITS: tuple[Unit, ...] = ("working_minutes", "working_hours", "working_days")
DAY_UNITS: tuple[Unit, ...] = ("working_days", "days", "weeks", "months", "years")

# About a hundred years: more is a slip of the pen, and every result stays inside the range of dates.
LARGEST = MappingProxyType(
    {
        "working_minutes": 12_000_000,
        "working_hours": 200_000,
        "working_days": 25_000,
        "minutes": 52_600_000,
        "hours": 876_600,
        "days": 36_525,
        "weeks": 5_200,
        "months": 1_200,
        "years": 100,
    }
)

_WORDS = re.compile(r"(?P<amount>\d+(?:\.\d+)?)\s*(?P<unit>(?:working\s+)?[a-z]+)", re.ASCII | re.IGNORECASE)
_ISO = re.compile(
    r"P(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?P<time>T(?:(?P<hours>\d+(?:\.\d+)?)H)?(?:(?P<minutes>\d+(?:\.\d+)?)M)?(?:(?P<seconds>\d+)S)?)?",
    re.ASCII,
)
_OFFSET = re.compile(r"(?P<base>.+?)\s+(?P<sign>[+-])\s+(?P<period>\d.*|P.*)")
ALLOWED = (
    'a number and a unit, such as "30 minutes", "24 hours", "4 working hours", "3 working days", "14 days", "1 month"'
)
"""How a length of time is written."""


class PeriodError(ValueError):
    """A text that is not a length of time; says which text, why, and what is allowed."""

    def __init__(self, text: str, reason: str, allowed: str = ALLOWED) -> None:
        self.text = text
        self.reason = reason
        super().__init__(f"'{text}' is not a length of time: {reason}. Write {allowed}.")


class Period(Frozen):
    """A length of time in one unit; never negative. Days and longer are whole numbers."""

    amount: Decimal
    unit: Unit

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not 0 <= self.amount <= LARGEST[self.unit]:
            raise ValueError(f"{self.unit} must be between 0 and {LARGEST[self.unit]}")
        if self.counts_days and self.amount != int(self.amount):
            raise ValueError("days, weeks, months and years are whole; write a part of a day in hours")
        return self

    @property
    def is_working(self) -> bool:
        """Whether only a business calendar can say when it ends, because closed hours do not count."""
        return self.unit in WORKING_UNITS

    @property
    def counts_days(self) -> bool:
        """Whether it is counted as civil dates rather than as exact time."""
        return self.unit in DAY_UNITS

    @property
    def length(self) -> timedelta:
        """Exact length of a period in (working) minutes or hours.

        Raises PeriodError for days and longer: their length depends on a calendar.
        """
        if self.counts_days:
            raise PeriodError(str(self), "days and longer have no length without a calendar")
        minutes = self.amount if self.unit.endswith("minutes") else self.amount * 60
        return timedelta(microseconds=round(minutes * 60_000_000))

    def __str__(self) -> str:
        """The text that `parse_period` reads back."""
        unit = self.unit.replace("_", " ")
        return f"{self.amount.normalize():f} {unit[:-1] if self.amount == 1 else unit}"


class Offset(NamedTuple):
    """A period before or after something that has a name: `cut_off - 24 hours`."""

    base: str
    before: bool
    period: Period


def exact_period(length: timedelta) -> Period:
    """The elapsed time of an exact length, in minutes or whole hours. Raises PeriodError below nought."""
    minutes = Decimal(length // timedelta(microseconds=1)) / 60_000_000
    hours = minutes / 60
    if hours == int(hours):
        return _period(str(length), hours, "hours")
    return _period(str(length), minutes, "minutes")


def parse_period(text: str, *, calendar_applies: bool = True) -> Period:
    """Read a length of time.

    An ISO 8601 date part (`P1D`, `P2W`) means 24 elapsed hours a day, and is therefore refused where a calendar
    applies: there it could as well mean a civil day or a working day. ISO months and years are always refused.
    Raises PeriodError.
    """
    stripped = text.strip()
    if stripped.startswith("P"):
        return _parse_iso(stripped, calendar_applies)
    match = _WORDS.fullmatch(stripped)
    if match is None:
        raise PeriodError(text, "it is not a number and a unit")
    words = "_".join(match["unit"].lower().split())
    unit = words if words.endswith("s") else f"{words}s"
    for known in get_args(Unit):
        if unit == known:
            return _period(text, Decimal(match["amount"]), known)
    if unit.startswith("working_"):
        raise PeriodError(text, "only minutes, hours and days can be working ones")
    raise PeriodError(text, f"unknown unit '{match['unit']}'")


def split_offset(text: str) -> Offset | None:
    """Split `cut_off - 24 hours` into its base, direction and period; None when the text has no such form.

    The sign stands between blanks. Raises PeriodError when what follows the sign is not a length of time.
    """
    match = _OFFSET.fullmatch(text.strip())
    if match is None:
        return None
    return Offset(match["base"], match["sign"] == "-", parse_period(match["period"]))


def _parse_iso(text: str, calendar_applies: bool) -> Period:
    match = _ISO.fullmatch(text)
    if match is None or text == "P" or text.endswith("T"):
        raise PeriodError(text, "it is not an ISO 8601 duration")
    if match["years"] or match["months"]:
        raise PeriodError(text, "months and years have no fixed length", 'it in words, such as "1 month" or "1 year"')
    if (match["weeks"] or match["days"]) and calendar_applies:
        raise PeriodError(text, "with a calendar, a day of it could be meant either way", '"1 day" or "1 working day"')
    days = int(match["weeks"] or 0) * 7 + int(match["days"] or 0)
    hours = days * 24 + Decimal(match["hours"] or 0)
    minutes = Decimal(match["minutes"] or 0) + Decimal(match["seconds"] or 0) / 60
    if minutes:
        return _period(text, hours * 60 + minutes, "minutes")
    return _period(text, hours, "hours")


def _period(text: str, amount: Decimal, unit: Unit) -> Period:
    try:
        return Period(amount=amount, unit=unit)
    except ValueError as error:
        reason = "; ".join(fault["msg"].removeprefix("Value error, ") for fault in getattr(error, "errors", list)())
        raise PeriodError(text, reason) from None
