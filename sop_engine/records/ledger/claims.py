"""What each supplier's bill took of the cost lines, and each reversal gave back."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from typing import ClassVar

from sqlmodel import Field, Session, col, select

from sop_engine.freight.subledger.matching import BilledLine
from sop_engine.records.columns import ExactDecimal, Row
from sop_engine.records.keeping import CARRIED_OUT_AGAIN, Keeping
from sop_engine.records.ledger.names import keep_name, known_as

Place = tuple[str, str]
"""Shipment and charge."""


class ClaimRow(Row, table=True):
    """What one bill billed for one charge of one shipment, without VAT; negative in a reversal."""

    __tablename__ = "cost_claims"
    keeping: ClassVar[Keeping] = CARRIED_OUT_AGAIN

    entry_id: str = Field(primary_key=True, foreign_key="ledger_entries.entry_id")
    shipment: str = Field(primary_key=True)
    charge: str = Field(primary_key=True)
    supplier: str = Field(index=True)
    currency: str
    amount: Decimal = Field(sa_type=ExactDecimal)


def keep_claims(session: Session, entry_id: str, supplier: str, lines: Iterable[BilledLine]) -> None:
    """Keeps what a bill claims, lines of one charge together."""
    supplier = keep_name(session, supplier)
    sums: defaultdict[Place, Decimal] = defaultdict(Decimal)
    currencies: dict[Place, str] = {}
    for line in lines:
        sums[line.shipment, line.charge] += line.amount.amount
        currencies[line.shipment, line.charge] = line.amount.currency
    session.add_all(
        ClaimRow(
            entry_id=entry_id,
            shipment=place[0],
            charge=place[1],
            supplier=supplier,
            currency=currencies[place],
            amount=amount,
        )
        for place, amount in sums.items()
    )
    session.flush()


def claimed(
    session: Session, supplier: str, shipments: Iterable[str], but_for: Collection[str] = ()
) -> Mapping[Place, Mapping[str, Decimal]]:
    """What a supplier has billed, less what was reversed, by charge and currency; without some entries."""
    name = known_as(session, supplier)
    chosen = select(ClaimRow).where(ClaimRow.supplier == name, col(ClaimRow.shipment).in_(sorted(shipments)))
    sums: defaultdict[Place, defaultdict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in session.exec(chosen):
        if row.entry_id not in but_for:
            sums[row.shipment, row.charge][row.currency] += row.amount
    return sums


def claims_of(session: Session, entry_ids: Iterable[str]) -> dict[Place, Decimal]:
    """What is left of the claims of a bill and of its reversals together."""
    sums: defaultdict[Place, Decimal] = defaultdict(Decimal)
    for row in session.exec(select(ClaimRow).where(col(ClaimRow.entry_id).in_(sorted(entry_ids)))):
        sums[row.shipment, row.charge] += row.amount
    return {place: amount for place, amount in sorted(sums.items()) if amount}
