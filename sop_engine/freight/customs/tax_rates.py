"""A rate of tax: a share of the value, an amount per unit of quantity, or both."""

from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field
from pydantic.dataclasses import dataclass

from sop_engine.basis.faults import Fault
from sop_engine.freight.rules import RuleError

CURRENCY = "CNY"
"""Taxes are computed in yuan (Tariff Law Art. 60)."""

_HIGHEST = Decimal(3)


def below(highest: Decimal) -> AfterValidator:
    """A limit on a rate written as a fraction of one: a higher one was written in percent."""

    def checked(rate: Decimal) -> Decimal:
        if rate > highest:
            raise ValueError(f"{rate} is too high; rates are fractions of one, {rate / 100} for {rate} %")
        return rate

    return AfterValidator(checked)


Fraction = Annotated[Decimal, Field(ge=0), below(_HIGHEST)]
PerUnit = Annotated[Decimal, Field(ge=0)]


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class TaxRate:
    """Ad valorem, specific or, with both parts, compound (Tariff Law Art. 23)."""

    ad_valorem: Fraction = Decimal()
    """A fraction of one: 0.13 for 13 %."""
    per_unit: PerUnit = Decimal()
    """CNY per legal unit of the tariff line."""

    def on(self, value: Decimal, quantity: Decimal | None) -> Decimal:
        """The tax, unrounded, on a value in CNY and a quantity in legal units. Raises RuleError without a quantity."""
        if self.per_unit and quantity is None:
            raise RuleError(
                [Fault("quantity", "is missing", "the quantity in the tariff's legal unit, for a rate per unit")]
            )
        return value * self.ad_valorem + self.per_unit * (quantity or 0)

    def __str__(self) -> str:
        parts = [percent(self.ad_valorem)] if self.ad_valorem or not self.per_unit else []
        return " + ".join([*parts, *([f"{CURRENCY} {self.per_unit} per unit"] if self.per_unit else [])])


def percent(rate: Decimal) -> str:
    """A fraction of one in percent, without trailing noughts."""
    return f"{(rate * 100).normalize():f} %"
