"""Whom and where a task names besides its role, and what is done where it names nobody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sop_engine.cases.people.actors import SYSTEM
from sop_engine.cases.running.effects import choose
from sop_engine.cases.running.effects.notify import notify
from sop_engine.cases.running.state import HumanTask
from sop_engine.cases.running.turn import Turn
from sop_engine.cases.written.task import TaskSpec
from sop_engine.statechart.expressions import ExpressionError

NOBODYS = "task_for_nobody"
"""The notice to the supervisor of a task that nobody is left for, or that names nobody."""


def place(turn: Turn, spec: TaskSpec, names: Mapping[str, Any]) -> dict[str, str | None]:
    """The unit and the person of a task that opens. Raises ExpressionError for what is no name."""
    person = _named(turn, spec.person, names) if spec.same_as is None else _who_did(turn, spec.same_as)
    return {"unit": _named(turn, spec.unit, names), "person": person}


def look_for_somebody(turn: Turn, spec: TaskSpec, task: HumanTask) -> None:
    """Asks who may do a task that opened. Of one that names nobody the supervisor is told, and it is its role's."""
    if (spec.person or spec.same_as) and task.person is None:
        tell_of_nobody(turn, task, "names")
    if spec.unit or spec.person or spec.same_as or spec.assign:
        choose.ask(turn, task)


def tell_of_nobody(turn: Turn, task: HumanTask, why: str) -> None:
    """Tells whoever supervises the role of a task that it is nobody's; `why` is `names` or `left`."""
    superior = turn.procedure.bundle.superiors.get(task.role) or turn.procedure.definition.owner
    spec = turn.procedure.shapes[task.state].task
    title = (spec.title if spec is not None else None) or turn.procedure.title_of(task.state)
    values = {"task": task.key, "title": title.model_dump(), "role": task.role, "unit": task.unit, "why": why}
    notify(turn, superior, NOBODYS, values, task.state, SYSTEM)


def _named(turn: Turn, source: str | None, names: Mapping[str, Any]) -> str | None:
    if source is None:
        return None
    name = turn.evaluate(source, names)
    if name is not None and not isinstance(name, str):
        raise ExpressionError(source, f"gives {name!r}, which is no name")
    return name or None


def _who_did(turn: Turn, state: str) -> str | None:
    """Who last did a task, or for whom it was done; nobody where it was skipped, or is still to be done."""
    done = [task for task in turn.state.tasks.values() if task.state == state and task.status == "completed"]
    return (done[-1].completed_for or done[-1].completed_by) if done else None
