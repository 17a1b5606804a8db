"""How many cases were open in the evening of a day, per SOP and age."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from types import MappingProxyType

from sqlmodel import col, or_, select

from sop_engine.basis.models import Title
from sop_engine.freight.rules import CHINA
from sop_engine.records.cases import CaseRow
from sop_engine.records.reports.measure import SOP, Dimension, Observed, measure
from sop_engine.records.reports.parameters import OfDay, OfSop
from sop_engine.records.reports.promises import day_of, known_sop
from sop_engine.records.reports.report import Books, column

AGES: Mapping[str, int | None] = MappingProxyType({"0-7": 7, "8-30": 30, "31-90": 90, "90+": None})
"""Name and last day of each age, counted from the day of opening, which is day nought."""


class Asked(OfDay, OfSop):
    """Of one SOP or of all."""


def _age(opened_on: date, on: date) -> str:
    days = (on - opened_on).days
    return next(name for name, last in AGES.items() if last is None or days <= last)


def _all_ages(_: Collection[str]) -> Sequence[str]:
    return [*AGES]


def _open(books: Books, asked: Asked) -> Iterator[Observed]:
    on = asked.on or books.today
    evening = datetime.combine(on + timedelta(days=1), time(), CHINA)
    chosen = select(CaseRow.sop, CaseRow.opened_at).where(col(CaseRow.opened_at) < evening)
    chosen = chosen.where(or_(col(CaseRow.closed_at).is_(None), col(CaseRow.closed_at) >= evening))
    if asked.sop is not None:
        chosen = chosen.where(CaseRow.sop == known_sop(books, asked.sop))
    for sop, opened_at in books.session.exec(chosen):
        yield Observed((sop, _age(day_of(opened_at), on)))


REPORT = measure(
    name="open-cases",
    title=Title(en="Open cases by age", zh="未结案件账龄"),
    tells=Title(
        en="How many cases are open in the evening of a day, per SOP and age in days", zh="各流程未结案件数（按天数）"
    ),
    asks=Asked,
    by=(SOP, Dimension(column("age", "Age, days", "已开天数"), _all_ages)),
    figure=column("cases", "Open cases", "未结案件", "integer"),
    unit=Title(en="cases", zh="件"),
    aggregate="sum",
    observe=_open,
    scope=lambda books, asked: str(asked.on or books.today),
)
