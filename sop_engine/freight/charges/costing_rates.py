"""The rates of exchange of one costing: one for each currency, of the day of the booking.

All stages of a charge are compared at that rate, so that a change is a change of price and never one of the exchange.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple, Self

from pydantic import Field

from sop_engine.basis.faults import Fault
from sop_engine.basis.models import Frozen
from sop_engine.freight.exchange_rates import ExchangeRate, ExchangeRates
from sop_engine.freight.money import Currency, Money
from sop_engine.freight.rules import RuleError

ONE = Decimal(1)


class EnteredRate(Frozen):
    """A rate that a clerk enters; it goes before that of the table."""

    currency: Currency
    rate: Decimal = Field(gt=0)
    """Book currency for one unit."""


class AppliedRate(NamedTuple):
    """The rate at which a currency is counted, and where it is from."""

    currency: str
    rate: Decimal
    basis: str


class CostingRates(NamedTuple):
    """What each foreign currency of a costing is worth."""

    applied: tuple[AppliedRate, ...]
    day: date
    """Of the booking; of the costing where nothing was booked."""
    book: str

    @classmethod
    def of(
        cls, currencies: Iterable[str], entered: Iterable[EnteredRate], table: ExchangeRates, day: date, book: str
    ) -> Self:
        """The rates of some currencies, each the entered one or else the table's of that day.

        Raises RuleError that names every currency without a rate, and every one entered twice or without need.
        """
        said: dict[str, Decimal] = {}
        faults = []
        for rate in entered:
            if rate.currency in (*said, book):
                why = "is book currency" if rate.currency == book else "stands twice"
                faults.append(Fault("rates", f"{rate.currency} {why}", "each foreign currency once"))
            said[rate.currency] = rate.rate
        wanted = sorted(set(currencies) - {book})
        found = {currency: _applied(currency, said, table, day, book) for currency in wanted}
        if lacking := [currency for currency, rate in found.items() if rate is None]:
            what = f"the table of exchange rates has none of {day} for {', '.join(lacking)}"
            faults.append(Fault("rates", what, f"{book} for one unit of each, entered with the costing"))
        if faults:
            raise RuleError(faults)
        return cls(tuple(rate for rate in found.values() if rate is not None), day, book)

    @property
    def of_one(self) -> Mapping[str, Decimal]:
        """Currency -> book currency for one unit."""
        return {self.book: ONE, **{each.currency: each.rate for each in self.applied}}

    @property
    def table(self) -> ExchangeRates:
        """The same as a table of that one day."""
        return ExchangeRates(
            tuple(
                ExchangeRate(
                    currency=each.currency,
                    rate=each.rate,
                    valid_from=self.day,
                    valid_to=self.day,
                    authority="costing",
                    citation=each.basis,
                )
                for each in self.applied
            )
        )

    def into(self, money: Money, currency: str) -> Money:
        """The amount in another currency, rounded half up; the same in its own."""
        if money.currency == currency:
            return money
        of_one = self.of_one
        return Money.rounded(money.amount * of_one[money.currency] / of_one[currency], currency)


def _applied(
    currency: str, said: Mapping[str, Decimal], table: ExchangeRates, day: date, book: str
) -> AppliedRate | None:
    if currency in said:
        return AppliedRate(currency, said[currency], "entered with the costing")
    found = table.of_one(currency, day, book)
    return AppliedRate(currency, found.amount, found.basis) if found is not None else None
