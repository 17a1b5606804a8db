"""Automated work on what customers owe: invoices, credit notes, receipts, refunds, allocations, disputes."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Engine

from activities.binding import carries_out
from activities.work_input import today
from sop_engine.basis.faults import Refused
from sop_engine.cases.contracts.effects import WorkInput
from sop_engine.freight.subledger.papers import CreditNotePaper, InvoicePaper, RefundPaper
from sop_engine.freight.subledger.posting import LedgerRules
from sop_engine.records.ledger.allocations import AllocationRepository
from sop_engine.records.ledger.book import LedgerRepository
from sop_engine.records.ledger.credit_notes import CreditNoteRepository
from sop_engine.records.ledger.unapplied import CreditBalanceRepository
from sop_engine.work import customer_money as money
from sop_engine.work import receivables


class ReceivableActivities:
    """The works on customers' accounts."""

    def __init__(self, engine: Engine, rules: LedgerRules) -> None:
        self._ledger = LedgerRepository(engine)
        self._notes = CreditNoteRepository(engine, rules)
        self._credits = CreditBalanceRepository(engine, rules.uses.receivable)
        self._allocations = AllocationRepository(engine, rules)
        self._rules = rules
        self._account = rules.uses.receivable

    @carries_out(receivables.ISSUE_INVOICE)
    def issue_invoice(self, asked: InvoicePaper, given: WorkInput) -> object:
        self._post("invoice_issued", given, asked.values())
        return {"net": asked.net, "vat": asked.vat, "gross": asked.gross}

    @carries_out(receivables.ISSUE_CREDIT_NOTE)
    def issue_credit_note(self, asked: CreditNotePaper, given: WorkInput) -> object:
        posted = self._notes.issue(given.key, given.case_id, asked, given.at)
        return {name: posted.values[name] for name in ("net", "vat", "gross")}

    @carries_out(money.RECORD_RECEIPT)
    def record_receipt(self, asked: money.BookedReceipt, given: WorkInput) -> object:
        entry_id = self._post("money_received", given, asked.values())
        booked = self._ledger.entry(entry_id)
        if booked.case_id not in (given.case_id, *asked.earlier_cases):
            # The same money would be counted twice.
            raise Refused(f"{asked.bank_ref} is booked by {booked.case_id} already")
        return {"entry_id": entry_id, "bank_ref": booked.business_key}

    @carries_out(money.REFUND_CUSTOMER)
    def refund_customer(self, asked: RefundPaper, given: WorkInput) -> object:
        return {"entry_id": self._post("money_returned", given, asked.values())}

    @carries_out(money.ALLOCATE_RECEIPT)
    def allocate_receipt(self, asked: money.AskedAllocation, given: WorkInput) -> object:
        left = self._allocations.allocate(
            given.key, self._account, asked.customer, asked.reference, asked.settles, given.at
        )
        settled = self._allocations.settled_by(given.key)
        cases = self._credits.following([reference for reference, _ in settled], asked.followed_by)
        told = (
            {"reference": reference, "amount": amount, "case": cases.get(reference)} for reference, amount in settled
        )
        return {"left": abs(left), "settled": tuple(told)}

    @carries_out(money.RELEASE_RECEIPT)
    def release_receipt(self, asked: receivables.NamedPaper, given: WorkInput) -> object:
        left = self._allocations.release(given.key, self._account, asked.customer, asked.reference, given.at)
        return {"left": abs(left)}

    @carries_out(money.ASSIGN_RECEIPT)
    def assign_receipt(self, asked: receivables.NamedPaper, given: WorkInput) -> object:
        return {"left": abs(self._allocations.assign(self._account, asked.reference, asked.customer))}

    @carries_out(receivables.DISPUTE_INVOICE)
    def dispute_invoice(self, asked: receivables.DisputedInvoice, given: WorkInput) -> object:
        amount = asked.amount.amount if asked.amount else None
        disputed = self._allocations.dispute(
            given.key, self._account, asked.customer, asked.reference, amount, asked.reason, given.at
        )
        return {"disputed": disputed}

    @carries_out(receivables.SETTLE_DISPUTE)
    def settle_dispute(self, asked: receivables.NamedPaper, given: WorkInput) -> object:
        left = self._allocations.settle_dispute(given.key, self._account, asked.customer, asked.reference, given.at)
        return {"open": left}

    def _post(self, entry: str, given: WorkInput, values: Mapping[str, Any]) -> str:
        posting = self._rules.posting(entry, values, on=today(given))
        return self._ledger.post(given.key, given.case_id, posting, given.at)
