"""What customers owe past due, per currency and days past due."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence

from sop_engine.basis.models import Title
from sop_engine.freight.subledger.ageing import BUCKETS, age
from sop_engine.freight.subledger.allocation import OpenItem
from sop_engine.records.reports.measure import Dimension, Observed, measure
from sop_engine.records.reports.open_items import items_on
from sop_engine.records.reports.parameters import OfDay, OfParty
from sop_engine.records.reports.report import Books, column, money


class Asked(OfDay, OfParty):
    """Of one customer or of all."""


def _late(_: Collection[str]) -> Sequence[str]:
    return [name for name in BUCKETS if name != "current"]


def _overdue(books: Books, asked: Asked) -> Iterator[Observed]:
    """Every amount past due in the evening of a day, less what is disputed of it; credit is set against nothing."""
    on = asked.on or books.today
    found: defaultdict[str, list[OpenItem]] = defaultdict(list)
    for row, balance, disputed in items_on(books.session, books.rules.uses.receivable, on, asked.party):
        found[row.currency].append(OpenItem(row.item_id, row.reference, balance, row.dated_on, row.due_on, disputed))
    for currency, items in found.items():
        buckets = age(items, on).buckets
        yield from (Observed((currency, name), buckets[name]) for name in _late(buckets) if buckets[name])


REPORT = measure(
    name="overdue",
    title=Title(en="Overdue receivables", zh="逾期应收账款"),
    tells=Title(en="What customers owe past due and do not dispute, per currency and days past due", zh="逾期应收账款"),
    asks=Asked,
    by=(
        Dimension(column("currency", "Currency", "币种")),
        Dimension(column("days", "Days past due", "逾期天数"), _late),
    ),
    figure=money("overdue", "Overdue", "逾期金额"),
    unit=Title(en="in the currency of the row", zh="按所在行币种"),
    aggregate="sum",
    observe=_overdue,
    scope=lambda books, asked: str(asked.on or books.today),
)
