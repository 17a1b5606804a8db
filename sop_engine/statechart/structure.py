"""Which states a transition leaves and enters: the sets of appendix D of the SCXML recommendation."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from sop_engine.statechart.model import ROOT, Actions, Chart, Default, StateKind, Transition

History = Mapping[str, tuple[str, ...]]


class Place(Protocol):
    """A state, or the outline of one that is still being read."""

    @property
    def kind(self) -> StateKind: ...

    @property
    def ancestors(self) -> tuple[str, ...]: ...


def effective_targets(chart: Chart, targets: Iterable[str], history: History) -> tuple[str, ...]:
    """Replace each history state by what it remembers, or by its default."""
    found: dict[str, None] = {}
    for target in targets:
        state = chart.states[target]
        if state.kind != "history":
            found[target] = None
        elif target in history:
            found.update(dict.fromkeys(history[target]))
        elif state.default is not None:
            found.update(dict.fromkeys(effective_targets(chart, state.default.to, history)))
    return tuple(found)


def domain(chart: Chart, transition: Transition, history: History) -> str | None:
    """The innermost state that stays active while everything inside it may be left; None without a target."""
    if not transition.reaches_history:
        return transition.domain
    targets = effective_targets(chart, transition.to, history)
    return common_domain(chart.states, transition.source, targets, transition.internal)


def common_domain(states: Mapping[str, Place], source: str, targets: tuple[str, ...], internal: bool) -> str | None:
    """The domain of a transition from `source` to these targets, none of them a history state."""
    if not targets:
        return None
    above = [states[target].ancestors for target in targets]
    if internal and states[source].kind == "compound" and all(source in ancestors for ancestors in above):
        return source
    for candidate in states[source].ancestors:
        is_able = states[candidate].kind == "compound" or candidate == ROOT
        if is_able and all(candidate in ancestors for ancestors in above):
            return candidate
    return ROOT


def exit_set(chart: Chart, active: Sequence[str], transition: Transition, history: History) -> tuple[str, ...]:
    """The active states that the transition leaves, in document order."""
    within = domain(chart, transition, history)
    if within is None:
        return ()
    return tuple(state for state in active if within in chart.states[state].ancestors)


@dataclass(slots=True)
class EntryPlan:
    """The states to enter, and what their defaults do on the way."""

    chart: Chart
    history: History
    active: frozenset[str]
    """The states that the transitions do not leave."""
    states: dict[str, None] = field(default_factory=dict)
    defaults: dict[str, Default] = field(default_factory=dict)
    """Compound states entered by default."""
    remembered_nothing: dict[str, Actions] = field(default_factory=dict)
    """By parent, the actions of history states whose default is taken."""

    def target(self, transition: Transition) -> None:
        """Add everything that taking `transition` enters."""
        for state in transition.to:
            self.descend(state)
        within = domain(self.chart, transition, self.history)
        for state in effective_targets(self.chart, transition.to, self.history):
            self._ascend(state, within)
        if within is not None and self.chart.states[within].kind == "parallel":
            # Only the root: SCXML has a parallel state below it, which is left and entered with all its regions.
            self._fill(self.chart.states[within].children)

    def in_document_order(self) -> list[str]:
        return sorted(self.states, key=lambda state: self.chart.states[state].order)

    def descend(self, state_id: str) -> None:
        """Add a state and what entering it entails below it."""
        state = self.chart.states[state_id]
        if state.kind == "history":
            default = state.default
            if state_id not in self.history and default is not None and state.parent is not None:
                self.remembered_nothing[state.parent] = default.do
                self._reach(default.to, state.parent)
            else:
                self._reach(self.history.get(state_id, ()), state.parent)
            return
        self.states[state_id] = None
        if state.kind == "compound" and state.default is not None:
            self.defaults[state_id] = state.default
            self._reach(state.default.to, state_id)
        elif state.kind == "parallel":
            self._fill(state.children)

    def _reach(self, targets: Iterable[str], within: str | None) -> None:
        for target in targets:
            self.descend(target)
        for target in targets:
            self._ascend(target, within)

    def _ascend(self, state_id: str, within: str | None) -> None:
        for ancestor in self.chart.states[state_id].ancestors:
            # What a history state remembers may lie in a state that stays; appendix D would run its entry again.
            if ancestor == within or ancestor in self.active:
                return
            self.states[ancestor] = None
            if self.chart.states[ancestor].kind == "parallel":
                self._fill(self.chart.states[ancestor].children)

    def _fill(self, regions: Iterable[str]) -> None:
        for region in regions:
            if not any(region in self.chart.states[state].ancestors for state in self.states):
                self.descend(region)
