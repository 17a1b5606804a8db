"""Automated work of the month's end: close it, or open it again with a reason."""

from sqlalchemy import Engine

from activities.binding import carries_out
from sop_engine.cases.contracts.effects import WorkInput
from sop_engine.freight.subledger.posting import LedgerRules
from sop_engine.records.ledger.closing import MonthRepository
from sop_engine.work import months


class MonthActivities:
    """The works on accounting months."""

    def __init__(self, engine: Engine, rules: LedgerRules) -> None:
        self._months = MonthRepository(engine, rules.controls)

    @carries_out(months.CLOSE_MONTH)
    def close_month(self, asked: months.MonthEnd, given: WorkInput) -> object:
        return {"status": self._months.close(given.key, asked.month, asked.person, asked.reason, given.at)}

    @carries_out(months.REOPEN_MONTH)
    def reopen_month(self, asked: months.Reopening, given: WorkInput) -> object:
        return {"status": self._months.reopen(given.key, asked.month, asked.person, asked.reason, given.at)}
