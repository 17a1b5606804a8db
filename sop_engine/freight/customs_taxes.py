"""Import duty, consumption tax and VAT of a consignment, with the computation in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass as plain_dataclass
from decimal import Decimal
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic.dataclasses import dataclass

from sop_engine.freight.money import Money, total
from sop_engine.freight.rules import Rule, RuleError

CURRENCY = "CNY"
HIGHEST_DUTY_RATE = Decimal(3)
HIGHEST_CONSUMPTION_RATE = Decimal("0.9")
"""No rate is above these: a higher one was written in percent."""


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class SmallAmounts:
    """Per kind of tax, the amount in CNY up to which a consignment's tax is not levied."""

    duty: Decimal
    consumption_tax: Decimal
    vat: Decimal


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class ImportTaxRule(Rule):
    """The figures of the law on import taxes."""

    vat_rates: tuple[Decimal, ...]
    """Every VAT rate of goods, as fractions; it catches rates written in percent."""
    waived_up_to: SmallAmounts


def _to_fen(value: object) -> object:
    if isinstance(value, Mapping) and isinstance(value.get("amount"), Decimal):
        return {**value, "amount": Money.rounded(value["amount"], CURRENCY).amount}
    return value


def _in_yuan(value: Money) -> Money:
    if value.currency != CURRENCY or value.amount < 0:
        raise ValueError(f"{value} is not an amount in {CURRENCY}; convert it at the customs rate of the day first")
    return value


def _up_to(highest: Decimal) -> AfterValidator:
    def checked(rate: Decimal) -> Decimal:
        if rate > highest:
            raise ValueError(f"{rate} is too high; rates are fractions of one, {rate / 100} for {rate} %")
        return rate

    return AfterValidator(checked)


CustomsAmount = Annotated[Money, BeforeValidator(_to_fen), AfterValidator(_in_yuan)]
"""An amount in CNY, not negative, rounded half up to the fen when it is read."""


class DeclaredItem(BaseModel):
    """One line of a declaration. Rates are fractions of one: 0.13 for 13 %."""

    model_config = ConfigDict(frozen=True)

    goods: str
    hs_code: str
    value: CustomsAmount | None = None
    """Customs value (CIF); may be left out where there is one line only."""
    duty_rate: Annotated[Decimal, Field(ge=0), _up_to(HIGHEST_DUTY_RATE)]
    consumption_rate: Annotated[Decimal, Field(ge=0), _up_to(HIGHEST_CONSUMPTION_RATE)] | None = None
    """None for goods without consumption tax."""
    vat_rate: Decimal = Field(ge=0)


class TaxedConsignment(BaseModel):
    """What import taxes are computed from. The lines' values add up to the customs value."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    customs_value: CustomsAmount
    items: tuple[DeclaredItem, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if len(self.items) > 1 and (without := [item.goods for item in self.items if item.value is None]):
            raise ValueError(f"of several items each needs its value; missing: {', '.join(without)}")
        if (added := total(self.values, CURRENCY)) != self.customs_value:
            raise ValueError(f"the items' values add up to {added}, not to the customs value of {self.customs_value}")
        return self

    @property
    def values(self) -> tuple[Money, ...]:
        """The customs value of each line."""
        return tuple(self.customs_value if item.value is None else item.value for item in self.items)


@plain_dataclass(frozen=True)
class ImportTaxes:
    """What is levied on a consignment, and how that was computed."""

    duty: Money
    consumption_tax: Money
    vat: Money
    total: Money
    basis: str


def import_taxes(consignment: TaxedConsignment, rule: ImportTaxRule) -> ImportTaxes:
    """Taxes line by line, each rounded half up to the fen before the next is computed from it.

    A kind of tax whose sum is small is not levied, and then does not enter the base of the next.
    Raises RuleError for a VAT rate that the rule does not know.
    """
    allowed = ", ".join(f"{rate} for {_percent(rate)}" for rate in rule.vat_rates)
    if faults := [
        (f"items.{index}.vat_rate", f"{item.vat_rate} is no rate of import VAT", allowed)
        for index, item in enumerate(consignment.items)
        if item.vat_rate not in rule.vat_rates
    ]:
        raise RuleError(faults)
    items, values = consignment.items, consignment.values
    lines = [f"{item.goods} ({item.hs_code}): value {value}" for item, value in zip(items, values, strict=True)]
    waived: list[str] = []

    def levied(tax: str, computed: Iterable[tuple[Money, str]], limit: Decimal) -> tuple[Money, ...]:
        amounts, formulas = zip(*computed, strict=True)
        for index, (amount, formula) in enumerate(zip(amounts, formulas, strict=True)):
            lines[index] += f"; {tax} {formula} = {amount}" if amount.amount else f"; no {tax}"
        summed = total(amounts, CURRENCY)
        if summed.amount > limit or not summed.amount:
            return amounts
        waived.append(f"{tax} of {summed} is not levied: not above {Money.rounded(limit, CURRENCY)}.")
        return tuple(Money(amount=Decimal(), currency=CURRENCY) for _ in amounts)

    small = rule.waived_up_to
    duties = levied("duty", map(_duty, items, values), small.duty)
    consumption_taxes = levied("consumption tax", map(_consumption_tax, items, values, duties), small.consumption_tax)
    vats = levied("VAT", map(_vat, items, values, duties, consumption_taxes), small.vat)
    duty, consumption_tax, vat = (total(amounts, CURRENCY) for amounts in (duties, consumption_taxes, vats))
    whole = duty + consumption_tax + vat
    summary = f"Duty {duty} + consumption tax {consumption_tax} + VAT {vat} = {whole}."
    basis = "\n".join([*lines, *waived, summary, f"Rule: {rule.source}."])
    return ImportTaxes(duty, consumption_tax, vat, whole, basis)


def _duty(item: DeclaredItem, value: Money) -> tuple[Money, str]:
    return value.times(item.duty_rate), f"{value.amount} × {_percent(item.duty_rate)}"


def _consumption_tax(item: DeclaredItem, value: Money, duty: Money) -> tuple[Money, str]:
    rate = item.consumption_rate or Decimal()
    # The tax is part of its own base; the base is not rounded on the way.
    amount = (value + duty).amount * rate / (1 - rate)
    formula = f"({value.amount} + {duty.amount}) ÷ (1 − {_percent(rate)}) × {_percent(rate)}"
    return Money.rounded(amount, CURRENCY), formula


def _vat(item: DeclaredItem, value: Money, duty: Money, consumption_tax: Money) -> tuple[Money, str]:
    formula = f"({value.amount} + {duty.amount} + {consumption_tax.amount}) × {_percent(item.vat_rate)}"
    return (value + duty + consumption_tax).times(item.vat_rate), formula


def _percent(rate: Decimal) -> str:
    return f"{(rate * 100).normalize():f} %"
