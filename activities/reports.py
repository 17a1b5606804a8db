"""The standalone activity that runs a report for the command line."""

from datetime import UTC, datetime

from sqlalchemy import Engine
from sqlmodel import Session
from temporalio import activity

from activities.access import reads
from activities.failures import refusals
from sop_engine.cases.contracts.report_tables import ReportInput, ReportTable
from sop_engine.freight.rules import CHINA
from sop_engine.records.ledger.posting import LedgerRules
from sop_engine.records.reports.catalogue import read_parameters, report_named
from sop_engine.records.reports.report import Books


class ReportActivities:
    """Runs reports over the ledger and its registers."""

    def __init__(self, engine: Engine, rules: LedgerRules) -> None:
        self._engine = engine
        self._rules = rules

    @reads
    @activity.defn(name="run_report")
    def run_report(self, given: ReportInput) -> ReportTable:
        with refusals(), Session(self._engine) as session:
            report = report_named(given.name)
            asked = read_parameters(report, given.parameters)
            books = Books(session, self._rules, datetime.now(UTC).astimezone(CHINA).date())
            return report.run(books, asked, given)
