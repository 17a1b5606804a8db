"""What a rung of a ladder does beside its event: it hands tasks over, raises their priority, and tells people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sop_engine.cases.running import timing
from sop_engine.cases.running.effects.notify import notify
from sop_engine.cases.running.state import HumanTask, RunningClock
from sop_engine.cases.running.turn import Turn
from sop_engine.timekeeping.ladders import Rung

DEFAULT_NOTICE = "clock_rung"
"""The notice of a rung that names none."""


def hand_over(turn: Turn, rung: Rung, tasks: Iterable[HumanTask]) -> None:
    """Gives the clock's open tasks another role or priority, as the rung says."""
    for task in tasks:
        update: dict[str, Any] = {}
        if rung.priority is not None:
            update["priority"] = rung.priority
        if rung.reassign is not None:
            role = _superior(turn, task.role) if rung.reassign == "supervisor" else rung.reassign
            free = {"unit": None, "person": None, "assignee": None, "status": "ready", "suspended_until": None}
            update |= {"role": role, **free}
        turn.state.tasks[task.key] = task.model_copy(update=update)


def tell(turn: Turn, running: RunningClock, due: timing.DueRung, due_at: datetime, tasks: Sequence[HumanTask]) -> None:
    """Adds the notices of a rung. `assignee` is who holds the tasks, or their role while nobody does."""
    owner = turn.procedure.definition.owner
    role = tasks[0].role if tasks else owner
    whose = (task.assignee or task.person for task in tasks)
    assignees = tuple(dict.fromkeys(person for person in whose if person is not None))
    values = {
        "clock": due.key,
        "rung": due.rung.key,
        "due_at": due_at.isoformat(),
        "title": turn.procedure.title_of(running.name).model_dump(),
        "tasks": [task.key for task in tasks],
    }
    for named in due.rung.notify:
        recipient, people = named, assignees if named == "assignee" else ()
        if named == "assignee" and not assignees:
            recipient = role
        elif named == "supervisor":
            recipient = _superior(turn, role)
        elif named == "owner":
            recipient = owner
        template = due.rung.template or DEFAULT_NOTICE
        notify(turn, recipient, template, values, running.owner, "system", people)


def _superior(turn: Turn, role: str) -> str:
    return turn.procedure.bundle.superiors.get(role) or turn.procedure.definition.owner
