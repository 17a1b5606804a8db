"""Automated work on what suppliers are owed: cost lines, bills matched three ways, payments approved by tiers.

Bills in another currency are booked by the rate that comes with them, else by that of the table for their date.
"""

from decimal import Decimal
from typing import Any

from sqlalchemy import Engine

from activities.binding import carries_out
from activities.work_input import today
from sop_engine.basis.faults import NotPermitted
from sop_engine.cases.contracts.effects import WorkInput
from sop_engine.cases.people.organization import Organization
from sop_engine.freight.charges.codes import ChargeCodes
from sop_engine.freight.subledger.matching import BilledLine, Match
from sop_engine.freight.subledger.papers import BillPaper
from sop_engine.freight.subledger.posting import LedgerRules, Posting
from sop_engine.records.ledger.costs import CostRepository
from sop_engine.records.ledger.payments import PaymentRepository
from sop_engine.records.ledger.supplier_credits import SupplierCreditRepository
from sop_engine.temporal.staff import posted
from sop_engine.work import payables, payments


class PayableActivities:
    """The works on suppliers' accounts."""

    def __init__(
        self, engine: Engine, rules: LedgerRules, codes: ChargeCodes, organization: Organization | None = None
    ) -> None:
        self._costs = CostRepository(engine, rules.policy.match_tolerance)
        self._payments = PaymentRepository(engine, rules.policy.payment_tiers, rules.currency)
        self._credits = SupplierCreditRepository(engine, rules.uses.payable)
        self._rules = rules
        self._codes = codes
        self._organization = organization

    @carries_out(payables.RECORD_COST)
    def record_cost(self, asked: payables.ContractedCost, given: WorkInput) -> None:
        place = (asked.shipment, asked.supplier, self._codes.code_of(asked.charge))
        self._costs.contract(given.case_id, *place, asked.amount, asked.basis, given.at)

    @carries_out(payables.CONFIRM_COST)
    def confirm_cost(self, asked: payables.CarriedOutCost, given: WorkInput) -> None:
        self._costs.execute(asked.shipment, asked.supplier, self._codes.code_of(asked.charge), asked.amount)

    @carries_out(payables.RECORD_COSTS)
    def record_costs(self, asked: payables.AgreedCosts, given: WorkInput) -> None:
        for line in asked.lines:
            place = (asked.shipment, line.payee, self._codes.code_of(line.charge))
            self._costs.contract(given.case_id, *place, line.agreed, line.basis or "", given.at)
            self._costs.execute(*place, line.amount)

    @carries_out(payables.EXPECTED_COSTS)
    def expected_costs(self, asked: payables.ExpectedBills, given: WorkInput) -> object:
        lines = (
            {
                "charge": cost.charge,
                "contracted": cost.contracted,
                "carried_out": cost.executed,
                "billed": cost.billed_money,
            }
            for cost in self._costs.outstanding(asked.shipment, asked.supplier)
        )
        unpaid = (
            {
                "bill_no": bill.reference,
                "total": {"amount": -bill.balance, "currency": bill.currency},
                "due_on": bill.due_on,
            }
            for bill in self._costs.unpaid(asked.shipment, asked.supplier)
        )
        credits = (
            {
                "reference": item.reference,
                "left": {"amount": item.balance, "currency": item.currency},
                "shipment": shipment,
                "dated_on": item.dated_on,
            }
            for item, shipment in self._credits.open(asked.supplier)
        )
        return {"lines": tuple(lines), "unpaid": tuple(unpaid), "credits": tuple(credits)}

    @carries_out(payables.MATCH_BILL)
    def match_bill(self, asked: payables.HandedInBill, given: WorkInput) -> object:
        posting = self._posting(asked)
        match, left = self._costs.match(posting, self._lines(asked)), self._costs.open_of(posting)
        credits = self._credits.usable(asked.supplier, left, given.at) if asked.nets_credit else []
        set_off = sum((credit.amount or Decimal() for credit in credits), Decimal())
        return {
            **_told(match),
            "rate": posting.rate,
            "open": left,
            "credits": tuple(credits),
            "to_pay": {"amount": left.amount - set_off, "currency": left.currency},
        }

    @carries_out(payables.RECORD_BILL)
    def record_bill(self, asked: payables.HandedInBill, given: WorkInput) -> object:
        entry_id, match = self._costs.accept(
            given.key,
            given.case_id,
            self._posting(asked),
            self._lines(asked),
            asked.accepted_by,
            given.at,
            is_part=asked.is_part,
        )
        return {"entry_id": entry_id, **_told(match)}

    @carries_out(payments.REQUEST_PAYMENT)
    def request_payment(self, asked: payments.PaymentRequest, given: WorkInput) -> object:
        rate = self._rules.rate_for(asked.amount.currency, asked.rate, today(given))
        missing = self._payments.request(
            asked.request_no, asked.supplier, asked.amount, rate, asked.requested_by, given.at
        )
        return {"missing": missing}

    @carries_out(payments.APPROVE_PAYMENT)
    def approve_payment(self, asked: payments.PaymentApproval, given: WorkInput) -> object:
        require_role(self._organization and posted(self._organization), asked.person, asked.role)
        return {"missing": self._payments.approve(asked.request_no, asked.role, asked.person, given.at)}

    @carries_out(payments.PAY_SUPPLIER)
    def pay_supplier(self, asked: payments.ApprovedPayment, given: WorkInput) -> object:
        posting = self._rules.posting("supplier_paid", asked.values())
        return {"entry_id": self._payments.pay(given.key, given.case_id, asked.request_no, posting, given.at)}

    def _lines(self, bill: BillPaper) -> list[BilledLine]:
        return [BilledLine(line.shipment or "", self._codes.code_of(line.service), line.amount) for line in bill.lines]

    def _posting(self, bill: BillPaper) -> Posting:
        """Raises RuleError or InvalidInput with every reason why the bill cannot be booked as it is."""
        passed = [line.service for line in bill.lines if self._codes.passes_through(line.service)]
        return self._rules.posting("supplier_bill", bill.values(passed))


def require_role(organization: Organization | None, name: str, role: str) -> None:
    """Raises NotPermitted where the organisation knows the roles and the person has not that one."""
    if organization is None:
        return
    if not organization.holds(name, role):
        raise NotPermitted(f"{name} is no {role}")


def _told(match: Match) -> dict[str, Any]:
    lines = (
        {
            "shipment": each.line.shipment,
            "charge": each.line.charge,
            "contracted": each.contracted,
            "carried_out": each.executed,
            "billed": each.line.amount,
            "verdict": each.verdict,
            "difference": each.difference,
        }
        for each in match.lines
    )
    return {"agreed": match.is_agreed, "difference": match.difference, "lines": tuple(lines)}
