"""The ways through a chart as its fields see them: what each state and transition needs filled, and what it fills."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import reduce
from typing import Any, NamedTuple

from sop_engine.cases.written.procedure import Procedure
from sop_engine.cases.written.shape import StateShape
from sop_engine.cases.written.task import TaskSpec
from sop_engine.statechart.expression_tree import conjuncts
from sop_engine.statechart.expressions import Expression, ExpressionError
from sop_engine.statechart.model import (
    Action,
    Actions,
    Conditional,
    RaiseEvent,
    RequestEffect,
    SendEvent,
    SetData,
    State,
    Transition,
)
from sop_engine.timekeeping.periods import PeriodError, split_offset

Names = frozenset[str]
NOTHING: Names = frozenset()


class Use(NamedTuple):
    """An expression that cannot be evaluated while one of these fields is empty."""

    names: Names
    text: str


@dataclass
class Way:
    """What is evaluated on the way, in order, and what is filled at its end."""

    filled: Names = NOTHING
    uses: list[Use] = field(default_factory=list)

    @property
    def needed(self) -> Names:
        return reduce(frozenset.union, (use.names for use in self.uses), NOTHING)

    def take(self, expression: Expression, also: Names = NOTHING) -> None:
        """Evaluates an expression; `also` are names that its user needs filled."""
        self._use((expression.needs | also) - self.filled, expression.source)
        self.filled |= expression.shows(holds=True) & expression.shows(holds=False)

    def read(self, value: Any) -> None:
        """Evaluates every expression in a value."""
        if isinstance(value, Expression):
            self.take(value)
        elif isinstance(value, Iterable) and not isinstance(value, str):
            for part in value.values() if hasattr(value, "values") else value:
                self.read(part)

    def act(self, actions: Actions) -> None:
        for action in actions:
            self._act(action)

    def _use(self, names: Names, text: str) -> None:
        if names:
            self.uses.append(Use(names, text))

    def _act(self, action: Action) -> None:
        if isinstance(action, SetData):
            self.read(action.value)
            self.filled = self.filled - {action.path[0]} if action.value is None else self.filled | {action.path[0]}
        elif isinstance(action, Conditional):
            self.take(action.when)
            ends = []
            for holds, actions in ((True, action.then), (False, action.otherwise)):
                branch = Way(self.filled | action.when.shows(holds=holds))
                branch.act(actions)
                self.uses += branch.uses
                ends.append(branch.filled)
            self.filled = ends[0] & ends[1]
        elif isinstance(action, RaiseEvent | SendEvent | RequestEffect):
            self.read(action.data)


def way_of(procedure: Procedure, transition: Transition, filled: Names) -> Way:
    """A transition: its guard and its actions. An earlier one that was not taken has shown what it asked."""
    source = procedure.chart.states[transition.source]
    way = Way(filled)
    for earlier in source.transitions[: transition.index]:
        same = (earlier.events, earlier.delay) == (transition.events, transition.delay)
        if same and earlier.when is not None:
            way.filled |= earlier.when.shows(holds=False)
    if transition.when is not None:
        way.take(transition.when)
        way.filled |= transition.when.shows(holds=True) | _answered_by(procedure, transition, transition.when)
    way.act(transition.do)
    return way


def entry_of(procedure: Procedure, state: State, filled: Names) -> Way:
    """The entry of a state, and what its work and its clocks ask for."""
    way = Way(filled)
    way.act(state.entry)
    shape = procedure.shapes.get(state.id)
    if shape is not None:
        for source, is_needed in _armed(procedure, shape):
            try:
                expression = procedure.expression(source)
            except ExpressionError:
                continue
            way.take(expression, expression.emptied_by if is_needed else NOTHING)
    for delay in state.after:
        if delay not in procedure.parameters:
            _delay(procedure, way, delay)
    if state.default is not None and state.kind != "history":
        way.act(state.default.do)
    return way


def _delay(procedure: Procedure, way: Way, delay: str) -> None:
    try:
        offset = split_offset(delay)
        expression = procedure.expression(offset.base if offset is not None else delay)
    except (PeriodError, ExpressionError):
        return
    way.take(expression, expression.emptied_by)


def _armed(procedure: Procedure, shape: StateShape) -> Iterator[tuple[str, bool]]:
    """The expressions by which the work of a state begins, and whether one must give something."""
    if shape.task is not None and shape.task.role not in procedure.bundle.superiors:
        yield shape.task.role, True
    for each in (shape.task, shape.child):
        if each is not None and each.for_each is not None:
            yield each.for_each, True
    for spec in (shape.work, shape.child):
        if spec is not None:
            yield from ((text, False) for text in _texts(spec.with_))
    for _, clock in shape.clocks:
        if clock.within in procedure.definition.data:
            yield str(clock.within), True


def _texts(values: Any) -> Iterator[str]:
    if isinstance(values, str):
        yield values
    elif isinstance(values, Iterable):
        for part in values.values() if hasattr(values, "values") else values:
            yield from _texts(part)


def filled_by(procedure: Procedure, transition: Transition) -> Names:
    """The fields that are filled when one of the transition's events is reported."""
    found = [_filled_by_event(procedure, event) for event in transition.events]
    return reduce(frozenset.intersection, found) if found else NOTHING


def required_by(procedure: Procedure, task: TaskSpec, outcome: str) -> Names:
    """The fields without which a task is not completed with an outcome, whatever else is told."""
    return frozenset(name for name, when in _required(procedure, task, outcome) if when is None)


def _required(procedure: Procedure, task: TaskSpec, outcome: str) -> Iterator[tuple[str, str | None]]:
    """Each field that an outcome requires, with the condition while which it is asked for."""
    fields, required = procedure.definition.data, task.outcomes[outcome].require
    conditions = {entry.field: entry.when for entry in task.form}
    if required is None:
        entries = (entry for entry in task.form if entry.field in fields)
        required = tuple(entry.field for entry in entries if entry.is_required(fields[entry.field]))
    return ((name, conditions.get(name)) for name in required)


def _answered_by(procedure: Procedure, transition: Transition, guard: Expression) -> Names:
    """The fields that a task asked for while a condition held that the guard asks again."""
    found = []
    for event in transition.events:
        head, _, outcome = event.rpartition(".")
        shape = procedure.shapes.get(head)
        if shape is None or shape.task is None or shape.task.for_each is not None or outcome not in shape.task.outcomes:
            return NOTHING
        required = _required(procedure, shape.task, outcome)
        found.append(frozenset(name for name, when in required if when and _asks(procedure, guard, when)))
    return reduce(frozenset.intersection, found) if found else NOTHING


def _asks(procedure: Procedure, guard: Expression, when: str) -> bool:
    try:
        return procedure.expression(when).node in conjuncts(guard.node)
    except ExpressionError:
        return False


def _filled_by_event(procedure: Procedure, event: str) -> Names:
    declared = procedure.definition.events.get(event)
    if declared is not None:
        stored = [name for name, spec in declared.data.items() if spec.required and declared.store]
        return frozenset(name for name in stored if name in procedure.definition.data)
    head, _, outcome = event.rpartition(".")
    shape = procedure.shapes.get(head)
    if shape is None:
        return NOTHING
    if shape.task is not None and shape.task.for_each is None and outcome in shape.task.outcomes:
        return required_by(procedure, shape.task, outcome)
    if shape.work is not None and outcome == "done":
        return frozenset(shape.work.store)
    return frozenset(shape.child.store) if shape.child is not None and outcome != "cancelled" else NOTHING
