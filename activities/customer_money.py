"""Automated work on money of customers that is in the books: what it settles, what it could settle, its return."""

from decimal import Decimal
from typing import Any

from sqlalchemy import Engine

from activities.binding import carries_out
from activities.work_input import today
from sop_engine.cases.contracts.effects import WorkInput
from sop_engine.freight.subledger.posting import LedgerRules
from sop_engine.records.ledger.invoice_settlements import InvoiceSettlements
from sop_engine.records.ledger.payments import PaymentRepository
from sop_engine.records.ledger.unapplied import CreditBalanceRepository
from sop_engine.work import customer_money as money


class CustomerMoneyActivities:
    """The works on customers' credits."""

    def __init__(self, engine: Engine, rules: LedgerRules) -> None:
        self._credits = CreditBalanceRepository(engine, rules.uses.receivable)
        self._settlements = InvoiceSettlements(engine, rules.uses.receivable)
        self._payments = PaymentRepository(engine, rules.policy.payment_tiers, rules.currency)
        self._rules = rules

    @carries_out(money.OPEN_INVOICES)
    def open_invoices(self, asked: money.HeldMoney, given: WorkInput) -> object:
        def held(amount: Decimal) -> dict[str, Any]:
            return {"amount": amount, "currency": asked.currency}

        left = self._credits.left(asked.customer, asked.reference, asked.currency)
        lines = (
            {
                "reference": item.reference,
                "open": held(item.balance),
                "due_on": item.due_on,
                "disputed": held(item.disputed),
                "case": case_id,
            }
            for item, case_id in self._credits.invoices(asked.customer, asked.currency, asked.followed_by)
        )
        return {"left": held(left), "lines": tuple(lines)}

    @carries_out(money.ALLOCATED_MONEY)
    def allocated_money(self, asked: money.FollowedInvoice, given: WorkInput) -> object:
        cases = (given.case_id, *asked.earlier_cases)
        found = self._settlements.by_others(asked.customer, asked.reference, cases)
        lines = ({"bank_ref": each.reference, "amount": each, "received_on": each.dated_on} for each in found)
        return {"lines": tuple(lines)}

    @carries_out(money.RETURN_CREDIT)
    def return_credit(self, asked: money.ReturnedMoney, given: WorkInput) -> object:
        values = {**asked.values(), "settles": [{"reference": asked.reference}]}
        posting = self._rules.posting("money_returned", values, on=today(given))
        entry_id = self._payments.give_back(
            given.key, given.case_id, asked.request_no, posting, asked.reference, given.at
        )
        return {"entry_id": entry_id}
