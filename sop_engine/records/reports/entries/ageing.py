"""What is open per party, by days past due."""

from collections import defaultdict
from collections.abc import Mapping
from types import MappingProxyType

from sop_engine.basis.models import Title
from sop_engine.freight.subledger.ageing import BUCKETS, age
from sop_engine.freight.subledger.allocation import OpenItem
from sop_engine.records.reports.open_items import NOBODY, items_on
from sop_engine.records.reports.parameters import OfDay, OfParty, OfSide, Side
from sop_engine.records.reports.report import Books, Cell, Found, Report, column, money

TITLES: Mapping[Side, Title] = MappingProxyType(
    {
        "receivable": Title(en="Ageing of receivables", zh="应收账款账龄"),
        "payable": Title(en="Ageing of payables", zh="应付账款账龄"),
    }
)


class Asked(OfDay, OfParty, OfSide):
    """Of customers or of suppliers."""


def _ageing(books: Books, asked: Asked) -> Found:
    """Per party and currency, by days past due in the evening of a day; disputed and unapplied amounts stand apart."""
    on = asked.on or books.today
    account = books.rules.uses.receivable if asked.side == "receivable" else books.rules.uses.payable
    sign = 1 if asked.side == "receivable" else -1
    found: defaultdict[tuple[str, str], list[OpenItem]] = defaultdict(list)
    for row, balance, disputed in items_on(books.session, account, on, asked.party):
        found[row.party, row.currency].append(
            OpenItem(row.item_id, row.reference, sign * balance, row.dated_on, row.due_on, disputed)
        )
    rows: list[list[Cell]] = []
    for (party, currency), items in sorted(found.items()):
        aged = age(items, on)
        rows.append(
            [
                party or NOBODY,
                currency,
                *aged.buckets.values(),
                aged.disputed,
                -aged.unapplied,
                aged.total,
                aged.oldest_days,
            ]
        )
    return Found(rows, str(on), TITLES[asked.side])


REPORT = Report(
    name="ageing",
    title=Title(en="Ageing", zh="账龄"),
    tells=Title(en="What is open per party by days past due, disputed and unapplied amounts apart", zh="账龄"),
    asks=Asked,
    columns=(
        column("party", "Party", "往来单位"),
        column("currency", "Currency", "币种"),
        *(money(name, name.replace("current", "Not due"), name.replace("current", "未到期")) for name in BUCKETS),
        money("disputed", "Disputed", "争议"),
        money("unapplied", "Unapplied", "未核销"),
        money("total", "Total", "合计"),
        column("oldest_days", "Oldest, days", "最长逾期天数", "integer"),
    ),
    query=_ageing,
)
