"""Values that one case alone may have: asked for when the case comes to have one, given up when it has another.

Whether another case has it, one row of the records says; two that look first would both find nothing.
"""

from __future__ import annotations

from sop_engine.basis.plain import plain
from sop_engine.cases.people.actors import SYSTEM
from sop_engine.cases.running.effects.unique import take
from sop_engine.cases.running.turn import Turn
from sop_engine.statechart.expressions import ExpressionError

HELD, TAKEN = "held", "taken"


def settle(turn: Turn) -> None:
    """After a step: asks for each value that is another one than before."""
    for name, spec in turn.procedure.definition.unique.items():
        value, before = _value(turn, spec.value), turn.state.unique.get(name)
        if value == before:
            continue
        if value is None:
            del turn.state.unique[name]
        else:
            turn.state.unique[name] = value
        take(turn, name, value, None, SYSTEM, gives_up=before)


def _value(turn: Turn, source: str) -> str | None:
    try:
        value = turn.evaluate(source)
    except ExpressionError:
        return None
    return None if value is None else str(plain(value)).strip() or None
