"""What a person orders past every case: written by a workflow that was started for it, and once.

Each order is a model of its own; its `does` is the name of the activity that carries it out.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import Field

from sop_engine.cases.contracts.base import ActivityInput, Contract, ForCase
from sop_engine.cases.contracts.limits import REASON_LENGTH, TEXT_LENGTH
from sop_engine.cases.contracts.retention import LARGEST_DISPOSAL, HoldKind

SOP_FILE_LENGTH = 120_000
"""Characters of a procedure's file. The longest that is shipped has 64,000."""


class OrderInput(ActivityInput):
    """What every order says."""

    actor: str = Field(min_length=1, max_length=TEXT_LENGTH)
    reason: str = Field(min_length=1, max_length=REASON_LENGTH)

    @property
    def named(self) -> str:
        """What it is about, in a few words."""
        raise NotImplementedError


class KeepDefinitionInput(OrderInput):
    """A procedure's file, kept as a draft or published at once. Publishing at once is for an administrator."""

    does: Literal["keep_definition"] = "keep_definition"
    file: str = Field(min_length=1, max_length=TEXT_LENGTH)
    """Its name, for faults in it."""
    written: str = Field(min_length=1, max_length=SOP_FILE_LENGTH)
    publish: bool = False

    @property
    def named(self) -> str:
        return f"{'publish' if self.publish else 'draft'} {self.file}"


class SetHoldInput(OrderInput):
    """A legal hold on the file of a case and of all below it, or on every file that names a party."""

    does: Literal["set_hold"] = "set_hold"
    kind: HoldKind
    subject: str = Field(min_length=1, max_length=TEXT_LENGTH)

    @property
    def named(self) -> str:
        return f"hold {self.kind} {self.subject}"


class LiftHoldInput(OrderInput):
    """Ends a legal hold."""

    does: Literal["lift_hold"] = "lift_hold"
    hold_id: str = Field(min_length=1, max_length=TEXT_LENGTH)

    @property
    def named(self) -> str:
        return f"lift {self.hold_id}"


class RequestDisposalInput(OrderInput):
    """Asks for the disposal of the files that are due now and not held."""

    does: Literal["request_disposal"] = "request_disposal"
    rules: tuple[str, ...] = ()
    """Only files that these keep longest; all when empty."""
    limit: int = Field(default=LARGEST_DISPOSAL, ge=1, le=LARGEST_DISPOSAL)

    @property
    def named(self) -> str:
        return "ask for a disposal"


class DecideDisposalInput(OrderInput):
    """Approves a disposal that somebody else asked for, or refuses one."""

    does: Literal["decide_disposal"] = "decide_disposal"
    disposal_id: str = Field(min_length=1, max_length=TEXT_LENGTH)
    approved: bool

    @property
    def named(self) -> str:
        return f"{'approve' if self.approved else 'refuse'} {self.disposal_id}"


class ResendWebhooksInput(OrderInput):
    """Sends the events of a webhook once more that came after one: its receiver drops what it knows by the id."""

    does: Literal["resend_webhooks"] = "resend_webhooks"
    channel: str = Field(min_length=1, max_length=TEXT_LENGTH)
    after: str = Field(min_length=1, max_length=TEXT_LENGTH)
    """The id of the last event that the receiver has; 0 for all."""

    @property
    def named(self) -> str:
        return f"resend {self.channel} after {self.after}"


Order = Annotated[
    KeepDefinitionInput
    | SetHoldInput
    | LiftHoldInput
    | RequestDisposalInput
    | DecideDisposalInput
    | ResendWebhooksInput,
    Field(discriminator="does"),
]

Ordered = TypeVar("Ordered", bound=OrderInput)


class GivenOrder(Contract):
    """What the workflow of an order is started with."""

    order: Order


class CarryOut(ForCase, Generic[Ordered]):
    """What the activity of an order is asked."""

    key: str
    """The workflow's id: the same order is carried out once."""
    order: Ordered
    at: datetime

    @property
    def of_case(self) -> str:
        return self.key


class OrderDone(Contract):
    """What became of an order."""

    what: str
    """What it made or found: a version, a draft, a hold, a disposal."""
    changed: bool
    """Whether anything is otherwise than before."""
    warnings: tuple[str, ...] = ()
