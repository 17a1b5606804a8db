"""Red-letter invoices: each refers to its invoice, and takes back what is left of it at most."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import Engine
from sqlmodel import Session

from sop_engine.basis.faults import NotFound
from sop_engine.freight.money import Money
from sop_engine.freight.party_keys import party_key
from sop_engine.freight.subledger.credit_notes import take_back
from sop_engine.freight.subledger.papers import CreditNotePaper
from sop_engine.freight.subledger.posting import LedgerRules, Posting
from sop_engine.records.engine import writing
from sop_engine.records.ledger.book import write_entry
from sop_engine.records.ledger.charged import charged_of, note_of
from sop_engine.records.ledger.entries import entry_of
from sop_engine.records.ledger.items import lock_party
from sop_engine.records.ledger.refusals import refusing
from sop_engine.records.ledger.registers import InvoiceRow, invoice_of, notes_of

ENTRY = "invoice_reversed"


class CreditNoteRepository:
    """Issues credit notes."""

    def __init__(self, engine: Engine, rules: LedgerRules) -> None:
        self._engine = engine
        self._rules = rules

    def issue(self, key: str, case_id: str, paper: CreditNotePaper, at: datetime) -> Posting:
        """Posts a credit note once, with the VAT that it takes back; returns what is posted.

        Raises NotFound for an unknown invoice, Refused with each part of which it takes back more than is left.
        """
        with writing(self._engine) as connection, Session(connection) as session:
            lock_party(session, self._rules.uses.receivable, paper.customer)
            entry = entry_of(session, ENTRY, party_key(paper.number))
            kept = session.get(InvoiceRow, entry.entry_id) if entry is not None else None
            vat = -kept.vat if kept is not None else self._vat(session, paper)
            posting = self._rules.posting(ENTRY, paper.values(Money(amount=vat, currency=paper.currency)))
            write_entry(session, key, case_id, posting, at)
            return posting

    def _vat(self, session: Session, paper: CreditNotePaper) -> Decimal:
        invoice = invoice_of(session, paper.refers_to, paper.customer, paper.currency)
        if invoice is None:
            raise NotFound(f"{paper.customer} has no invoice {paper.refers_to} in {paper.currency}")
        with refusing(f"{paper.number} cannot be credited"):
            return take_back(
                charged_of(session, invoice),
                [note_of(session, note) for note in notes_of(session, invoice)],
                paper.note(),
                charged_on=invoice.issued_on,
                noted_on=paper.issued_on,
            )
