"""The clocks of a state: they run from its entry to its exit, where the outcome of its task does not let them go on."""

from __future__ import annotations

from datetime import datetime

from sop_engine.cases.running import timing
from sop_engine.cases.running.turn import Turn
from sop_engine.cases.written.terms import Verdict
from sop_engine.statechart.snapshot import Event


def start_all(turn: Turn, state: str, number: int, since: datetime) -> None:
    """Starts the clocks of a state at an entry; those that its last exit let go on are taken up again."""
    for name, spec in turn.procedure.shapes[state].clocks:
        gone_on = [key for key in timing.open_keys(turn, name) if turn.state.clocks[key].goes_on]
        for key in gone_on:
            turn.state.clocks[key] = turn.state.clocks[key].model_copy(update={"goes_on": False})
        if not gone_on:
            timing.start_clock(turn, name, spec, since, key=f"{name}#{number}", owner=state)


def close_all(turn: Turn, state: str, at: datetime, said: Verdict) -> None:
    """Closes the clocks that run from a state's entry to its exit, or lets them go on, and forgets those of earlier
    entries. What went on inside the state has nothing to come back to and is ended."""
    for key, running in list(turn.state.clocks.items()):
        if running.owner == state and not running.is_open:
            del turn.state.clocks[key]
        elif running.owner == state and said == "goes_on":
            turn.state.clocks[key] = running.model_copy(update={"goes_on": True})
        elif running.owner == state and said == "met":
            timing.stop(turn, key, at)
        elif running.owner == state or (running.goes_on and state in turn.procedure.within(str(running.owner))):
            timing.end(turn, key, at)


def verdict(turn: Turn, state: str, event: Event | None) -> Verdict:
    """What the event by which a state is left says of its clocks; only an outcome of its task says anything."""
    task = turn.procedure.shapes[state].task
    told = task.outcomes.items() if task is not None and event is not None else ()
    said = (spec.clock for outcome, spec in told if event and event.name == f"{state}.{outcome}")
    return next(said, None) or "met"
