"""What suppliers owe us: credits of bills taken back after they were paid, and of payments that settle nothing.

A supplier pays such a credit back, or it is set off against his next bill.
"""

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from sop_engine.basis.faults import Refused
from sop_engine.freight.money import Money
from sop_engine.freight.rules import CHINA
from sop_engine.freight.subledger.allocation import OpenItem, Wanted, settle_oldest
from sop_engine.freight.subledger.posting import Posting
from sop_engine.records.engine import writing
from sop_engine.records.ledger.book import write_entry
from sop_engine.records.ledger.entries import EntryRow, entry_of
from sop_engine.records.ledger.items import ItemRow, as_open, lock_party, open_amount, open_items
from sop_engine.records.ledger.names import known_as


class SupplierCredit(NamedTuple):
    """An open credit and the shipment of its paper."""

    item: ItemRow
    shipment: str


class SupplierCreditRepository:
    """Tells what suppliers owe, and books what they pay back."""

    def __init__(self, engine: Engine, payable: str) -> None:
        self._engine = engine
        self._payable = payable

    def open(self, supplier: str) -> list[SupplierCredit]:
        """Every credit with a supplier, in all currencies, the oldest first."""
        chosen = select(ItemRow, EntryRow.shipment).join(EntryRow, col(EntryRow.entry_id) == col(ItemRow.item_id))
        with Session(self._engine, expire_on_commit=False) as session:
            chosen = chosen.where(
                ItemRow.account == self._payable,
                ItemRow.party == known_as(session, supplier),
                col(ItemRow.is_open).is_(True),
            )
            found = session.exec(chosen.order_by(col(ItemRow.dated_on), ItemRow.item_id)).all()
        return [SupplierCredit(item, shipment) for item, shipment in found if item.balance > 0]

    def usable(self, supplier: str, owed: Money, at: datetime) -> list[Wanted]:
        """The credits that an amount owed to a supplier can be set off against, the oldest first, as far as they go."""
        day = at.astimezone(CHINA).date()
        bill = OpenItem("", "", -owed.amount, day, day)
        with Session(self._engine) as session:
            credits = {
                item.item_id: as_open(item)
                for item in open_items(session, self._payable, supplier, owed.currency)
                if item.balance > 0
            }
        transfers = settle_oldest(bill, list(credits.values()))
        return [Wanted(credits[target].reference, amount) for _, target, amount in transfers]

    def refund(self, key: str, case_id: str, posting: Posting, reference: str, at: datetime) -> Money:
        """Posts money that a supplier pays back out of one credit, once; returns what is left of the credit.

        Raises Refused for more than is left, and for a transfer that another case booked.
        """
        with writing(self._engine) as connection, Session(connection) as session:
            assert posting.item is not None
            supplier, currency, amount = posting.item.party, posting.currency, -posting.item.amount
            lock_party(session, posting.item.account, supplier)
            kept = entry_of(session, posting.entry, posting.match_key)
            if kept is not None and kept.case_id != case_id:
                raise Refused(f"{posting.business_key} is booked by {kept.case_id} already")
            left = self._left(session, supplier, reference, currency)
            if kept is None and amount > left:
                raise Refused(
                    f"{currency} {amount} is more than {supplier} owes by {reference}",
                    allowed=[f"at most {currency} {left}"],
                )
            write_entry(session, key, case_id, posting, at)
            return Money(amount=self._left(session, supplier, reference, currency), currency=currency)

    def _left(self, session: Session, supplier: str, reference: str, currency: str) -> Decimal:
        return open_amount(session, self._payable, supplier, reference, currency, "debit")
