"""What people do, one model per update, and what they are told. Values are read by the case's fields later."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

from pydantic import Field

from sop_engine.cases.contracts.base import Contract
from sop_engine.timekeeping.instants import Instant


class Act(Contract):
    """What every act of a person carries."""

    update: ClassVar[str]
    """The name of the Temporal update, which is the act's name wherever it is meant."""

    actor: str = Field(min_length=1, max_length=100)
    id: str | None = None
    """A caller's own id; the same id is carried out once. The update's id is used where this is absent."""


class TaskAct(Act):
    task: str | None = None
    """The task's key (`registered#1`) or state; may be left out while the case has one open task."""


class CompleteTaskInput(TaskAct):
    """Example: {"actor": "li.na", "task": "registered", "outcome": "acknowledged", "data": {"event": "Box wet"}}"""

    update: ClassVar[str] = "complete_task"

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

    update: ClassVar[str] = "claim_task"


class ReleaseTaskInput(TaskAct):
    """Example: {"actor": "li.na", "task": "registered"}"""

    update: ClassVar[str] = "release_task"


class AssignTaskInput(TaskAct):
    """Example: {"actor": "zhao.min", "task": "registered", "to": "li.na"}"""

    update: ClassVar[str] = "assign_task"

    to: str


class DelegateTaskInput(TaskAct):
    """Example: {"actor": "li.na", "task": "registered", "to": "wu.fang"}"""

    update: ClassVar[str] = "delegate_task"

    to: str


class SkipTaskInput(TaskAct):
    """Example: {"actor": "zhao.min", "task": "registered", "outcome": "acknowledged", "reason": "done by phone"}"""

    update: ClassVar[str] = "skip_task"

    outcome: str
    reason: str = Field(min_length=1)


class SuspendTaskInput(TaskAct):
    """Example: {"actor": "li.na", "task": "registered", "until": "2026-03-02T09:00+08:00", "reason": "customer
    away"}"""

    update: ClassVar[str] = "suspend_task"

    until: Instant
    reason: str = Field(min_length=1)


class EventInput(Act):
    """Example: {"actor": "li.na", "name": "carrier.confirmed", "data": {"booking_no": "COSU6123456789"}}"""

    update: ClassVar[str] = "event"

    name: str = Field(min_length=1, max_length=200)
    data: dict[str, Any] = {}
    at: Instant | None = None
    """When it happened, if earlier than now; needs a reason."""
    reason: str | None = None


class AmendInput(Act):
    """Example: {"actor": "li.na", "data": {"contact": "+8613800000000"}, "reason": "customer called"}"""

    update: ClassVar[str] = "amend"

    data: dict[str, Any]
    reason: str = Field(min_length=1)


class CommentInput(Act):
    """Example: {"actor": "li.na", "text": "Customer prefers mornings"}"""

    update: ClassVar[str] = "comment"

    text: str = Field(min_length=1, max_length=5_000)


class AttachInput(Act):
    """Example: {"actor": "li.na", "name": "bl.pdf", "sha256": "…", "size": 1200, "type": "application/pdf"}"""

    update: ClassVar[str] = "attach"

    name: str
    sha256: str
    size: int
    type: str


class HoldInput(Act):
    """Example: {"actor": "li.na", "reason": "customer asks to wait"}"""

    update: ClassVar[str] = "hold"

    reason: str = Field(min_length=1)


class ResumeInput(Act):
    """Example: {"actor": "li.na"}"""

    update: ClassVar[str] = "resume"

    reason: str | None = None


class CancelInput(Act):
    """Example: {"actor": "zhao.min", "reason": "customer withdrew"}"""

    update: ClassVar[str] = "cancel"

    reason: str = Field(min_length=1)


class MoveDeadlineInput(Act):
    """Example: {"actor": "zhao.min", "clock": "plan", "to": "2026-03-02T09:00+08:00", "reason": "agreed with
    customer"}"""

    update: ClassVar[str] = "move_deadline"

    clock: str
    to: Instant
    reason: str = Field(min_length=1)


class ResolveIncidentInput(Act):
    """Example: {"actor": "admin", "incident": "calculating#1", "how": "retry", "reason": "tariff table loaded"}"""

    update: ClassVar[str] = "resolve_incident"

    incident: str
    how: Literal["retry", "correct", "skip"]
    data: dict[str, Any] = {}
    """For `correct`: fields of the case to set before the retry. For `skip`: the result to go on with; for a child
    case its `outcome` among it."""
    reason: str = Field(min_length=1)


ACT_MODELS: Sequence[type[Act]] = tuple(
    found
    for found in globals().values()
    if isinstance(found, type) and issubclass(found, Act) and "update" in vars(found)
)
"""What people can do. `casework.ACTS` says of each who may, and what comes of it."""


class ActResult(Contract):
    """What a person is told after an act."""

    case_id: str
    step: int
    status: str
    states: tuple[str, ...]
    tasks: tuple[str, ...]
    message: str = ""
    duplicate: bool = False
