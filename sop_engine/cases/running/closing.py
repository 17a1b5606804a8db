"""How a case ends: everything open is closed, and its parent is told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from sop_engine.cases.contracts.commands import CancelWork, ReportToParent
from sop_engine.cases.contracts.signals import ChildReport
from sop_engine.cases.running import arming, timing
from sop_engine.cases.running.state import RunningClock
from sop_engine.cases.running.turn import Turn


def close(
    turn: Turn, status: Literal["completed", "cancelled"], outcome: str, result: Mapping[str, Any], at: datetime
) -> None:
    """Closes the case. Open tasks, works, clocks and children end with it."""
    state = turn.state
    arming.cancel_tasks(turn, state.tasks.values(), at)
    for work in list(state.works.values()):
        if work.status == "running":
            turn.commands.append(CancelWork(key=work.key))
    state.works = {}
    for child in state.live_children():
        arming.cancel_child(turn, child, f"{state.case_id} closed")
    for key, running in list(state.clocks.items()):
        if running.is_open:
            end = timing.stop if status == "completed" and _runs_to_the_end(turn, running) else timing.cancel
            end(turn, key, at)
    state.incidents = {}
    state.held_at, state.hold_reason, state.held_events = None, None, ()
    state.status = status
    state.outcome = outcome
    state.closed_at = at
    turn.journal("closed", outcome, "system", at=at)
    if state.parent is not None:
        report = ChildReport(
            key=state.parent.key, case_id=state.case_id, run_id="", outcome=outcome, result=dict(result)
        )
        turn.commands.append(ReportToParent(case_id=state.parent.case_id, report=report))


def _runs_to_the_end(turn: Turn, running: RunningClock) -> bool:
    """Whether the end of the case is what the clock waits for: one of a state, or one that nothing else meets."""
    spec = turn.procedure.definition.clocks.get(running.name)
    return not running.goes_on and (running.owner is not None or (spec is not None and not spec.stop.met))
