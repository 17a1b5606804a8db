"""Automated work of the month's end: close it, or open it again with a reason."""

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Engine
from temporalio import activity

from activities.handing_in import handed_in
from activities.work_input import usable
from sop_engine.cases.contracts.effects import WorkInput, WorkResult
from sop_engine.freight.subledger.papers import Month, Text
from sop_engine.records.ledger.closing import MonthRepository
from sop_engine.records.ledger.posting import LedgerRules
from sop_engine.temporal.writes import writes


class MonthEnd(BaseModel):
    """A month to close, by somebody."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    month: Month
    person: Text
    reason: str = ""


class Reopening(MonthEnd):
    """A closed month to open again; the reason is kept."""

    reason: Text


class MonthActivities:
    """What `work:` may name about accounting months."""

    def __init__(self, engine: Engine, rules: LedgerRules) -> None:
        self._months = MonthRepository(engine, rules.controls)

    @activity.defn(name="close_month")
    @writes("money")
    def close_month(self, given: WorkInput) -> WorkResult:
        """month, person, reason? -> status; refused with everything that stands against it"""
        with usable("close_month"):
            asked = handed_in(MonthEnd, given)
            status = self._months.close(given.key, asked.month, asked.person, asked.reason, given.at)
        return WorkResult(values={"status": status})

    @activity.defn(name="reopen_month")
    @writes("money")
    def reopen_month(self, given: WorkInput) -> WorkResult:
        """month, person, reason -> status"""
        with usable("reopen_month"):
            asked = handed_in(Reopening, given)
            status = self._months.reopen(given.key, asked.month, asked.person, asked.reason, given.at)
        return WorkResult(values={"status": status})
