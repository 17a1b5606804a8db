"""What settled an invoice in the books: money that its own case did not book, such as an allocation by a clerk."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from sop_engine.freight.party_keys import party_key
from sop_engine.records.ledger.entries import EntryRow
from sop_engine.records.ledger.items import ItemRow, MoveRow
from sop_engine.records.ledger.names import known_as
from sop_engine.records.ledger.registers import InvoiceRow


class Settlement(NamedTuple):
    """How much of an invoice one paper settles."""

    reference: str
    amount: Decimal
    currency: str
    dated_on: date


class InvoiceSettlements:
    """Tells what is settled; settles nothing."""

    def __init__(self, engine: Engine, receivable: str) -> None:
        self._engine = engine
        self._receivable = receivable

    def by_others(self, customer: str, number: str, cases: Collection[str]) -> list[Settlement]:
        """What papers that none of the cases posted settle of an invoice, the oldest first.

        Its own credit notes are left out: they lessen what it charges. Nothing where the books do not know the invoice.
        """
        sums: defaultdict[str, Decimal] = defaultdict(Decimal)
        with Session(self._engine) as session:
            customer, number_key = known_as(session, customer), party_key(number)
            notes = select(InvoiceRow.entry_id).where(
                InvoiceRow.customer == customer, InvoiceRow.refers_key == number_key
            )
            invoices = select(InvoiceRow.entry_id).where(
                InvoiceRow.number_key == number_key,
                InvoiceRow.customer == customer,
                col(InvoiceRow.refers_to).is_(None),
            )
            moves = select(MoveRow).join(ItemRow, col(ItemRow.item_id) == col(MoveRow.item_id))
            moves = moves.where(ItemRow.account == self._receivable, col(MoveRow.item_id).in_(invoices))
            # Added here, not in SQL: SQLite would add floats.
            for move in session.exec(moves.where(col(MoveRow.against).is_not(None))):
                sums[str(move.against)] -= move.amount
            papers = select(ItemRow).join(EntryRow, col(EntryRow.entry_id) == col(ItemRow.item_id))
            papers = papers.where(
                col(ItemRow.item_id).in_(sums),
                col(EntryRow.case_id).not_in(cases),
                col(ItemRow.item_id).not_in(notes),
            )
            found = session.exec(papers.order_by(col(ItemRow.dated_on), ItemRow.item_id)).all()
            return [
                Settlement(paper.reference, sums[paper.item_id], paper.currency, paper.dated_on)
                for paper in found
                if sums[paper.item_id]
            ]
