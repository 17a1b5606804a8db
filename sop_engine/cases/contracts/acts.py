"""What people do, one model per update, and what they are told. Values are read by the case's fields later."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from sop_engine.cases.contracts.base import Contract
from sop_engine.timekeeping.instants import Instant


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
