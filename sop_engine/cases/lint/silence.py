"""States that wait while no clock runs: nobody is told when nothing happens."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sop_engine.cases.lint.findings import Notebook, Surroundings
from sop_engine.cases.lint.running_clocks import surely_running
from sop_engine.cases.written.procedure import Procedure
from sop_engine.cases.written.shape import StateShape
from sop_engine.statechart.model import SendEvent, State
from sop_engine.statechart.routes import leaving
from sop_engine.statechart.verify import actions_of

MEND = "give it a clock (`within` of its task, or `clocks`), or say in `no_clock: {en, zh}` why it may wait"


def lint_silence(notes: Notebook) -> None:
    """Every state that waits without a clock, and every reason given for one that does not."""
    chart = notes.procedure.chart
    bare = tuple(_without_own_clock(notes))
    for state in _silent(notes, bare):
        child = notes.procedure.shapes[state.id].child
        also = f", for {child.sop} may fall silent too" if child is not None and not child.detached else ""
        notes.warn(notes.places[state.id], f"nothing runs while '{state.id}' waits{also}", at=state.id, mend=MEND)
    for shape in notes.procedure.shapes.values():
        inside = {state.id for state in bare if shape.id in (state.id, *state.ancestors)}
        if shape.no_clock is not None and not inside and chart.states[shape.id].id in notes.routes:
            notes.error(
                (*notes.places[shape.id], "no_clock"),
                f"silences nothing: '{shape.id}' has a clock of its own or does not wait",
                mend="take it away",
            )


def falls_silent(procedure: Procedure, around: Surroundings) -> bool:
    """Whether a case of this SOP may wait while no clock of its own runs, and the SOP does not say why."""
    notes = Notebook(procedure, around)
    return any(_silent(notes, _without_own_clock(notes)))


def _silent(notes: Notebook, bare: Iterable[State]) -> Iterator[State]:
    running = surely_running(notes)
    for state in bare:
        if not running.get(state.id) and not any(_reason(notes, name) for name in (state.id, *state.ancestors)):
            yield state


def _reason(notes: Notebook, state: str) -> bool:
    shape = notes.procedure.shapes.get(state)
    return shape is not None and shape.no_clock is not None


def _without_own_clock(notes: Notebook) -> Iterator[State]:
    """The states that wait for somebody or something, and in which no clock of theirs or of the child that they wait
    for, and no delay runs."""
    chart = notes.procedure.chart
    sent = {
        action.event
        for state in chart.states.values()
        for action in actions_of(state)
        if isinstance(action, SendEvent) and action.after is not None
    }
    for state in chart.states.values():
        if state.kind != "atomic" or state.id not in notes.routes:
            continue
        around = [notes.procedure.shapes[passed.id] for passed in chart.paths[state.id] if passed.id]
        ways = leaving(chart, state.id)
        is_passed = any(way.when is None and not way.events and way.delay is None for way in state.always)
        is_timed = any(way.delay is not None or any(way.matches(event) for event in sent) for way in ways)
        if around[0].work is not None or is_passed or is_timed or _is_watched_by_child(notes, around[0]):
            continue
        if not _has_clock(notes, around):
            yield state


def _is_watched_by_child(notes: Notebook, shape: StateShape) -> bool:
    look = notes.around.falls_silent
    return shape.child is not None and not shape.child.detached and look is not None and not look(shape.child.sop)


def _has_clock(notes: Notebook, around: Iterable[StateShape]) -> bool:
    """Whether a clock of the state or of those around it is sure to run from its entry on."""
    for shape in around:
        for _, spec in shape.clocks:
            sure = notes.filling.entered.get(shape.id, frozenset())
            if spec.until is None or not notes.may_empty(spec.until, sure):
                return True
    return False
