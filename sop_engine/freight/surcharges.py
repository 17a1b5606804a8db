"""What lateness costs at customs: the surcharge on unpaid tax, and the fee for a late import declaration.

Late days are calendar days, from the day after the last day of the period to the day of payment or acceptance, both
counted. They never roll over holidays; the last day of the period does, before it is given here.
"""

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_DOWN, Decimal
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.dataclasses import dataclass

from sop_engine.freight.customs_taxes import CURRENCY, CustomsAmount
from sop_engine.freight.money import Money, total
from sop_engine.freight.rules import Rule


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class LatenessRule(Rule):
    """The figures of the law on lateness."""

    daily_rate: Decimal
    """A fraction of one per calendar day: 0.0005 for 0.05 %."""
    waived_below: Decimal
    """In CNY."""


class LatePayment(BaseModel):
    """Tax that was paid, perhaps late."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    unpaid: Annotated[
        tuple[CustomsAmount, ...],
        BeforeValidator(lambda value: (value,) if isinstance(value, Mapping) else value),
        Field(min_length=1),
    ]
    """One amount, or one per kind of tax: each bears its surcharge, and may be waived, by itself."""
    due_on: date
    """The last day to pay, already moved past a holiday."""
    paid_on: date


def late_payment_surcharge(payment: LatePayment, rule: LatenessRule) -> Money:
    """The surcharge (滞纳金), each tax's rounded half up to the fen; nought when paid in time."""
    days = _late_days(payment.due_on, payment.paid_on)
    surcharges = (unpaid.times(rule.daily_rate * days) for unpaid in payment.unpaid)
    return total((each for each in surcharges if each.amount >= rule.waived_below), CURRENCY)


def late_declaration_fee(customs_value: Money, due_on: date, accepted_on: date, rule: LatenessRule) -> Money:
    """The fee (滞报金) in whole yuan, fractions dropped; nought when customs accepted the declaration in time."""
    fee = customs_value.amount * rule.daily_rate * _late_days(due_on, accepted_on)
    yuan = fee.quantize(Decimal(1), ROUND_DOWN)
    return Money(amount=yuan if yuan >= rule.waived_below else Decimal(), currency=CURRENCY)


def _late_days(due_on: date, done_on: date) -> int:
    return max((done_on - due_on).days, 0)
