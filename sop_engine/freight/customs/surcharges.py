"""What lateness costs at customs: the surcharge on unpaid tax, and the fee for a late import declaration.

Late days are calendar days and never roll over holidays; the last day of a period does, before it is given here.
"""

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_DOWN, Decimal
from typing import Annotated, Literal, NamedTuple

from pydantic import BeforeValidator, ConfigDict, Field
from pydantic.dataclasses import dataclass

from sop_engine.basis.models import Frozen
from sop_engine.freight.customs.tax_rates import CURRENCY, percent
from sop_engine.freight.customs.taxes import CustomsAmount
from sop_engine.freight.money import Money, total
from sop_engine.freight.rules import Rule

Reading = Literal["A", "B"]
"""Which of two published readings of a deadline is followed, see `customs_deadlines`."""
Exemption = Literal[
    "sold_by_customs", "guarantee_in_time", "ordered_redeclaration", "direct_return"
]  # fmt: skip
"""Why no fee for a late declaration is charged (GACC Order 128 as amended by Order 273)."""


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class LatenessRule(Rule):
    """The figures of the law on lateness."""

    daily_rate: Decimal
    """A fraction of one per calendar day: 0.0005 for 0.05 %."""
    waived_below: Decimal
    """In CNY."""


class LatePayment(Frozen):
    """Tax that was paid, perhaps late."""

    unpaid: Annotated[
        tuple[CustomsAmount, ...],
        BeforeValidator(lambda value: (value,) if isinstance(value, Mapping) else value),
        Field(min_length=1),
    ]
    """One amount, or one per kind of tax: each bears its surcharge, and may be waived, by itself."""
    due_on: date
    """The last day to pay, already moved past a holiday."""
    paid_on: date


class LateDeclaration(Frozen):
    """An import declared, perhaps too late."""

    customs_value: CustomsAmount
    starts_on: date
    """The first day that costs, from `customs_deadlines.late_declaration_start`."""
    accepted_on: date
    """The day customs accepted the declaration; it counts."""
    exemption: Exemption | None = None


class Lateness(NamedTuple):
    """What is charged, for how many days, and the computation in words."""

    amount: Money
    days: int
    basis: str


def late_payment_surcharge(payment: LatePayment, rule: LatenessRule) -> Lateness:
    """The surcharge (滞纳金), each tax's rounded half up to the fen; nought when paid in time.

    The days run from the day after the last day to pay to the day of payment, both counted.
    """
    days = max((payment.paid_on - payment.due_on).days, 0)
    surcharges = tuple(unpaid.times(rule.daily_rate * days) for unpaid in payment.unpaid)
    charged = total((each for each in surcharges if each.amount >= rule.waived_below), CURRENCY)
    sums = " + ".join(
        f"{unpaid.amount} × {percent(rule.daily_rate)} × {days} days = {each.amount}"
        + (" (waived)" if each.amount < rule.waived_below else "")
        for unpaid, each in zip(payment.unpaid, surcharges, strict=True)
    )
    return Lateness(charged, days, f"{sums if days else 'paid in time'}; {charged}. Rule: {rule.source}.")


def late_declaration_fee(late: LateDeclaration, rule: LatenessRule) -> Lateness:
    """The fee (滞报金) in whole yuan, fractions dropped, from its first day to that of acceptance, both counted."""
    days = max((late.accepted_on - late.starts_on).days + 1, 0)
    fee = (late.customs_value.amount * rule.daily_rate * days).quantize(Decimal(1), ROUND_DOWN)
    words = f"{late.customs_value.amount} × {percent(rule.daily_rate)} × {days} days = {fee} whole yuan"
    if days and late.exemption:
        words += f", not charged: {late.exemption.replace('_', ' ')}"
    elif days and fee < rule.waived_below:
        words += f", waived: below {rule.waived_below}"
    charged = fee if fee >= rule.waived_below and not late.exemption else Decimal()
    money = Money(amount=charged, currency=CURRENCY)
    return Lateness(money, days, f"{words if days else 'declared in time'}; {money}. Rule: {rule.source}.")
