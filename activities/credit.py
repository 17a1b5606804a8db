"""Automated work on customers' credit: the check before a booking, the terms, and the approved way around a block."""

from datetime import date
from decimal import Decimal

from sqlalchemy import Engine

from activities.binding import carries_out
from activities.payables import require_role
from activities.work_input import today
from sop_engine.cases.contracts.effects import WorkInput
from sop_engine.cases.people.organization import Organization
from sop_engine.freight.exchange_rates import ExchangeRates
from sop_engine.freight.money import Money
from sop_engine.freight.rules import RuleError
from sop_engine.freight.subledger.posting import LedgerRules
from sop_engine.records.ledger.credit import CreditRepository
from sop_engine.temporal.staff import posted
from sop_engine.work import credit

NO_RATES = ExchangeRates(())


class CreditActivities:
    """The works on credit."""

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

    @carries_out(credit.CREDIT_CHECK)
    def credit_check(self, asked: credit.CreditQuestion, given: WorkInput) -> object:
        on = asked.on or today(given)
        return self._credit.check(asked.customer, self._worth(asked, on), on, given.case_id)

    def _worth(self, asked: credit.CreditQuestion, on: date) -> Decimal | None:
        """The amount in book currency; none where no rate is on file for the day, for a guess would be worse."""
        if asked.amount is None:
            return Decimal()
        if asked.rate is not None:
            return asked.amount.amount * asked.rate
        try:
            return Money.rounded(self._rates.convert(asked.amount, on, self._book).amount, self._book).amount
        except RuleError:
            return None

    @carries_out(credit.SET_CREDIT_TERMS)
    def set_credit_terms(self, asked: credit.NewTerms, given: WorkInput) -> None:
        self._credit.set_terms(
            given.key,
            asked.customer,
            asked.standing,
            asked.limit,
            asked.person or given.actor or "",
            asked.reason,
            given.at,
            keeps_limit=asked.limit is None and not asked.without_limit,
        )

    @carries_out(credit.APPROVE_CREDIT)
    def approve_credit(self, asked: credit.CreditApproval, given: WorkInput) -> object:
        require_role(self._organization and posted(self._organization), asked.person, asked.role)
        self._credit.lift(
            given.key,
            asked.customer,
            asked.for_case,
            asked.up_to,
            asked.valid_to,
            asked.person,
            asked.role,
            asked.reason,
            given.at,
        )
        return {"approval": given.key}
