"""The ledger of a clock: the spans in which its time ran or stood still, and the arithmetic on them.

Spans follow one another without a gap; the last one is open while the clock is. Time is counted in a measure: elapsed
time, or the working time of a calendar.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from sop_engine.basis.faults import Fault
from sop_engine.basis.models import Frozen
from sop_engine.timekeeping.calendar import BusinessCalendar, CalendarError
from sop_engine.timekeeping.instants import Instant, as_utc

Measure = Literal["elapsed", "working"]

_NOTHING = timedelta()


class Span(Frozen):
    """A stretch of the ledger; open while `to_at` is None."""

    kind: Literal["running", "paused"]
    from_at: Instant
    to_at: Instant | None = None
    reason: str = ""


class Scale:
    """Counts time in one measure. Raises CalendarError when working time is to be counted without a calendar."""

    def __init__(self, measure: Measure, calendar: BusinessCalendar | None) -> None:
        if measure == "working" and calendar is None:
            raise CalendarError([Fault("", "working time cannot be counted without a calendar")])
        self._calendar = calendar if measure == "working" else None

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Time from `start` to `end`."""
        return self._calendar.between(start, end) if self._calendar else end - start

    def add(self, at: datetime, time: timedelta) -> datetime:
        """The first instant at which so much time has passed since `at`."""
        return self._calendar.add(at, time) if self._calendar else at + time


def used(spans: Sequence[Span], at: datetime, scale: Scale) -> timedelta:
    """Running time up to `at`."""
    total = _NOTHING
    for span in spans:
        if span.kind == "running" and span.from_at < at:
            total += scale.between(span.from_at, at if span.to_at is None else min(span.to_at, at))
    return total


def used_up_at(spans: Sequence[Span], budget: timedelta, scale: Scale) -> datetime | None:
    """The first instant at which the running time reaches the budget; None when the spans end before it."""
    left = budget
    for span in spans:
        if span.kind == "paused":
            continue
        length = None if span.to_at is None else scale.between(span.from_at, span.to_at)
        if length is None or left <= length:
            return scale.add(span.from_at, left)
        left -= length
    return None


def switched(spans: Sequence[Span], kind: Literal["running", "paused"], at: datetime, reason: str) -> tuple[Span, ...]:
    """The ledger with a new open span from `at`, or from the start of its last span when `at` lies before that."""
    from_at = max(as_utc(at), spans[-1].from_at)
    closed = spans[-1].model_copy(update={"to_at": from_at})
    return (*spans[:-1], closed, Span(kind=kind, from_at=from_at, reason=reason))


def cut(spans: Sequence[Span], at: datetime) -> tuple[Span, ...]:
    """The ledger as it stood at `at`, closed there; the first span stays, if only without length."""
    kept = (spans[0], *(span for span in spans[1:] if span.from_at < at))
    return (*kept[:-1], kept[-1].model_copy(update={"to_at": max(as_utc(at), kept[-1].from_at)}))


def begun(spans: Sequence[Span], at: datetime) -> tuple[Span, ...]:
    """The ledger begun at another instant: its first span is longer, or what lay before the instant is left out."""
    at = as_utc(at)
    first, *later = (span for span in spans if span.to_at is None or span.to_at >= at or span is spans[-1])
    if first.kind == "running":
        return (first.model_copy(update={"from_at": at}), *later)
    return (Span(kind="running", from_at=at, to_at=at), first.model_copy(update={"from_at": at}), *later)


def reopened(spans: Sequence[Span]) -> tuple[Span, ...]:
    """The ledger with its last span open: where a closed clock would have gone."""
    return (*spans[:-1], spans[-1].model_copy(update={"to_at": None}))


def is_running(spans: Sequence[Span], at: datetime) -> bool:
    """Whether the instant lies in a running span, both its ends included."""
    return any(
        span.kind == "running" and span.from_at <= at and (span.to_at is None or at <= span.to_at) for span in spans
    )
