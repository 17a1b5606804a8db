"""Entering a state arms its work, leaving it cancels what is left of that work."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sop_engine.cases import timing
from sop_engine.cases.commands import CancelWork, RunWork, StartCase, TellCase
from sop_engine.cases.definition import ChildSpec, TaskSpec
from sop_engine.cases.plain import plain
from sop_engine.cases.shape import StateShape
from sop_engine.cases.state import Child, HumanTask, Work
from sop_engine.cases.turn import Turn
from sop_engine.statechart.expressions import ExpressionError


def arm(turn: Turn, state: str, at: datetime) -> None:
    """Starts the work and clocks of a state that was just entered.

    Raises ExpressionError where its input cannot be had.
    """
    shape = turn.procedure.shapes[state]
    if not (shape.task or shape.work or shape.child or shape.clocks):
        return
    number = turn.state.entries.get(state, 0) + 1
    turn.state.entries[state] = number
    key = f"{state}#{number}"
    for name, spec in shape.clocks:
        timing.start_clock(turn, name, spec, at, key=f"{name}#{number}", owner=state)
    if shape.task is not None:
        _open_tasks(turn, shape, shape.task, key, at)
    elif shape.work is not None:
        work = shape.work
        values = turn.evaluate_all(work.with_)
        turn.state.works[key] = Work(key=key, state=state, activity=work.activity, values=values)
        title = (work.title or shape.title).both()
        turn.commands.append(
            RunWork(key=key, activity=work.activity, values=values, attempts=work.attempts, title=title)
        )
    elif shape.child is not None:
        _start_children(turn, shape, shape.child, key)


def disarm(turn: Turn, state: str, at: datetime) -> None:
    """Cancels the open work of a state that was just left and stops its clocks."""
    shape = turn.procedure.shapes[state]
    cancel_tasks(turn, (task for task in turn.state.tasks.values() if task.state == state), at)
    for key, work in list(turn.state.works.items()):
        if work.state == state:
            if work.status == "running":
                turn.commands.append(CancelWork(key=key))
            del turn.state.works[key]
            turn.state.incidents.pop(key, None)
    for child in list(turn.state.children.values()):
        if child.state == state and child.is_live and not child.detached:
            cancel_child(turn, child, f"{turn.state.case_id} left {state}")
    if shape.clocks:
        timing.stop_clocks_of(turn, state, at)


def cancel_tasks(turn: Turn, tasks: Iterable[HumanTask], at: datetime) -> None:
    """Closes open tasks without an outcome."""
    for task in list(tasks):
        if task.is_open:
            turn.state.tasks[task.key] = task.model_copy(update={"status": "cancelled", "completed_at": at})
            turn.touched_tasks[task.key] = None


def cancel_child(turn: Turn, child: Child, reason: str) -> None:
    """Asks a child to cancel itself; what it reports afterwards is only noted."""
    turn.state.children[child.key] = child.model_copy(update={"status": "cancelled"})
    turn.commands.append(TellCase(case_id=child.case_id, signal="case.cancel", body={"reason": reason}))


def resolve_role(turn: Turn, spec: TaskSpec, extra: dict[str, Any] | None = None) -> str:
    """The role of a task: named outright, or what its expression gives. Raises ExpressionError for no known role."""
    if spec.role in turn.procedure.bundle.superiors:
        return spec.role
    role = turn.evaluate(spec.role, extra)
    if role not in turn.procedure.bundle.superiors:
        raise ExpressionError(spec.role, f"gives {role!r}, which is no role of the organisation")
    return str(role)


def _open_tasks(turn: Turn, shape: StateShape, spec: TaskSpec, key: str, at: datetime) -> None:
    forget_closed(turn, shape.id)
    items = turn.evaluate(spec.for_each) if spec.for_each is not None else None
    entries = [(key, None, None)] if items is None else [(f"{key}.{n}", n, item) for n, item in enumerate(items, 1)]
    for task_key, index, item in entries:
        extra = None if index is None else {"item": item}
        turn.state.tasks[task_key] = HumanTask(
            key=task_key,
            state=shape.id,
            role=resolve_role(turn, spec, extra),
            priority=spec.priority,
            opened_at=at,
            item=plain(item),
            index=index,
        )


def forget_closed(turn: Turn, state: str) -> None:
    """Drops closed tasks of a state's earlier entries; four eyes keeps who completed them."""
    for key, task in list(turn.state.tasks.items()):
        if task.state == state and not task.is_open and key not in turn.touched_tasks:
            del turn.state.tasks[key]


def _start_children(turn: Turn, shape: StateShape, spec: ChildSpec, key: str) -> None:
    items = turn.evaluate(spec.for_each) if spec.for_each is not None else None
    number = turn.state.entries[shape.id]
    stem = f"{turn.state.case_id}.{spec.id or shape.id}" + (f".{number}" if number > 1 else "")
    entries = [(key, None, None)] if items is None else [(f"{key}.{n}", n, item) for n, item in enumerate(items, 1)]
    for child_key, index, item in entries:
        case_id = stem if index is None else f"{stem}-{index}"
        start_child(turn, child_key, shape.id, spec, case_id, index, None if index is None else {"item": item})


def start_child(
    turn: Turn,
    key: str,
    state: str | None,
    spec: ChildSpec,
    case_id: str,
    index: int | None,
    extra: dict[str, Any] | None,
) -> None:
    """Records a child and asks for its start."""
    data = {name: plain(value) for name, value in turn.evaluate_all(spec.with_, extra).items() if value is not None}
    turn.state.children[key] = Child(
        key=key, state=state, sop=spec.sop, case_id=case_id, detached=spec.detached, index=index
    )
    title = spec.title or (turn.procedure.shapes[state].title if state is not None else None)
    turn.commands.append(
        StartCase(
            key=key,
            sop=spec.sop,
            case_id=case_id,
            data=data,
            detached=spec.detached,
            title=title.both() if title is not None else spec.sop,
        )
    )
