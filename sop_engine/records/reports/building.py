"""How rows of exact values become a report's table."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from sop_engine.cases.report_tables import CellKind, ReportColumn, ReportInput, ReportTable
from sop_engine.freight.money import smallest_unit

Cell = str | int | Decimal | date | None


def column(key: str, en: str, zh: str, kind: CellKind = "text") -> ReportColumn:
    """A column; of kind `amount` its figures stand to the right and add up."""
    return ReportColumn(key=key, title={"en": en, "zh": zh}, kind=kind)


def table(
    asked: ReportInput,
    title: tuple[str, str],
    scope: str,
    columns: Sequence[ReportColumn],
    rows: Iterable[Sequence[Cell]],
) -> ReportTable:
    """The asked piece of the rows, written out; amounts with the decimal places of their row's currency."""
    keys, kinds = [each.key for each in columns], [each.kind for each in columns]
    written = []
    for row in rows:
        unit = smallest_unit(str(row[keys.index("currency")]))
        written.append(tuple(_written(cell, kind, unit) for cell, kind in zip(row, kinds, strict=True)))
    return ReportTable(
        name=asked.name,
        title={"en": title[0], "zh": title[1]},
        scope=scope,
        columns=tuple(columns),
        rows=tuple(written[asked.offset : asked.offset + asked.limit]),
        total=len(written),
    )


def _written(cell: Cell, kind: CellKind, unit: Decimal) -> str | None:
    if cell is None:
        return None
    if kind == "amount":
        return format(Decimal(str(cell)).quantize(unit), "f")
    return format(cell, "f") if isinstance(cell, Decimal) else str(cell)
