"""Duty that comes back or is lodged for a time: refunds with interest, and deposits.

Within which time each must be claimed say the legal clocks T9.
"""

from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from sop_engine.basis.faults import Fault
from sop_engine.freight.customs.deadlines import LastDay
from sop_engine.freight.customs.tax_rates import percent
from sop_engine.freight.legal_clocks import LegalClocks
from sop_engine.freight.money import Money
from sop_engine.freight.rules import Rule, RuleError

RefundKind = Literal["overpaid", "returned", "export_cancelled"]
"""Why tax comes back: paid too much (Tariff Law Art. 51), or goods returned or not exported after all (Art. 52)."""


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class DemandDepositRate(Rule):
    """The bank rate for demand deposits, which refunds bear (Tariff Law Art. 53)."""

    yearly_rate: Decimal
    """A fraction of one."""
    days_of_year: int = Field(default=360, gt=0)


class Refund(NamedTuple):
    """What customs pays back."""

    tax: Money
    interest: Money
    basis: str


class RefundLimit(NamedTuple):
    """The last day to claim a refund, and the rule that says so."""

    claim_by_on: date
    rule: str


class DepositSettlement(NamedTuple):
    """What becomes of a deposit once the tax is known."""

    taken: Money
    given_back: Money
    still_owed: Money


def refund(paid: Money, due: Money, paid_on: date, refunded_on: date, rule: DemandDepositRate) -> Refund:
    """The tax paid too much, with simple interest for the days between, rounded half up.

    Raises RuleError when nothing was paid too much, or the dates are the wrong way round.
    """
    over = paid - due
    faults = []
    if over.amount <= 0:
        faults.append(Fault("paid", f"{paid} is not more than the {due} due", f"more than {due}"))
    if refunded_on < paid_on:
        faults.append(Fault("refunded_on", f"{refunded_on} lies before the payment", f"{paid_on} or later"))
    if faults:
        raise RuleError(faults)
    days = (refunded_on - paid_on).days
    interest = over.times(rule.yearly_rate * days / rule.days_of_year)
    words = f"{paid} − {due} = {over}; interest {percent(rule.yearly_rate)} × {days} / {rule.days_of_year} days"
    return Refund(over, interest, f"{words} = {interest}. Rule: {rule.source}.")


def refund_limit(kind: RefundKind, paid_on: date, clocks: LegalClocks, last_day: LastDay) -> RefundLimit:
    """Counted from the payment, by the law of its day. Raises RuleError where no text of that day has such a claim."""
    facts = {} if kind == "overpaid" else {"refund": kind}
    clock = clocks.one("T9.overpaid" if kind == "overpaid" else "T9.returned", paid_on, facts)
    return RefundLimit(last_day(paid_on, str(clock.period), clock.roll), clock.source)


def settle_deposit(deposit: Money, due: Money) -> DepositSettlement:
    """The deposit is taken for the tax; the rest goes back, or is still to be paid."""
    nothing = Money(amount=Decimal(), currency=deposit.currency)
    rest = deposit - due
    return DepositSettlement(due, rest, nothing) if rest.amount >= 0 else DepositSettlement(deposit, nothing, -rest)
