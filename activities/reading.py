"""Standalone activities that read records for the command line, so that no operator's machine needs the database."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from itertools import islice

from sqlalchemy import Engine
from temporalio import activity

from activities.access import reads
from activities.failures import refusals
from activities.lenses import Lenses
from activities.paper_readers import PaperReaders
from activities.reading_names import KnownNames
from sop_engine.basis.faults import NotPermitted
from sop_engine.cases.contracts.outbox import ListOutboxInput, OutboxLine, OutboxList
from sop_engine.cases.contracts.outgoing import case_of
from sop_engine.cases.contracts.reading import (
    CaseInput,
    CaseList,
    DocumentLine,
    DocumentList,
    FindCasesInput,
    FindDocumentInput,
    FoundCase,
    FoundCases,
    ListCasesInput,
    ListNoticesInput,
    ListTasksInput,
    NoticeLine,
    NoticeList,
    RecordedCase,
    TaskList,
    Timeline,
    TimelineInput,
    TrialBalance,
    TrialBalanceInput,
)
from sop_engine.cases.contracts.viewing import Reading
from sop_engine.cases.people.offers import right_to
from sop_engine.cases.people.organization import Organization
from sop_engine.cases.told.permissions import holds_or_supervises
from sop_engine.cases.visibility.masking import SHORTEST, is_filled, masked_steps, places, said_at
from sop_engine.cases.visibility.recorded import masked_message, masked_notice, masked_record
from sop_engine.cases.written.definition import SopDefinition
from sop_engine.documents.papers import PaperTemplates
from sop_engine.records.documents import DocumentRepository
from sop_engine.records.file_uses import FileUses
from sop_engine.records.ledger.book import LedgerRepository
from sop_engine.records.notices import NoticeRepository
from sop_engine.records.outbox import Outbox
from sop_engine.records.queries import CaseQueries
from sop_engine.records.used_names import UsedNames
from sop_engine.temporal.queues import LIST_OUTBOX
from sop_engine.temporal.staff import posted

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
        papers: PaperTemplates | None = None,
    ) -> None:
        self._cases = CaseQueries(engine)
        self._documents = DocumentRepository(engine)
        self._uses = FileUses(engine)
        self._notices = NoticeRepository(engine)
        self._outbox = Outbox(engine)
        self._ledger = LedgerRepository(engine)
        self._staff = staff or (None if organization is None else lambda: posted(organization))
        self._lenses = None if organization is None else Lenses(engine, organization, definitions)
        self._papers = None if self._lenses is None else PaperReaders(self._lenses, papers)
        self._names = None if organization is None else KnownNames(UsedNames(engine), organization, definitions or {})

    @reads
    @activity.defn(name="list_cases")
    def list_cases(self, given: ListCasesInput) -> CaseList:
        if self._names is not None:
            with refusals():
                self._names.judge_cases(given)
        with refusals():
            return self._cases.list_cases(given, given.at or datetime.now(UTC), self._hidden(given))

    @reads
    @activity.defn(name="list_tasks")
    def list_tasks(self, given: ListTasksInput) -> TaskList:
        """Of a user: what the user has, and what the cases would let the user take at present."""
        if self._names is not None:
            with refusals():
                self._names.judge_tasks(given)
        judge, staff = None, None if self._staff is None else self._staff()
        # Who has left the firm may take nothing, and still has what was left.
        if given.user is not None and staff is not None and given.user in staff.people:
            judge = partial(right_to, staff, actor=given.user)
        with refusals():
            return self._cases.list_tasks(given, given.at or datetime.now(UTC), judge, self._hidden(given))

    @reads
    @activity.defn(name="read_timeline")
    def read_timeline(self, given: TimelineInput) -> Timeline:
        with refusals():
            found = self._cases.timeline(given)
            if self._lenses is None:
                return found
            case, seen = self._lenses.on(given.case_id, given)
            self._lenses.keep_view(given, given.case_id, seen, case.data)
            steps = masked_steps(found.steps, seen, case.data)
            return found.model_copy(update={"steps": steps, "masked": places(seen)})

    @reads
    @activity.defn(name="find_cases")
    def find_cases(self, given: FindCasesInput) -> FoundCases:
        with refusals():
            at, hidden = given.at or datetime.now(UTC), self._hidden(given)
            found = self._cases.find(given, at, hidden).found
            classified = islice(self._by_classified(given, at, hidden), given.limit - len(found))
            return FoundCases(found=(*found, *classified))

    def _by_classified(self, given: FindCasesInput, at: datetime, hidden: frozenset[str]) -> Iterator[FoundCase]:
        """Cases by a classified value, for a reader who sees it there anyway. That it was found is a view of it."""
        if self._lenses is None or given.reader is None or len(given.text) < SHORTEST:
            return
        for line, data in self._cases.holding(given.text, hidden, at):
            _, seen = self._lenses.on(line.case_id, given)
            for place, value in said_at(data, seen.shows):
                if given.text in value:
                    self._lenses.keep_places(given, line.case_id, [place])
                    yield FoundCase(field=place, value=value, case=line)

    @reads
    @activity.defn(name="read_case_record")
    def read_case_record(self, given: CaseInput) -> RecordedCase:
        with refusals():
            documents = self._documents.list(given.case_id).documents
            made = tuple(line.model_dump(mode="json", include=SHOWN) for line in documents[-MOST_DOCUMENTS:])
            below = self._cases.tasks_below(given.case_id, datetime.now(UTC))
            more = {"documents": made, "child_tasks": below, "files": self._uses.of(given.case_id)}
            found = self._cases.read_case(given.case_id).model_copy(update=more)
            if self._lenses is None:
                return found
            case, seen = self._lenses.on(given.case_id, given)
            self._lenses.keep_view(given, given.case_id, seen, case.data)
            return masked_record(found, seen)

    @reads
    @activity.defn(name="list_documents")
    def list_documents(self, given: CaseInput) -> DocumentList:
        with refusals():
            hidden = self._hidden(given)
        found = self._documents.list(given.case_id)
        found = DocumentList(documents=tuple(line for line in found.documents if line.case_id not in hidden))
        if not found.documents and self._names is not None:
            with refusals():
                self._names.judge_case(given.case_id)
        return found

    @reads
    @activity.defn(name="find_document")
    def find_document(self, given: FindDocumentInput) -> DocumentLine:
        """A document, for a reader who may see all that its template reads of what is classified.

        Raises NotPermitted for anybody else.
        """
        with refusals():
            document = self._documents.find(given)
            if self._papers is not None:
                self._papers.permit(document, given)
            return document

    @reads
    @activity.defn(name="list_notices")
    def list_notices(self, given: ListNoticesInput) -> NoticeList:
        found = self._notices.list(given)
        if self._lenses is None:
            return found
        with refusals():
            return NoticeList(notices=tuple(self._shown(line, given) for line in found.notices))

    def _shown(self, line: NoticeLine, given: ListNoticesInput) -> NoticeLine:
        """A notice for a reader: whom it was for has it anyway."""
        assert self._lenses is not None
        if given.reader is not None and given.reader == line.recipient:
            return line
        case = self._lenses.cases.of(line.case_id)
        seen = self._lenses.of(case.definition, case.data, given.reader)
        self._lenses.keep_view(given, line.case_id, seen, case.data)
        return masked_notice(line, seen, case.data)

    @reads
    @activity.defn(name=LIST_OUTBOX)
    def list_outbox(self, given: ListOutboxInput) -> OutboxList:
        """Messages as their reader may see them. Raises NotPermitted for a case that is hidden from the reader."""
        with refusals():
            hidden = self._hidden(given)
            if (given.case_id if given.notice is None else case_of(given.notice)) in hidden:
                who = given.reader or "Who does not say who looks"
                raise NotPermitted(f"{who} may not see {given.notice or given.case_id}")
            found = self._outbox.messages(given, hidden).messages
            return OutboxList(messages=tuple(self._message(line, given) for line in found))

    def _message(self, line: OutboxLine, given: ListOutboxInput) -> OutboxLine:
        """A message for a reader: whom it was for has it anyway. An address is personal: the owner of the case sees
        it, and those above."""
        if self._lenses is None or (given.reader is not None and given.reader == line.recipient):
            return line
        case = self._lenses.cases.of(line.case_id)
        seen = self._lenses.of(case.definition, case.data, given.reader)
        firm, owner = self._lenses.organization, case.definition.owner
        sees_address = given.reader is not None and holds_or_supervises(firm, given.reader, owner)
        shown = masked_message(line, seen, case.data, sees_address)
        places = [place for place in seen.shows if is_filled(case.data, place)]
        address = ["notices.*.address"] if shown.address is not None else []
        self._lenses.keep_places(given, line.case_id, [*places, *address])
        return shown

    def _hidden(self, given: Reading) -> frozenset[str]:
        """The cases that the reader does not find in any list."""
        return frozenset() if self._lenses is None else self._lenses.hidden_cases(given.reader)

    @reads
    @activity.defn(name="trial_balance")
    def trial_balance(self, given: TrialBalanceInput) -> TrialBalance:
        return self._ledger.trial_balance(given)
