"""What the form of a declaration says of the taxes of each item: on what they are levied, at which rates."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Literal, NamedTuple

from sop_engine.freight.customs.tax_rates import CURRENCY
from sop_engine.freight.customs.taxes import DeclaredItem, LineTaxes
from sop_engine.freight.money import Money

TaxKind = Literal["duty", "trade_remedy", "consumption_tax", "vat"]


class TaxLine(NamedTuple):
    """One tax of one item."""

    item_no: int
    """Counted from 1, as the form counts."""
    kind: TaxKind
    basis: Money
    """What a rate of the value is applied to."""
    rate: Decimal
    """A fraction of one."""
    per_unit: Decimal | None
    """In CNY; none where nothing is levied per unit."""
    amount: Money


def tax_lines(items: Sequence[DeclaredItem], taxes: Sequence[LineTaxes]) -> tuple[TaxLine, ...]:
    """The taxes of every item in the order of the form; duty and VAT always, the others where the item bears them."""
    pairs = zip(items, taxes, strict=True)
    return tuple(line for number, pair in enumerate(pairs, start=1) for line in _of_one(number, *pair))


def _of_one(number: int, item: DeclaredItem, taxes: LineTaxes) -> Iterator[TaxLine]:
    yield TaxLine(number, "duty", taxes.value, item.duty_rate, item.duty_per_unit or None, taxes.duty)
    if item.remedy_rate:
        yield TaxLine(number, "trade_remedy", taxes.value, item.remedy_rate, None, taxes.trade_remedy)
    rate, per_unit = item.consumption_rate or Decimal(), item.consumption_per_unit or None
    if rate or per_unit:
        # The tax is part of its own base.
        specific = (per_unit or Decimal()) * (item.taxed_quantity or 0)
        base = Money.rounded(((taxes.value + taxes.duty).amount + specific) / (1 - rate), CURRENCY)
        yield TaxLine(number, "consumption_tax", base, rate, per_unit, taxes.consumption_tax)
    base = taxes.value + taxes.duty + taxes.trade_remedy + taxes.consumption_tax
    yield TaxLine(number, "vat", base, item.vat_rate, None, taxes.vat)
