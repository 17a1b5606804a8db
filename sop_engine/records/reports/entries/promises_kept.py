"""The share of promises kept, per SOP and month."""

from collections.abc import Iterator

from sop_engine.basis.models import Title
from sop_engine.records.reports.measure import MONTH, SOP, Observed, measure
from sop_engine.records.reports.parameters import OfDays, OfSop
from sop_engine.records.reports.promises import decided
from sop_engine.records.reports.report import Books, column


class Asked(OfDays, OfSop):
    """Promises that were decided in a period."""


def _promises(books: Books, asked: Asked) -> Iterator[Observed]:
    """Every clock that was met or breached, in the month in which that was decided."""
    for promise in decided(books, asked, asked.sop):
        yield Observed((promise.sop, promise.month), promise.value)


REPORT = measure(
    name="promises-kept",
    title=Title(en="Promises kept", zh="时限兑现率"),
    tells=Title(en="Share of promises kept in time, per SOP and month", zh="各流程每月时限兑现率"),
    asks=Asked,
    by=(SOP, MONTH),
    figure=column("kept", "Kept in time", "按时兑现", "share"),
    unit=Title(en="% of promises", zh="占时限总数的百分比"),
    aggregate="share",
    observe=_promises,
)
