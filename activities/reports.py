"""The standalone activity that runs a report for the command line."""

from datetime import UTC, datetime

from sqlalchemy import Engine
from sqlmodel import Session
from temporalio import activity

from activities.access import reads
from activities.failures import refusals
from sop_engine.cases.report_tables import ReportInput, ReportTable
from sop_engine.freight.rules import CHINA
from sop_engine.records.ledger.posting import LedgerRules
from sop_engine.records.reports.parties import ageing, cash_on_delivery, statement
from sop_engine.records.reports.shipments import freight_ratio, margin, tax

REPORTS = {
    "ageing": ageing,
    "margin": margin,
    "statement": statement,
    "tax": tax,
    "cod": cash_on_delivery,
    "freight-ratio": freight_ratio,
}


class ReportActivities:
    """Runs reports over the ledger and its registers."""

    def __init__(self, engine: Engine, rules: LedgerRules) -> None:
        self._engine = engine
        self._rules = rules

    @reads
    @activity.defn(name="run_report")
    def run_report(self, given: ReportInput) -> ReportTable:
        on = given.on or datetime.now(UTC).astimezone(CHINA).date()
        with refusals(), Session(self._engine) as session:
            return REPORTS[given.name](session, given, self._rules, on)
