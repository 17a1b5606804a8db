"""What expressions ask of the calendar in whose days they count, and the length of time that only it can count."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol


class Days(Protocol):
    """The days of one zone, and which of them are worked on."""

    def local_date(self, at: datetime) -> date:
        """The civil date of an instant."""

    def move_working_days(self, start: date, count: int) -> date:
        """A date or instant so many working days later, earlier where `count` is negative. Raises ValueError."""

    def next_opening(self, at: datetime) -> datetime:
        """The instant itself while there is work, else the next beginning of it. Raises ValueError."""


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """`working_days(3)`: added to a date or an instant, or subtracted from one; nothing that a case could keep."""

    count: int
    move: Callable[[date, int], date]

    def after(self, start: date) -> date:
        return self.move(start, self.count)

    def before(self, start: date) -> date:
        return self.move(start, -self.count)
