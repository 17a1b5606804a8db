"""Money to suppliers and back: requests approved by tiers, payments, credits set off or paid back."""

from typing import Annotated

from sop_engine.freight.money import Money
from sop_engine.freight.subledger.allocation import Wanted
from sop_engine.freight.subledger.papers import PaymentPaper, Rate, SupplierRefundPaper, Text
from sop_engine.work.contract import Gives, Takes, Work, told
from sop_engine.work.customer_money import BookedEntry
from sop_engine.work.receivables import OpenAmount

RequestNo = Annotated[Text, told("Number of the request")]


class PaymentRequest(Takes):
    """A payment asked for."""

    request_no: RequestNo
    supplier: Annotated[Text, told("Whom it is for")]
    amount: Annotated[Money, told("Amount")]
    rate: Annotated[
        Rate | None, told("Rate; that of the table for the day where none is said", "book currency for one unit")
    ] = None
    requested_by: Annotated[Text, told("Who asks")]


class PaymentApproval(Takes):
    """One role's approval."""

    request_no: RequestNo
    role: Annotated[Text, told("Role that approves")]
    person: Annotated[Text, told("Who approves")]


class MissingApprovals(Gives):
    """Who must approve still."""

    missing: Annotated[tuple[str, ...], told("Roles that must approve still")]


class ApprovedPayment(PaymentPaper):
    """Money to a supplier, by an approved request."""

    request_no: RequestNo


class AskedSetOff(Takes):
    """A booked bill, and the credits that lessen what is paid on it."""

    supplier: Annotated[Text, told("Supplier")]
    bill_no: Annotated[Text, told("Number of the bill")]
    credits: Annotated[tuple[Wanted, ...], told("Credits; the oldest where none is named")] = ()


class LeftCredit(Gives):
    """What is left of a credit."""

    left: Annotated[Money, told("Left of the credit")]


REQUEST_PAYMENT = Work("request_payment", "Asks for a payment.", PaymentRequest, MissingApprovals, writes="money")
APPROVE_PAYMENT = Work(
    "approve_payment", "Records one role's approval.", PaymentApproval, MissingApprovals, writes="money"
)
PAY_SUPPLIER = Work(
    "pay_supplier", "Books a payment by an approved request.", ApprovedPayment, BookedEntry, writes="money"
)
SET_OFF_CREDITS = Work(
    "set_off_credits",
    "Sets credits off against a bill; refuses a credit that is used up.",
    AskedSetOff,
    OpenAmount,
    writes="money",
)
RECORD_SUPPLIER_REFUND = Work(
    "record_supplier_refund",
    "Books what a supplier pays back; refuses more than is owed.",
    SupplierRefundPaper,
    LeftCredit,
    writes="money",
)
