"""How old what is open has become: by days past due, never by the age of the paper, with disputed amounts apart."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from sop_engine.freight.subledger.allocation import NOUGHT, OpenItem, unapplied

BUCKETS: Mapping[str, int | None] = MappingProxyType(
    {"current": 0, "1-30": 30, "31-60": 60, "61-90": 90, "91-120": 120, "120+": None}
)
"""Name and last day past due of each; the day of the due date itself is current."""


class Ageing(NamedTuple):
    """What a party owes, by age. The parts add up to `total`."""

    buckets: Mapping[str, Decimal]
    disputed: Decimal
    unapplied: Decimal
    """Credit that settles nothing yet; lessens the total."""
    total: Decimal
    oldest_days: int
    """Days past due of the oldest undisputed amount; 0 where nothing is late."""

    @property
    def overdue(self) -> Decimal:
        """What is past due and not disputed."""
        return sum((amount for name, amount in self.buckets.items() if name != "current"), NOUGHT)


def days_past_due(due_on: date, on: date) -> int:
    """0 through the due day, 1 on the day after."""
    return max(0, (on - due_on).days)


def bucket_of(days: int) -> str:
    """The bucket of so many days past due."""
    return next(name for name, last in BUCKETS.items() if last is None or days <= last)


def age(items: Iterable[OpenItem], on: date) -> Ageing:
    """Sorts open receivables by days past due. For payables, hand over items with their signs turned."""
    items = tuple(items)
    buckets = dict.fromkeys(BUCKETS, NOUGHT)
    disputed, oldest = NOUGHT, 0
    for item in items:
        if item.balance <= 0:
            continue
        held = min(item.disputed, item.balance)
        days = days_past_due(item.due_on, on)
        disputed += held
        if item.balance > held:
            buckets[bucket_of(days)] += item.balance - held
            oldest = max(oldest, days)
    return Ageing(
        MappingProxyType(buckets), disputed, unapplied(items), sum((item.balance for item in items), NOUGHT), oldest
    )
