"""A case as queries answer it: the stable shapes behind `--json`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sop_engine.cases.contracts.base import Contract, Deputised
from sop_engine.cases.contracts.files import FileRef
from sop_engine.cases.contracts.watching import CaseEnd


class FilesAsked(Contract):
    """What a task asks of the files of one kind."""

    at_least: int
    accept: tuple[str, ...]
    """Media types; any where none are named."""
    max_size: str | None

    def told(self) -> str:
        """In a few signs: `2 × image/jpeg, ≤ 20 MB`."""
        most = "" if self.max_size is None else f", ≤ {self.max_size}"
        return f"{self.at_least} × {' | '.join(self.accept) or '*'}{most}"


class TaskView(Contract):
    task: str
    state: str
    title: dict[str, str]
    role: str
    unit: str | None = None
    person: str | None = None
    assignee: str | None
    status: str
    due_at: datetime | None
    priority: int
    outcomes: dict[str, dict[str, str]]
    opened_at: datetime
    form: tuple[dict[str, Any], ...] = ()
    checklist: dict[str, dict[str, str]] = {}
    attachments: dict[str, dict[str, str]] = {}
    asks: dict[str, FilesAsked] = {}
    """Of each kind of attachment, what is asked of its files."""
    distinct_from: tuple[str, ...] = ()
    help: dict[str, str] | None = None
    item: Any = None
    candidates: tuple[str, ...] = ()
    suspended_until: datetime | None = None
    masked: tuple[str, ...] = ()
    """Places of the case's data that its reader does not see."""


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


class ChildTaskView(Contract):
    """An open task of a case below the one that is shown."""

    case_id: str
    sop: str
    task: str
    title: dict[str, str]
    role: str
    unit: str | None = None
    person: str | None = None
    assignee: str | None
    status: str
    due_at: datetime | None
    outcomes: tuple[str, ...]
    overdue: bool = False


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
    files: tuple[FileRef, ...] = ()
    """Every version of every file that it holds."""
    child_tasks: tuple[ChildTaskView, ...] = ()
    """Open tasks of the cases below it, the most urgent first; from the records, which a query does not ask."""
    masked: tuple[str, ...] = ()
    """Places of its data that are null for this reader, such as `parties.*.phone`, filled or not."""
    end: str | None = None
    """Who ended it past the engine, and why; what it answers by itself is how it stood before."""

    def ended(self, end: CaseEnd) -> CaseView:
        """The case as it stands after it was ended past the engine: nobody has anything to do in it any more."""
        clocks = tuple(
            clock if clock.status in ("met", "breached") else clock.model_copy(update={"status": "cancelled"})
            for clock in self.clocks
        )
        changed = {"status": end.status, "tasks": (), "incidents": (), "events": (), "hold": None, "clocks": clocks}
        return self.model_copy(update={**changed, "end": end.told()})


class StepView(Deputised):
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
