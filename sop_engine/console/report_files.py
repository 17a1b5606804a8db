"""A report as a file: CSV, a workbook, or a PDF on the firm's paper. Figures stay exact."""

import csv
from collections.abc import Mapping
from datetime import date, datetime
from decimal import MAX_PREC, Context, Decimal
from io import BytesIO, StringIO
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from sop_engine.basis.legible import legible
from sop_engine.cases.contracts.effects import CaseFacts
from sop_engine.cases.contracts.report_tables import CellKind, ReportTable
from sop_engine.cases.people.firm import Firm
from sop_engine.console.report_cells import shown, text_of

FORMATS: Mapping[CellKind, str] = MappingProxyType(
    {"text": "@", "amount": "#,##0", "integer": "0", "decimal": "#,##0.0", "share": "0.00%", "date": "yyyy-mm-dd"}
)
"""Of an amount, without its decimal places: each cell has those of its currency."""
EXACT_DIGITS = 15
"""As many significant digits a workbook's number keeps; a longer figure is written as text, to the last digit."""
ESCAPED = ("=", "+", "-", "@", "\t", "\r")
"""A text that begins so would be carried out as a formula by whoever opens the CSV in a spreadsheet."""


def as_csv(report: ReportTable, language: str) -> bytes:
    """UTF-8 with the mark that spreadsheets need to read Chinese; figures as plain numbers."""
    written = StringIO()
    writer = csv.writer(written)
    writer.writerow([column.title[language] for column in report.columns])
    for row in report.rows:
        writer.writerow([_plain(cell or "", column.kind) for column, cell in zip(report.columns, row, strict=True)])
    return written.getvalue().encode("utf-8-sig")


def as_workbook(report: ReportTable, language: str) -> bytes:
    """One sheet with a frozen head; text never becomes a formula."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = report.title[language][:31]
    for position, column in enumerate(report.columns, start=1):
        head = sheet.cell(1, position, column.title[language])
        head.font = Font(bold=True)
        head.alignment = Alignment(horizontal=_side(column.kind), wrap_text=True)
        longest = max((len(row[position - 1] or "") for row in report.rows), default=0)
        sheet.column_dimensions[head.column_letter].width = min(60, max(12, longest + 3, 2 * len(column.title["zh"])))
        for number, row in enumerate(report.rows, start=2):
            cell = sheet.cell(number, position)
            written_cell = row[position - 1]
            cell.value = _typed(written_cell, column.kind)
            if isinstance(cell.value, str):
                cell.data_type = "s"
                cell.number_format = FORMATS["text"]
                cell.alignment = Alignment(horizontal=_side(column.kind))
            else:
                cell.number_format = FORMATS[column.kind] + _places(written_cell, column.kind)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def as_pdf(report: ReportTable, templates: Path, firm: Firm, at: datetime) -> bytes:
    """The document `report` of the site's templates, in both languages."""
    from sop_engine.console.report_picture import plot_of
    from sop_engine.documents.papers import PaperTemplates

    facts = CaseFacts(
        case_id=report.name,
        sop="Report",
        title=report.title,
        data={},
        state=None,
        actor=None,
        at=at,
        zone="Asia/Shanghai",
    )
    values = {
        "title": report.title,
        "scope": report.scope,
        "plot": plot_of(report),
        "columns": [{"en": each.title["en"], "zh": each.title["zh"], "kind": each.kind} for each in report.columns],
        "rows": [
            [shown(cell, column.kind) for column, cell in zip(report.columns, row, strict=True)] for row in report.rows
        ],
    }
    return PaperTemplates(templates).render("report", facts, values, firm).content


def _plain(cell: str, kind: CellKind) -> str:
    quote = "'" if kind == "text" and cell.startswith(ESCAPED) else ""
    return quote + legible(cell)


def _typed(cell: str | None, kind: CellKind) -> str | int | Decimal | date | None:
    if cell is None:
        return None
    match kind:
        case "amount" | "share" | "integer" | "decimal" if _digits(Decimal(cell)) > EXACT_DIGITS:
            return text_of(cell, kind)
        case "amount" | "share" | "decimal":
            return Decimal(cell)
        case "integer":
            return int(cell)
        case "date":
            return date.fromisoformat(cell)
        case _:
            return legible(cell)


def _digits(figure: Decimal) -> int:
    """How many significant digits a figure has."""
    return len(figure.normalize(Context(prec=MAX_PREC)).as_tuple().digits)


def _places(cell: str | None, kind: CellKind) -> str:
    """The decimal places of an amount as it is written, for its format."""
    exponent = Decimal(cell).as_tuple().exponent if cell is not None and kind == "amount" else 0
    return "." + "0" * -exponent if isinstance(exponent, int) and exponent < 0 else ""


def _side(kind: CellKind) -> Literal["left", "right"]:
    return "left" if kind == "text" else "right"
