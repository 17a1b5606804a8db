"""Duty on exports: the price free on board contains the duty, the value it is computed from does not."""

from decimal import Decimal
from typing import Annotated, NamedTuple, Self

from pydantic import ConfigDict, Field, model_validator
from pydantic.dataclasses import dataclass

from sop_engine.basis.models import Frozen
from sop_engine.freight.customs.tax_rates import CURRENCY, TaxRate
from sop_engine.freight.customs.taxes import CustomsAmount
from sop_engine.freight.money import Money
from sop_engine.freight.rules import Rule


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class ExportDutyRule(Rule):
    """The figures of the law on export duty."""

    waived_up_to: Decimal
    """In CNY, per consignment."""


class ExportedGoods(Frozen):
    """Goods that bear export duty."""

    price: CustomsAmount
    """Free on board at the Chinese port, in CNY."""
    rate: TaxRate
    quantity: Annotated[Decimal, Field(ge=0)] | None = None
    """In the legal unit of the tariff line."""

    @model_validator(mode="after")
    def _quantity(self) -> Self:
        if self.rate.per_unit and self.quantity is None:
            raise ValueError("a rate per unit needs the quantity")
        return self


class ExportDuty(NamedTuple):
    """The duty, the value it is levied on, and the computation in words."""

    duty: Money
    customs_value: Money
    basis: str


def export_duty(goods: ExportedGoods, rule: ExportDutyRule) -> ExportDuty:
    """FOB ÷ (1 + rate) × rate; a part per unit is taken out of the price first, since it is inside it too."""
    specific = TaxRate(per_unit=goods.rate.per_unit).on(Decimal(), goods.quantity)
    value = Money.rounded((goods.price.amount - specific) / (1 + goods.rate.ad_valorem), CURRENCY)
    duty = Money.rounded(goods.rate.on(value.amount, goods.quantity), CURRENCY)
    basis = f"value {goods.price.amount} ÷ (1 + {goods.rate}) = {value}; duty {duty}"
    if 0 < duty.amount <= rule.waived_up_to:
        duty = Money(amount=Decimal(), currency=CURRENCY)
        basis += f" is not levied: not above {Money.rounded(rule.waived_up_to, CURRENCY)}"
    return ExportDuty(duty, value, f"{basis}. Rule: {rule.source}.")
