"""The customs value (计税价格) of an import: what the goods cost when they are unloaded at the place of entry."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, NamedTuple, Self, get_args

from pydantic import ConfigDict, Field, model_validator
from pydantic.dataclasses import dataclass

from sop_engine.basis.faults import Fault
from sop_engine.basis.models import Frozen
from sop_engine.freight.customs.tax_rates import CURRENCY, Fraction, below, percent
from sop_engine.freight.exchange_rates import ExchangeRates
from sop_engine.freight.money import Money, total
from sop_engine.freight.rules import Rule, RuleError

Terms = Literal["EXW", "FCA", "FAS", "FOB", "CFR", "CPT", "CIF", "CIP", "DAP", "DPU", "DDP"]
Addition = Literal["commission", "container", "packing", "assist", "royalty", "resale_proceeds"]
"""Tariff Law Art. 25. A buying commission is not one of them."""
Deduction = Literal["works_after_import", "transport_after_unloading", "duties_and_taxes"]
"""Tariff Law Art. 26, when stated apart in the price. Warranty stays in the value."""

WITHOUT_FREIGHT = ("EXW", "FCA", "FAS", "FOB")
WITHOUT_INSURANCE = (*WITHOUT_FREIGHT, "CFR", "CPT")


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class CustomsValueRule(Rule):
    """What customs assumes where the papers are silent."""

    assumed_insurance: Fraction
    """A fraction of goods and freight."""


class Adjustment(Frozen):
    """One amount that is added to the price or taken out of it, and why."""

    kind: Addition | Deduction
    amount: Money


class Transaction(Frozen):
    """A sale for import, as invoice and transport papers state it. Amounts may be in several currencies."""

    terms: Terms
    goods: tuple[Money, ...] = Field(min_length=1)
    """The price of each line of the declaration on the terms above; several invoices may differ in currency."""
    inland: Money | None = None
    """From the seller's works to the port of loading, for EXW."""
    freight: Money | None = None
    freight_rate: Fraction | None = None
    """Freight as a fraction of the price of the goods."""
    insurance: Money | None = None
    insurance_rate: Annotated[Decimal, Field(gt=0), below(Decimal("0.5"))] | None = None
    """Insurance as a fraction of the insured CIF value."""
    additions: tuple[Adjustment, ...] = ()
    deductions: tuple[Adjustment, ...] = ()

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if faults := list(self._faults()):
            raise ValueError("; ".join(faults))
        return self

    def _faults(self) -> Iterator[str]:
        for name in ("freight", "insurance"):
            if getattr(self, name) is not None and getattr(self, f"{name}_rate") is not None:
                yield f"{name}: give an amount or a rate, not both"
        freight_given = self.freight is not None or self.freight_rate is not None
        insurance_given = self.insurance is not None or self.insurance_rate is not None
        if freight_given is not (self.terms in WITHOUT_FREIGHT):
            yield f"freight: {'is inside a price' if freight_given else 'is missing in a price'} {self.terms}"
        if insurance_given and self.terms not in WITHOUT_INSURANCE:
            yield f"insurance: is inside a price {self.terms}"
        if (self.inland is not None) is not (self.terms == "EXW"):
            yield "inland: is needed for EXW, and for EXW only"
        for name, given, allowed in (
            ("additions", self.additions, get_args(Addition)),
            ("deductions", self.deductions, get_args(Deduction)),
        ):
            if wrong := [each.kind for each in given if each.kind not in allowed]:
                yield f"{name}: {', '.join(wrong)} does not belong there; allowed: {', '.join(allowed)}"


class CustomsValue(NamedTuple):
    """The value of the consignment and of each of its lines, and the computation in words."""

    value: Money
    lines: tuple[Money, ...]
    freight: Money
    insurance: Money
    basis: str
    holds_to: date | None
    """The last day of the rates of exchange that were used; None where there were none."""


def customs_value(sale: Transaction, rates: ExchangeRates, declared_on: date, rule: CustomsValueRule) -> CustomsValue:
    """Adds up in CNY at the rates of the day the declaration was completed, and rounds once, half up to the fen.

    Freight, insurance and adjustments are spread over the lines in proportion to their prices. Raises RuleError for a
    missing rate of exchange, or deductions that leave no value.
    """
    words: list[str] = []
    missing: list[Fault] = []
    ends: list[date] = []

    def yuan(name: str, amount: Money | None) -> Decimal:
        if amount is None:
            return Decimal()
        try:
            converted = rates.convert(amount, declared_on)
        except RuleError as error:
            missing.extend(error.faults)
            return Decimal()
        words.append(f"{name} {converted.basis}")
        if converted.holds_to is not None:
            ends.append(converted.holds_to)
        return converted.amount

    goods = sum((yuan(f"{sale.terms} price", price) for price in _by_currency(sale.goods)), Decimal())
    goods += yuan("inland carriage", sale.inland)
    goods += sum((yuan(each.kind, each.amount) for each in sale.additions), Decimal())
    goods -= sum((yuan(f"less {each.kind}", each.amount) for each in sale.deductions), Decimal())
    freight = yuan("freight", sale.freight)
    if sale.freight_rate is not None:
        freight = goods * sale.freight_rate
        words.append(f"freight {percent(sale.freight_rate)} of the price")
    insurance = yuan("insurance", sale.insurance)
    if missing:
        raise RuleError(list(dict.fromkeys(missing)))
    if sale.insurance_rate is not None:
        # The premium is insured too, so the rate applies to a value that contains it.
        insurance = (goods + freight) / (1 - sale.insurance_rate) * sale.insurance_rate
        words.append(f"insurance {percent(sale.insurance_rate)} of the insured value")
    elif sale.insurance is None and sale.terms in WITHOUT_INSURANCE:
        insurance = (goods + freight) * rule.assumed_insurance
        words.append(f"insurance assumed at {percent(rule.assumed_insurance)} of price and freight")
    value = Money.rounded(goods + freight + insurance, CURRENCY)
    if value.amount <= 0:
        raise RuleError([Fault("deductions", f"leave a customs value of {value}", "more than nought")])
    return CustomsValue(
        value,
        value.split([rates.convert(line, declared_on).amount for line in sale.goods]),
        Money.rounded(freight, CURRENCY),
        Money.rounded(insurance, CURRENCY),
        f"{'; '.join(words)} = {value}. Rule: {rule.source}.",
        min(ends, default=None),
    )


def _by_currency(amounts: Sequence[Money]) -> Iterator[Money]:
    """The sum of the amounts in each currency, in the order in which the currencies appear."""
    for currency in dict.fromkeys(amount.currency for amount in amounts):
        yield total((amount for amount in amounts if amount.currency == currency), currency)
