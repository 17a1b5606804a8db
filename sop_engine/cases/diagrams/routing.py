"""Where a transition leads, seen from the chart in which its state is drawn."""

from __future__ import annotations

from dataclasses import dataclass

from sop_engine.statechart.model import ROOT, Chart, State, Transition


@dataclass(frozen=True)
class Route:
    """From a state to a target."""

    scope: str
    """The innermost chart that holds both ends."""
    leaves: str
    """The state of that chart that is left: the transition's own, or a box around it."""
    enters: str
    """The state of that chart that is entered: the target, or a box around it."""
    target: str
    """The state that is really entered; for a history state the one that remembers."""
    remembers: bool
    """It goes on where it was."""

    @property
    def leads_inside(self) -> bool:
        return self.enters != self.target


def routes_of(chart: Chart, transition: Transition) -> tuple[Route, ...]:
    """One for each target, without repeats. A transition of the root has none: it leaves no chart."""
    if transition.source == ROOT:
        return ()
    source = chart.states[transition.source]
    found = (_route(chart, source, chart.states[target]) for target in transition.to)
    return tuple(dict.fromkeys(found))


def _route(chart: Chart, source: State, target: State) -> Route:
    remembers = target.kind == "history"
    if remembers:
        target = chart.states[target.parent or ROOT]
    line, way = (source.id, *source.ancestors), (target.id, *target.ancestors)
    for scope in source.ancestors:
        if scope not in way[1:]:
            continue
        enters, leaves = way[way.index(scope) - 1], line[line.index(scope) - 1]
        if chart.states[scope].kind != "parallel" or enters == leaves:
            return Route(scope, leaves, enters, target.id, remembers)
    # Only history of the whole chart is left: nothing is drawn around the root.
    outermost = line[-2]
    return Route(ROOT, outermost, outermost, target.id, remembers)
