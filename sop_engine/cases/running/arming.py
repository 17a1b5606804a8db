"""Entering a state arms its work, leaving it cancels what is left of that work."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Literal, TypeVar

from sop_engine.basis.plain import plain
from sop_engine.cases.contracts.commands import CancelWork, RunWork, StartCase, TellCase
from sop_engine.cases.running import following, naming, state_clocks
from sop_engine.cases.running.state import Child, HumanTask, Work
from sop_engine.cases.running.turn import Turn
from sop_engine.cases.written.definition import ChildSpec
from sop_engine.cases.written.shape import StateShape
from sop_engine.cases.written.task import TaskSpec
from sop_engine.statechart.expressions import ExpressionError
from sop_engine.statechart.snapshot import Event

_Part = TypeVar("_Part", HumanTask, Child)


def arm(turn: Turn, state: str, at: datetime, since: datetime) -> None:
    """Starts the work of a state entered at `at`, and its clocks, which count from `since`.

    Raises ExpressionError where its input cannot be had.
    """
    shape = turn.procedure.shapes[state]
    if not (shape.task or shape.work or shape.child or shape.clocks):
        return
    number = turn.state.entries.get(state, 0) + 1
    turn.state.entries[state] = number
    key = f"{state}#{number}"
    state_clocks.start_all(turn, state, number, since)
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


def disarm(turn: Turn, state: str, at: datetime, event: Event | None) -> None:
    """Cancels the open work of a state that `event` just left, and closes its clocks as the task's outcome says."""
    cancel_tasks(turn, (task for task in turn.state.tasks.values() if task.state == state), at)
    for key, work in list(turn.state.works.items()):
        if work.state == state:
            if work.status == "running":
                turn.commands.append(CancelWork(key=key))
            del turn.state.works[key]
    for child in list(turn.state.children.values()):
        if child.state == state and not child.detached and child.outcome is None and child.status != "cancelled":
            cancel_child(turn, child, f"{turn.state.case_id} left {state}")
    state_clocks.close_all(turn, state, at, state_clocks.verdict(turn, state, event))


def cancel_tasks(turn: Turn, tasks: Iterable[HumanTask], at: datetime) -> None:
    """Closes open tasks without an outcome."""
    for task in list(tasks):
        if task.is_open:
            turn.state.tasks[task.key] = task.model_copy(update={"status": "cancelled", "completed_at": at})
            turn.touched_tasks[task.key] = None


def cancel_child(turn: Turn, child: Child, reason: str) -> None:
    """Asks a child to cancel itself; what it reports afterwards is only noted."""
    turn.state.children[child.key] = child.model_copy(update={"status": "cancelled"})
    if child.is_live:
        turn.commands.append(TellCase(case_id=child.case_id, signal="case.cancel", body={"reason": reason}))


def resolve_role(turn: Turn, spec: TaskSpec, names: Mapping[str, Any] | None = None) -> str:
    """The role of a task: named outright, or what its expression gives. Raises ExpressionError for no known role."""
    if spec.role in turn.procedure.bundle.superiors:
        return spec.role
    role = turn.evaluate(spec.role, names)
    if role not in turn.procedure.bundle.superiors:
        raise ExpressionError(spec.role, f"gives {role!r}, which is no role of the organisation")
    return str(role)


def has_role(turn: Turn, spec: TaskSpec, names: Mapping[str, Any] | None = None) -> bool:
    """Whether the role of a task can be told at present, or with other values of some fields."""
    try:
        resolve_role(turn, spec, names)
    except ExpressionError:
        return False
    return True


def _open_tasks(turn: Turn, shape: StateShape, spec: TaskSpec, key: str, at: datetime) -> None:
    forget_closed(turn, shape.id)
    for task_key, index, names in _entries(turn, shape.id, spec.for_each, key):
        task = HumanTask(
            key=task_key,
            state=shape.id,
            role=resolve_role(turn, spec, names),
            **naming.place(turn, spec, names),
            priority=spec.priority,
            opened_at=at,
            names=names,
            index=index,
        )
        turn.state.tasks[task_key] = task
        naming.look_for_somebody(turn, spec, task)


def _entries(turn: Turn, state: str, for_each: str | None, key: str) -> list[tuple[str, int | None, dict[str, Any]]]:
    """Key, position and names of each task or child that an entry of a state opens.

    Over an empty list there is nothing to wait for, and `<state>.all` is reported at once. Raises ExpressionError for
    what is no list: a field that nobody filled must not pass for an empty one.
    """
    if for_each is None:
        return [(key, None, {})]
    items = turn.evaluate(for_each)
    if not isinstance(items, list | tuple):
        raise ExpressionError(for_each, f"gives {items!r}, not a list to go through")
    if not items:
        turn.reports.append(Event(name=f"{state}.all", data={"results": []}, origin="chart"))
    return [(f"{key}.{number}", number, {"item": item}) for number, item in enumerate(items, 1)]


def forget_closed(turn: Turn, state: str) -> None:
    """Drops closed tasks of a state's earlier entries; four eyes keeps who completed them."""
    for key, task in list(turn.state.tasks.items()):
        if task.state == state and not task.is_open and key not in turn.touched_tasks:
            del turn.state.tasks[key]


def needed(until: Literal["all", "any"] | int, count: int) -> int:
    """How many of `count` tasks or children of a `for_each` must have ended for it to be done."""
    if until == "all":
        return count
    return 1 if until == "any" else min(until, count)


def siblings_of(entry: _Part, all_of_them: Iterable[_Part]) -> list[_Part]:
    """The tasks or children of the same `for_each` and the same entry of its state."""
    stem = entry.key.rsplit(".", 1)[0]
    return [other for other in all_of_them if other.index is not None and other.key.rsplit(".", 1)[0] == stem]


def _start_children(turn: Turn, shape: StateShape, spec: ChildSpec, key: str) -> None:
    number = turn.state.entries[shape.id]
    stem = f"{turn.state.case_id}.{spec.id or shape.id}" + (f".{number}" if number > 1 else "")
    for child_key, index, names in _entries(turn, shape.id, spec.for_each, key):
        child = Child(
            key=child_key,
            state=shape.id,
            sop=spec.sop,
            case_id=stem if index is None else f"{stem}-{index}",
            detached=spec.detached,
            index=index,
            names=names,
        )
        start_child(turn, child, turn.evaluate_all(spec.with_, names), (spec.title or shape.title).both())


def start_child(turn: Turn, child: Child, values: Mapping[str, Any], title: str) -> None:
    """Records a child and asks for its start."""
    data = {name: plain(value) for name, value in values.items() if value is not None}
    # A child of a state is started again with what its expressions give then.
    known = {"data": data if child.state is None else {}, "told": following.kept(turn, child, values)}
    turn.state.children[child.key] = child.model_copy(update=known)
    turn.commands.append(
        StartCase(key=child.key, sop=child.sop, case_id=child.case_id, data=data, detached=child.detached, title=title)
    )
