"""The month's end: close it, or open it again with a reason."""

from typing import Annotated

from sop_engine.freight.subledger.papers import Month, Text
from sop_engine.work.contract import Gives, Takes, Work, told


class MonthEnd(Takes):
    """A month to close, by somebody."""

    month: Annotated[Month, told("Accounting month, such as 2026-03")]
    person: Annotated[Text, told("Who decides it")]
    reason: Annotated[str, told("Reason")] = ""


class Reopening(MonthEnd):
    """A closed month to open again; the reason is kept."""

    reason: Annotated[Text, told("Reason")]


class MonthStatus(Gives):
    """What the month is."""

    status: Annotated[str, told("Status of the month")]


CLOSE_MONTH = Work(
    "close_month",
    "Closes a month; refused with everything that stands against it.",
    MonthEnd,
    MonthStatus,
    writes="money",
)
REOPEN_MONTH = Work("reopen_month", "Opens the last closed month again.", Reopening, MonthStatus, writes="money")
