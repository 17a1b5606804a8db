"""When two states of a case are the same for an exploration."""

from __future__ import annotations

from collections.abc import Hashable

from sop_engine.cases.exploration.survey import Survey
from sop_engine.cases.running.state import CaseState, RunningClock
from sop_engine.statechart.expressions import ExpressionError


def key_of(survey: Survey, state: CaseState, *, with_clocks: bool) -> Hashable:
    """What tells a state from others: the active states, what every condition says, open work, live children, history
    and delays; where they are asked for, the running clocks with the rung that each reaches next.

    The values themselves do not tell states apart, nor do instants: what hangs on them, conditions say.
    """
    snapshot = state.snapshot
    return (
        state.status,
        snapshot.configuration,
        tuple(sorted(snapshot.history.items())),
        _truths(survey, state),
        tuple((task.state, task.index) for task in state.open_tasks()),
        tuple((work.state, work.status) for work in state.works.values()),
        tuple((child.state, child.index) for child in state.live_children()),
        tuple((delay.kind, delay.state, delay.key, delay.parked) for delay in snapshot.delays),
        tuple(sorted((clock.name, how_it_runs(clock)) for clock in state.clocks.values() if clock.is_open))
        if with_clocks
        else (),
    )


def how_it_runs(running: RunningClock) -> str:
    """The rung that an open clock reaches next, or that it is paused or spent."""
    return running.next_rung or ("paused" if running.pauses else "spent")


def _truths(survey: Survey, state: CaseState) -> tuple[bool | None, ...]:
    """What each condition says that does not ask for the event; none where it cannot be told."""
    scope = {
        **survey.procedure.parameters,
        **state.snapshot.data,
        "_event": None,
        "in_state": state.snapshot.configuration.__contains__,
    }
    found: list[bool | None] = []
    for condition in survey.lasting:
        try:
            found.append(condition.holds(scope))
        except ExpressionError:
            found.append(None)
    return tuple(found)
