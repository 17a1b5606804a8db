"""Amounts of money: exact decimals in one currency, rounded half up to its smallest unit, never floats."""

import re
from collections.abc import Iterable, Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from sop_engine.basis.models import Frozen
from sop_engine.freight.currencies import CURRENCIES, UNITS_OF_ACCOUNT

_TEXT = re.compile(r"([A-Z]{3})\s*(-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)", re.ASCII)
_LARGEST = Decimal(10) ** 15


class MoneyError(ValueError):
    """An amount that cannot be read, or amounts that cannot be put together."""


def _without_float(value: object) -> object:
    if isinstance(value, float):
        raise ValueError("a float is not exact; give a decimal or text")
    return value


def currency_code(text: str) -> str:
    """The code of a currency in which somebody can be paid. Raises MoneyError."""
    if text not in CURRENCIES:
        raise MoneyError(f"'{text}' is not the code of a currency (ISO 4217), such as CNY")
    return text


def _code_of_money(text: str) -> str:
    return text if text in UNITS_OF_ACCOUNT else currency_code(text)


Currency = Annotated[str, AfterValidator(currency_code)]
"""The code of a currency in which somebody can be paid."""


class Money(Frozen):
    """An amount in a currency (ISO 4217) or a unit of account, in whole smallest units: no fraction of a fen. May be
    negative.

    Use `Money.rounded` for a computed amount.
    """

    amount: Annotated[Decimal, BeforeValidator(_without_float), Field(gt=-_LARGEST, lt=_LARGEST)]
    currency: Annotated[str, AfterValidator(_code_of_money)]

    @model_validator(mode="after")
    def _whole_units(self) -> Self:
        check_amount(self.amount, self.currency)
        exact = self.amount.quantize(smallest_unit(self.currency), ROUND_HALF_UP)
        object.__setattr__(self, "amount", exact)
        return self

    @classmethod
    def rounded(cls, amount: Decimal, currency: str) -> Self:
        """The amount rounded half up (away from zero) to the currency's smallest unit."""
        return cls(amount=amount.quantize(smallest_unit(currency), ROUND_HALF_UP), currency=currency)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `CNY 1,234.50`. Raises MoneyError."""
        match = _TEXT.fullmatch(text.strip())
        if match is None:
            raise MoneyError(f"'{text}' is not an amount; write CNY 1,234.50")
        if match[1] == "RMB":
            raise MoneyError(f"'{text}': the code of the renminbi is CNY")
        try:
            return cls(amount=Decimal(match[2].replace(",", "")), currency=match[1])
        except ValueError as error:
            reasons = (fault["msg"].removeprefix("Value error, ") for fault in getattr(error, "errors", list)())
            raise MoneyError(f"'{text}': {'; '.join(reasons)}") from None

    def __str__(self) -> str:
        return f"{self.currency} {self.amount}"

    def __add__(self, other: "Money") -> "Money":
        return Money(amount=self.amount + self._same(other).amount, currency=self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(amount=self.amount - self._same(other).amount, currency=self.currency)

    def __neg__(self) -> "Money":
        return Money(amount=-self.amount, currency=self.currency)

    def times(self, factor: Decimal) -> "Money":
        """The product, rounded half up."""
        return Money.rounded(self.amount * factor, self.currency)

    def split(self, weights: Sequence[Decimal]) -> tuple["Money", ...]:
        """Parts in proportion to the weights that add up to the whole again.

        What rounding leaves over goes, one smallest unit each, to the parts that lost most by it, the first ones first.
        Raises MoneyError for weights that are negative or add up to nothing.
        """
        whole = sum(weights, Decimal())
        if whole <= 0 or min(weights) < 0:
            raise MoneyError(f"{self} cannot be split: the weights must not be negative, and not all nought")
        unit = smallest_unit(self.currency)
        exact = [self.amount * weight / whole for weight in weights]
        parts = [share.quantize(unit, ROUND_DOWN) for share in exact]
        left = int((self.amount - sum(parts, Decimal())) / unit)
        losers = sorted(range(len(parts)), key=lambda index: -abs(exact[index] - parts[index]))
        for index in losers[: abs(left)]:
            parts[index] += unit if left > 0 else -unit
        return tuple(Money(amount=part, currency=self.currency) for part in parts)

    def _same(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise MoneyError(f"{self} and {other} are in different currencies; convert one first")
        return other


def total(amounts: Iterable[Money], currency: str) -> Money:
    """The sum, nought when there is nothing. Raises MoneyError when an amount is in another currency."""
    return sum(amounts, Money(amount=Decimal(), currency=currency))


def check_amount(amount: Decimal, currency: str, *, is_exact: bool = True) -> None:
    """Raises MoneyError where an amount is beyond all reason, or, if exact, not in whole smallest units."""
    if not abs(amount) < _LARGEST:
        raise MoneyError(f"{currency} {amount} is too large an amount")
    if is_exact and amount.quantize(smallest_unit(currency), ROUND_HALF_UP) != amount:
        raise MoneyError(f"{currency} has {decimal_places(currency)} decimal places, not {amount}")


def decimal_places(currency: str) -> int:
    """How many decimal places a currency has; two where it is not known."""
    return CURRENCIES.get(currency, 2)


@lru_cache(maxsize=256)
def smallest_unit(currency: str) -> Decimal:
    """One fen, one cent, one yen: the smallest amount of a currency."""
    return Decimal(1).scaleb(-decimal_places(currency))
