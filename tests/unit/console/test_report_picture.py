"""A measure as a picture: bars as high as its figures, in panels that can be compared, and the same bytes each time."""

from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from sop_engine.basis.models import Title
from sop_engine.cases.contracts.report_tables import Measured, ReportColumn, ReportTable
from sop_engine.cases.people.firm import Firm
from sop_engine.console.report_files import as_pdf
from sop_engine.console.report_picture import as_picture, plot_of
from sop_engine.content.library import content_root

PAPERS = content_root() / "documents"
TITLE = {"en": "Promises kept", "zh": "时限兑现率"}
ROWS = (
    ("Booking", "2026-01", "0.5000"),
    ("Booking", "2026-03", "0.2500"),
    ("Complaint <&>", "2026-03", None),
    ("All 合计", "All 合计", "0.3333"),
)


def table(kind: Any = "share", rows: tuple[tuple[str | None, ...], ...] = ROWS) -> ReportTable:
    currency = {"currency": "sop"} if kind == "amount" else {}
    return ReportTable(
        name="promises-kept",
        title=TITLE,
        scope="2026",
        columns=(
            ReportColumn(key="sop", title=TITLE),
            ReportColumn(key="month", title=TITLE),
            ReportColumn(key="kept", title=TITLE, kind=kind, **currency),
        ),
        rows=rows,
        total=len(rows),
        measured=Measured(
            aggregate="share",
            unit={"en": "%", "zh": "百分比"},
            by=("sop", "month"),
            figure="kept",
            axis=("2026-01", "2026-02", "2026-03"),
        ),
    )


def heights(report: ReportTable) -> dict[str, list[tuple[int, float]]]:
    plot = plot_of(report)
    assert plot is not None
    return {panel["name"]: [(bar["at"], bar["height"]) for bar in panel["bars"]] for panel in plot["panels"]}


def test_shares_stand_against_a_hundred_percent_and_the_whole_is_not_drawn() -> None:
    assert heights(table()) == {"Booking": [(0, 0.5), (2, 0.25)], "Complaint <&>": [(2, 0.0)]}


FIGURES = (("CNY", "2026-01", "40"), ("CNY", "2026-02", "10"), ("USD", "2026-01", "20"))


@pytest.mark.parametrize(("kind", "dollars"), [("decimal", 0.5), ("integer", 0.5), ("amount", 1.0)])
def test_panels_have_one_height_but_each_currency_has_its_own(kind: str, dollars: float) -> None:
    assert heights(table(kind, FIGURES)) == {"CNY": [(0, 1.0), (1, 0.25)], "USD": [(0, dollars)]}


def test_nought_everywhere_is_drawn() -> None:
    assert heights(table("integer", (("CNY", "2026-01", "0"),))) == {"CNY": [(0, 0.0)]}


def test_a_picture_is_the_same_each_time() -> None:
    svg, again = (as_picture(table(), PAPERS, "svg") for _ in range(2))
    assert svg == again
    assert svg.startswith(b"<svg")
    assert as_picture(table(), PAPERS, "png").startswith(b"\x89PNG")


def test_more_months_than_have_room_are_drawn_too() -> None:
    months = [f"20{year}-{month:02}" for year in range(20, 30) for month in range(1, 13)]
    report = table(rows=tuple(("Booking", month, "0.5") for month in months))
    assert report.measured is not None
    wide = report.model_copy(update={"measured": report.measured.model_copy(update={"axis": tuple(months)})})
    assert as_picture(wide, PAPERS, "svg").startswith(b"<svg")


def test_nothing_to_draw_is_said() -> None:
    assert heights(table(rows=())) == {}
    assert as_picture(table(rows=()), PAPERS, "svg").startswith(b"<svg")


def test_a_report_that_is_no_measure_is_not_drawn() -> None:
    report = table().model_copy(update={"measured": None})
    assert plot_of(report) is None
    with pytest.raises(ValueError, match="promises-kept is no measure"):
        as_picture(report, PAPERS, "png")


def test_the_pdf_of_a_measure_has_the_picture_above_the_table() -> None:
    firm, at = Firm(name=Title(en="Firm", zh="公司")), datetime(2026, 3, 31, tzinfo=UTC)
    report = table()
    drawn, plain = (
        PdfReader(BytesIO(as_pdf(each, PAPERS, firm, at))).pages[0].extract_text()
        for each in (report, report.model_copy(update={"measured": None}))
    )
    assert "百分比" in drawn
    assert "百分比" not in plain
    assert drawn.count("50.00 %") == plain.count("50.00 %") + 1 == 2
