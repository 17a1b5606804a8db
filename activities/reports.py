"""The standalone activity that runs a report for the command line."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session
from temporalio import activity

from activities.access import reads
from activities.failures import refusals
from sop_engine.basis.faults import NotPermitted
from sop_engine.cases.contracts.report_tables import ReportInput, ReportTable
from sop_engine.cases.people.identity import refuse_without_role
from sop_engine.cases.people.organization import Organization
from sop_engine.freight.rules import CHINA
from sop_engine.freight.subledger.posting import LedgerRules
from sop_engine.records.reports.catalogue import read_parameters, report_named
from sop_engine.records.reports.report import Books, Report
from sop_engine.timekeeping.calendar import BusinessCalendar


class ReportActivities:
    """Runs reports over the cases, the ledger and its registers. `calendars` are those of SOPs, by the SOP's name."""

    def __init__(
        self,
        engine: Engine,
        rules: LedgerRules,
        calendars: Mapping[str, BusinessCalendar],
        organization: Organization | None = None,
    ) -> None:
        """Without an organisation nobody is refused."""
        self._organization = organization
        self._engine = engine
        self._rules = rules
        self._calendars = calendars

    @reads
    @activity.defn(name="run_report")
    def run_report(self, given: ReportInput) -> ReportTable:
        with refusals(), Session(self._engine) as session:
            report = report_named(given.name)
            self._permit(report, given.reader)
            asked = read_parameters(report, given.parameters)
            books = Books(session, self._rules, datetime.now(UTC).astimezone(CHINA).date(), self._calendars)
            return report.run(books, asked, given)

    def _permit(self, report: Report[Any], reader: str | None) -> None:
        """Raises NotPermitted for who is none of the report's readers."""
        if self._organization is None or not report.readers:
            return
        if reader is None:
            raise NotPermitted(f"{report.name} is not for everybody: say who looks", allowed=report.readers)
        why = f"may not see {report.name}"
        refuse_without_role(self._organization, reader, report.readers, why, administrators=False)
