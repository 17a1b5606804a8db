"""The guards of one event, tried against each other.

They are tried with the values by which conditions are tried out everywhere, few for each type, and only with such as
the checks of the task that reports the event let pass, as far as those ask for no person. So what is said here was
seen, with values to show for it; of fields with few values, whatever they hold was seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from itertools import product
from math import prod
from typing import Any

from sop_engine.basis.plain import plain
from sop_engine.cases.written.pools import Place, Pools, compared_values
from sop_engine.cases.written.procedure import Procedure
from sop_engine.cases.written.ways import Names
from sop_engine.statechart import expression_tree as tree
from sop_engine.statechart.expressions import Expression, ExpressionError
from sop_engine.statechart.model import Transition

AT = datetime(2026, 6, 1, 4, tzinfo=UTC)
"""When values are tried: any instant serves, since values lie before and after it."""

MOST_TRIED = 5_000
"""Of the values of all fields that guards read together."""

PRESENT = ("now", "today")

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Guards:
    """Transitions of one event in written order, and the fields that are sure to be filled before them."""

    procedure: Procedure
    ways: Sequence[Transition]
    filled: Names

    @cached_property
    def can_be_tried(self) -> bool:
        """Whether all that they read is known here: not the event, the person, the active states."""
        return all(map(self._is_known, self._conditions)) and prod(map(len, self._pools)) <= MOST_TRIED

    def gap(self) -> Values | None:
        """Values with which no guard holds."""
        return next((values for values, held in self._tried if not held), None)

    def overlap(self) -> tuple[Transition, Transition, Values] | None:
        """Two ways of which both hold, though neither holds wherever the other does, and values that show it."""
        for values, held in self._tried:
            for first, second in ((held[0], other) for other in held[1:]):
                if self._leaves(first, second) and self._leaves(second, first):
                    return first, second, values
        return None

    def never_first(self) -> tuple[Transition, ...]:
        """Guarded ways before which another one holds, whatever the fields hold; none where not all that is tried."""
        first = [held[0] for _, held in self._tried if held]
        guarded = (way for way in self.ways if way.when is not None)
        return tuple(way for way in guarded if way not in first) if self._is_everything else ()

    def told(self, values: Values) -> str:
        """Values in words."""
        shown = (name for name in self._fields if any(name in _reads(way) for way in self.ways))
        return ", ".join(f"{name} {'empty' if values[name] is None else plain(values[name])}" for name in shown)

    def _leaves(self, one: Transition, other: Transition) -> bool:
        """Whether some values are of the one way alone."""
        return any(one in held and other not in held for _, held in self._tried)

    @property
    def _is_everything(self) -> bool:
        """Whether no field can hold what was not tried, and no check keeps anything back."""
        specs = [self.procedure.definition.data[name] for name in self._fields]
        return (
            self.can_be_tried
            and not self._checks
            and all(name not in PRESENT for name in self._names)
            and all(spec.type in ("boolean", "choice") for spec in specs)
            and len(self._tried) == prod(map(len, self._pools))
        )

    @cached_property
    def _conditions(self) -> tuple[Expression, ...]:
        return (*(way.when for way in self.ways if way.when is not None), *self._checks)

    @cached_property
    def _checks(self) -> tuple[Expression, ...]:
        """What the task that reports all of these events is checked for in any case."""
        heads = dict.fromkeys(event.rpartition(".")[::2] for way in self.ways for event in way.events)
        if len(heads) != 1:
            return ()
        state, outcome = next(iter(heads))
        shape = self.procedure.shapes.get(state)
        if shape is None or shape.task is None:
            return ()
        checks = shape.task.checks.values()
        asked = (check for check in checks if check.blocks and (not check.outcomes or outcome in check.outcomes))
        rules = (self.procedure.expression(check.rule) for check in asked)
        return tuple(rule for rule in rules if self._is_known(rule))

    def _is_known(self, condition: Expression) -> bool:
        """Whether fields, figures and the day are all that it reads."""
        data, figures = self.procedure.definition.data, self.procedure.parameters
        known = all(name in data or name in figures or name in PRESENT for name in condition.reads)
        return known and not condition.states

    @cached_property
    def _names(self) -> tuple[str, ...]:
        return tree.names(tuple(each.node for each in self._conditions))

    @cached_property
    def _fields(self) -> tuple[str, ...]:
        return tuple(name for name in self._names if name in self.procedure.definition.data)

    @cached_property
    def _pools(self) -> tuple[tuple[Any, ...], ...]:
        """The values of each field."""
        constants: dict[Place, list[Any]] = {}
        for place, value in compared_values(self._conditions, self.procedure.parameters):
            constants.setdefault(place, []).append(value)
        places = frozenset(place for each in self._conditions for place in tree.places(each.node))
        pools = Pools(constants, places, AT, self.procedure.calendar.local_date(AT))
        data = self.procedure.definition.data
        return tuple(
            (*pools.of(data[name], (name,)), *(() if name in self.filled else (None,))) for name in self._fields
        )

    @cached_property
    def _tried(self) -> tuple[tuple[Values, tuple[Transition, ...]], ...]:
        """All values that can be tried, each with the ways whose guards hold then."""
        return tuple(self._try()) if self.can_be_tried else ()

    def _try(self) -> Iterator[tuple[Values, tuple[Transition, ...]]]:
        always = {**self.procedure.parameters, "now": AT, "today": self.procedure.calendar.local_date(AT)}
        for chosen in product(*self._pools):
            values = {**always, **dict(zip(self._fields, chosen, strict=True))}
            try:
                if all(check.holds(values) for check in self._checks):
                    yield values, tuple(way for way in self.ways if way.when is None or way.when.holds(values))
            except ExpressionError:
                # That a guard cannot do without a field is told elsewhere.
                continue


def _reads(way: Transition) -> tuple[str, ...]:
    return way.when.reads if way.when is not None else ()
