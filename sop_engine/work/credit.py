"""Customers' credit: the check before a booking, the terms, and the approved way around a block."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, model_validator

from sop_engine.freight.money import Money
from sop_engine.freight.subledger.credit import Hindrance, Standing
from sop_engine.freight.subledger.papers import Rate, Text
from sop_engine.work.contract import Gives, Takes, Work, told

Customer = Annotated[Text, told("Customer")]


class CreditQuestion(Takes):
    """May the customer book?"""

    customer: Customer
    amount: Annotated[Money | None, told("What the booking will add")] = None
    rate: Annotated[Rate | None, told("Rate; the one on file where none is said", "book currency for one unit")] = None
    on: Annotated[date | None, told("Day of the question; that of the work where none is said")] = None


class CreditAnswer(Gives):
    """The answer, with what it rests on."""

    allowed: Annotated[bool, told("Whether the customer may book")]
    hindrances: Annotated[tuple[Hindrance, ...], told("What stands against it")]
    exposure: Annotated[Decimal, told("What is open, with the booking", "book currency")]
    overdue: Annotated[Decimal, told("Overdue", "book currency")]
    oldest_days: Annotated[int, told("By how much the oldest is overdue", "calendar days")]
    approval: Annotated[str | None, told("The approval that lets the customer book all the same")]
    reason: Annotated[str, told("Why")]


class NewTerms(Takes):
    """Terms that hold from now on."""

    customer: Customer
    standing: Annotated[Standing, told("Standing")] = "good"
    limit: Annotated[Decimal | None, told("Limit; the one that holds where none is said", "book currency")] = Field(
        default=None, ge=0
    )
    without_limit: Annotated[bool, told("Whether no limit holds from now on")] = False
    person: Annotated[str, told("Who decided it")] = ""
    reason: Annotated[str, told("Reason")] = ""

    @model_validator(mode="after")
    def _one_limit(self) -> Self:
        if self.without_limit and self.limit is not None:
            raise ValueError(f"a limit of {self.limit} and no limit are both asked for")
        return self


class CreditApproval(Takes):
    """Somebody lets the customer book in spite of a block.

    Up to 0 for a customer who is on hold and owes nothing, less for one who has paid ahead.
    """

    customer: Customer
    up_to: Annotated[Decimal, told("Largest exposure that it covers", "book currency")]
    valid_to: Annotated[date, told("Last day that it holds")]
    for_case: Annotated[str | None, told("The one case it is for; any where none is said")] = None
    role: Annotated[Text, told("Role that approves")]
    person: Annotated[Text, told("Who approves")]
    reason: Annotated[Text, told("Reason")]


class GivenApproval(Gives):
    """The approval."""

    approval: Annotated[str, told("Number of the approval")]


CREDIT_CHECK = Work("credit_check", "Says whether a customer may book on credit.", CreditQuestion, CreditAnswer)
SET_CREDIT_TERMS = Work("set_credit_terms", "Sets a customer's standing and limit.", NewTerms, writes="money")
APPROVE_CREDIT = Work(
    "approve_credit", "Records who lets a customer book all the same.", CreditApproval, GivenApproval, writes="money"
)
