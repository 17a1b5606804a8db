"""The shortest ways through a chart, were every guard to hold: what leads to a state, and which lead to an end."""

from collections.abc import Iterator, Mapping

from sop_engine.statechart.model import ROOT, Chart, State, Transition


def routes(chart: Chart) -> Mapping[str, tuple[str, ...]]:
    """Events that lead from the start to each state; one that nothing leads to is missing."""
    found: dict[str, tuple[str, ...]] = {}
    waiting: list[tuple[str, tuple[str, ...]]] = [(ROOT, ())]
    while waiting:
        later: list[tuple[str, tuple[str, ...]]] = []
        for name, way in waiting:
            for state in (name, *chart.states[name].ancestors):
                later += _onward(chart, found, state, way)
        waiting = later
    return found


def _onward(
    chart: Chart, found: dict[str, tuple[str, ...]], name: str, way: tuple[str, ...]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    if name in found:
        return
    found[name] = way
    state = chart.states[name]
    for inside in entered_with(state):
        yield inside, way
    for transition in state.transitions:
        for target in transition.to:
            yield target, (*way, trigger(transition)) if trigger(transition) else way


def entered_with(state: State) -> tuple[str, ...]:
    """The states inside that are entered with it."""
    return state.children if state.kind == "parallel" else state.default.to if state.default is not None else ()


def trigger(transition: Transition) -> str:
    """What sets a transition off, in words; empty for one that needs nothing."""
    return transition.events[0] if transition.events else f"after {transition.delay}" if transition.delay else ""


def leaving(chart: Chart, state: str) -> tuple[Transition, ...]:
    """The transitions that may leave a state, the innermost first."""
    return tuple(transition for passed in chart.paths[state] for transition in passed.transitions)


def ending(chart: Chart) -> frozenset[str]:
    """The states from which some way leads to an end of the chart; out of a parallel state every region may lead."""
    root = chart.states[ROOT]
    ends = {ROOT, *(root.children if root.kind == "parallel" else ())}
    found = {state.id for state in chart.states.values() if state.kind == "final" and state.parent in ends}
    onward = {name: tuple(_onward_from(chart, state)) for name, state in chart.states.items()}
    while more := {name for name in chart.states if name not in found and not found.isdisjoint(onward[name])}:
        found |= more
    return frozenset(found)


def _onward_from(chart: Chart, state: State) -> Iterator[str]:
    yield from entered_with(state)
    for transition in leaving(chart, state.id):
        yield from transition.to
    for around in state.ancestors:
        if chart.states[around].kind == "parallel":
            inside = (each for each in chart.states.values() if around in each.ancestors)
            for transition in (transition for each in inside for transition in each.transitions):
                yield from transition.to if transition.domain in chart.states[around].ancestors else ()
