"""What people do, one model per update, and what they are told. Values are read by the case's fields later.

What the model, its fields and its example say is shown by the Web UI, the command line and the docs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from sop_engine.cases.contracts.base import Contract, Deputised
from sop_engine.timekeeping.instants import Instant

ARGUMENT = "argument"
"""Of a field that the command line takes by its place, not by its name."""


class Act(Deputised):
    """What every act of a person carries."""

    update: ClassVar[str]
    """The name of the Temporal update, which is the act's name wherever it is meant."""

    actor: str = Field(min_length=1, max_length=100)
    """Whose hands do it."""
    on_behalf_of: str | None = Field(default=None, min_length=1, max_length=100)
    """Who is away, and by whose right the actor does it as deputy; the actor's own where absent."""
    id: str | None = None
    """A caller's own id; the same id is carried out once. The update's id is used where this is absent."""

    @property
    def principal(self) -> str:
        """By whose right it is done."""
        return self.on_behalf_of or self.actor

    @property
    def hands(self) -> tuple[str, ...]:
        """Who did it, and for whom: four eyes see both."""
        return tuple(dict.fromkeys((self.actor, self.principal)))

    @property
    def by(self) -> str:
        """Who does it, in words."""
        return " for ".join(self.hands)

    @classmethod
    def told(cls) -> str:
        """What it is, and an example, in one line."""
        return " ".join(str(cls.__doc__).split())


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
    """Take a task for yourself.

    Example: {"actor": "li.na", "task": "registered"}
    """

    update: ClassVar[str] = "claim_task"


class ReleaseTaskInput(TaskAct):
    """Give a task back, so that somebody else can take it.

    Example: {"actor": "li.na", "task": "registered"}
    """

    update: ClassVar[str] = "release_task"


class AssignTaskInput(TaskAct):
    """Give a task to a person, as a supervisor.

    Example: {"actor": "zhao.min", "task": "registered", "to": "li.na"}
    """

    update: ClassVar[str] = "assign_task"

    to: str = Field(description="Who takes it over.")
    held_by: str | None = Field(default=None, description="Only while this person has it.")
    reason: str | None = None


class DelegateTaskInput(TaskAct):
    """Pass your own task on to a colleague.

    Example: {"actor": "li.na", "task": "registered", "to": "wu.fang"}
    """

    update: ClassVar[str] = "delegate_task"

    to: str = Field(description="Who takes it over.")


class SkipTaskInput(TaskAct):
    """Go on without a task's work, as a supervisor; the reason stays in the journal.

    Example: {"actor": "zhao.min", "task": "registered", "outcome": "acknowledged", "reason": "done by phone"}
    """

    update: ClassVar[str] = "skip_task"

    outcome: str = Field(description="The outcome to go on with.")
    data: dict[str, Any] = {}
    """What the case needs further on although the work is not done."""
    reason: str = Field(min_length=1)


class SuspendTaskInput(TaskAct):
    """Put a task aside until an instant; its clock runs on.

    Example: {"actor": "li.na", "task": "registered", "until": "2026-03-02T09:00+08:00", "reason": "customer away"}
    """

    update: ClassVar[str] = "suspend_task"

    until: Instant = Field(description="Such as 2026-03-02T09:00+08:00.")
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
    """Note something down on a case.

    Example: {"actor": "li.na", "text": "Customer prefers mornings"}
    """

    update: ClassVar[str] = "comment"

    text: Annotated[str, ARGUMENT] = Field(min_length=1, max_length=5_000, description="What to note down.")


class AttachInput(Act):
    """A file whose content was brought to the records before, with the receipt for it.

    Example: {"actor": "li.na", "name": "bl.pdf", "sha256": "…", "size": 99, "type": "application/pdf", "receipt": "…"}
    """

    update: ClassVar[str] = "attach"

    name: str
    sha256: str
    size: int
    type: str
    receipt: str | None = None
    kind: str | None = None
    """A kind of attachment that a task of the SOP asks for; `file` where none is said."""


class DiscloseInput(Act):
    """Record that an authority was told what the case holds, and on what ground.

    Example: {"actor": "zhao.min", "to": "Shanghai customs", "field": ["contact"], "ground": "letter of 2 March"}
    """

    update: ClassVar[str] = "disclose"

    to: str = Field(min_length=1, max_length=200, description="The authority, and whom there.")
    field: tuple[str, ...] = Field(min_length=1, description="A field that was told; may be repeated.")
    ground: str = Field(min_length=1, max_length=2_000, description="The law or the letter that asks for it.")


class HoldInput(Act):
    """Stop a case for a while: its clocks pause, its tasks wait, its children too.

    Example: {"actor": "li.na", "reason": "customer asks to wait"}
    """

    update: ClassVar[str] = "hold"

    reason: str = Field(min_length=1)


class ResumeInput(Act):
    """Go on with a case that is held; deadlines move by the time it was held.

    Example: {"actor": "li.na"}
    """

    update: ClassVar[str] = "resume"

    reason: str | None = None


class CancelInput(Act):
    """End a case before its end; what it did is undone as its SOP says.

    Example: {"actor": "zhao.min", "reason": "customer withdrew"}
    """

    update: ClassVar[str] = "cancel"

    reason: str = Field(min_length=1)


class MoveDeadlineInput(Act):
    """Move the deadline of a running clock.

    Example: {"actor": "zhao.min", "clock": "plan", "to": "2026-03-02T09:00+08:00", "reason": "agreed with customer"}
    """

    update: ClassVar[str] = "move_deadline"

    clock: Annotated[str, ARGUMENT] = Field(description="The clock's name or key.")
    to: Annotated[Instant, ARGUMENT] = Field(description="Such as 2026-03-02T17:00+08:00, or at T24:00.")
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
