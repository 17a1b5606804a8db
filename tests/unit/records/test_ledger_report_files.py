"""A report as CSV, workbook and PDF: exact figures, no formula from a name, every row on paper."""

import csv
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO, StringIO

import pytest
from openpyxl import load_workbook

from sop_engine.basis.models import Title
from sop_engine.cases.contracts.report_tables import ReportColumn, ReportTable
from sop_engine.cases.people.firm import Firm
from sop_engine.console.report_cells import text_of
from sop_engine.console.report_files import as_csv, as_pdf, as_workbook
from sop_engine.content.library import content_root

COLUMNS = (
    ReportColumn(key="party", title={"en": "Party", "zh": "往来单位"}),
    ReportColumn(key="total", title={"en": "Total", "zh": "合计"}, kind="amount", currency="currency"),
    ReportColumn(key="share", title={"en": "Share", "zh": "占比"}, kind="share"),
    ReportColumn(key="days", title={"en": "Days", "zh": "天数"}, kind="integer"),
    ReportColumn(key="on", title={"en": "On", "zh": "日期"}, kind="date"),
)
ROWS = (
    ("Acme 上海“贸易”, Ltd", "1234567.10", "0.0512", "31", "2026-03-31"),
    ("=HYPERLINK(1)", "-0.05", None, "0", None),
)
REPORT = ReportTable(
    name="ageing", title={"en": "Ageing", "zh": "账龄"}, scope="2026-03-31", columns=COLUMNS, rows=ROWS, total=2
)


def test_csv_keeps_figures_exact_and_names_harmless() -> None:
    written = as_csv(REPORT, "zh")
    assert written.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(StringIO(written.decode("utf-8-sig"))))
    assert lines == [
        ["往来单位", "合计", "占比", "天数", "日期"],
        list(ROWS[0]),
        ["'=HYPERLINK(1)", "-0.05", "", "0", ""],
    ]


def test_a_workbook_has_numbers_dates_and_text_as_such() -> None:
    sheet = load_workbook(BytesIO(as_workbook(REPORT, "en"))).active
    assert sheet is not None
    head, first, second = (tuple(cell.value for cell in row) for row in sheet.iter_rows())
    assert head == ("Party", "Total", "Share", "Days", "On")
    assert first[0] == ROWS[0][0]
    assert (Decimal(str(first[1])), Decimal(str(first[2])), first[3]) == (Decimal("1234567.1"), Decimal("0.0512"), 31)
    assert isinstance(first[4], datetime)
    assert first[4].date() == date(2026, 3, 31)
    assert second[0] == "=HYPERLINK(1)"
    assert sheet["A3"].data_type == "s"
    assert second[2] is None


@pytest.mark.parametrize(
    ("amount", "value", "shown"),
    [
        ("1234.500", 1234.5, "#,##0.000"),
        ("1234", 1234, "#,##0"),
        ("1234.50", 1234.5, "#,##0.00"),
        ("-9999999999999.99", -9999999999999.99, "#,##0.00"),
        ("999999999999999.99", "999,999,999,999,999.99", "@"),
        ("-999999999999.1234", "-999,999,999,999.1234", "@"),
        ("99999999999999999999.99", "99,999,999,999,999,999,999.99", "@"),
    ],
)
def test_a_workbook_shows_each_amount_to_its_last_digit(amount: str, value: float | str, shown: str) -> None:
    """With the decimal places of its currency; what a workbook's numbers cannot hold is text."""
    report = REPORT.model_copy(update={"columns": COLUMNS[1:2], "rows": ((amount,),), "total": 1})
    sheet = load_workbook(BytesIO(as_workbook(report, "en"))).active
    assert sheet is not None
    assert (sheet["A2"].value, sheet["A2"].number_format) == (value, shown)
    if isinstance(value, str):
        assert sheet["A2"].alignment.horizontal == "right"


def test_a_pdf_is_the_same_each_time_and_holds_rows_over_pages() -> None:
    long = REPORT.model_copy(update={"rows": ROWS * 60, "total": 120})
    firm, at = Firm(name=Title(en="Firm", zh="公司")), datetime(2026, 3, 31, tzinfo=UTC)
    first, again = (as_pdf(long, content_root() / "documents", firm, at) for _ in range(2))
    assert first == again
    assert first.startswith(b"%PDF-")
    assert b"/Count 3" in first


def test_a_screen_groups_figures() -> None:
    shown = [text_of(cell, column.kind) for column, cell in zip(COLUMNS, ROWS[0], strict=True)]
    assert shown[1:] == ["1,234,567.10", "5.12 %", "31", "2026-03-31"]
    assert text_of(None, "date") == "—"
