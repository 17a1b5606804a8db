"""What a costing asks of the customer: one invoice in one currency, whatever the services were sold in."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from sop_engine.freight.charges.costing_rates import CostingRates
from sop_engine.freight.money import Money

RATE_PLACES = Decimal("0.000001")


class BilledService(NamedTuple):
    """A service in the currency of the invoice."""

    service: str
    amount: Money
    sold_for: Money | None
    """In the currency in which it was sold, where that is another one."""
    rate: Decimal | None
    """Of the invoice's currency for one unit of the other; to six decimals where neither is book currency."""


class ToBill(NamedTuple):
    """What is asked of the customer, all in the currency of the invoice."""

    lines: tuple[BilledService, ...]
    disbursements: Money | None
    """Laid out for him; none where nothing was."""
    quoted: Money | None
    rate: Decimal | None
    """Book currency for one unit of the invoice's; none where it is book currency."""


def to_bill(
    sold: Iterable[tuple[str, Money]], laid_out: Money, quoted: Money | None, rates: CostingRates, currency: str
) -> ToBill:
    """The services by their names, and what was laid out, in the currency of the invoice.

    Services sold in one other currency add up to the conversion of their sum: each takes what it adds to that.
    """
    before: defaultdict[str, Decimal] = defaultdict(Decimal)
    lines = []
    for service, amount in sold:
        own = amount.currency
        if own == currency:
            lines.append(BilledService(service, amount, None, None))
            continue
        earlier = Money(amount=before[own], currency=own)
        before[own] += amount.amount
        billed = rates.into(earlier + amount, currency) - rates.into(earlier, currency)
        lines.append(BilledService(service, billed, amount, _rate(rates, own, currency)))
    return ToBill(
        lines=tuple(lines),
        disbursements=rates.into(laid_out, currency) if laid_out.amount else None,
        quoted=rates.into(quoted, currency) if quoted is not None else None,
        rate=rates.of_one[currency] if currency != rates.book else None,
    )


def _rate(rates: CostingRates, own: str, currency: str) -> Decimal:
    if currency == rates.book:
        return rates.of_one[own]
    return (rates.of_one[own] / rates.of_one[currency]).quantize(RATE_PLACES)
