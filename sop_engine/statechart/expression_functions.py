"""The functions of the expression language, one entry each: what it takes, what it gives, how it is computed.

Every argument must be filled. Each function raises ValueError with a sentence for the author of the expression.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any
from unicodedata import normalize

from sop_engine.statechart.expression_days import Days, WorkingDays
from sop_engine.statechart.expression_kinds import (
    BOOLEAN,
    DATE,
    DECIMAL,
    DURATION,
    INSTANT,
    INTEGER,
    RECORD,
    TEXT,
    WORKING_DAYS,
    FieldType,
)
from sop_engine.statechart.expression_values import is_number, kind_of, multiply

MOST_WORKING_DAYS = 25_000
"""About a hundred years: more is a slip of the pen."""

Computation = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Function:
    """One function."""

    takes: tuple[tuple[FieldType, ...], ...]
    """Of each argument the types that it may have."""
    gives: FieldType
    compute: Computation
    """Takes the calendar, none where there is none, and the arguments."""


def _span(unit: str, microseconds: int) -> Function:
    def compute(days: Days | None, count: Any) -> timedelta:
        if not is_number(count):
            raise ValueError(f"{unit}() takes a number, got {kind_of(count)}")
        try:
            return timedelta(microseconds=int(multiply(count, microseconds)))
        except OverflowError as error:
            raise ValueError("the duration is too long") from error

    return Function(((INTEGER, DECIMAL),), DURATION, compute)


def _working_days(days: Days | None, count: Any) -> WorkingDays:
    if type(count) is not int or not 0 <= count <= MOST_WORKING_DAYS:
        raise ValueError(f"working_days() takes a whole number from 0 to {MOST_WORKING_DAYS}, got {_told(count)}")
    return WorkingDays(count, _calendar("working_days", days).move_working_days)


def _day(days: Days | None, at: Any) -> date:
    calendar = _calendar("day", days)
    return calendar.local_date(_instant("day", at))


def _next_opening(days: Days | None, at: Any) -> datetime:
    return _calendar("next_opening", days).next_opening(_instant("next_opening", at))


def _of_day(name: str, part: Callable[[date], int]) -> Function:
    """A function of a date; of an instant, that of its date where the calendar is."""

    def compute(days: Days | None, on: Any) -> int:
        if not isinstance(on, date):
            raise ValueError(f"{name}() takes a date or an instant, got {kind_of(on)}")
        return part(_calendar(name, days).local_date(on) if isinstance(on, datetime) else on)

    return Function(((DATE, INSTANT),), INTEGER, compute)


def _contains_any(days: Days | None, text: Any, phrases: Any) -> bool:
    """Whether a text contains one of several phrases, capitals and full-width letters being no different."""
    if not isinstance(text, str):
        raise ValueError(f"contains_any() looks into a text, got {kind_of(text)}")
    if not isinstance(phrases, list) or not all(isinstance(phrase, str) for phrase in phrases):
        raise ValueError("contains_any() looks for a list of texts")
    if not all(phrase.strip() for phrase in phrases):
        raise ValueError("contains_any() was told to look for an empty text, which every text contains")
    plain = _plain(text)
    return any(_plain(phrase) in plain for phrase in phrases)


def _plain(text: str) -> str:
    return normalize("NFKC", text).casefold()


def _instant(function: str, at: Any) -> datetime:
    if not isinstance(at, datetime):
        raise ValueError(f"{function}() takes an instant, got {kind_of(at)}")
    return at


def _calendar(function: str, days: Days | None) -> Days:
    if days is None:
        raise ValueError(f"{function}() needs a calendar, whose zone its days are of")
    return days


def _told(count: Any) -> str:
    return str(count) if is_number(count) else kind_of(count)


def _same_content(days: Days | None, one: Any, other: Any) -> bool:
    """Whether two files have the same content, whatever they are called."""
    hashes = [file.get("sha256") if isinstance(file, Mapping) else None for file in (one, other)]
    if None in hashes:
        raise ValueError("same_content() compares two files whose content is kept; one of these is only named")
    return hashes[0] == hashes[1]


FUNCTIONS: Mapping[str, Function] = MappingProxyType(
    {
        "day": Function(((INSTANT,),), DATE, _day),
        "days": _span("days", 86_400_000_000),
        "hours": _span("hours", 3_600_000_000),
        "minutes": _span("minutes", 60_000_000),
        "working_days": Function(((INTEGER,),), WORKING_DAYS, _working_days),
        "next_opening": Function(((INSTANT,),), INSTANT, _next_opening),
        "month": _of_day("month", lambda on: on.month),
        "quarter": _of_day("quarter", lambda on: (on.month + 2) // 3),
        "weekday": _of_day("weekday", date.isoweekday),
        "same_content": Function(((RECORD,), (RECORD,)), BOOLEAN, _same_content),
        "contains_any": Function(((TEXT,), (FieldType("list", item=TEXT),)), BOOLEAN, _contains_any),
    }
)
