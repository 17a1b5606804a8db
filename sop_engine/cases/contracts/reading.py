"""What the command line asks of records and what it is answered: lists, journals, documents, notices, balances.

These are the inputs and results of standalone activities; a single live case is asked from its workflow instead.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from pydantic import Field

from sop_engine.cases.contracts.base import Contract
from sop_engine.cases.contracts.files import FileRef
from sop_engine.cases.contracts.publishing import CaseRecord, ClockRecord, TaskRecord
from sop_engine.cases.contracts.viewing import Reading
from sop_engine.cases.contracts.views import ChildTaskView, ChildView, StepView

DocumentKind = Literal["html", "pdf"]


class UnheardLine(Contract):
    """A message that a case did not take: no transition takes it, or it was refused."""

    name: str
    count: int
    last_at: datetime
    why: str | None
    """What the last one was not taken for."""


class CaseLine(Contract):
    """A case in a list."""

    case_id: str
    sop: str
    version: int
    title: dict[str, str]
    owner: str
    status: str
    stage: str | None
    outcome: str | None
    sla: str
    states: tuple[str, ...]
    parent: str | None
    opened_at: datetime
    closed_at: datetime | None
    due_at: datetime | None
    provisional: bool
    """The due instant falls in a year whose holidays are not published yet."""
    overdue: bool
    unheard: tuple[UnheardLine, ...] = ()
    """Messages that the case did not take, the last ones first; only where they were asked for."""


class ListCasesInput(Reading):
    """Which cases: every condition given must hold. The most pressing come first: by due instant, then the newest."""

    sop: str | None = None
    status: str | None = None
    open: bool | None = None
    """True: not yet closed. False: closed."""
    owner: str | None = None
    sla: str | None = None
    stage: str | None = None
    state: str | None = None
    """A state that the case is in."""
    parent: str | None = None
    overdue: bool = False
    provisional: bool = False
    unheard: bool = False
    """Only cases that were told something which they did not take; the lines say what."""
    at: datetime | None = None
    """The instant that `overdue` is judged at; the worker's clock when absent."""
    offset: int = Field(default=0, ge=0)
    limit: int = Field(default=100, ge=1, le=1_000)


class CaseList(Contract):
    cases: tuple[CaseLine, ...]
    total: int
    """How many there are without the limit."""


class TaskLine(TaskRecord):
    """An open task in the inbox."""

    case_id: str
    sop: str
    case_title: dict[str, str]
    case_status: str
    overdue: bool
    suspended: bool
    on_behalf_of: str | None = None
    """Who is away, and by whose right the person asked for may take it."""

    @property
    def task(self) -> str:
        """Its key, by the name that a case shows it under."""
        return self.key


class ListTasksInput(Reading):
    """Which open tasks. Breached ones come first, then by due instant, priority and age; suspended ones last."""

    user: str | None = None
    """Tasks assigned to the person, and unassigned ones that the person may claim."""
    roles: tuple[str, ...] = ()
    """Only tasks of any of these."""
    held_by: str | None = None
    """Tasks that this person has claimed or been given."""
    sop: str | None = None
    case_id: str | None = None
    """Tasks of this case and of those below it."""
    overdue: bool = False
    at: datetime | None = None
    """The instant that `overdue` and suspension are judged at; the worker's clock when absent."""
    offset: int = Field(default=0, ge=0)
    limit: int = Field(default=100, ge=1, le=1_000)


class TaskList(Contract):
    tasks: tuple[TaskLine, ...]
    total: int


class TimelineInput(Reading):
    case_id: str
    superseded: bool = False
    """Also what lost attempts and earlier executions of the same id wrote."""
    before: int | None = None
    """Only steps below this number, to page backwards."""
    limit: int = Field(default=200, ge=1, le=1_000)


class Timeline(Contract):
    """The last steps of a case, oldest first."""

    case_id: str
    steps: tuple[StepView, ...]
    more: bool
    """Whether there are earlier ones."""
    masked: tuple[str, ...] = ()
    """Places of the case's data that are null for this reader."""


class FindCasesInput(Reading):
    """Finds cases by any reference or case id, or its beginning; case, blanks and hyphens do not matter."""

    text: str = Field(min_length=1, max_length=200)
    limit: int = Field(default=50, ge=1, le=500)
    at: datetime | None = None


class FoundCase(Contract):
    field: str
    """The case's field that matched, or `case_id`."""
    value: str
    case: CaseLine


class FoundCases(Contract):
    """Whole matches first, then by case id."""

    found: tuple[FoundCase, ...]


class CaseInput(Reading):
    case_id: str


class RecordedCase(Contract):
    """A case as the records keep it, also when Temporal has forgotten it."""

    case: CaseRecord
    tasks: tuple[TaskRecord, ...]
    clocks: tuple[ClockRecord, ...]
    children: tuple[ChildView, ...]
    written_at: datetime
    """Workflow time of the last write."""
    documents: tuple[dict[str, Any], ...] = ()
    comments: tuple[dict[str, Any], ...] = ()
    attachments: tuple[dict[str, Any], ...] = ()
    """The last ones, the oldest first, as many as one answer holds; the journal has them all."""
    files: tuple[FileRef, ...] = ()
    """Every version of every file that it holds."""
    child_tasks: tuple[ChildTaskView, ...] = ()
    """Open tasks of the cases below it, the most urgent first."""
    masked: tuple[str, ...] = ()
    """Places of its data that are null for this reader."""


class DocumentLine(Contract):
    document_id: str
    case_id: str
    template: str
    version: int
    title: dict[str, str]
    name: str
    media_type: str
    size: int
    sha256: str
    pdf_sha256: str | None = None
    """Of the PDF of the same version, where there is one."""
    rendered_at: datetime
    kept_for: str | None = None
    """How long it is kept after the case is closed, such as `3 years`, by the rule on the day when it was made."""
    keep_until: date | None = None
    """The last day on which it must be there; none while the case is open or where no period is set."""


class DocumentList(Contract):
    documents: tuple[DocumentLine, ...]


class FindDocumentInput(Reading):
    """Activity `find_document`: name, media type, size and hash are those of the kind that is asked for."""

    document_id: str
    kind: DocumentKind = "html"


class NoticeLine(Contract):
    key: str
    case_id: str
    template: str
    recipient: str
    """A person, a role, or the case's field that holds an address."""
    address: str | None
    channel: str
    status: str
    subject: str
    text: str
    recorded_at: datetime
    sent_at: datetime | None
    error: str | None


class ListNoticesInput(Reading):
    """Notices of a case, or to a person or role; the newest first."""

    case_id: str | None = None
    recipient: str | None = None
    limit: int = Field(default=100, ge=1, le=1_000)


class NoticeList(Contract):
    notices: tuple[NoticeLine, ...]


class TrialBalanceInput(Reading):
    until: datetime | None = None
    """Entries posted at or before this instant; all when absent."""
    case_id: str | None = None


class AccountBalance(Contract):
    account: str
    title: dict[str, str]
    currency: str
    debit: Decimal
    credit: Decimal
    balance: Decimal
    """Debit less credit."""
    worth: Decimal | None = None
    """The balance in book currency; none where something was booked before worths were kept."""


class TrialBalance(Contract):
    """Sums of every account in every currency; exact. Balanced in each of them, and in book currency."""

    accounts: tuple[AccountBalance, ...]
    balanced: bool
