"""Standalone activities that read records for the command line, so that no operator's machine needs the database."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial

from sqlalchemy import Engine
from temporalio import activity

from activities.access import reads
from activities.failures import refusals
from activities.reading_names import KnownNames
from sop_engine.cases.contracts.reading import (
    CaseInput,
    CaseList,
    DocumentLine,
    DocumentList,
    FindCasesInput,
    FindDocumentInput,
    FoundCases,
    ListCasesInput,
    ListNoticesInput,
    ListTasksInput,
    NoticeList,
    RecordedCase,
    TaskList,
    Timeline,
    TimelineInput,
    TrialBalance,
    TrialBalanceInput,
)
from sop_engine.cases.people.offers import right_to
from sop_engine.cases.people.organization import Organization
from sop_engine.cases.written.definition import SopDefinition
from sop_engine.records.documents import DocumentRepository
from sop_engine.records.file_uses import FileUses
from sop_engine.records.ledger.book import LedgerRepository
from sop_engine.records.notices import NoticeRepository
from sop_engine.records.queries import CaseQueries
from sop_engine.records.used_names import UsedNames

SHOWN = {"document_id", "template", "title", "version", "name", "sha256", "rendered_at"}
MOST_DOCUMENTS = 200
"""What is said of a case's documents, and of how many, beside the case itself."""


class ReadingActivities:
    """Answers questions about many cases, and about those that Temporal has forgotten."""

    def __init__(
        self,
        engine: Engine,
        organization: Organization | None = None,
        definitions: Mapping[str, SopDefinition] | None = None,
        staff: Callable[[], Organization] | None = None,
    ) -> None:
        self._cases = CaseQueries(engine)
        self._documents = DocumentRepository(engine)
        self._uses = FileUses(engine)
        self._notices = NoticeRepository(engine)
        self._ledger = LedgerRepository(engine)
        self._staff = staff
        self._names = None if organization is None else KnownNames(UsedNames(engine), organization, definitions or {})

    @reads
    @activity.defn(name="list_cases")
    def list_cases(self, given: ListCasesInput) -> CaseList:
        if self._names is not None:
            with refusals():
                self._names.judge_cases(given)
        return self._cases.list_cases(given, given.at or datetime.now(UTC))

    @reads
    @activity.defn(name="list_tasks")
    def list_tasks(self, given: ListTasksInput) -> TaskList:
        """Of a user: what the user has, and what the cases would let the user take at present."""
        if self._names is not None:
            with refusals():
                self._names.judge_tasks(given)
        judge = None
        if given.user is not None and self._staff is not None:
            judge = partial(right_to, self._staff(), actor=given.user)
        return self._cases.list_tasks(given, given.at or datetime.now(UTC), judge)

    @reads
    @activity.defn(name="read_timeline")
    def read_timeline(self, given: TimelineInput) -> Timeline:
        with refusals():
            return self._cases.timeline(given)

    @reads
    @activity.defn(name="find_cases")
    def find_cases(self, given: FindCasesInput) -> FoundCases:
        return self._cases.find(given, given.at or datetime.now(UTC))

    @reads
    @activity.defn(name="read_case_record")
    def read_case_record(self, given: CaseInput) -> RecordedCase:
        with refusals():
            documents = self._documents.list(given.case_id).documents
            made = tuple(line.model_dump(mode="json", include=SHOWN) for line in documents[-MOST_DOCUMENTS:])
            below = self._cases.tasks_below(given.case_id, datetime.now(UTC))
            more = {"documents": made, "child_tasks": below, "files": self._uses.of(given.case_id)}
            return self._cases.read_case(given.case_id).model_copy(update=more)

    @reads
    @activity.defn(name="list_documents")
    def list_documents(self, given: CaseInput) -> DocumentList:
        found = self._documents.list(given.case_id)
        if not found.documents and self._names is not None:
            with refusals():
                self._names.judge_case(given.case_id)
        return found

    @reads
    @activity.defn(name="find_document")
    def find_document(self, given: FindDocumentInput) -> DocumentLine:
        with refusals():
            return self._documents.find(given)

    @reads
    @activity.defn(name="list_notices")
    def list_notices(self, given: ListNoticesInput) -> NoticeList:
        return self._notices.list(given)

    @reads
    @activity.defn(name="trial_balance")
    def trial_balance(self, given: TrialBalanceInput) -> TrialBalance:
        return self._ledger.trial_balance(given)
