"""A report as an entry of the catalogue: what it is called, what may be asked, its columns, and the query.

The command line, its help, the files and the JSON are made of this.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Generic, TypeVar

from pydantic.fields import FieldInfo
from sqlmodel import Session

from sop_engine.basis.models import Title
from sop_engine.cases.contracts.report_tables import CellKind, Measured, ReportColumn, ReportInput, ReportTable
from sop_engine.freight.money import smallest_unit
from sop_engine.freight.subledger.posting import LedgerRules
from sop_engine.records.reports.parameters import Parameters
from sop_engine.timekeeping.calendar import BusinessCalendar

Cell = str | int | Decimal | date | None
Asked = TypeVar("Asked", bound=Parameters)


@dataclass(frozen=True, slots=True)
class Books:
    """What a query may look at."""

    session: Session
    rules: LedgerRules
    today: date
    """In China."""
    calendars: Mapping[str, BusinessCalendar]
    """By SOP: the one that its cases are opened with."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a query found: exact values, one for each column."""

    rows: Sequence[Sequence[Cell]]
    scope: str = ""
    """What they cover, such as `2026-03` or a party's name."""
    title: Title | None = None
    """In place of the report's own, where that depends on what was asked."""
    measured: Measured | None = None
    """Of a measure alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report(Generic[Asked]):
    """One report."""

    name: str
    """As people type it."""
    title: Title
    """Its head."""
    tells: Title
    """What it tells, in a line."""
    asks: type[Asked]
    """What may be asked; anything else is refused."""
    columns: tuple[ReportColumn, ...]
    query: Callable[[Books, Asked], Found]
    is_measure: bool = False
    """Whether it can be drawn."""
    readers: tuple[str, ...] = ()
    """The roles to which alone it is told, of what is confidential in cases; everybody where none is named."""

    def __post_init__(self) -> None:
        """Raises ValueError where no column holds the currency of another."""
        keys = {column.key for column in self.columns}
        lost = [column.key for column in self.columns if column.currency is not None and column.currency not in keys]
        if lost:
            raise ValueError(f"the report {self.name}: no column holds the currency of {', '.join(lost)}")

    @property
    def parameters(self) -> Mapping[str, FieldInfo]:
        """What may be asked, in the order of names."""
        return dict(sorted(self.asks.model_fields.items()))

    def run(self, books: Books, asked: Asked, given: ReportInput) -> ReportTable:
        """The asked piece of the rows, written out; amounts with the decimal places of their row's currency.

        Raises InvalidInput where the query cannot answer.
        """
        found = self.query(books, asked)
        keys = [column.key for column in self.columns]
        written = [
            tuple(
                _written(cell, column, row[keys.index(column.currency)] if column.currency else None)
                for cell, column in zip(row, self.columns, strict=True)
            )
            for row in found.rows
        ]
        title = found.title or self.title
        return ReportTable(
            name=self.name,
            title=title.model_dump(),
            scope=found.scope,
            columns=self.columns,
            rows=tuple(written[given.offset : given.offset + given.limit]),
            total=len(written),
            measured=found.measured,
        )


def column(key: str, en: str, zh: str, kind: CellKind = "text") -> ReportColumn:
    """A column of anything but money."""
    return ReportColumn(key=key, title={"en": en, "zh": zh}, kind=kind)


def money(key: str, en: str, zh: str, *, currency: str = "currency") -> ReportColumn:
    """A column of money: its figures stand to the right. `currency` is the key of the column that says theirs."""
    return ReportColumn(key=key, title={"en": en, "zh": zh}, kind="amount", currency=currency)


def _written(cell: Cell, column: ReportColumn, currency: Cell) -> str | None:
    if cell is None:
        return None
    if column.kind == "amount":
        return format(Decimal(str(cell)).quantize(smallest_unit(str(currency))), "f")
    return format(cell, "f") if isinstance(cell, Decimal) else str(cell)
