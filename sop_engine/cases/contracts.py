"""Every model that crosses Temporal: inputs of updates and signals, activity inputs and results, query answers.

One model per message, even for one field. Text in is kept as sent; values are typed by the case's fields when they
are read.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from sop_engine.statechart.values import Data
from sop_engine.timekeeping.instants import Instant


class Contract(BaseModel):
    """Base of what crosses Temporal: unknown keys are refused, values are not changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ParentRef(Contract):
    """Where a child case reports to."""

    case_id: str
    key: str
    """The numbered state of the parent that waits, `booking#1`."""


class OpenCaseInput(Contract):
    """Start argument. The SOP is the workflow's type and the case id is the workflow's id."""

    version: int | None = None
    """Which published version; the newest when absent."""
    data: dict[str, Any] = {}
    parent: ParentRef | None = None
    actor: str | None = None
    reopens: str | None = None
    """The closed case that this one goes on with."""


# -- people: updates ---------------------------------------------------------------------------------------------------


class Act(Contract):
    """What every act of a person carries."""

    actor: str = Field(min_length=1, max_length=100)
    id: str | None = None
    """A caller's own id; the same id is carried out once. The update's id is used where this is absent."""


class TaskAct(Act):
    task: str | None = None
    """The task's key (`registered#1`) or state; may be left out while the case has one open task."""


class CompleteTaskInput(TaskAct):
    """Example: {"actor": "li.na", "task": "registered", "outcome": "acknowledged", "data": {"event": "Box wet"}}"""

    outcome: str
    data: dict[str, Any] = {}
    checklist: tuple[str, ...] = ()
    """The keys that the person ticked."""
    attachments: dict[str, Any] = {}
    reason: str | None = None
    """Needed to pass a check that only warns."""
    happened_at: Instant | None = None
    """When it happened, if earlier than now; needs a reason."""


class ClaimTaskInput(TaskAct):
    """Example: {"actor": "li.na", "task": "registered"}"""


class ReleaseTaskInput(TaskAct):
    """Example: {"actor": "li.na", "task": "registered"}"""


class AssignTaskInput(TaskAct):
    """Example: {"actor": "zhao.min", "task": "registered", "to": "li.na"}"""

    to: str


class DelegateTaskInput(TaskAct):
    """Example: {"actor": "li.na", "task": "registered", "to": "wu.fang"}"""

    to: str


class SkipTaskInput(TaskAct):
    """Example: {"actor": "zhao.min", "task": "registered", "outcome": "acknowledged", "reason": "done by phone"}"""

    outcome: str
    reason: str = Field(min_length=1)


class SuspendTaskInput(TaskAct):
    """Example: {"actor": "li.na", "task": "registered", "until": "2026-03-02T09:00+08:00", "reason": "customer
    away"}"""

    until: Instant
    reason: str = Field(min_length=1)


class EventInput(Act):
    """Example: {"actor": "li.na", "name": "carrier.confirmed", "data": {"booking_no": "COSU6123456789"}}"""

    name: str = Field(min_length=1, max_length=200)
    data: dict[str, Any] = {}
    at: Instant | None = None
    """When it happened, if earlier than now; needs a reason."""
    reason: str | None = None


class AmendInput(Act):
    """Example: {"actor": "li.na", "data": {"contact": "+8613800000000"}, "reason": "customer called"}"""

    data: dict[str, Any]
    reason: str = Field(min_length=1)


class CommentInput(Act):
    """Example: {"actor": "li.na", "text": "Customer prefers mornings"}"""

    text: str = Field(min_length=1, max_length=5_000)


class AttachInput(Act):
    """Example: {"actor": "li.na", "name": "bl.pdf", "sha256": "…", "size": 1200, "type": "application/pdf"}"""

    name: str
    sha256: str
    size: int
    type: str


class HoldInput(Act):
    """Example: {"actor": "li.na", "reason": "customer asks to wait"}"""

    reason: str = Field(min_length=1)


class ResumeInput(Act):
    """Example: {"actor": "li.na"}"""

    reason: str | None = None


class CancelInput(Act):
    """Example: {"actor": "zhao.min", "reason": "customer withdrew"}"""

    reason: str = Field(min_length=1)


