"""Import duty, consumption tax and VAT of a consignment, with the computation in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass as plain_dataclass
from decimal import Decimal
from typing import Annotated, NamedTuple, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic.dataclasses import dataclass

from sop_engine.basis.faults import Fault
from sop_engine.basis.models import Frozen
from sop_engine.freight.customs.tax_rates import CURRENCY, Fraction, PerUnit, TaxRate, below, percent
from sop_engine.freight.money import Money, total
from sop_engine.freight.rules import Rule, RuleError

HIGHEST_CONSUMPTION_RATE = Decimal("0.9")


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


CustomsAmount = Annotated[Money, BeforeValidator(_to_fen), AfterValidator(_in_yuan)]
"""An amount in CNY, not negative, rounded half up to the fen when it is read."""


class DeclaredItem(BaseModel):
    """One line of a declaration. Rates are fractions of one, 0.13 for 13 %; amounts per unit are in CNY."""

    model_config = ConfigDict(frozen=True)

    goods: str
    hs_code: str
    value: CustomsAmount | None = None
    """Customs value (CIF); may be left out where there is one line only."""
    quantity: Annotated[Decimal, Field(ge=0)] | None = None
    """In the legal unit of the tariff line, for duty per unit."""
    duty_rate: Fraction
    duty_per_unit: PerUnit = Decimal()
    remedy_rate: Fraction = Decimal()
    """Anti-dumping, countervailing, safeguard and retaliatory duties together."""
    consumption_rate: Annotated[Decimal, Field(ge=0), below(HIGHEST_CONSUMPTION_RATE)] | None = None
    """None for goods without consumption tax."""
    consumption_per_unit: PerUnit = Decimal()
    consumption_quantity: Annotated[Decimal, Field(ge=0)] | None = None
    """In the unit of the consumption tax, where that is another than the tariff's."""
    vat_rate: Decimal = Field(ge=0)

    @model_validator(mode="before")
    @classmethod
    def _left_out(cls, value: object) -> object:
        # A form keeps a cell that nobody filled as None; such a rate is not one.
        if isinstance(value, Mapping):
            return {name: held for name, held in value.items() if held is not None}
        return value

    @model_validator(mode="after")
    def _quantities(self) -> Self:
        if self.duty_per_unit and self.quantity is None:
            raise ValueError("a duty per unit needs the quantity")
        if self.consumption_per_unit and self.taxed_quantity is None:
            raise ValueError("a consumption tax per unit needs a quantity")
        return self

    @property
    def taxed_quantity(self) -> Decimal | None:
        """The quantity that bears consumption tax."""
        return self.quantity if self.consumption_quantity is None else self.consumption_quantity


class TaxedConsignment(Frozen):
    """What import taxes are computed from. The lines' values add up to the customs value."""

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


class LineTaxes(NamedTuple):
    """What one line of the declaration bears."""

    value: Money
    duty: Money
    trade_remedy: Money
    consumption_tax: Money
    vat: Money


@plain_dataclass(frozen=True)
class ImportTaxes:
    """What is levied on a consignment, and how that was computed."""

    duty: Money
    trade_remedy: Money
    consumption_tax: Money
    vat: Money
    total: Money
    lines: tuple[LineTaxes, ...]
    basis: str


_Computed = tuple[Money, str]


