"""Red-letter invoices: each refers to its invoice, and takes back what is left of it at most."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import Engine
from sqlmodel import Session, select

from sop_engine.cases.faults import NotFound
from sop_engine.freight.subledger.credit_notes import Charged, check_credit_note
from sop_engine.records.engine import writing
from sop_engine.records.ledger.book import write_entry
from sop_engine.records.ledger.entries import EntryRow
from sop_engine.records.ledger.items import lock_party
from sop_engine.records.ledger.posting import Posting
from sop_engine.records.ledger.refusals import refusing
from sop_engine.records.ledger.registers import InvoiceRow, invoice_of


class CreditNoteRepository:
    """Issues credit notes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def issue(self, key: str, case_id: str, posting: Posting, note: Charged, refers_to: str, at: datetime) -> str:
        """Posts a credit note once; returns the entry's id. Raises NotFound or Refused."""
        with writing(self._engine) as connection, Session(connection) as session:
            assert posting.item is not None
            lock_party(session, posting.item.account, posting.item.party)
            if session.get(EntryRow, posting.entry_id) is None:
                invoice = invoice_of(session, refers_to, posting.item.party, posting.currency)
                if invoice is None:
                    raise NotFound(f"{posting.item.party} has no invoice {refers_to} in {posting.currency}")
                notes = session.exec(
                    select(InvoiceRow).where(
                        InvoiceRow.refers_to == refers_to,
                        InvoiceRow.customer == invoice.customer,
                        InvoiceRow.currency == invoice.currency,
                    )
                ).all()
                credited = Charged(Decimal(), Decimal(), Decimal())
                for other in notes:
                    credited -= _charged(other)
                with refusing(f"{posting.business_key} cannot be credited"):
                    check_credit_note(_charged(invoice), credited, note)
            return write_entry(session, key, case_id, posting, at)


def _charged(row: InvoiceRow) -> Charged:
    return Charged(row.net, row.vat, row.disbursements)