class MoveDeadlineInput(Act):
    """Example: {"actor": "zhao.min", "clock": "plan", "to": "2026-03-02T09:00+08:00", "reason": "agreed with
    customer"}"""

    clock: str
    to: Instant
    reason: str = Field(min_length=1)


class ResolveIncidentInput(Act):
    """Example: {"actor": "admin", "incident": "calculating#1", "how": "retry", "reason": "tariff table loaded"}"""

    incident: str
    how: Literal["retry", "correct", "skip"]
    data: dict[str, Any] = {}
    """For `correct`: fields of the case to set before the retry. For `skip`: the result to go on with; for a child
    case its `outcome` among it."""
    reason: str = Field(min_length=1)


class ActResult(Contract):
    """What a person is told after an act."""

    case_id: str
    step: int
    status: str
    states: tuple[str, ...]
    tasks: tuple[str, ...]
    message: str = ""
    duplicate: bool = False


# -- machines: signals -------------------------------------------------------------------------------------------------


class EventSignal(Contract):
    """A fact from another system. Unknown keys are kept out, not refused: a machine cannot be asked back."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    name: str
    data: dict[str, Any] = {}
    id: str | None = None
    at: datetime | None = None


class ChildReport(Contract):
    """Signal `case.child`: what a child tells its parent when it closes."""

    key: str
    case_id: str
    run_id: str
    """First execution run id of the child."""
    outcome: str
    result: Data = {}


# -- reading a case ----------------------------------------------------------------------------------------------------


class TaskView(Contract):
    task: str
    state: str
    title: dict[str, str]
    role: str
    assignee: str | None
    status: str
    due_at: datetime | None
    priority: int
    outcomes: dict[str, dict[str, str]]
    opened_at: datetime
    form: tuple[dict[str, Any], ...] = ()
    checklist: dict[str, dict[str, str]] = {}
    attachments: dict[str, dict[str, str]] = {}
    distinct_from: tuple[str, ...] = ()
    help: dict[str, str] | None = None
    item: Any = None
    candidates: tuple[str, ...] = ()
    suspended_until: datetime | None = None


class ClockView(Contract):
    clock: str
    title: dict[str, str]
    status: str
    due_at: datetime
    elapsed: str
    remaining: str
    percent: str
    provisional: bool = False
    notes: tuple[str, ...] = ()
    """Why a date moved, in words."""


class ChildView(Contract):
    key: str
    sop: str
    case_id: str
    status: str
    outcome: str | None


class RuleView(Contract):
    """A figure of the case that law sets, and the text it is from."""

    parameter: str
    value: Any
    rule: str
    citation: str
    valid_from: date
    valid_to: date | None = None


class CaseView(Contract):
    """A case as query `case` answers it; the stable shape of `sop case show --json`."""

    case_id: str
    sop: str
    version: int
    title: dict[str, str]
    status: str
    stage: dict[str, str] | None
    outcome: str | None
    states: tuple[str, ...]
    state_titles: tuple[dict[str, str], ...]
    data: dict[str, Any]
    tasks: tuple[TaskView, ...]
    clocks: tuple[ClockView, ...]
    children: tuple[ChildView, ...]
    incidents: tuple[dict[str, Any], ...]
    documents: tuple[dict[str, Any], ...]
    milestones: tuple[dict[str, Any], ...]
    comments: tuple[dict[str, Any], ...]
    attachments: tuple[dict[str, Any], ...]
    parent: str | None
    hold: str | None
    opened_at: datetime
    sla: str
    events: tuple[str, ...]
    """Events that the case could take now."""
    step: int
    rules: tuple[RuleView, ...] = ()


class StepView(Contract):
    """One line of the journal, as the timeline shows it."""

    step: int
    at: datetime
    happened_at: datetime | None
    actor: str
    kind: str
    name: str
    title: dict[str, str] = {}
    entered: tuple[str, ...] = ()
    exited: tuple[str, ...] = ()
    changes: tuple[dict[str, Any], ...] = ()
    note: str | None = None
    data: dict[str, Any] = {}
    superseded: bool = False


# -- activities --------------------------------------------------------------------------------------------------------


class LoadInput(Contract):
    """Local activity `load_procedure`: everything a case needs to run for ever."""

    sop: str
    version: int | None
    opened_at: datetime


class TaskRecord(Contract):
    """The present state of one task, as the read model keeps it."""

    key: str
    state: str
    title: dict[str, str]
    role: str
    status: str
    assignee: str | None
    priority: int
    opened_at: datetime
    due_at: datetime | None
    completed_at: datetime | None
    completed_by: str | None
    outcome: str | None
    outcomes: tuple[str, ...]
    suspended_until: datetime | None
    candidates: tuple[str, ...] = ()


class ClockRecord(Contract):
    key: str
    name: str
    title: dict[str, str]
    status: str
    started_at: datetime
    due_at: datetime
    stopped_at: datetime | None
    provisional: bool
    spans: tuple[dict[str, Any], ...]
    fired: tuple[dict[str, Any], ...]
    moved: tuple[dict[str, Any], ...]


class CaseRecord(Contract):
    """The present state of a case, as the read model keeps it."""

    case_id: str
    first_run_id: str
    sop: str
    version: int
    definition_hash: str
    title: dict[str, str]
    owner: str
    status: str
    stage: str | None
    outcome: str | None
    sla: str
    states: tuple[str, ...]
    references: tuple[tuple[str, str], ...]
    """(field, value) pairs by which the case is found."""
    parent: str | None
    opened_at: datetime
    closed_at: datetime | None
    due_at: datetime | None
    provisional: bool
    data: dict[str, Any]
    """JSON-ready."""


class PublishInput(Contract):
    """Local activity `publish_steps`: the waiting steps and the whole present state of the case, its tasks and clocks.

    Idempotent: steps are keyed by (case id, first run id, step); a later `written_at` replaces a step and all after it.
    """

    case: CaseRecord
    steps: tuple[StepView, ...]
    tasks: tuple[TaskRecord, ...]
    clocks: tuple[ClockRecord, ...]
    children: tuple[ChildView, ...]
    written_at: datetime
    """Workflow time of the write."""


class CaseFacts(Contract):
    """What a document, a notice or a posting may say about its case."""

    case_id: str
    sop: str
    title: dict[str, str]
    data: dict[str, Any]
    """JSON-ready: decimals and instants as text."""
    state: str | None
    actor: str | None
    at: datetime
    zone: str
    parent: str | None = None
    clocks: dict[str, str] = {}
    """When each clock's latest run is due, by the clock's name, in ISO 8601; one that is paused is not there."""


class NotifyInput(Contract):
    """Activity `notify`: one notice to one recipient, kept once per key."""

    key: str
    recipient: str
    """A role, a person, or a field of the case that holds an address."""
    address: str | None
    """An e-mail address already known from the case's data."""
    template: str
    facts: CaseFacts
    values: dict[str, Any] = {}
    people: tuple[str, ...] = ()
    """Persons already resolved, such as a task's assignee."""


