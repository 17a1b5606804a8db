"""Automated work on what a shipment has earned, as the books say it."""

from sqlalchemy import Engine
from sqlmodel import Session

from activities.binding import carries_out
from sop_engine.cases.contracts.effects import WorkInput
from sop_engine.freight.subledger.posting import LedgerRules
from sop_engine.records.reports.shipments import earned
from sop_engine.work import margins


class MarginActivities:
    """The works on margins in the books."""

    def __init__(self, engine: Engine, rules: LedgerRules) -> None:
        self._engine = engine
        self._rules = rules

    @carries_out(margins.BOOKED_MARGIN)
    def booked_margin(self, asked: margins.BookedShipment, given: WorkInput) -> object:
        with Session(self._engine) as session:
            return earned(session, asked.shipment, self._rules)
