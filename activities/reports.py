"""The standalone activity that runs a report for the command line."""

from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import Engine
from sqlmodel import Session
from temporalio import activity

from activities.access import reads
from activities.failures import refusals
from sop_engine.cases.contracts.report_tables import ReportInput, ReportTable
from sop_engine.freight.rules import CHINA
from sop_engine.freight.subledger.posting import LedgerRules
from sop_engine.records.reports.catalogue import read_parameters, report_named
from sop_engine.records.reports.report import Books
from sop_engine.timekeeping.calendar import BusinessCalendar


class ReportActivities:
    """Runs reports over the cases, the ledger and its registers. `calendars` are those of SOPs, by the SOP's name."""

    def __init__(self, engine: Engine, rules: LedgerRules, calendars: Mapping[str, BusinessCalendar]) -> None:
        self._engine = engine
        self._rules = rules
        self._calendars = calendars

    @reads
    @activity.defn(name="run_report")
    def run_report(self, given: ReportInput) -> ReportTable:
        with refusals(), Session(self._engine) as session:
            report = report_named(given.name)
            asked = read_parameters(report, given.parameters)
            books = Books(session, self._rules, datetime.now(UTC).astimezone(CHINA).date(), self._calendars)
            return report.run(books, asked, given)
