"""What a person orders past every case: written by a workflow that was started for it, and once.

Each order is a model of its own; its `does` is the name of the activity that carries it out.
"""

from __future__ import annotations

from datetime import datetime
from typing import Generic, Literal, TypeVar

from pydantic import Field

from sop_engine.cases.contracts.base import ActivityInput, Contract, ForCase
from sop_engine.cases.contracts.limits import REASON_LENGTH, TEXT_LENGTH

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


Order = KeepDefinitionInput

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
