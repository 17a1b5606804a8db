"""The customs rates of exchange as they come out: one list for a month. They become dated rates of exchange."""

from calendar import monthrange
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from sop_engine.basis.models import Frozen
from sop_engine.freight.exchange_rates import ExchangeRate, ExchangeRates


class Quote(Frozen):
    """What `units` of a currency are worth in yuan; a plain number is the worth of one."""

    rate: Decimal = Field(gt=0)
    units: Decimal = Field(default=Decimal(1), gt=0)


def _quoted(value: object) -> object:
    return value if isinstance(value, Mapping | Quote) else {"rate": value}


def _month(text: str) -> str:
    year, _, month = text.partition("-")
    if len(text) != 7 or not (year.isdecimal() and month.isdecimal() and 1 <= int(month) <= 12):
        raise ValueError(f"'{text}' is no month; write 2026-12")
    return text


Month = Annotated[str, AfterValidator(_month)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class MonthlyRates(Frozen):
    """Rates that hold from the first to the last day of each month named (Tariff Law Art. 60)."""

    citation: str
    """Where the rates were published; each is quoted with its month."""
    authority: str = "General Administration of Customs"
    months: Mapping[Month, Mapping[Currency, Annotated[Quote, BeforeValidator(_quoted)]]]

    @property
    def dated(self) -> ExchangeRates:
        """The rates with the days on which they hold."""
        return ExchangeRates(
            tuple(
                self._rate(currency, quote, *_days(month))
                for month, quotes in self.months.items()
                for currency, quote in quotes.items()
            )
        )

    def _rate(self, currency: str, quote: Quote, first: date, last: date) -> ExchangeRate:
        return ExchangeRate(
            currency=currency,
            rate=quote.rate,
            units=quote.units,
            valid_from=first,
            valid_to=last,
            authority=self.authority,
            citation=f"{self.citation}, {first:%Y-%m}",
        )


def _days(month: str) -> tuple[date, date]:
    first = date.fromisoformat(f"{month}-01")
    return first, first.replace(day=monthrange(first.year, first.month)[1])
