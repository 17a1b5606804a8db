"""The median working time of cases, from opening to end, per SOP and month."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from sqlmodel import col, select

from sop_engine.basis.models import Title
from sop_engine.records.cases import CaseRow
from sop_engine.records.reports.measure import MONTH, SOP, Observed, measure
from sop_engine.records.reports.parameters import OfDays, OfSop
from sop_engine.records.reports.promises import day_of, is_within, known_sop, month_of
from sop_engine.records.reports.report import Books, column


class Asked(OfDays, OfSop):
    """Cases that ended in a period."""


def _ended(books: Books, asked: Asked) -> Iterator[Observed]:
    """Every completed case, with its working hours by the calendar of its SOP; one without a calendar leaves it open.

    Time on hold counts: whoever waits for the end waits through it.
    """
    chosen = select(CaseRow.sop, CaseRow.opened_at, CaseRow.closed_at)
    chosen = chosen.where(CaseRow.status == "completed", col(CaseRow.closed_at).is_not(None))
    if asked.sop is not None:
        chosen = chosen.where(CaseRow.sop == known_sop(books, asked.sop))
    for sop, opened_at, closed_at in books.session.exec(chosen):
        if closed_at is None or not is_within(day_of(closed_at), asked):
            continue
        calendar = books.calendars.get(sop)
        worked = calendar.between(opened_at, closed_at) if calendar is not None else None
        yield Observed((sop, month_of(day_of(closed_at))), _hours(worked) if worked is not None else None)


def _hours(length: timedelta) -> Decimal:
    return Decimal(length // timedelta(microseconds=1)) / 3_600_000_000


REPORT = measure(
    name="working-time",
    title=Title(en="Working time from opening to end", zh="办理工时"),
    tells=Title(en="Median working hours of completed cases, per SOP and month", zh="各流程每月办结工时中位数"),
    asks=Asked,
    by=(SOP, MONTH),
    figure=column("hours", "Working hours", "工时", "decimal"),
    unit=Title(en="working hours", zh="工时"),
    aggregate="median",
    observe=_ended,
)
