"""Reports on shipments and taxes: margin in book currency, freight against the goods' value, VAT by rate."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from sqlmodel import Session, col, select

from sop_engine.cases.report_tables import ReportInput, ReportTable
from sop_engine.freight.charges.shipment import margin_of
from sop_engine.freight.money import Money
from sop_engine.freight.subledger.allocation import NOUGHT
from sop_engine.records.cases import CaseRow
from sop_engine.records.ledger.entries import EntryRow, LineRow
from sop_engine.records.ledger.items import ItemRow, MoveRow
from sop_engine.records.ledger.posting import LedgerRules
from sop_engine.records.ledger.registers import BillRow, InvoiceRow, PaperLineRow
from sop_engine.records.reports.building import Cell, column, table


class Booked(NamedTuple):
    """A part of an entry that belongs to one shipment; in book currency where the rate is known."""

    shipment: str
    account: str
    currency: str
    amount: Decimal
    """A debit is positive. Not rounded."""


def margin(session: Session, asked: ReportInput, rules: LedgerRules, on: date) -> ReportTable:
    """Revenue less cost per shipment, at the rate of each charge's day; money passed on for customers stands apart.

    `exchange` is what other rates on the day of payment made of it, and is no part of the margin. What was charged in
    another currency without a rate stands in a row of its own.
    """
    uses = rules.uses
    sums: defaultdict[tuple[str, str], defaultdict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for part in booked(session, asked.month, rules, (uses.revenue, uses.cost, uses.disbursement)):
        sums[part.shipment, part.currency][part.account] += part.amount
    gains = _exchange_gains(session, asked.month, rules)
    for shipment in gains:
        sums[shipment, rules.currency][uses.revenue] += NOUGHT
    rows: list[list[Cell]] = []
    for (shipment, currency), by_account in sorted(sums.items()):
        revenue, cost, disbursed = (
            Money.rounded(by_account[account], currency).amount
            for account in (uses.revenue, uses.cost, uses.disbursement)
        )
        gained = -revenue - cost
        gain = gains.get(shipment, NOUGHT) if currency == rules.currency else NOUGHT
        exchange = Money.rounded(gain, currency).amount
        rows.append([shipment, currency, -revenue, cost, gained, _share(gained, -revenue), exchange, disbursed])
    return table(
        asked,
        ("Margin per shipment", "单票毛利"),
        asked.month or "",
        [
            column("shipment", "Shipment", "货运编号"),
            column("currency", "Currency", "币种"),
            column("revenue", "Revenue", "收入", "amount"),
            column("cost", "Cost", "成本", "amount"),
            column("margin", "Margin", "毛利", "amount"),
            column("share", "Of revenue", "毛利率", "share"),
            column("exchange", "Exchange", "汇兑损益", "amount"),
            column("disbursements", "Disbursed, not passed on", "代垫未转", "amount"),
        ],
        rows,
    )


class Earned(NamedTuple):
    """What a shipment has earned so far, in book currency."""

    revenue: Money
    cost: Money
    margin: Money
    percent: Decimal | None
    """Of revenue, to one decimal; none without revenue."""
    disbursed: Money
    """Laid out for the customer and not passed on yet."""


def earned(session: Session, shipment: str, rules: LedgerRules) -> Earned:
    """The figures of one shipment as the report on all margins says them; charges without a rate are left out."""
    uses = rules.uses
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for part in booked(session, None, rules, (uses.revenue, uses.cost, uses.disbursement), shipment):
        if (part.shipment, part.currency) == (shipment, rules.currency):
            sums[part.account] += part.amount
    revenue, cost, disbursed = (
        Money.rounded(amount, rules.currency)
        for amount in (-sums[uses.revenue], sums[uses.cost], sums[uses.disbursement])
    )
    return Earned(revenue, cost, *margin_of(revenue, cost), disbursed)


def _share(part: Decimal, whole: Decimal | None) -> Decimal | None:
    return (part / whole).quantize(Decimal("0.0001")) if whole else None


def freight_ratio(session: Session, asked: ReportInput, rules: LedgerRules, on: date) -> ReportTable:
    """What the freight of each shipment cost against the value of its goods, as its case knows it."""
    costs: defaultdict[str, Decimal] = defaultdict(Decimal)
    for part in booked(session, asked.month, rules, (rules.uses.cost,)):
        if part.currency == rules.currency:
            costs[part.shipment] += part.amount
    rows: list[list[Cell]] = []
    for shipment, cost in sorted(costs.items()):
        case = session.get(CaseRow, shipment)
        value = _goods_value(case.data, rules.currency) if case is not None else None
        flag = "!" if value and cost > value * rules.policy.freight_ratio else None
        freight = Money.rounded(cost, rules.currency).amount
        rows.append([shipment, rules.currency, freight, value, _share(cost, value), flag])
    return table(
        asked,
        ("Freight against goods' value", "运费占货值比"),
        f"> {rules.policy.freight_ratio:.0%}",
        [
            column("shipment", "Shipment", "货运编号"),
            column("currency", "Currency", "币种"),
            column("freight", "Freight", "运费", "amount"),
            column("goods_value", "Goods' value", "货值", "amount"),
            column("ratio", "Ratio", "比例", "share"),
            column("flag", "Too high", "超标"),
        ],
        rows,
    )


def tax(session: Session, asked: ReportInput, rules: LedgerRules, on: date) -> ReportTable:
    """VAT of invoices and bills by accounting month, kind and rate; red-letter invoices lessen their own month."""
    lines: defaultdict[str, list[PaperLineRow]] = defaultdict(list)
    for line in session.exec(select(PaperLineRow).order_by(PaperLineRow.entry_id, col(PaperLineRow.line))):
        lines[line.entry_id].append(line)
    sums: defaultdict[tuple[str, str, str, str, Decimal | None], list[Decimal]] = defaultdict(
        lambda: [NOUGHT, NOUGHT, NOUGHT]
    )
    for paper, entry, direction, kind, disbursed in _papers(session, asked.month):
        for position, (rate, net, vat) in enumerate(_by_rate(paper, lines[paper.entry_id])):
            found = sums[entry.month, direction, paper.currency, kind, rate]
            for index, amount in enumerate((net, vat, disbursed if position == 0 else NOUGHT)):
                found[index] += amount
    rows: list[list[Cell]] = [
        [*key[:4], key[4], *amounts]
        for key, amounts in sorted(sums.items(), key=lambda each: (*each[0][:4], each[0][4] or NOUGHT))
    ]
    return table(
        asked,
        ("VAT", "增值税"),
        asked.month or "",
        [
            column("month", "Month", "会计月份"),
            column("direction", "Direction", "方向"),
            column("currency", "Currency", "币种"),
            column("kind", "Kind", "种类"),
            column("rate", "Rate", "税率", "share"),
            column("net", "Net", "不含税金额", "amount"),
            column("vat", "VAT", "税额", "amount"),
            column("disbursements", "Disbursements", "代垫款", "amount"),
        ],
        rows,
    )


def booked(
    session: Session, month: str | None, rules: LedgerRules, accounts: tuple[str, ...], shipment: str | None = None
) -> Iterator[Booked]:
    """Ledger lines of some accounts, split by shipment where the paper's lines say more than the entry.

    With a shipment, those of every entry that has a part in it.
    """
    chosen = select(LineRow, EntryRow).join(EntryRow, col(EntryRow.entry_id) == col(LineRow.entry_id))
    chosen = chosen.where(col(LineRow.account).in_(accounts))
    if month is not None:
        chosen = chosen.where(EntryRow.month == month)
    papers_chosen = select(PaperLineRow)
    if shipment is not None:
        named = select(PaperLineRow.entry_id).where(PaperLineRow.shipment == shipment)
        of_it = select(EntryRow.entry_id).where(EntryRow.shipment == shipment).union(named)
        chosen = chosen.where(col(EntryRow.entry_id).in_(of_it))
        papers_chosen = papers_chosen.where(col(PaperLineRow.entry_id).in_(of_it))
    split: defaultdict[str, list[PaperLineRow]] = defaultdict(list)
    for paper in session.exec(papers_chosen.order_by(PaperLineRow.entry_id, col(PaperLineRow.line))):
        split[paper.entry_id].append(paper)
    for line, entry in session.exec(chosen.order_by(LineRow.entry_id, col(LineRow.line))):
        sign = 1 if line.side == "debit" else -1
        is_valued = entry.rate is not None
        factor, currency = (
            entry.rate if entry.rate is not None else Decimal(1),
            rules.currency if is_valued else line.currency,
        )
        papers = split[entry.entry_id]
        if line.account == rules.uses.disbursement or abs(sum((each.amount for each in papers), NOUGHT)) != line.amount:
            yield Booked(entry.shipment, line.account, currency, sign * line.amount * factor)
            continue
        for each in papers:
            yield Booked(each.shipment or entry.shipment, line.account, currency, sign * abs(each.amount) * factor)


def _exchange_gains(session: Session, month: str | None, rules: LedgerRules) -> dict[str, Decimal]:
    """What settling at another rate than that of the charge gained (or lost) each shipment, in book currency.

    It falls into the month of the later of the two papers, and belongs to the shipment of the one that was settled.
    """
    chosen = select(ItemRow, EntryRow).join(EntryRow, col(EntryRow.entry_id) == col(ItemRow.item_id))
    known = {
        item.item_id: (item, entry) for item, entry in session.exec(chosen.where(ItemRow.currency != rules.currency))
    }
    gains: defaultdict[str, Decimal] = defaultdict(Decimal)
    for move in session.exec(select(MoveRow).where(col(MoveRow.against).is_not(None))):
        if move.item_id not in known or move.against not in known:
            continue
        (item, mine), (_, other) = known[move.item_id], known[move.against]
        is_charge = item.amount > 0 if item.account == rules.uses.receivable else item.amount < 0
        if is_charge and mine.rate and other.rate and month in (None, max(mine.month, other.month)):
            gains[mine.shipment] += move.amount * (mine.rate - other.rate)
    return {shipment: gain for shipment, gain in sorted(gains.items()) if gain}


def _papers(session: Session, month: str | None) -> Iterator[tuple[InvoiceRow | BillRow, EntryRow, str, str, Decimal]]:
    """Each paper with its entry, direction, kind, and what it passes on."""
    for invoice, entry in session.exec(
        select(InvoiceRow, EntryRow).join(EntryRow, col(EntryRow.entry_id) == col(InvoiceRow.entry_id))
    ):
        if month in (None, entry.month):
            yield invoice, entry, "output", invoice.kind or "invoice", invoice.disbursements
    for bill, entry in session.exec(
        select(BillRow, EntryRow).join(EntryRow, col(EntryRow.entry_id) == col(BillRow.entry_id))
    ):
        if month in (None, entry.month):
            yield bill, entry, "input", "bill", bill.disbursements or NOUGHT


def _by_rate(paper: InvoiceRow | BillRow, lines: list[PaperLineRow]) -> list[tuple[Decimal | None, Decimal, Decimal]]:
    """Net and VAT of a paper by rate; the VAT adds up to the paper's. Without lines, or with other sums, all in one."""
    nets: defaultdict[Decimal, Decimal] = defaultdict(Decimal)
    for line in lines:
        nets[line.vat_rate or NOUGHT] += line.amount
    weights = [abs(rate * net) for rate, net in nets.items()]
    if sum(nets.values(), NOUGHT) != paper.net or not any(weights):
        rate = next(iter(nets), None) if len(nets) == 1 else None
        return [(rate, paper.net, paper.vat)]
    taxes = Money(amount=paper.vat, currency=paper.currency).split(weights)
    return [(rate, net, vat.amount) for (rate, net), vat in zip(nets.items(), taxes, strict=True)]


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
