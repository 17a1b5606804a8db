"""What a piece of work was checked for when it was done, and an amendment may not undo.

Judged before the act reaches history and never on replay: a case whose history holds such an amendment goes on as it
did.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sop_engine.basis.faults import Fault
from sop_engine.cases.contracts.acts import Act, AmendInput
from sop_engine.cases.running.turn import Turn
from sop_engine.cases.written.procedure import HANDS
from sop_engine.statechart.expressions import ExpressionError

OF_THE_DOING = frozenset({"actor", HANDS, "now", "today"})
"""Names of who did it and when: a rule over them was about that moment."""


def undone_checks(turn: Turn, act: Act, after: Turn) -> list[Fault]:
    """What an amendment, tried on `turn` and come to `after`, undoes; of any other act nothing."""
    if not isinstance(act, AmendInput):
        return []
    return list(_broken(turn, {field: after.data[field] for field in act.data if field in after.data}))


def _broken(turn: Turn, values: Mapping[str, Any]) -> Iterator[Fault]:
    """Each blocking check that holds for work as it was last done, and would not with these values of fields."""
    for task in turn.state.tasks.values():
        shape = turn.procedure.shapes.get(task.state)
        if task.status != "completed" or shape is None or shape.task is None:
            continue
        for check in shape.task.checks.values():
            reads = set(turn.procedure.expression(check.rule).reads)
            is_asked = check.blocks and (not check.outcomes or task.outcome in check.outcomes)
            changed = sorted(reads & values.keys())
            if not is_asked or not changed or reads & OF_THE_DOING:
                continue
            if _holds(turn, check.rule, task.names) and not _holds(turn, check.rule, {**task.names, **values}):
                what = f"would undo what {task.state} was checked for - {check.title.both()}"
                yield Fault(where=changed[0], what=what, allowed="what keeps it, or both fields in one amendment")


def _holds(turn: Turn, rule: str, names: Mapping[str, Any]) -> bool:
    try:
        return turn.holds(rule, names)
    except ExpressionError:
        return False
