"""Which fields are sure to be filled where in a chart, and which are needed from somewhere on.

What is sure is sure on every way from the opening; what is needed is needed on one of them. So of a field that is
needed and not sure some sequence of events makes the case fail.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce

from sop_engine.cases.written.procedure import SYSTEM_NAMES, Procedure
from sop_engine.cases.written.ways import NOTHING, Names, Way, entry_of, filled_by, required_by, way_of
from sop_engine.statechart.expressions import ATTACHED
from sop_engine.statechart.model import ROOT, State, Transition

NEVER_EMPTY: Names = frozenset(name for name, _ in SYSTEM_NAMES) | {"_event", ATTACHED}


class Filling:
    """The fields of one procedure on all its ways."""

    def __init__(self, procedure: Procedure) -> None:
        self.procedure = procedure
        self._states = procedure.chart.states
        self.entered: dict[str, Names] = {}
        """What is sure to be filled when a state is entered; a state that is never entered is missing."""
        self._inside: dict[str, Names] = {}
        self._search()
        self._needs = dict.fromkeys(self._states, NOTHING)
        self._need()

    # -- what is sure --------------------------------------------------------------------------------------------------

    def before(self, transition: Transition) -> Names | None:
        """What is sure to be filled when a transition's event has been reported; None where it cannot be."""
        if not self._is_active(transition.source) or not any(map(self._may_come, transition.events or ("",))):
            return None
        own = self._while_in(transition.source)
        heads = {event.rpartition(".")[0] for event in transition.events}
        (head,) = heads if len(heads) == 1 else ("",)
        reporter = self._inside.get(head, NOTHING) if transition.source in self._above(head) else NOTHING
        return own | reporter | filled_by(self.procedure, transition) | self._completed(transition)

    def _is_active(self, state: str) -> bool:
        """Whether a state is known to be entered, and with it a state inside it."""
        children = self._states[state].children
        return state in self._inside and (not children or any(child in self._inside for child in children))

    def _may_come(self, event: str) -> bool:
        """Whether what an event reports can have happened: a state reports once it is entered, or once it is done."""
        done = event.removeprefix("done.state.")
        head = event.rpartition(".")[0]
        return self._is_done(done) if done != event else head not in self._states or head in self._inside

    def _is_done(self, state: str) -> bool:
        if state not in self._states:
            return True
        children = self._states[state].children
        if self._states[state].kind == "parallel":
            return all(map(self._is_done, children))
        return any(self._states[child].kind == "final" and child in self._inside for child in children)

    def _while_in(self, state: str) -> Names:
        """What is sure to be filled while a state is active: so is one inside it, or one in each of its regions."""
        own = self._inside[state]
        children = [child for child in self._states[state].children if child in self._inside]
        if self._states[state].kind == "parallel":
            return reduce(frozenset.union, map(self._while_in, children), own)
        # What is over takes no event any more.
        going_on = [child for child in children if state != ROOT or self._states[child].kind != "final"]
        inside = [self._while_in(child) for child in going_on if self._states[child].kind != "history"]
        common = reduce(frozenset.intersection, inside) if inside else NOTHING
        return own | common

    def _above(self, state: str) -> tuple[str, ...]:
        return self._states[state].ancestors if state in self._states else ()

    def _completed(self, transition: Transition) -> Names:
        """What the inside of a state that is done has filled: all regions of a parallel one, the end of another."""
        found = [self._at_end(event.removeprefix("done.state.")) for event in transition.events]
        return reduce(frozenset.intersection, found) if found else NOTHING

    def _at_end(self, state: str) -> Names:
        if state not in self._states:
            return NOTHING
        children = self._states[state].children
        if self._states[state].kind == "parallel":
            return reduce(frozenset.union, map(self._at_end, children), NOTHING)
        finals = (child for child in children if self._states[child].kind == "final")
        ends = [self._inside[child] for child in finals if child in self._inside]
        return reduce(frozenset.intersection, ends) if ends else NOTHING

    def _search(self) -> None:
        definition = self.procedure.definition
        given = {name for name, spec in definition.data.items() if spec.required or spec.default is not None}
        self._enter(ROOT, NEVER_EMPTY | given | frozenset(self.procedure.parameters))
        while True:
            before = dict(self.entered)
            for state in self._states.values():
                if state.id in self.entered:
                    self._pass(state)
            if before == self.entered:
                return

    def _pass(self, state: State) -> None:
        inside = self._inside[state.id] = entry_of(self.procedure, state, self.entered[state.id]).filled
        targets = state.children if state.kind == "parallel" else state.default.to if state.default else ()
        for target in targets:
            self._enter(target, inside, state.id)
        for transition in state.transitions:
            filled = self.before(transition)
            for target in transition.to if filled is not None else ():
                self._enter(target, way_of(self.procedure, transition, filled or NOTHING).filled, transition.domain)

    def _enter(self, state: str, filled: Names, domain: str | None = None) -> None:
        """Enters a state and those around it up to the one inside which it moves."""
        around = self._states[state].ancestors
        passed = around[: around.index(domain)] if domain in around else ()
        for name in (state, *passed):
            self.entered[name] = self.entered[name] & filled if name in self.entered else filled

    # -- what is needed ------------------------------------------------------------------------------------------------

    def needed_after(self, state: str, outcome: str) -> Names:
        """The fields that completing a task would fill, and without which the case fails if it is skipped."""
        task = self.procedure.shapes[state].task
        if task is None or task.for_each is not None:
            return NOTHING
        taken = [way for way in self._leaving(state) if f"{state}.{outcome}" in way.events]
        needed = [self._along(transition, way_of(self.procedure, transition, NOTHING)) for transition in taken]
        return reduce(frozenset.union, needed, NOTHING) & required_by(self.procedure, task, outcome)

    def _leaving(self, state: str) -> Iterator[Transition]:
        for name in (state, *self._states[state].ancestors):
            yield from self._states[name].transitions

    def _along(self, transition: Transition, way: Way) -> Names:
        further = reduce(frozenset.union, (self._needs[target] for target in transition.to), NOTHING)
        return way.needed | (further - way.filled)

    def _need(self) -> None:
        states = self._states
        entries = {name: entry_of(self.procedure, state, NOTHING) for name, state in states.items()}
        ways = {
            transition: way_of(self.procedure, transition, filled_by(self.procedure, transition))
            for state in states.values()
            for transition in state.transitions
        }
        while True:
            before = dict(self._needs)
            for name, state in states.items():
                below = state.children if state.kind == "parallel" else state.default.to if state.default else ()
                inside = [self._needs[child] for child in below]
                inside += [self._along(transition, ways[transition]) for transition in self._leaving(name)]
                found = reduce(frozenset.union, inside, NOTHING)
                self._needs[name] = entries[name].needed | (found - entries[name].filled)
            if before == self._needs:
                return
