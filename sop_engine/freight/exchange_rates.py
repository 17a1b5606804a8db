"""Rates of exchange as dated data, and amounts converted by the rate of the legal date."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple, Self

from pydantic import ConfigDict, Field, RootModel, model_validator
from pydantic.dataclasses import dataclass

from sop_engine.basis.faults import Fault
from sop_engine.freight.money import Currency, Money
from sop_engine.freight.rules import Rule, RuleError, overlaps, rule_on


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class ExchangeRate(Rule):
    """What `units` of a currency are worth in book currency between two days; a rate without an end would grow stale.

    `citation` says where the rate was published.
    """

    valid_to: date
    currency: Currency
    rate: Decimal = Field(gt=0)
    units: Decimal = Field(default=Decimal(1), gt=0)
    """100 where the rate is quoted for a hundred, as for the yen."""

    @property
    def of_one(self) -> Decimal:
        """The worth of one unit of the currency."""
        return self.rate / self.units


class Conversion(NamedTuple):
    """An amount in book currency, not rounded, how it came about, and the last day on which it comes to the same."""

    amount: Decimal
    basis: str
    holds_to: date | None = None
    """None for an amount that was in book currency already."""


class ExchangeRates(RootModel[tuple[ExchangeRate, ...]]):
    """A table of rates into one book currency. Two rates of one currency on one day are refused."""

    model_config = ConfigDict(frozen=True)

    @model_validator(mode="after")
    def _one_a_day(self) -> Self:
        if faults := overlaps(self.root, lambda rate: rate.currency):
            raise ValueError("; ".join(faults))
        return self

    def of_one(self, currency: str, day: date, book: str = "CNY") -> Conversion | None:
        """The worth of one unit on a day; None where there is no rate."""
        try:
            return self.convert(Money(amount=Decimal(1), currency=currency), day, book)
        except RuleError:
            return None

    def convert(self, money: Money, day: date, book: str = "CNY") -> Conversion:
        """The amount at the day's rate. Raises RuleError when there is no rate for that currency on that day."""
        if money.currency == book:
            return Conversion(money.amount, str(money))
        rates = [rate for rate in self.root if rate.currency == money.currency]
        if not rates:
            known = ", ".join(dict.fromkeys((book, *(rate.currency for rate in self.root))))
            raise RuleError([Fault("currency", f"no rate for {money.currency}", known)])
        rate = rule_on(rates, day, f"rate of {money.currency}")
        per = "" if rate.units == 1 else f" per {rate.units}"
        return Conversion(money.amount * rate.of_one, f"{money} at {rate.rate}{per} ({rate.citation})", rate.valid_to)