def import_taxes(consignment: TaxedConsignment, rule: ImportTaxRule) -> ImportTaxes:
    """Taxes line by line, each rounded half up to the fen before the next is computed from it.

    A kind of tax whose sum is small is not levied, and then does not enter the base of the next. Trade remedies are
    never waived; they enter the base of VAT, not that of consumption tax.
    Raises RuleError for a VAT rate that the rule does not know.
    """
    allowed = ", ".join(f"{rate} for {percent(rate)}" for rate in rule.vat_rates)
    if faults := [
        Fault(f"items.{index}.vat_rate", f"{item.vat_rate} is no rate of import VAT", allowed)
        for index, item in enumerate(consignment.items)
        if item.vat_rate not in rule.vat_rates
    ]:
        raise RuleError(faults)
    items, values = consignment.items, consignment.values
    words = [f"{item.goods} ({item.hs_code}): value {value}" for item, value in zip(items, values, strict=True)]
    waived: list[str] = []

    def levied(tax: str, computed: Iterable[_Computed], limit: Decimal) -> tuple[Money, ...]:
        amounts, formulas = zip(*computed, strict=True)
        for index, (amount, formula) in enumerate(zip(amounts, formulas, strict=True)):
            words[index] += f"; {tax} {formula} = {amount}" if amount.amount else f"; no {tax}"
        summed = total(amounts, CURRENCY)
        if summed.amount > limit or not summed.amount:
            return amounts
        waived.append(f"{tax} of {summed} is not levied: not above {Money.rounded(limit, CURRENCY)}.")
        return tuple(Money(amount=Decimal(), currency=CURRENCY) for _ in amounts)

    small = rule.waived_up_to
    duties = levied("duty", map(_duty, items, values), small.duty)
    remedies = tuple(value.times(item.remedy_rate) for item, value in zip(items, values, strict=True))
    for index, remedy in enumerate(remedies):
        if remedy.amount:
            words[index] += f"; trade remedy {values[index].amount} × {percent(items[index].remedy_rate)} = {remedy}"
    consumption_taxes = levied("consumption tax", map(_consumption_tax, items, values, duties), small.consumption_tax)
    vats = levied("VAT", map(_vat, items, values, duties, remedies, consumption_taxes), small.vat)
    lines = tuple(map(LineTaxes, values, duties, remedies, consumption_taxes, vats))
    duty, remedy, consumption_tax, vat = (
        total(amounts, CURRENCY) for amounts in (duties, remedies, consumption_taxes, vats)
    )
    whole = duty + remedy + consumption_tax + vat
    named = f" + trade remedy {remedy}" if remedy.amount else ""
    summary = f"Duty {duty}{named} + consumption tax {consumption_tax} + VAT {vat} = {whole}."
    basis = "\n".join([*words, *waived, summary, f"Rule: {rule.source}."])
    return ImportTaxes(duty, remedy, consumption_tax, vat, whole, lines, basis)


def _duty(item: DeclaredItem, value: Money) -> _Computed:
    rate = TaxRate(ad_valorem=item.duty_rate, per_unit=item.duty_per_unit)
    formula = f"{value.amount} × {percent(item.duty_rate)}{_per_unit(item.quantity, item.duty_per_unit)}"
    return Money.rounded(rate.on(value.amount, item.quantity), CURRENCY), formula


def _consumption_tax(item: DeclaredItem, value: Money, duty: Money) -> _Computed:
    rate = item.consumption_rate or Decimal()
    specific = item.consumption_per_unit * (item.taxed_quantity or 0)
    # The tax is part of its own base; the base is not rounded on the way.
    amount = ((value + duty).amount + specific) / (1 - rate) * rate + specific
    per_unit = _per_unit(item.taxed_quantity, item.consumption_per_unit)
    formula = f"({value.amount} + {duty.amount}{per_unit}) ÷ (1 − {percent(rate)}) × {percent(rate)}{per_unit}"
    return Money.rounded(amount, CURRENCY), formula


def _vat(item: DeclaredItem, value: Money, duty: Money, remedy: Money, consumption_tax: Money) -> _Computed:
    base = value + duty + remedy + consumption_tax
    parts = [value.amount, duty.amount, *([remedy.amount] if remedy.amount else []), consumption_tax.amount]
    return base.times(item.vat_rate), f"({' + '.join(map(str, parts))}) × {percent(item.vat_rate)}"


def _per_unit(quantity: Decimal | None, amount: Decimal) -> str:
    return f" + {quantity} × {amount}" if amount else ""
