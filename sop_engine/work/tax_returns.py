"""Deposits for tax, and tax that comes back."""

from datetime import date
from typing import Annotated

from sop_engine.freight.customs.refunds import RefundKind
from sop_engine.freight.customs.taxes import CustomsAmount
from sop_engine.freight.money import Money
from sop_engine.freight.subledger.papers import Text
from sop_engine.work.contract import Basis, Gives, Takes, Work, told


class LodgedDeposit(Takes):
    """A deposit, and the tax that was due in the end."""

    deposit: Annotated[CustomsAmount, told("Deposit")]
    due: Annotated[CustomsAmount, told("Tax due")]


class SettledDeposit(Gives):
    """What becomes of it."""

    taken: Annotated[Money, told("Taken as tax")]
    given_back: Annotated[Money, told("Given back")]
    still_owed: Annotated[Money, told("Still owed to customs")]


class PaidTax(Takes):
    """Tax that may come back."""

    kind: Annotated[RefundKind, told("Why it comes back")]
    paid_on: Annotated[date, told("Day of the payment")]


class ClaimLimit(Gives):
    """Until when it can be claimed."""

    claim_by_on: Annotated[date, told("Last day to claim it")]
    rule: Annotated[str, told("The rule that says so")]


class OverpaidTax(Takes):
    """Tax of which too much was paid."""

    paid: Annotated[CustomsAmount, told("Paid")]
    due: Annotated[CustomsAmount, told("Due")]
    paid_on: Annotated[date, told("Day of the payment")]
    refunded_on: Annotated[date, told("Day of the refund")]


class RefundedTax(Gives):
    """What customs pays back."""

    refund: Annotated[Money, told("Tax that comes back")]
    interest: Annotated[Money, told("Interest on it")]
    basis: Basis


class ReturnedTax(Takes):
    """What came back, and what of it is the customer's."""

    customer: Annotated[Text, told("Customer")]
    amount: Annotated[Money, told("What came back")]
    owed: Annotated[Money | None, told("What of it is the customer's")] = None
    received_on: Annotated[date, told("Day it came")]


class OwedToCustomer(Gives):
    """By which reference the books know what is the customer's."""

    owed_ref: Annotated[str | None, told("Reference of what is the customer's")]


SETTLE_DEPOSIT = Work("settle_deposit", "Says what becomes of a deposit.", LodgedDeposit, SettledDeposit)
REFUND_LIMIT = Work("refund_limit", "Counts the period in which tax can be claimed back.", PaidTax, ClaimLimit)
TAX_REFUND = Work("tax_refund", "Computes what customs pays back, with interest.", OverpaidTax, RefundedTax)
RECORD_TAX_RETURNED = Work(
    "record_tax_returned", "Books tax or a deposit that came back.", ReturnedTax, OwedToCustomer, writes="money"
)
