"""A measure as a picture: what plot.typ draws is made of the same table as every other form."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from sop_engine.cases.contracts.report_tables import Measured, ReportTable
from sop_engine.console.report_cells import text_of
from sop_engine.documents.pictures import PictureForm, draw

Row = Sequence[str | None]


def as_picture(report: ReportTable, templates: Path, form: PictureForm) -> bytes:
    """Raises ValueError for a report that is no measure."""
    plot = plot_of(report)
    if plot is None:
        raise ValueError(f"{report.name} is no measure")
    return draw(templates, {**report.title, "scope": report.scope, "plot": plot}, form)


def plot_of(report: ReportTable) -> dict[str, Any] | None:
    """What plot.typ reads; none of a report that is no measure. The rows of the whole are not drawn.

    Panels share one height, but for money: each currency has its own.
    """
    measured = report.measured
    if measured is None:
        return None
    keys = [column.key for column in report.columns]
    *apart, along = (keys.index(key) for key in measured.by)
    panels: defaultdict[str, list[Row]] = defaultdict(list)
    for row in report.rows:
        if row[along] in measured.axis:
            panels[" · ".join(row[place] or "" for place in apart)].append(row)
    figure = keys.index(measured.figure)
    kind = report.columns[figure].kind
    highest = {
        name: max((Decimal(row[figure] or 0) for row in rows), default=Decimal()) for name, rows in panels.items()
    }
    if kind == "share":
        highest = dict.fromkeys(panels, Decimal(1))
    elif kind != "amount":
        highest = dict.fromkeys(panels, max(highest.values(), default=Decimal()))
    return {
        "unit": f"{measured.unit['zh']} · {measured.unit['en']}",
        "axis": measured.axis,
        "panels": [
            {
                "name": name,
                "top": text_of(str(highest[name]), kind),
                "bars": [
                    _bar(row[along], row[figure], measured, highest[name], text_of(row[figure], kind)) for row in rows
                ],
            }
            for name, rows in panels.items()
        ],
    }


def _bar(place: str | None, figure: str | None, measured: Measured, highest: Decimal, shown: str) -> dict[str, Any]:
    height = Decimal(figure or 0) / highest if highest else Decimal()
    return {"at": measured.axis.index(place or ""), "height": float(height), "shown": shown}
