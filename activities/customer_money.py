"""Automated work on money of customers that is in the books: what it settles, what it could settle, its return."""

from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Engine
from temporalio import activity

from activities.access import reads
from activities.handing_in import handed_in
from activities.work_input import today, usable
from sop_engine.cases.contracts.effects import WorkInput, WorkResult
from sop_engine.freight.money import Currency
from sop_engine.freight.subledger.papers import RefundPaper, Text
from sop_engine.records.ledger.invoice_settlements import InvoiceSettlements
from sop_engine.records.ledger.payments import PaymentRepository
from sop_engine.records.ledger.posting import LedgerRules
from sop_engine.records.ledger.unapplied import CreditBalanceRepository
from sop_engine.temporal.writes import writes


class HeldMoney(BaseModel):
    """Whose money it is, and by which reference the books know it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    customer: Text
    reference: Text
    currency: Currency
    followed_by: str = ""
    """The SOP whose open cases follow invoices."""


class FollowedInvoice(BaseModel):
    """An invoice, and the cases that followed it before this one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    customer: Text
    reference: Text
    earlier_cases: tuple[Text, ...] = ()


class ReturnedMoney(RefundPaper):
    """Money back to a customer, by an approved request, out of one credit."""

    request_no: Text
    reference: Text


class CustomerMoneyActivities:
    """What `work:` may name about customers' credits."""

    def __init__(self, engine: Engine, rules: LedgerRules) -> None:
        self._credits = CreditBalanceRepository(engine, rules.uses.receivable)
        self._settlements = InvoiceSettlements(engine, rules.uses.receivable)
        self._payments = PaymentRepository(engine, rules.policy.payment_tiers, rules.currency)
        self._rules = rules

    @reads
    @activity.defn(name="open_invoices")
    def open_invoices(self, given: WorkInput) -> WorkResult:
        """customer, reference, currency, followed_by? -> left, lines [{reference, open, due_on, disputed, case}]"""
        with usable("open_invoices"):
            asked = handed_in(HeldMoney, given)
            left = self._credits.left(asked.customer, asked.reference, asked.currency)
            found = self._credits.invoices(asked.customer, asked.currency, asked.followed_by)

        def money(amount: Any) -> dict[str, Any]:
            return {"amount": amount, "currency": asked.currency}

        lines = [
            {
                "reference": item.reference,
                "open": money(item.balance),
                "due_on": item.due_on,
                "disputed": money(item.disputed),
                "case": case_id,
            }
            for item, case_id in found
        ]
        return WorkResult(values={"left": money(left), "lines": lines})

    @reads
    @activity.defn(name="allocated_money")
    def allocated_money(self, given: WorkInput) -> WorkResult:
        """customer, reference, earlier_cases? -> lines [{bank_ref, amount, received_on}]; what others booked for it"""
        with usable("allocated_money"):
            asked = handed_in(FollowedInvoice, given)
            cases = (given.case_id, *asked.earlier_cases)
            found = self._settlements.by_others(asked.customer, asked.reference, cases)
        lines = [
            {
                "bank_ref": each.reference,
                "amount": {"amount": each.amount, "currency": each.currency},
                "received_on": each.dated_on,
            }
            for each in found
        ]
        return WorkResult(values={"lines": lines})

    @activity.defn(name="return_credit")
    @writes("money")
    def return_credit(self, given: WorkInput) -> WorkResult:
        """request_no, number, customer, reference, amount, paid_on, rate? -> entry_id; more than the credit: refused"""
        with usable("return_credit"):
            paper = handed_in(ReturnedMoney, given)
            values = {**paper.values(), "settles": [{"reference": paper.reference}]}
            posting = self._rules.posting("money_returned", values, on=today(given))
            entry_id = self._payments.give_back(
                given.key, given.case_id, paper.request_no, posting, paper.reference, given.at
            )
        return WorkResult(values={"entry_id": entry_id})
