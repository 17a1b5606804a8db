"""Duties for tests, and a register of customers that is only a list."""

from datetime import datetime
from functools import cache
from typing import Any

from sop_engine.cases.duties.duty import Duty, Subject
from sop_engine.cases.duties.planning import Applied, Pause
from sop_engine.timekeeping.calendar import BusinessCalendar
from sop_engine.timekeeping.calendar_periods import Cycle
from sop_engine.timekeeping.festivals import Festival, festivals_of
from tests.unit.timekeeping.timekeeping_samples import calendar, holiday_files

MONTH_END: dict[str, Any] = {
    "title": {"en": "Month end", "zh": "结账"},
    "sop": "MonthEnd",
    "every": "month",
    "on": "3rd working day",
    "at": "09:00",
    "calendar": "cn_office",
    "with": {"month": "period.previous.key"},
}


class Customers:
    """A register of so many customers."""

    def __init__(self, *ids: str) -> None:
        self.ids = ids

    def subjects(self, register: str, where: str | None) -> tuple[Subject, ...]:
        return tuple(Subject(each, {"name": f"Customer {each}"}) for each in self.ids)


def duty(**changes: Any) -> Duty:
    return Duty.model_validate({**MONTH_END, **changes})


def applied(since: datetime, *pauses: Pause, name: str = "month_end", gives: Any = None, **changes: Any) -> Applied:
    """A duty in force; `gives` is its `with`."""
    if gives is not None:
        changes["with"] = gives
    return Applied(name, duty(**changes), since, None, pauses)


@cache
def festivals() -> tuple[Festival, ...]:
    return festivals_of(holiday_files())


def cycle_of(given: Applied, office: BusinessCalendar | None = None) -> Cycle:
    return given.duty.cycle(office or calendar(given.duty.calendar), festivals())
