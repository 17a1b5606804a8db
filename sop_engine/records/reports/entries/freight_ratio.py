"""Freight of each shipment against the value of its goods."""

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sop_engine.basis.models import Title
from sop_engine.freight.money import Money
from sop_engine.freight.subledger.allocation import NOUGHT
from sop_engine.records.cases import CaseRow
from sop_engine.records.reports.parameters import OfMonth
from sop_engine.records.reports.report import Books, Cell, Found, Report, column, money
from sop_engine.records.reports.shipments import booked, share


def _freight_ratio(books: Books, asked: OfMonth) -> Found:
    """What the freight of each shipment cost against the value of its goods, as its case knows it."""
    rules = books.rules
    costs: defaultdict[str, Decimal] = defaultdict(Decimal)
    for part in booked(books.session, asked.month, rules, (rules.uses.cost,)):
        if part.currency == rules.currency:
            costs[part.shipment] += part.amount
    rows: list[list[Cell]] = []
    for shipment, cost in sorted(costs.items()):
        case = books.session.get(CaseRow, shipment)
        value = _goods_value(case.data, rules.currency) if case is not None else None
        flag = "!" if value and cost > value * rules.policy.freight_ratio else None
        freight = Money.rounded(cost, rules.currency).amount
        rows.append([shipment, rules.currency, freight, value, share(cost, value), flag])
    return Found(rows, f"> {rules.policy.freight_ratio:.0%}")


def _goods_value(data: Mapping[str, Any], currency: str) -> Decimal | None:
    """The customs value of a shipment, else the sum of its goods' values; none unless it is in book currency."""
    goods = [each.get("value") for each in data.get("goods") or () if isinstance(each, Mapping)]
    values = [data["customs_value"]] if data.get("customs_value") else goods
    amounts = [
        Decimal(str(each["amount"]))
        for each in values
        if isinstance(each, Mapping) and each.get("currency") == currency and each.get("amount") is not None
    ]
    return sum(amounts, NOUGHT) if values and len(amounts) == len(values) else None


REPORT = Report(
    name="freight-ratio",
    title=Title(en="Freight against goods' value", zh="运费占货值比"),
    tells=Title(en="Freight of each shipment against the value of its goods", zh="运费占货值比"),
    asks=OfMonth,
    columns=(
        column("shipment", "Shipment", "货运编号"),
        column("currency", "Currency", "币种"),
        money("freight", "Freight", "运费"),
        money("goods_value", "Goods' value", "货值"),
        column("ratio", "Ratio", "比例", "share"),
        column("flag", "Too high", "超标"),
    ),
    query=_freight_ratio,
)
