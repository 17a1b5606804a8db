"""Events that a case does not take itself and its children do, and which child is meant."""

from __future__ import annotations

from typing import Any

from sop_engine.basis.plain import plain
from sop_engine.cases.contracts.commands import TellCase
from sop_engine.cases.running.state import Child
from sop_engine.cases.running.turn import Turn
from sop_engine.statechart.snapshot import Event


def pass_on(turn: Turn, event: Event) -> bool:
    """An event that no transition takes goes on to each live child whose SOP declares it. True if there is one.

    Of the children of a `for_each` with a `key` only those are meant for which the event carries it; without it, all.
    Raises ExpressionError where a child's key cannot be had.
    """
    before = len(turn.commands)
    for child in turn.state.live_children():
        if event.name in turn.procedure.bundle.child_events.get(child.sop, ()) and _is_meant(turn, child, event):
            body: dict[str, Any] = {
                "name": event.name,
                "data": plain(event.data),
                "id": f"{turn.state.case_id}.pass.{turn.state.step + 1}",
            }
            if event.at is not None:
                body["at"] = event.at.isoformat()
            turn.commands.append(TellCase(case_id=child.case_id, signal="event", body=body))
    return len(turn.commands) > before


def _is_meant(turn: Turn, child: Child, event: Event) -> bool:
    shape = turn.procedure.shapes.get(child.state) if child.state is not None else None
    key = shape.child.key if shape is not None and shape.child is not None else None
    if shape is None or shape.child is None or key is None or (carried := event.data.get(key)) is None:
        return True
    given = turn.evaluate_all({key: shape.child.with_[key]}, child.names)
    return bool(plain(given[key]) == plain(carried) or str(plain(given[key])) == str(plain(carried)))
