"""The share of complaints answered in time, per promise and month."""

from collections.abc import Iterator

from sop_engine.basis.models import Title
from sop_engine.records.reports.measure import MONTH, Dimension, Observed, measure
from sop_engine.records.reports.parameters import OfDays
from sop_engine.records.reports.promises import decided
from sop_engine.records.reports.report import Books, column

SOP = "Complaint"
PROMISES = ("first_response", "plan", "public_reply")
"""What a complainant is promised, by the names of the procedure's clocks, in the order in which they come."""


def _answers(books: Books, asked: OfDays) -> Iterator[Observed]:
    for promise in decided(books, asked, None):
        if promise.sop == SOP and promise.name in PROMISES:
            yield Observed((promise.name, promise.month), promise.value)


REPORT = measure(
    name="complaints-answered",
    title=Title(en="Complaints answered in time", zh="投诉按时答复率"),
    tells=Title(
        en="Share of complaints answered in time: first response, plan, reply to the public", zh="投诉按时答复率"
    ),
    asks=OfDays,
    by=(
        Dimension(column("promise", "Promise", "时限"), lambda found: [name for name in PROMISES if name in found]),
        MONTH,
    ),
    figure=column("answered", "In time", "按时答复", "share"),
    unit=Title(en="% of complaints", zh="占投诉总数的百分比"),
    aggregate="share",
    observe=_answers,
)
