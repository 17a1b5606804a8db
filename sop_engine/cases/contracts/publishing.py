"""What a case publishes to the records: its steps and its whole present state."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sop_engine.cases.contracts.base import Contract, ForCase
from sop_engine.cases.contracts.files import FileRef
from sop_engine.cases.contracts.views import ChildView, StepView


class TaskRecord(Contract):
    """The present state of one task, as the read model keeps it."""

    key: str
    state: str
    title: dict[str, str]
    role: str
    unit: str | None = None
    """Where it is to be done."""
    person: str | None = None
    """For whom alone it is."""
    status: str
    assignee: str | None
    priority: int
    opened_at: datetime
    due_at: datetime | None
    """What it is published with: by the clocks that time it alone. In a list: the first deadline that counts for it."""
    completed_at: datetime | None
    completed_by: str | None
    completed_for: str | None = None
    """By whose right, where a deputy completed it."""
    outcome: str | None
    outcomes: tuple[str, ...]
    suspended_until: datetime | None
    candidates: tuple[str, ...] = ()
    barred: tuple[str, ...] = ()
    """Whom four eyes keep from it."""


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


class GivenValue(Contract):
    """A value of the case that a rule reads: of its kinds one at most."""

    number: Decimal | None = None
    text: str | None = None
    answer: bool | None = None

    @property
    def value(self) -> Decimal | str | bool | None:
        """What expressions see."""
        return next((each for each in (self.number, self.text, self.answer) if each is not None), None)


class EpisodeWatch(Contract):
    """What a case is to hear of the readings of one subject, by one of its rules."""

    stream: str
    subject: str
    rule: str
    when: str | None
    """The condition; none of a rule of silence."""
    seconds: int
    """How long it must hold, or nothing be heard."""
    since: datetime
    until: datetime | None
    given: dict[str, GivenValue]
    """What the condition reads of the case."""
    tell: dict[str, dict[str, tuple[str, ...]]]
    """Word -> event -> the fields of its data."""


class PublishInput(ForCase):
    """Activity `publish_steps`: the waiting steps and the whole present state of the case, its tasks and clocks.

    Idempotent: steps are keyed by (case id, first run id, step); a later `written_at` replaces a step and all after it.
    """

    case: CaseRecord
    steps: tuple[StepView, ...]
    tasks: tuple[TaskRecord, ...]
    clocks: tuple[ClockRecord, ...]
    children: tuple[ChildView, ...]
    task_deadlines: dict[str, datetime] = {}
    """Task -> the first deadline that counts for it, the case's own included: by it tasks are listed."""
    watches: tuple[EpisodeWatch, ...] = ()
    files: tuple[FileRef, ...] = ()
    """Every version of every file that the case holds."""
    step: int
    """Number of the case's last step."""
    written_at: datetime
    """Workflow time of the write."""

    @property
    def of_case(self) -> str:
        return self.case.case_id
