"""Automated work on what suppliers are owed: cost lines, bills matched three ways, payments approved by tiers.

Bills in another currency are booked by the rate that comes with them, else by that of the table for their date.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator
from sqlalchemy import Engine
from temporalio import activity

from activities.access import reads
from activities.handing_in import handed_in
from activities.work_input import today, usable
from sop_engine.cases.contracts.effects import WorkInput, WorkResult
from sop_engine.cases.faults import NotPermitted
from sop_engine.cases.organization import Organization
from sop_engine.freight.charges.codes import ChargeCodes
from sop_engine.freight.money import Money
from sop_engine.freight.subledger.matching import BilledLine, Match
from sop_engine.freight.subledger.papers import BillPaper, PaymentPaper, Rate, Text
from sop_engine.records.ledger.costs import CostRepository
from sop_engine.records.ledger.payments import PaymentRepository
from sop_engine.records.ledger.posting import LedgerRules, Posting
from sop_engine.records.ledger.supplier_credits import SupplierCreditRepository
from sop_engine.temporal.writes import writes


class Asked(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CostLine(Asked):
    """What was agreed with a supplier for a shipment, without VAT."""

    shipment: Text
    supplier: Text
    charge: Text
    amount: Money
    basis: str = ""


class CarriedOut(Asked):
    """That it was done: as contracted where no amount is said."""

    shipment: Text
    supplier: Text
    charge: Text
    amount: Money | None = None


class AgreedLine(Asked):
    """A line of a costing, as `compare_costing` gives it."""

    charge: Text
    payee: Text
    basis: str | None = None
    agreed: Money
    amount: Money


class AgreedCosts(Asked):
    """A costing that was agreed: what suppliers may bill for a shipment."""

    shipment: Text
    lines: tuple[AgreedLine, ...]


class ExpectedBills(Asked):
    """A question for what is still to be billed."""

    shipment: Text
    supplier: Text


class HandedInBill(BillPaper):
    """A bill, and who accepts that it differs from contract or execution.

    Lines that name no shipment are for that of the bill, and without a rate they bear no VAT.
    """

    accepted_by: str | None = None
    is_part: bool = False
    """The rest of each charge is still to be billed."""
    nets_credit: bool = False
    """What the supplier owes us lessens what is paid."""

    @model_validator(mode="before")
    @classmethod
    def _lines_completed(cls, given: Any) -> Any:
        return lines_completed(given)


class PaymentRequest(Asked):
    """A payment asked for; the rate turns it into book currency."""

    request_no: Text
    supplier: Text
    amount: Money
    rate: Rate | None = None
    """That of the table for the day of the request when none."""
    requested_by: Text


class PaymentApproval(Asked):
    """One role's approval."""

    request_no: Text
    role: Text
    person: Text


class ApprovedPayment(PaymentPaper):
    """Money to a supplier, by an approved request."""

    request_no: Text


def lines_completed(given: Any) -> Any:
    """A supplier's paper whose lines are for its own shipment where they name none, and free of VAT without a rate."""
    if not isinstance(given, Mapping) or not isinstance(given.get("lines"), Sequence):
        return given
    lines = [
        {"shipment": given.get("shipment"), **{name: value for name, value in line.items() if value is not None}}
        if isinstance(line, Mapping)
        else line
        for line in given["lines"]
    ]
    return {**given, "lines": lines}


