"""Which transitions are taken: the first enabled one of each atomic state, innermost source first."""

from collections.abc import Callable, Sequence

from sop_engine.statechart.model import Chart, Transition
from sop_engine.statechart.structure import History, exit_set

Guard = Callable[[Transition], bool]


def select(chart: Chart, active: Sequence[str], event: str | None, guard: Guard) -> list[Transition]:
    """The transitions that an event of this name enables; for None the eventless ones."""
    chosen: list[Transition] = []
    for state_id in active:
        if chart.states[state_id].is_leaf:
            transition = _first(chart, state_id, event, guard)
            if transition is not None and transition not in chosen:
                chosen.append(transition)
    return chosen


def _first(chart: Chart, leaf: str, event: str | None, guard: Guard) -> Transition | None:
    for state in chart.paths[leaf]:
        for transition in state.always if event is None else state.on:
            if (event is None or transition.matches(event)) and guard(transition):
                return transition
    return None


def without_conflicts(
    chart: Chart, active: Sequence[str], transitions: Sequence[Transition], history: History
) -> list[Transition]:
    """Of transitions that would leave a common state keep the one found first, or the one with the inner source."""
    kept: dict[Transition, tuple[str, ...]] = {}
    for transition in transitions:
        exits = exit_set(chart, active, transition, history)
        rivals = [other for other, others in kept.items() if any(state in others for state in exits)]
        ancestors = chart.states[transition.source].ancestors
        if all(rival.source in ancestors for rival in rivals):
            for rival in rivals:
                del kept[rival]
            kept[transition] = exits
    return list(kept)
