"""Splits an SOP's states in two: the statechart's own keys, and the work that each state carries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from sop_engine.basis.faults import told
from sop_engine.basis.models import Title
from sop_engine.cases.written.definition import WORK_KEYS, ChildSpec, ClockSpec, WorkSpec
from sop_engine.cases.written.task import TaskSpec
from sop_engine.statechart.parse import Fault

_Model = TypeVar("_Model", bound=BaseModel)


@dataclass(frozen=True)
class StateShape:
    """What one state is to the BPM layer."""

    id: str
    title: Title
    parent: str | None
    is_stage: bool = False
    task: TaskSpec | None = None
    work: WorkSpec | None = None
    child: ChildSpec | None = None
    clocks: tuple[tuple[str, ClockSpec], ...] = ()
    no_clock: Title | None = None
    """Why it may wait without a clock: a reason that people read."""


def split_states(states: Any) -> tuple[dict[str, Any], dict[str, StateShape], list[Fault]]:
    """The chart's states without our keys, the shape of every state by id, and every fault with its path."""
    shapes: dict[str, StateShape] = {}
    faults: list[Fault] = []
    chart = _walk(states, ("states",), None, shapes, faults)
    return chart, shapes, faults


def with_roles(shapes: Mapping[str, StateShape], owner: str) -> dict[str, StateShape]:
    """The shapes with a role for every task: where none is written, that of the task that it is the same as, or the
    owner's.
    """
    return {name: _with_role(shape, shapes, owner) for name, shape in shapes.items()}


def _with_role(shape: StateShape, shapes: Mapping[str, StateShape], owner: str) -> StateShape:
    if shape.task is None or shape.task.role:
        return shape
    seen: list[str] = []
    task: TaskSpec | None = shape.task
    while task is not None and not task.role and task.same_as is not None and task.same_as not in seen:
        seen.append(task.same_as)
        other = shapes.get(task.same_as)
        task = None if other is None else other.task
    role = task.role if task is not None else ""
    return replace(shape, task=shape.task.model_copy(update={"role": role or owner}))


def faults_of(error: ValidationError, path: tuple[str | int, ...]) -> list[Fault]:
    """pydantic's findings as faults under a path."""
    return [
        Fault(
            path=(*path, *(part for part in found["loc"] if not str(part).startswith("function-"))),
            message=told(found),
        )
        for found in error.errors()
    ]


def _walk(
    states: Any, path: tuple[str | int, ...], parent: str | None, shapes: dict[str, StateShape], faults: list[Fault]
) -> dict[str, Any]:
    if not isinstance(states, Mapping):
        faults.append(Fault(path=path, message="a mapping of states by name is needed here"))
        return {}
    chart: dict[str, Any] = {}
    for state, written in states.items():
        here = (*path, state)
        if not isinstance(body := written if written is not None else {}, Mapping):
            faults.append(Fault(path=here, message="a state is a mapping"))
            continue
        own = {key: body[key] for key in WORK_KEYS if key in body}
        rest = {key: value for key, value in body.items() if key not in WORK_KEYS}
        shapes[state] = _shape(state, own, parent, here, faults, is_history="history" in body)
        if "states" in rest:
            rest["states"] = _walk(rest["states"], (*here, "states"), state, shapes, faults)
        chart[state] = rest
    return chart


def _shape(
    state: str,
    own: Mapping[str, Any],
    parent: str | None,
    path: tuple[str | int, ...],
    faults: list[Fault],
    is_history: bool,
) -> StateShape:
    def read(key: str, model: type[_Model], value: Any) -> _Model | None:
        try:
            return model.model_validate(value)
        except ValidationError as error:
            faults.extend(faults_of(error, (*path, key)))
            return None

    kinds = [key for key in ("task", "work", "case") if key in own]
    if len(kinds) > 1:
        faults.append(
            Fault(
                path=path, message=f"a state carries one kind of work, not {' and '.join(kinds)}; use a parallel state"
            )
        )
    if "title" not in own and not is_history:
        faults.append(Fault(path=path, message="a state has a title in English and Chinese"))
    title = read("title", Title, own["title"]) if "title" in own else None
    title = title or Title(en=state.replace("_", " ").capitalize(), zh=state)
    written = own.get("clocks") or {}
    if not isinstance(written, Mapping):
        faults.append(Fault(path=(*path, "clocks"), message="a mapping of clocks by name is needed here"))
        written = {}
    if not isinstance(own.get("stage", False), bool):
        faults.append(Fault(path=(*path, "stage"), message="is true or false"))
    clocks = tuple(
        (name, spec) for name, body in written.items() if (spec := read(f"clocks.{name}", ClockSpec, body)) is not None
    )
    task = read("task", TaskSpec, own["task"]) if "task" in own else None
    if task is not None and task.within is not None:
        sugar = ClockSpec(
            within=task.within,
            calendar=task.calendar,
            ladder=task.ladder,
            roll=task.roll,
            on_hold=task.on_hold,
            title=task.title or title,
        )
        clocks = ((state, sugar), *clocks)
    return StateShape(
        id=state,
        title=title,
        parent=parent,
        is_stage=bool(own.get("stage", False)),
        task=task,
        work=read("work", WorkSpec, own["work"]) if "work" in own else None,
        child=read("case", ChildSpec, own["case"]) if "case" in own else None,
        clocks=clocks,
        no_clock=read("no_clock", Title, own["no_clock"]) if "no_clock" in own else None,
    )
