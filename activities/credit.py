"""Automated work on customers' credit: the check before a booking, the terms, and the approved way around a block."""

from datetime import date
from decimal import Decimal
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import Engine
from temporalio import activity

from activities.access import reads
from activities.handing_in import handed_in
from activities.payables import require_role
from activities.work_input import today, usable
from sop_engine.cases.contracts.effects import WorkInput, WorkResult
from sop_engine.cases.organization import Organization
from sop_engine.freight.exchange_rates import ExchangeRates
from sop_engine.freight.money import Money
from sop_engine.freight.rules import RuleError
from sop_engine.freight.subledger.credit import Standing
from sop_engine.freight.subledger.papers import Rate, Text
from sop_engine.records.ledger.credit import CreditRepository
from sop_engine.records.ledger.posting import LedgerRules
from sop_engine.temporal.writes import writes

NO_RATES = ExchangeRates(())


class Asked(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    customer: Text


class CreditQuestion(Asked):
    """May the customer book? The amount is what the booking will add."""

    amount: Money | None = None
    rate: Rate | None = None
    """Turns it into book currency; the rate on file for the day when none."""
    on: date | None = None
    """The day of the question where it is not that of the work."""


class NewTerms(Asked):
    """Since now."""

    standing: Standing = "good"
    limit: Decimal | None = Field(default=None, ge=0)
    """In book currency; the one that holds where none is said."""
    without_limit: bool = False
    """No limit holds from now on."""
    person: str = ""
    """Who decided it."""
    reason: str = ""

    @model_validator(mode="after")
    def _one_limit(self) -> Self:
        if self.without_limit and self.limit is not None:
            raise ValueError(f"a limit of {self.limit} and no limit are both asked for")
        return self


class CreditApproval(Asked):
    """Somebody lets the customer book in spite of a block, up to an exposure in book currency."""

    up_to: Decimal
    """0 for a customer who is on hold and owes nothing, less for one who has paid ahead."""
    valid_to: date
    for_case: str | None = None
    """Only that case; any when none."""
    role: Text
    person: Text
    reason: Text


class CreditActivities:
    """What `work:` may name about credit."""

    def __init__(
        self,
        engine: Engine,
        rules: LedgerRules,
        organization: Organization | None = None,
        rates: ExchangeRates = NO_RATES,
    ) -> None:
        self._book = rules.currency
        self._rates = rates
        self._credit = CreditRepository(engine, rules.uses.receivable, rules.currency, rules.policy)
        self._organization = organization

    @reads
    @activity.defn(name="credit_check")
    def credit_check(self, given: WorkInput) -> WorkResult:
        """customer, amount?, rate?, on? -> allowed, reason, hindrances, exposure, overdue, oldest_days, approval"""
        with usable("credit_check"):
            asked = handed_in(CreditQuestion, given)
            on = asked.on or today(given)
            decision = self._credit.check(asked.customer, self._worth(asked, on), on, given.case_id)
        return WorkResult(values={**decision._asdict(), "hindrances": list(decision.hindrances)})

    def _worth(self, asked: CreditQuestion, on: date) -> Decimal | None:
        """The amount in book currency; none where no rate is on file for the day, for a guess would be worse."""
        if asked.amount is None:
            return Decimal()
        if asked.rate is not None:
            return asked.amount.amount * asked.rate
        try:
            return Money.rounded(self._rates.convert(asked.amount, on, self._book).amount, self._book).amount
        except RuleError:
            return None

    @activity.defn(name="set_credit_terms")
    @writes("money")
    def set_credit_terms(self, given: WorkInput) -> WorkResult:
        """customer, standing, limit? (else as before), without_limit?, person?, reason? -> nothing"""
        with usable("set_credit_terms"):
            terms = handed_in(NewTerms, given)
            self._credit.set_terms(
                given.key,
                terms.customer,
                terms.standing,
                terms.limit,
                terms.person or given.actor or "",
                terms.reason,
                given.at,
                keeps_limit=terms.limit is None and not terms.without_limit,
            )
        return WorkResult()

    @activity.defn(name="approve_credit")
    @writes("money")
    def approve_credit(self, given: WorkInput) -> WorkResult:
        """customer, up_to, valid_to, for_case?, role, person, reason -> approval"""
        with usable("approve_credit"):
            lift = handed_in(CreditApproval, given)
            require_role(self._organization, lift.person, lift.role)
            self._credit.lift(
                given.key,
                lift.customer,
                lift.for_case,
                lift.up_to,
                lift.valid_to,
                lift.person,
                lift.role,
                lift.reason,
                given.at,
            )
        return WorkResult(values={"approval": given.key})
