"""What money in another currency is worth in the books, and what is left of that worth as it is settled.

An item keeps the worth at which it was booked until it is settled; what settles it at another worth realises the
difference. Accounting Standard for Business Enterprises No. 19, Arts. 10-11.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal, NamedTuple

from sop_engine.freight.money import Money

Side = Literal["debit", "credit"]


class Share(NamedTuple):
    """One line of an entry, in the currency of its paper."""

    side: Side
    amount: Decimal


def worth_of(amount: Decimal, rate: Decimal, book: str) -> Decimal:
    """An amount in book currency, rounded half up to its smallest unit; signed as the amount."""
    return Money.rounded(amount * rate, book).amount


def worths_of(lines: Sequence[Share], rate: Decimal, book: str) -> tuple[Decimal, ...]:
    """The worth of each line of a balanced entry: both sides add up to the worth of the whole, to the smallest unit."""
    found = [Decimal()] * len(lines)
    for side in ("debit", "credit"):
        places = [place for place, line in enumerate(lines) if line.side == side]
        amounts = [lines[place].amount for place in places]
        whole = Money.rounded(sum(amounts, Decimal()) * rate, book)
        for place, part in zip(places, whole.split(amounts) if any(amounts) else (), strict=True):
            found[place] = part.amount
    return tuple(found)


def relieved(balance: Decimal, worth: Decimal, amount: Decimal, book: str) -> Decimal:
    """The part of an open item's worth that goes with `amount` of its balance; signed as the worth.

    Whatever settles the last of the balance takes all that is left, so that a settled item is worth nothing.
    """
    if amount == abs(balance):
        return worth
    return Money.rounded(worth * amount / abs(balance), book).amount
