"""What an exploration looks at in a procedure: the conditions on which its ways part, the values that they ask for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sop_engine.cases.written.definition import SopDefinition
from sop_engine.cases.written.pools import Place, compared_values, own_place
from sop_engine.cases.written.procedure import Procedure
from sop_engine.statechart import expression_tree as tree
from sop_engine.statechart.expressions import Expression
from sop_engine.statechart.model import Action, Actions, Conditional, SetData
from sop_engine.timekeeping.periods import split_offset

MAXIMUM_CONSTANTS = 6


@dataclass(frozen=True)
class Survey:
    """A procedure and its surroundings, as far as they part its ways."""

    procedure: Procedure
    sops: Mapping[str, SopDefinition]
    """Those that it may start."""

    @cached_property
    def conditions(self) -> tuple[Expression, ...]:
        """Every guard, check, role, list, trigger and key, once each, whether it asks for the event or not."""
        found = dict.fromkeys(self._guards())
        found.update(dict.fromkeys(self._roles()))
        found.update(dict.fromkeys(self.procedure.expression(text) for text in self._texts()))
        return tuple(found)

    @cached_property
    def lasting(self) -> tuple[Expression, ...]:
        """The conditions that do not ask for the event."""
        return tuple(found for found in self.conditions if not found.reads_event)

    @cached_property
    def groups(self) -> tuple[tuple[str, ...], ...]:
        """The names that one condition reads together; those of the event's data as they are called there."""
        read = (
            tuple(dict.fromkeys(place[-1] if place[0] == "_event" else place[0] for place in self._read(found)))
            for found in self.conditions
        )
        return tuple(dict.fromkeys(group for group in read if group))

    @cached_property
    def places(self) -> frozenset[Place]:
        """Every place that a condition reads."""
        return frozenset(place for found in self.conditions for place in self._read(found))

    @cached_property
    def parting(self) -> frozenset[str]:
        """The fields that conditions read."""
        return frozenset(place[0] for place in self.places)

    @cached_property
    def constants(self) -> Mapping[Place, tuple[Any, ...]]:
        """What each place is compared with: figures and words written out, and those of parameters; where it gives a
        role, two of those. What is handed on to another field counts there.
        """
        found: dict[Place, dict[Any, None]] = {}
        for place, value in compared_values(self.conditions, self.procedure.parameters):
            found.setdefault(place, {})[value] = None
        for place in sorted(self.giving_roles):
            found.setdefault(place, {}).update(dict.fromkeys(tuple(self.procedure.bundle.superiors)[:2]))
        for action in self._actions():
            if isinstance(action, SetData) and isinstance(action.value, Expression):
                for place in self._read(action.value):
                    found.setdefault(place, {}).update(found.get(action.path, {}))
        return {place: tuple(values)[:MAXIMUM_CONSTANTS] for place, values in found.items()}

    @cached_property
    def giving_roles(self) -> frozenset[Place]:
        """The places that say which role has a task, and those that are handed on to them."""
        found = {place for role in self._roles() for place in self._read(role)}
        for action in self._actions():
            if isinstance(action, SetData) and isinstance(action.value, Expression) and action.path in found:
                found.update(self._read(action.value))
        return frozenset(found)

    def _read(self, expression: Expression) -> Iterator[Place]:
        for place in tree.places(expression.node):
            own = own_place(place)
            if own[0] in self.procedure.definition.data or own[0] == "_event":
                yield own

    def _guards(self) -> Iterator[Expression]:
        for state in self.procedure.chart.states.values():
            yield from (transition.when for transition in state.transitions if transition.when is not None)
        yield from (action.when for action in self._actions() if isinstance(action, Conditional))

    def _actions(self) -> Iterator[Action]:
        for state in self.procedure.chart.states.values():
            for transition in state.transitions:
                yield from _each(transition.do)
            yield from _each((*state.entry, *state.exit))

    def _roles(self) -> Iterator[Expression]:
        tasks = (shape.task for shape in self.procedure.shapes.values() if shape.task is not None)
        roles = (task.role for task in tasks if task.role not in self.procedure.bundle.superiors)
        return (self.procedure.expression(role) for role in roles)

    def _texts(self) -> Iterator[str]:
        for shape in self.procedure.shapes.values():
            if shape.task is not None:
                yield from (check.rule for check in shape.task.checks.values())
                yield from (entry.when for entry in shape.task.form if entry.when is not None)
            for work in (shape.task, shape.child):
                if work is not None and work.for_each is not None:
                    yield work.for_each
        for spec in self.procedure.definition.clocks.values():
            for _, texts in spec.triggers:
                yield from (text.removeprefix("when ") for text in texts if text.startswith("when "))
        for read in self.procedure.definition.reads.values():
            yield from read.keys
        yield from (unique.value for unique in self.procedure.definition.unique.values())
        owned = (spec for shape in self.procedure.shapes.values() for _, spec in shape.clocks)
        for spec in (*self.procedure.definition.clocks.values(), *owned):
            for text in (spec.until, spec.since):
                if text is not None:
                    offset = split_offset(text)
                    yield text if offset is None else offset.base


def _each(actions: Actions) -> Iterator[Action]:
    """Every action, those inside conditions too."""
    for action in actions:
        yield action
        if isinstance(action, Conditional):
            yield from _each((*action.then, *action.otherwise))
