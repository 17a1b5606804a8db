"""Automated work on what customers owe: invoices, credit notes, receipts, refunds, allocations, disputes."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Engine
from temporalio import activity

from activities.handing_in import handed_in
from activities.work_input import today, usable
from sop_engine.cases.contracts.effects import WorkInput, WorkResult
from sop_engine.cases.faults import Refused
from sop_engine.freight.money import Money
from sop_engine.freight.subledger.allocation import Wanted
from sop_engine.freight.subledger.papers import CreditNotePaper, InvoicePaper, ReceiptPaper, RefundPaper, Text
from sop_engine.records.ledger.allocations import AllocationRepository
from sop_engine.records.ledger.book import LedgerRepository
from sop_engine.records.ledger.credit_notes import CreditNoteRepository
from sop_engine.records.ledger.posting import LedgerRules
from sop_engine.records.ledger.unapplied import CreditBalanceRepository
from sop_engine.temporal.writes import writes


class NamedItem(BaseModel):
    """One paper of a customer, by the number others know it by."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    customer: Text
    reference: Text


class AskedAllocation(NamedItem):
    """What the paper shall settle; what is due first where nothing is named."""

    settles: tuple[Wanted, ...] = ()
    followed_by: str = ""
    """The SOP whose open cases follow invoices."""


class BookedReceipt(ReceiptPaper):
    """A receipt of a receivable that other cases may have followed before this one."""

    earlier_cases: tuple[Text, ...] = ()


class AskedDispute(NamedItem):
    """What the customer disputes; all that is open where no amount is named."""

    amount: Money | None = None
    reason: Text


class ReceivableActivities:
    """What `work:` may name about customers' accounts."""

    def __init__(self, engine: Engine, rules: LedgerRules) -> None:
        self._ledger = LedgerRepository(engine)
        self._notes = CreditNoteRepository(engine, rules)
        self._credits = CreditBalanceRepository(engine, rules.uses.receivable)
        self._allocations = AllocationRepository(engine, rules)
        self._rules = rules

    @activity.defn(name="issue_invoice")
    @writes("money")
    def issue_invoice(self, given: WorkInput) -> WorkResult:
        """number, kind, customer, title, taxpayer_no, lines, disbursements?, issued_on, due_on -> net, vat, gross"""
        with usable("issue_invoice"):
            paper = handed_in(InvoicePaper, given)
            self._post("invoice_issued", given, paper.values())
        return WorkResult(values={name: getattr(paper, name).model_dump() for name in ("net", "vat", "gross")})

    @activity.defn(name="issue_credit_note")
    @writes("money")
    def issue_credit_note(self, given: WorkInput) -> WorkResult:
        """number, refers_to, customer, reason, lines, disbursements?, issued_on -> net, vat, gross"""
        with usable("issue_credit_note"):
            posted = self._notes.issue(given.key, given.case_id, handed_in(CreditNotePaper, given), given.at)
        return WorkResult(values={name: posted.values[name] for name in ("net", "vat", "gross")})

    @activity.defn(name="record_receipt")
    @writes("money")
    def record_receipt(self, given: WorkInput) -> WorkResult:
        """bank_ref, customer, amount, received_on, rate?, settles? (or `oldest`), earlier_cases? -> entry_id, bank_ref

        The reference is told as it was first written. Refuses one that another case has booked, unless it is an earlier
        one of the same receivable: the same money would be counted twice.
        """
        with usable("record_receipt"):
            paper = handed_in(BookedReceipt, given)
            result = self._post("money_received", given, paper.values())
            booked = self._ledger.entry(str(result.values["entry_id"]))
            if booked.case_id not in (given.case_id, *paper.earlier_cases):
                raise Refused(f"{paper.bank_ref} is booked by {booked.case_id} already")
        return WorkResult(values={**result.values, "bank_ref": booked.business_key})

    @activity.defn(name="refund_customer")
    @writes("money")
    def refund_customer(self, given: WorkInput) -> WorkResult:
        """number, customer, amount, paid_on, rate?, settles? -> entry_id"""
        with usable("refund_customer"):
            paper = handed_in(RefundPaper, given)
            return self._post("money_returned", given, paper.values())

    @activity.defn(name="allocate_receipt")
    @writes("money")
    def allocate_receipt(self, given: WorkInput) -> WorkResult:
        """customer, reference, settles? [{reference, amount?}], followed_by? -> left, settled [{reference, case, …}]"""
        with usable("allocate_receipt"):
            asked = handed_in(AskedAllocation, given)
            left = self._allocations.allocate(
                given.key, self._rules.uses.receivable, asked.customer, asked.reference, asked.settles, given.at
            )
            settled = self._allocations.settled_by(given.key)
            cases = self._credits.following([reference for reference, _ in settled], asked.followed_by)
        told = [
            {"reference": reference, "amount": amount, "case": cases.get(reference)} for reference, amount in settled
        ]
        return WorkResult(values={"left": abs(left), "settled": told})

    @activity.defn(name="release_receipt")
    @writes("money")
    def release_receipt(self, given: WorkInput) -> WorkResult:
        """customer, reference -> left; takes back all that the paper settled"""
        with usable("release_receipt"):
            asked = handed_in(NamedItem, given)
            left = self._allocations.release(
                given.key, self._rules.uses.receivable, asked.customer, asked.reference, given.at
            )
        return WorkResult(values={"left": abs(left)})

    @activity.defn(name="assign_receipt")
    @writes("money")
    def assign_receipt(self, given: WorkInput) -> WorkResult:
        """customer, reference -> left; says whose an unidentified receipt is"""
        with usable("assign_receipt"):
            asked = handed_in(NamedItem, given)
            left = self._allocations.assign(self._rules.uses.receivable, asked.reference, asked.customer)
        return WorkResult(values={"left": abs(left)})

    @activity.defn(name="dispute_invoice")
    @writes("money")
    def dispute_invoice(self, given: WorkInput) -> WorkResult:
        """customer, reference, amount?, reason -> disputed; keeps it out of ageing, dunning and automatic allocation"""
        with usable("dispute_invoice"):
            asked = handed_in(AskedDispute, given)
            disputed = self._allocations.dispute(
                given.key,
                self._rules.uses.receivable,
                asked.customer,
                asked.reference,
                asked.amount.amount if asked.amount else None,
                asked.reason,
                given.at,
            )
        return WorkResult(values={"disputed": disputed})

    @activity.defn(name="settle_dispute")
    @writes("money")
    def settle_dispute(self, given: WorkInput) -> WorkResult:
        """customer, reference -> open"""
        with usable("settle_dispute"):
            asked = handed_in(NamedItem, given)
            left = self._allocations.settle_dispute(
                given.key, self._rules.uses.receivable, asked.customer, asked.reference, given.at
            )
        return WorkResult(values={"open": left})

    def _post(self, entry: str, given: WorkInput, values: Mapping[str, Any]) -> WorkResult:
        posting = self._rules.posting(entry, values, on=today(given))
        return WorkResult(values={"entry_id": self._ledger.post(given.key, given.case_id, posting, given.at)})
