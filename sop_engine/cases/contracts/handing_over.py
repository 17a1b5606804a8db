"""Handing over what a person holds to a successor: asked, listed, and what became of each task."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from sop_engine.cases.contracts.acts import AssignTaskInput
from sop_engine.cases.contracts.base import ActivityInput, Contract, ForCase
from sop_engine.cases.contracts.limits import TEXT_LENGTH
from sop_engine.cases.contracts.orders import OrderInput

BITE = 10
"""Tasks of one activity: done within a few seconds, and what a killed worker begins again."""
LARGEST_HAND_OVER = 500
"""Tasks of one order: its list and its result stay within what a message may have."""


class HandOverInput(OrderInput):
    """Every open task that one person has claimed or been given is to be another's."""

    held_by: str = Field(min_length=1, max_length=TEXT_LENGTH)
    to: str = Field(min_length=1, max_length=TEXT_LENGTH)
    sop: str | None = Field(default=None, max_length=TEXT_LENGTH)
    """Only tasks of cases of this SOP."""
    dry_run: bool = False
    """Each case is asked what it would answer, and nothing is handed over."""

    @property
    def named(self) -> str:
        return f"{'try to hand' if self.dry_run else 'hand'} over from {self.held_by} to {self.to}"


class HeldTask(Contract):
    """An open task that a person has."""

    case_id: str
    sop: str
    task: str
    """Its key."""
    role: str

    def act(self, order: HandOverInput, key: str) -> AssignTaskInput:
        """What the case is told; `key` is the order's id. Told twice, the case does it once."""
        return AssignTaskInput(
            actor=order.actor,
            id=f"{key}:{self.task}",
            task=self.task,
            to=order.to,
            held_by=order.held_by,
            reason=order.reason,
        )


class HeldTasks(Contract):
    tasks: tuple[HeldTask, ...]
    left: int
    """More than one order takes."""


class ListHeldTasks(ActivityInput):
    order: HandOverInput
    at: datetime


class HandTasks(ForCase):
    """A bite of an order."""

    key: str
    """The workflow's id."""
    order: HandOverInput
    tasks: tuple[HeldTask, ...]

    @property
    def of_case(self) -> str:
        return self.key


class HandedTask(HeldTask):
    """What became of a task, or would."""

    handed: bool
    why: str = ""
    """Why it was not: the refusal of its case."""


class HandedTasks(Contract):
    tasks: tuple[HandedTask, ...]


class HandOverDone(Contract):
    """What became of an order, or would."""

    dry_run: bool
    handed: int
    tasks: tuple[HandedTask, ...]
    left: int
    """Tasks beyond those that one order takes."""
