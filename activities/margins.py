"""Automated work on what a shipment has earned, as the books say it."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Engine
from sqlmodel import Session
from temporalio import activity

from activities.access import reads
from activities.handing_in import handed_in
from activities.work_input import usable
from sop_engine.cases.contracts.effects import WorkInput, WorkResult
from sop_engine.records.ledger.posting import LedgerRules
from sop_engine.records.reports.shipments import earned


class BookedShipment(BaseModel):
    """What `booked_margin` takes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    shipment: Annotated[str, Field(min_length=1)]


class MarginActivities:
    """What `work:` may name about margins in the books."""

    def __init__(self, engine: Engine, rules: LedgerRules) -> None:
        self._engine = engine
        self._rules = rules

    @reads
    @activity.defn(name="booked_margin")
    def booked_margin(self, given: WorkInput) -> WorkResult:
        """shipment -> revenue, cost, margin, percent, disbursed; the figures of the report on margins"""
        with usable("booked_margin"):
            asked = handed_in(BookedShipment, given)
        with Session(self._engine) as session:
            found = earned(session, asked.shipment, self._rules)
        return WorkResult(
            values={
                "revenue": found.revenue.model_dump(),
                "cost": found.cost.model_dump(),
                "margin": found.margin.model_dump(),
                "percent": found.percent,
                "disbursed": found.disbursed.model_dump(),
            }
        )
