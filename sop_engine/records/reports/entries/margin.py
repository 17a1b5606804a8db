"""Revenue, cost and margin of each shipment in book currency."""

from collections import defaultdict
from decimal import Decimal

from sqlmodel import Session, col, select

from sop_engine.basis.models import Title
from sop_engine.freight.money import Money
from sop_engine.freight.subledger.allocation import NOUGHT
from sop_engine.freight.subledger.posting import LedgerRules
from sop_engine.records.ledger.entries import EntryRow
from sop_engine.records.ledger.items import ItemRow, MoveRow
from sop_engine.records.reports.parameters import OfMonth
from sop_engine.records.reports.report import Books, Cell, Found, Report, column, money
from sop_engine.records.reports.shipments import booked, share


def _margin(books: Books, asked: OfMonth) -> Found:
    """Revenue less cost per shipment, at the rate of each charge's day; money passed on for customers stands apart.

    `exchange` is what other rates on the day of payment made of it, and is no part of the margin. What was charged in
    another currency without a rate stands in a row of its own.
    """
    rules = books.rules
    uses = rules.uses
    sums: defaultdict[tuple[str, str], defaultdict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for part in booked(books.session, asked.month, rules, (uses.revenue, uses.cost, uses.disbursement)):
        sums[part.shipment, part.currency][part.account] += part.amount
    gains = _exchange_gains(books.session, asked.month, rules)
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
        rows.append([shipment, currency, -revenue, cost, gained, share(gained, -revenue), exchange, disbursed])
    return Found(rows, asked.month or "")


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


REPORT = Report(
    name="margin",
    title=Title(en="Margin per shipment", zh="单票毛利"),
    tells=Title(en="Revenue, cost and margin of each shipment in book currency", zh="单票毛利"),
    asks=OfMonth,
    columns=(
        column("shipment", "Shipment", "货运编号"),
        column("currency", "Currency", "币种"),
        money("revenue", "Revenue", "收入"),
        money("cost", "Cost", "成本"),
        money("margin", "Margin", "毛利"),
        column("share", "Of revenue", "毛利率", "share"),
        money("exchange", "Exchange", "汇兑损益"),
        money("disbursements", "Disbursed, not passed on", "代垫未转"),
    ),
    query=_margin,
    readers=("sales_rep", "finance_clerk", "finance_manager", "department_manager", "general_manager"),
)
