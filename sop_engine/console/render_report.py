"""A report on a screen: figures to the right, in groups of three."""

from rich import box
from rich.console import RenderableType
from rich.table import Table

from sop_engine.cases.contracts.report_tables import ReportTable
from sop_engine.console.report_cells import text_of


def render_report(report: ReportTable, language: str) -> RenderableType:
    made = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold")
    for column in report.columns:
        made.add_column(
            column.title[language], overflow="fold", justify="left" if column.kind in ("text", "date") else "right"
        )
    for row in report.rows:
        made.add_row(*(text_of(cell, column.kind) for column, cell in zip(report.columns, row, strict=True)))
    return made