class PayableActivities:
    """What `work:` may name about suppliers' accounts."""

    def __init__(
        self, engine: Engine, rules: LedgerRules, codes: ChargeCodes, organization: Organization | None = None
    ) -> None:
        self._costs = CostRepository(engine, rules.policy.match_tolerance)
        self._payments = PaymentRepository(engine, rules.policy.payment_tiers, rules.currency)
        self._credits = SupplierCreditRepository(engine, rules.uses.payable)
        self._rules = rules
        self._codes = codes
        self._organization = organization

    @activity.defn(name="record_cost")
    @writes("money")
    def record_cost(self, given: WorkInput) -> WorkResult:
        """shipment, supplier, charge, amount, basis? -> nothing; what the contract or booking says"""
        with usable("record_cost"):
            cost = handed_in(CostLine, given)
            charge = self._codes.code_of(cost.charge)
            self._costs.contract(given.case_id, cost.shipment, cost.supplier, charge, cost.amount, cost.basis, given.at)
        return WorkResult()

    @activity.defn(name="confirm_cost")
    @writes("money")
    def confirm_cost(self, given: WorkInput) -> WorkResult:
        """shipment, supplier, charge, amount? -> nothing; operations say that it was done"""
        with usable("confirm_cost"):
            done = handed_in(CarriedOut, given)
            self._costs.execute(done.shipment, done.supplier, self._codes.code_of(done.charge), done.amount)
        return WorkResult()

    @activity.defn(name="record_costs")
    @writes("money")
    def record_costs(self, given: WorkInput) -> WorkResult:
        """shipment, lines [{charge, payee, basis?, agreed, amount}] -> nothing; as agreed, and as carried out"""
        with usable("record_costs"):
            costing = handed_in(AgreedCosts, given)
            for line in costing.lines:
                charge, place = self._codes.code_of(line.charge), (costing.shipment, line.payee)
                self._costs.contract(given.case_id, *place, charge, line.agreed, line.basis or "", given.at)
                self._costs.execute(*place, charge, line.amount)
        return WorkResult()

    @reads
    @activity.defn(name="expected_costs")
    def expected_costs(self, given: WorkInput) -> WorkResult:
        """shipment, supplier -> lines [{charge, contracted, carried_out, billed}], unpaid [{bill_no, total, …}],
        credits [{reference, left, …}]; the credits are those with the supplier for any shipment"""
        with usable("expected_costs"):
            asked = handed_in(ExpectedBills, given)
            costs = self._costs.outstanding(asked.shipment, asked.supplier)
            bills = self._costs.unpaid(asked.shipment, asked.supplier)
        lines = [
            {
                "charge": cost.charge,
                "contracted": _amount(cost.contracted),
                "carried_out": _amount(cost.executed),
                "billed": _amount(cost.billed_money),
            }
            for cost in costs
        ]
        unpaid = [
            {
                "bill_no": bill.reference,
                "total": {"amount": -bill.balance, "currency": bill.currency},
                "due_on": bill.due_on,
            }
            for bill in bills
        ]
        credits = [
            {
                "reference": item.reference,
                "left": {"amount": item.balance, "currency": item.currency},
                "shipment": shipment,
                "dated_on": item.dated_on,
            }
            for item, shipment in self._credits.open(asked.supplier)
        ]
        return WorkResult(values={"lines": lines, "unpaid": unpaid, "credits": credits})

    @reads
    @activity.defn(name="match_bill")
    def match_bill(self, given: WorkInput) -> WorkResult:
        """supplier, bill_no, lines, billed_on, due_on, rate?, nets_credit?
        -> agreed, difference, lines [{verdict, …}], rate, open, credits [{reference, amount}], to_pay"""
        with usable("match_bill"):
            bill = handed_in(HandedInBill, given)
            posting = self._posting(bill)
            match, left = self._costs.match(posting, self._lines(bill)), self._costs.open_of(posting)
            credits = self._credits.usable(bill.supplier, left, given.at) if bill.nets_credit else []
        set_off = sum((credit.amount or Decimal() for credit in credits), Decimal())
        return WorkResult(
            values={
                **_told(match),
                "rate": posting.rate,
                "open": left.model_dump(),
                "credits": [credit._asdict() for credit in credits],
                "to_pay": {"amount": left.amount - set_off, "currency": left.currency},
            }
        )

    @activity.defn(name="record_bill")
    @writes("money")
    def record_bill(self, given: WorkInput) -> WorkResult:
        """as `match_bill`, accepted_by?, is_part? -> entry_id, agreed, difference, lines; one that differs: refused"""
        with usable("record_bill"):
            bill = handed_in(HandedInBill, given)
            posting = self._posting(bill)
            entry_id, match = self._costs.accept(
                given.key,
                given.case_id,
                posting,
                self._lines(bill),
                bill.accepted_by,
                given.at,
                is_part=bill.is_part,
            )
        return WorkResult(values={"entry_id": entry_id, **_told(match)})

    @activity.defn(name="request_payment")
    @writes("money")
    def request_payment(self, given: WorkInput) -> WorkResult:
        """request_no, supplier, amount, rate?, requested_by -> missing, the roles that must approve"""
        with usable("request_payment"):
            asked = handed_in(PaymentRequest, given)
            rate = self._rules.rate_for(asked.amount.currency, asked.rate, today(given))
            missing = self._payments.request(
                asked.request_no, asked.supplier, asked.amount, rate, asked.requested_by, given.at
            )
        return WorkResult(values={"missing": list(missing)})

    @activity.defn(name="approve_payment")
    @writes("money")
    def approve_payment(self, given: WorkInput) -> WorkResult:
        """request_no, role, person -> missing"""
        with usable("approve_payment"):
            approval = handed_in(PaymentApproval, given)
            require_role(self._organization, approval.person, approval.role)
            missing = self._payments.approve(approval.request_no, approval.role, approval.person, given.at)
        return WorkResult(values={"missing": list(missing)})

    @activity.defn(name="pay_supplier")
    @writes("money")
    def pay_supplier(self, given: WorkInput) -> WorkResult:
        """request_no, payment_ref, supplier, amount, paid_on, rate?, settles? -> entry_id"""
        with usable("pay_supplier"):
            paper = handed_in(ApprovedPayment, given)
            posting = self._rules.posting("supplier_paid", paper.values())
            entry_id = self._payments.pay(given.key, given.case_id, paper.request_no, posting, given.at)
        return WorkResult(values={"entry_id": entry_id})

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
    person = organization.people.get(name)
    if person is None or role not in person.roles:
        raise NotPermitted(f"{name} is no {role}")


def _amount(money: Money | None) -> dict[str, Any] | None:
    return money.model_dump() if money is not None else None


def _told(match: Match) -> dict[str, object]:
    lines = [
        {
            "shipment": each.line.shipment,
            "charge": each.line.charge,
            "contracted": _amount(each.contracted),
            "carried_out": _amount(each.executed),
            "billed": each.line.amount.model_dump(),
            "verdict": each.verdict,
            "difference": each.difference,
        }
        for each in match.lines
    ]
    return {"agreed": match.is_agreed, "difference": match.difference, "lines": lines}
