"""`choose`: who may do an open task at present, and to whom it is given where the procedure has it assigned.

The case cannot know who is away, on duty or busy, so an activity looks, once a task opens for which more than its role
decides, and whenever a step says so.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from sop_engine.cases.contracts.base import Contract
from sop_engine.cases.contracts.effects import EffectCommand
from sop_engine.cases.lint.findings import Notebook, WrittenEffect
from sop_engine.cases.people.actors import SYSTEM
from sop_engine.cases.people.offers import Offer
from sop_engine.cases.running.effects.kind import EffectKind
from sop_engine.cases.running.four_eyes import offer_of, spec_of
from sop_engine.cases.running.state import HumanTask
from sop_engine.cases.running.turn import Turn
from sop_engine.cases.written.task import Assign
from sop_engine.statechart.snapshot import Effect


class Choice(Contract):
    """What an activity found."""

    person: str | None
    """Who gets the task; none where it is not assigned, or nobody can be."""
    is_anybody_left: bool
    """Whether anybody who is here may do it."""


class ChoosePerson(EffectCommand):
    """Activity `choose_person`: looks who may do a task, and keeps whom it chose in the transaction that counted."""

    activity: ClassVar[str] = "choose_person"
    gives: ClassVar[type[Contract]] = Choice
    noun: ClassVar[str] = "choice of a person"

    kind: Literal["choose"] = "choose"
    task: str
    offer: Offer
    assign: Assign | None

    @property
    def names(self) -> tuple[str, ...]:
        return self.task, self.offer.role


def ask(turn: Turn, task: HumanTask) -> None:
    """Asks who may do a task. What it says of the case is nothing: the activity needs none of its data."""
    facts = turn.facts(task.state, SYSTEM).model_copy(update={"data": {}})
    offer, assign = offer_of(turn.procedure, turn.state, task), spec_of(turn, task).assign
    turn.commands.append(ChoosePerson(task=task.key, offer=offer, assign=assign, facts=facts))


def _lint(notes: Notebook, written: WrittenEffect) -> None:
    tasks = {name: shape for name, shape in notes.procedure.shapes.items() if shape.task is not None}
    notes.known(written.place, "task", written.target, tasks)
    if written.given:
        notes.error((*written.path, "with"), "takes nothing; whose a task is stands in the task")


def _carry_out(turn: Turn, effect: Effect, at: datetime, actor: str) -> None:
    for task in turn.state.open_tasks():
        if task.state == effect.target:
            ask(turn, task)


CHOOSE = EffectKind("choose", (), _lint, _carry_out, ChoosePerson, is_told=True)