class NotifyResult(Contract):
    recipients: tuple[str, ...]
    channel: str


class DocumentInput(Contract):
    """Activity `render_document`: renders a template from the case's data and keeps it once per key."""

    key: str
    template: str
    facts: CaseFacts
    values: dict[str, Any] = {}


class DocumentResult(Contract):
    document_id: str
    template: str
    title: dict[str, str]
    version: int
    sha256: str
    name: str


class PostInput(Contract):
    """Activity `post_entry`: one balanced entry of the ledger, kept once per business key."""

    key: str
    entry: str
    """A posting rule of `sop_definitions/ledger.yaml`."""
    facts: CaseFacts
    values: dict[str, Any] = {}
    """Amounts and the `business_key`."""


class PostResult(Contract):
    entry_id: str


class WorkInput(Contract):
    """Input of every automated activity named by `work:`."""

    key: str
    """Of the case and the entry of its state, the same however often the work is tried."""
    case_id: str
    sop: str
    values: Data = {}
    at: datetime
    actor: str | None = None


class WorkResult(Contract):
    values: Data = {}


class OpenCheckInput(Contract):
    """Activity `check_opening`: would a case with this data open?"""

    sop: str
    version: int | None = None
    data: dict[str, Any] = {}


class OpenCheckResult(Contract):
    """Faults as `[where, what, allowed]` mappings; none means that the case would open."""

    faults: tuple[dict[str, str], ...] = ()
    title: dict[str, str] = {}
    reference: tuple[str, ...] = ()
