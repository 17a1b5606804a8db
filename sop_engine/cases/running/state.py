"""The live state of one case: one versioned model that survives continue-as-new.

Entries are frozen and replaced, never changed in place, so a fork of the state costs a few shallow copies and a
failed act leaves nothing behind.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, model_validator

from sop_engine.cases.contracts.base import ParentRef
from sop_engine.cases.contracts.files import FileRef
from sop_engine.cases.contracts.limits import REMEMBERED_BYTES
from sop_engine.cases.contracts.outgoing import NoticeWord, notice_id_of
from sop_engine.cases.contracts.proof import Mark
from sop_engine.statechart.snapshot import Delay, Event, Snapshot
from sop_engine.statechart.values import Data
from sop_engine.timekeeping.sla_clock import SlaClock

CaseStatus = Literal["open", "held", "blocked", "completed", "cancelled"]
TaskStatus = Literal["ready", "claimed", "completed", "cancelled", "skipped"]

REMEMBERED_IDS = 1_000
OF_THE_FIRST_FORM = ("timeline", "comments", "attachments", "documents")
"""What a state of format 1 carried and nothing decides by. It is in the records."""


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True)


class HumanTask(_Entry):
    """One piece of work for a person.

    `key` numbers the entries of its state: `handling#2`, `handling#2.1` for an item.
    """

    key: str
    state: str
    role: str
    unit: str | None = None
    """Where it is to be done: by those who have the role there or below."""
    person: str | None = None
    """For whom alone it is."""
    status: TaskStatus = "ready"
    assignee: str | None = None
    priority: int = 5
    opened_at: datetime
    completed_at: datetime | None = None
    completed_by: str | None = None
    completed_for: str | None = None
    """By whose right, where a deputy completed it."""
    outcome: str | None = None
    suspended_until: datetime | None = None
    names: Data = {}
    """What its expressions see beside the case's data: `item`, for a task of a `for_each`."""
    result: Data = {}
    """The form's values with which a task of a `for_each` was completed."""
    index: int | None = None
    barred: tuple[str, ...] = ()
    """Persons who completed, while this task was open, one that must be another person's: four eyes."""

    @property
    def is_open(self) -> bool:
        return self.status in ("ready", "claimed")


class RunningClock(_Entry):
    """An SLA clock and what of its definition it needs: where it comes from and how it escalates."""

    clock: SlaClock
    name: str
    ladder: str
    owner: str | None
    """The state from whose entry to exit it runs; None for a clock of the SOP."""
    on_hold: Literal["pause", "run"] = "pause"
    warn: int = 80
    pauses: tuple[str, ...] = ()
    """What pauses it at present: `hold`, `trigger`, `in <state>`, `when <expression>`."""
    due_at: datetime | None = None
    """Kept with each change of the clock; None while it is paused short of its end."""
    follows: bool = False
    """Whether it follows the fields behind `within` and `since`; one that the first engine opened does not."""
    since: datetime | None = None
    """What the SOP's `since` gave when the clock last counted from it."""
    goes_on: bool = False
    """Its state was left by an outcome that keeps no promise, and may be entered again."""
    next_rung: str | None = None
    next_rung_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.clock.stopped_at is None


class Work(_Entry):
    """An automated activity that a state waits for."""

    key: str
    state: str
    activity: str
    values: Data = {}
    status: Literal["running", "completed", "failed", "cancelled"] = "running"
    attempt: int = 1


class Child(_Entry):
    """A child case that this one started."""

    key: str
    state: str | None
    sop: str
    case_id: str
    run_id: str | None = None
    status: Literal["starting", "open", "completed", "cancelled", "failed"] = "starting"
    outcome: str | None = None
    detached: bool = False
    index: int | None = None
    data: Data = {}
    """What it was last asked to start with."""
    names: Data = {}
    """What its expressions see beside the case's data: `item`, for a child of a `for_each`."""
    told: Data = {}
    """What it was last told of the fields that follow."""
    result: Data = {}

    @property
    def is_live(self) -> bool:
        return self.status in ("starting", "open")


class Incident(_Entry):
    """A technical failure that waits for a person.

    `key` is that of the work or child; else `step#<n>` for a failed expression, `effect#<n>` for a failed effect,
    `parent` where the case that waits for this one was ended past the engine; that of a notice which reached nobody.
    """

    key: str
    kind: Literal["work", "event", "delay", "child", "effect", "parent", "notice"]
    message: str
    at: datetime
    event: Event | None = None
    delay: Delay | None = None
    command: dict[str, Any] | None = None
    """The effect that failed for good, to be asked for again."""

    @property
    def can_be_retried(self) -> bool:
        """Whether what failed is still there."""
        return self.kind in ("work", "child") or any((self.event, self.delay, self.command))


class SentNotice(_Entry):
    """A notice that the case waits for, and how far it has come."""

    key: str
    """`told#2`; of several addressees `told#2.1`."""
    name: str
    """Its `as`."""
    addressee: str
    run_id: str | None = None
    status: Literal["starting", "waiting"] | NoticeWord = "starting"
    heard: int = 0
    """Number of its last report that was taken."""
    kept_at: datetime | None = None

    def id_in(self, case_id: str) -> str:
        """The id of its workflow."""
        return notice_id_of(case_id, self.key)


