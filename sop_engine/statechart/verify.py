"""Finds what is allowed in a chart but can hardly be meant: states nobody reaches, events nobody hears, dead ends."""

from collections.abc import Iterator

from sop_engine.statechart.faults import Fault, Path
from sop_engine.statechart.model import (
    ROOT,
    Action,
    Actions,
    CancelSend,
    Chart,
    Conditional,
    RaiseEvent,
    SendEvent,
    State,
    Transition,
)


def verify(chart: Chart) -> tuple[Fault, ...]:
    """Return what to look at, in document order; a chart with such faults runs all the same."""
    reached = _reached(chart)
    return tuple(
        Fault(_path(state), message)
        for state in chart.states.values()
        for message in (
            _remarks(chart, state) if state.id in reached or state.kind == "history" else ("no transition leads here",)
        )
    )


def _remarks(chart: Chart, state: State) -> Iterator[str]:
    yield from _shadowed(state)
    for action in actions_of(state):
        if isinstance(action, CancelSend) and not _is_sent(chart, action.id):
            yield f"cancels '{action.id}', which nothing sends"
        if isinstance(action, RaiseEvent | SendEvent) and not _is_heard(chart, action.event):
            yield f"no transition waits for the event '{action.event}'"
    if f"done.state.{state.id}" in _descriptors(state) and not _can_complete(chart, state):
        yield "it never comes to `done`, since not every region has a final state"
    if state.kind == "history" and state.parent == ROOT:
        yield "the chart itself is never left, so this remembers nothing"
    if state.kind == "atomic" and not any(passed.transitions for passed in chart.paths[state.id]):
        yield "nothing leads out of it, and it is not final"


def _reached(chart: Chart) -> dict[str, None]:
    """The states that some sequence of events may enter, were every guard to hold."""
    reached: dict[str, None] = {}
    waiting = [ROOT]
    while waiting:
        state = chart.states[waiting.pop()]
        if state.id in reached:
            continue
        reached[state.id] = None
        waiting += state.ancestors
        if state.kind == "parallel":
            waiting += state.children
        if state.default is not None:
            waiting += state.default.to
        waiting += (target for transition in state.transitions for target in transition.to)
    return reached


def _shadowed(state: State) -> Iterator[str]:
    for transition in state.transitions:
        for earlier in state.transitions[: transition.index]:
            is_first = earlier.when is None or earlier.when == transition.when
            if is_first and earlier.delay == transition.delay and _covers(earlier, transition):
                trigger = transition.delay or ", ".join(transition.events) or "always"
                guard = "without `when`" if earlier.when is None else "with the same `when`"
                yield f"the transition on {trigger} is never taken: an earlier one {guard} takes its place"
                break


def _covers(earlier: Transition, later: Transition) -> bool:
    """Whether whatever triggers the later one triggers the earlier one; neither or both are by delay."""
    if not later.events:
        return not earlier.events
    return all("" in earlier.prefixes or (prefix and earlier.matches(prefix)) for prefix in later.prefixes)


def actions_of(state: State) -> Iterator[Action]:
    """Every action of a state and its transitions."""
    yield from flat(state.entry)
    yield from flat(state.exit)
    if state.default is not None:
        yield from flat(state.default.do)
    for transition in state.transitions:
        yield from flat(transition.do)


def flat(actions: Actions) -> Iterator[Action]:
    """Actions with those inside conditions."""
    for action in actions:
        yield action
        if isinstance(action, Conditional):
            yield from flat(action.then)
            yield from flat(action.otherwise)


def _is_sent(chart: Chart, identity: str) -> bool:
    return any(
        isinstance(action, SendEvent) and action.id == identity
        for state in chart.states.values()
        for action in actions_of(state)
    )


def _is_heard(chart: Chart, event: str) -> bool:
    return any(transition.matches(event) for state in chart.states.values() for transition in state.on)


def _descriptors(state: State) -> tuple[str, ...]:
    return tuple(descriptor for transition in state.on for descriptor in transition.events)


def _can_complete(chart: Chart, state: State) -> bool:
    children = [chart.states[child] for child in state.children]
    if state.kind == "parallel":
        return all(_can_complete(chart, child) for child in children)
    return any(child.kind == "final" for child in children)


def _path(state: State) -> Path:
    """Where the state stands in the definition."""
    names = (*(name for name in reversed(state.ancestors) if name != ROOT), state.id) if state.id != ROOT else ()
    return tuple(key for name in names for key in ("states", name))
