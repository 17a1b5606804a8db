"""What belongs to a shipment in the books: the parts of entries, and what it has earned so far."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from sqlmodel import Session, col, select

from sop_engine.freight.charges.shipment import margin_of
from sop_engine.freight.money import Money
from sop_engine.freight.subledger.allocation import NOUGHT
from sop_engine.freight.subledger.posting import LedgerRules
from sop_engine.records.ledger.entries import EntryRow, LineRow
from sop_engine.records.ledger.registers import PaperLineRow


class Booked(NamedTuple):
    """A part of an entry that belongs to one shipment; in book currency where the rate is known."""

    shipment: str
    account: str
    currency: str
    amount: Decimal
    """A debit is positive. Not rounded."""


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


def share(part: Decimal, whole: Decimal | None) -> Decimal | None:
    return (part / whole).quantize(Decimal("0.0001")) if whole else None


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
