"""Who falls silent: the states of a case that wait while nothing runs that would tell anybody so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from sop_engine.cases.running.state import CaseState, RunningClock
from sop_engine.cases.written.procedure import Procedure

Silence = Literal["no clock", "spent", "paused"]


@dataclass(frozen=True)
class Silent:
    """A state that waits, why nobody hears of it, and the clocks that no longer tell."""

    state: str
    why: Silence
    clocks: tuple[str, ...] = ()


def silent_states(procedure: Procedure, state: CaseState) -> Iterator[Silent]:
    """The active states that wait for somebody, and of which nothing reminds anybody as the case stands."""
    if state.is_closed or state.incidents:
        return
    for name in state.snapshot.configuration:
        around = procedure.within(name)
        is_excused = any(procedure.shapes[each].no_clock is not None for each in around)
        if procedure.chart.states[name].is_leaf and not is_excused and _waits(procedure, state, name):
            clocks = [running for running in state.clocks.values() if running.owner in (None, *around)]
            if any(running.next_rung_at is not None for running in clocks) or _is_delayed(state, around):
                continue
            left = [running for running in clocks if running.is_open]
            why: Silence = "no clock" if not left else "paused" if all(map(_is_paused, left)) else "spent"
            yield Silent(name, why, tuple(sorted({running.name for running in left})))


def _waits(procedure: Procedure, state: CaseState, name: str) -> bool:
    """Whether a state waits for a person; for word from outside only where nothing else in the case has work.

    A child has clocks of its own, and work ends or fails. A state that carries nothing mostly says how things stand.
    """
    if any(task.state == name for task in state.open_tasks()):
        return True
    is_idle = not (state.open_tasks() or state.works or state.live_children())
    return is_idle and procedure.chart.states[name].kind != "final"


def _is_delayed(state: CaseState, around: tuple[str, ...]) -> bool:
    """Whether something is due by itself that these states hear."""
    return any(
        not delay.parked and (delay.kind == "send" or not delay.state or delay.state in around)
        for delay in state.snapshot.delays
    )


def _is_paused(running: RunningClock) -> bool:
    return bool(running.pauses)
