"""Promises that were kept or broken, as the clocks of cases tell."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import case
from sqlmodel import col, select

from sop_engine.basis.faults import Fault, InvalidInput
from sop_engine.freight.rules import CHINA
from sop_engine.records.cases import CaseRow, ClockRow
from sop_engine.records.reports.parameters import OfDays
from sop_engine.records.reports.report import Books


class Decided(NamedTuple):
    """A promise whose outcome is known."""

    sop: str
    name: str
    """Of the clock, in its SOP."""
    decided_on: date
    """In China: when it was kept, or the day on which it was broken, also where it was fulfilled later."""
    is_kept: bool

    @property
    def month(self) -> str:
        return month_of(self.decided_on)

    @property
    def value(self) -> Decimal:
        return Decimal(self.is_kept)


def decided(books: Books, asked: OfDays, sop: str | None) -> Iterator[Decided]:
    """Each clock of each case that was met or breached; what still runs, or was called off, promises nothing yet.

    Raises InvalidInput for an SOP that is not there.
    """
    decided_at = case((col(ClockRow.status) == "met", col(ClockRow.stopped_at)), else_=col(ClockRow.due_at))
    chosen = select(CaseRow.sop, ClockRow.name, ClockRow.status, decided_at)
    chosen = chosen.join(CaseRow, col(CaseRow.case_id) == col(ClockRow.case_id))
    chosen = chosen.where(col(ClockRow.status).in_(("met", "breached")))
    if sop is not None:
        chosen = chosen.where(CaseRow.sop == known_sop(books, sop))
    for of, name, status, at in books.session.exec(chosen):
        found = Decided(of, name, day_of(at), status == "met")
        if is_within(found.decided_on, asked):
            yield found


def day_of(at: datetime) -> date:
    """The day in China."""
    return at.astimezone(CHINA).date()


def month_of(day: date) -> str:
    return f"{day:%Y-%m}"


def is_within(day: date, asked: OfDays) -> bool:
    return (asked.since is None or asked.since <= day) and (asked.until is None or day <= asked.until)


def known_sop(books: Books, sop: str) -> str:
    """The same name. Raises InvalidInput, with those there are, for an SOP of which there is neither text nor case."""
    known = {*books.calendars, *books.session.exec(select(CaseRow.sop).distinct())}
    if sop not in known:
        fault = Fault(where="sop", what=f"there is no SOP {sop!r}", allowed=", ".join(sorted(known)))
        raise InvalidInput("The report cannot be run", [fault])
    return sop
