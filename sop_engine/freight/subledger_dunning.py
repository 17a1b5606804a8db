"""When which demand for payment is due: levels by days past due, skipped on payment, dispute or a promise."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from sop_engine.freight.subledger_ageing import days_past_due
from sop_engine.freight.subledger_allocation import OpenItem


class DunningLevel(BaseModel):
    """A letter of a kind, due so many days after the due date."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    level: int = Field(ge=0)
    days: int
    name: str
    stops_credit: bool = False
    """New bookings are blocked from this level on."""


class Demand(NamedTuple):
    """The highest level that an item has reached and that has not been sent."""

    level: DunningLevel
    days: int
    amount: Decimal
    """The undisputed rest of the item."""


def demand(
    item: OpenItem, on: date, levels: Sequence[DunningLevel], sent: int = 0, promised_on: date | None = None
) -> Demand | None:
    """What to send of an item today; none where it is paid, disputed, promised for today or later, or sent already."""
    amount = item.balance - min(item.disputed, max(item.balance, Decimal()))
    days = days_past_due(item.due_on, on)
    if amount <= 0 or (promised_on is not None and promised_on >= on):
        return None
    reached = [level for level in levels if 0 < level.days <= days and level.level > sent]
    return Demand(max(reached, key=lambda level: level.days), days, amount) if reached else None