class Milestone(_Entry):
    code: str
    planned_at: datetime | None = None
    estimated_at: datetime | None = None
    actual_at: datetime | None = None
    published: bool = False


class Undo(_Entry):
    """How a completed effect is undone when the case is cancelled."""

    effect: dict[str, Any]
    state: str | None


class HeldEvent(_Entry):
    event: Event
    actor: str


class RowRead(_Entry):
    """The row that a read asks for, and how far it is known."""

    row: str
    version: int = 0
    """Of the row as it was last read; 0 before the first answer, and where the register has no such row."""
    read_at: datetime | None = None
    """When it was last answered, of a read that says how old that may be."""


class CaseState(BaseModel):
    """Everything a case knows. `format` is raised whenever a reader of an older form needs help."""

    model_config = ConfigDict(validate_assignment=False)

    format: int = 2
    case_id: str
    sop: str
    version: int
    opened_at: datetime
    opened_by: str
    snapshot: Snapshot
    status: CaseStatus = "open"
    outcome: str | None = None
    closed_at: datetime | None = None
    parent: ParentRef | None = None
    last_told: Mark | None = None
    """The last word of the parent that was taken, so that an old one cannot be told again."""
    step: int = 0
    """Number of the last journalled step."""

    tasks: dict[str, HumanTask] = {}
    """Open tasks and, for four eyes, the last completed one of each state."""
    last_completed_by: dict[str, str] = {}
    last_completed_for: dict[str, str] = {}
    """By whose right, of tasks that a deputy completed last."""
    clocks: dict[str, RunningClock] = {}
    """By key; clocks of the SOP stay after they stopped, those of a state go with the next entry."""
    works: dict[str, Work] = {}
    children: dict[str, Child] = {}
    incidents: dict[str, Incident] = {}
    milestones: dict[str, Milestone] = {}
    notices: dict[str, SentNotice] = {}
    """Those that wait for something, by key; the last ones."""
    undo: tuple[Undo, ...] = ()
    entries: dict[str, int] = {}
    """How often each state was entered and each clock of the SOP started."""
    truths: dict[str, bool] = {}
    """The last value of each `when` trigger, so that only a change acts."""

    reads: dict[str, RowRead] = {}
    """What each read of the SOP asks for, while its key is filled."""
    unique: dict[str, str] = {}
    """The value that the case wants to have alone, by its name."""

    files: tuple[FileRef, ...] = ()
    """Every version of every file that it holds, in the order in which they came."""

    held_at: datetime | None = None
    hold_reason: str | None = None
    held_events: tuple[HeldEvent, ...] = ()

    seen: dict[str, int] = {}
    """Ids of the last acts and events, with the step each led to."""

    weight: int = 0
    """Bytes that the state has as JSON, or more: what is replaced is not taken off until it is weighed again."""

    @model_validator(mode="before")
    @classmethod
    def _read_first_form(cls, given: Any) -> Any:
        if isinstance(given, dict) and given.get("format", 1) == 1:
            kept = {key: value for key, value in given.items() if key not in OF_THE_FIRST_FORM}
            return {**kept, "format": 2}
        return given

    def weighed(self) -> int:
        """Bytes that the state has as JSON."""
        return len(self.model_dump_json().encode())

    def fork(self) -> CaseState:
        """A copy whose containers can be changed without touching this state."""
        copy = self.model_copy()
        for name in ("tasks", "last_completed_by", "last_completed_for", "clocks", "works", "children"):
            setattr(copy, name, dict(getattr(self, name)))
        copy.incidents, copy.milestones = dict(self.incidents), dict(self.milestones)
        copy.entries, copy.truths, copy.seen = dict(self.entries), dict(self.truths), dict(self.seen)
        copy.reads, copy.unique, copy.notices = dict(self.reads), dict(self.unique), dict(self.notices)
        return copy

    @property
    def is_closed(self) -> bool:
        return self.status in ("completed", "cancelled")

    def open_tasks(self) -> tuple[HumanTask, ...]:
        return tuple(task for task in self.tasks.values() if task.is_open)

    def live_children(self) -> tuple[Child, ...]:
        return tuple(child for child in self.children.values() if child.is_live and not child.detached)

    def has_seen(self, message_id: str | None) -> bool:
        """Whether a message of that id was taken. States of older runs know long ids in full."""
        return message_id is not None and (_short(message_id) in self.seen or message_id in self.seen)

    def remember(self, message_id: str | None) -> None:
        """Keeps an id, forgetting the oldest beyond the last thousand."""
        if message_id is None:
            return
        self.seen[_short(message_id)] = self.step
        while len(self.seen) > REMEMBERED_IDS:
            del self.seen[next(iter(self.seen))]


def _short(message_id: str) -> str:
    """An id as it is remembered."""
    written = message_id.encode("utf-8", "surrogatepass")
    return message_id if len(written) <= REMEMBERED_BYTES else sha256(written).hexdigest()
