"""Which clocks of an SOP are sure to run in which state, as far as its text tells: started, and neither stopped nor
paused on any way that leads there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sop_engine.cases.lint.events import notice_events
from sop_engine.cases.lint.findings import Notebook
from sop_engine.cases.written.definition import ClockSpec
from sop_engine.statechart.model import ROOT, RaiseEvent, State, Transition, matches
from sop_engine.statechart.routes import entered_with, leaving
from sop_engine.statechart.verify import flat


def surely_running(notes: Notebook) -> Mapping[str, frozenset[str]]:
    """The clocks of the SOP that run from the entry of a state until it is left."""
    found: dict[str, set[str]] = {}
    for name, spec in notes.procedure.definition.clocks.items():
        for state in _states_with(notes, spec):
            found.setdefault(state, set()).add(name)
    return {state: frozenset(names) for state, names in found.items()}


def _states_with(notes: Notebook, spec: ClockSpec) -> Iterable[str]:
    chart = notes.procedure.chart
    if spec.until is not None and notes.may_empty(spec.until, sure_at_start(notes, spec)):
        return ()
    runs = {ROOT: spec.start == "opened"}
    while True:
        before = dict(runs)
        for state in chart.states.values():
            if state.id in runs:
                _pass(notes, spec, state, runs)
        if before == runs:
            break
    running = (chart.states[state] for state, does in runs.items() if does)
    return tuple(state.id for state in running if not _is_paused(spec, state) and not _may_stop(notes, spec, state))


def sure_at_start(notes: Notebook, spec: ClockSpec) -> frozenset[str]:
    """What is sure to be filled when a clock of the SOP starts."""
    entered, start = notes.filling.entered, spec.start or ""
    if start.startswith("when "):
        return entered[ROOT] | notes.procedure.expression(start.removeprefix("when ")).shows(holds=True)
    sure = entered.get(start.removeprefix("in "), entered[ROOT])
    taken = [
        notes.filling.before(transition)
        for each in notes.procedure.chart.states.values()
        for transition in each.on
        if transition.matches(start)
    ]
    return sure | (taken[0] or frozenset()) if len(taken) == 1 else sure


def _is_paused(spec: ClockSpec, state: State) -> bool:
    """A pause by a state ends as that is left, whichever way leads on."""
    return any(f"in {name}" in spec.pause for name in (state.id, *state.ancestors))


def _pass(notes: Notebook, spec: ClockSpec, state: State, runs: dict[str, bool]) -> None:
    states = notes.procedure.chart.states
    for inside in entered_with(state):
        _enter(runs, inside, _entering(spec, inside, runs[state.id]))
    for transition in state.transitions:
        leaves = [name for name in runs if state.id == name or state.id in states[name].ancestors]
        does = all(runs[name] for name in leaves if states[name].is_leaf) if leaves else runs[state.id]
        does = _taking(spec, transition, does)
        for target in transition.to:
            around = states[target].ancestors
            passed = around[: around.index(transition.domain)] if transition.domain in around else ()
            for name in (*reversed(passed), target):
                does = _entering(spec, name, does)
                _enter(runs, name, does)


def _enter(runs: dict[str, bool], state: str, does: bool) -> None:
    runs[state] = runs.get(state, True) and does


def _entering(spec: ClockSpec, state: str, does: bool) -> bool:
    word = f"in {state}"
    if word in spec.stop.both:
        return False
    return does or word in (spec.start, *spec.resume)


def _taking(spec: ClockSpec, transition: Transition, does: bool) -> bool:
    raised = tuple(action.event for action in flat(transition.do) if isinstance(action, RaiseEvent))
    for event in (*transition.events, *raised):
        if any(matches(text, event) for text in (*spec.stop.both, *spec.pause)):
            does = False
        if any(matches(text, event) for text in (spec.start or "", *spec.resume) if text):
            does = True
    return does


def _may_stop(notes: Notebook, spec: ClockSpec, state: State) -> bool:
    """Whether something may stop or pause it while the state goes on waiting: a report, or what comes of
    a notice, that the state does not take, or what another region does."""
    chart = notes.procedure.chart
    ways = leaving(chart, state.id)
    told = (*notes.procedure.definition.events, *notice_events(notes))
    unheard = [event for event in told if not any(way.matches(event) and way.to for way in ways)]
    for text in (*spec.stop.both, *spec.pause):
        if text.startswith("when "):
            continue
        head = text.removeprefix("in ") if text.startswith("in ") else text.rpartition(".")[0]
        beside = head in chart.states and head != state.id and _is_beside(notes, head, state.id)
        if beside or any(matches(text, event) for event in unheard):
            return True
    return False


def _is_beside(notes: Notebook, one: str, other: str) -> bool:
    """Whether two states lie in different regions of a parallel one, and so are active at once."""
    states = notes.procedure.chart.states
    above = (one, *states[one].ancestors)
    common = next(state for state in (other, *states[other].ancestors) if state in above)
    return common not in (one, other) and states[common].kind == "parallel"
