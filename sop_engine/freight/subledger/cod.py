"""Cash collected on delivery: it is the sender's money, owed from the day it is taken."""

from calendar import monthrange
from datetime import date


def settle_by(collected_on: date, months: int) -> date:
    """The last day to pay the sender: the same day so many months later, or that month's last day."""
    count = collected_on.month - 1 + months
    year, month = collected_on.year + count // 12, count % 12 + 1
    return date(year, month, min(collected_on.day, monthrange(year, month)[1]))
