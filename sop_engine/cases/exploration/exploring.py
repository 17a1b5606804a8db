"""Explores a procedure within a budget and says what was seen: each finding with its place, its mend and the way there.

Two passes: one that tells states apart without their clocks comes far, one with clocks sees who falls silent. What was
not reached in time is *not shown*: that there is no way there, no run can say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sop_engine.cases.exploration.moves import Move, Silence, Way
from sop_engine.cases.exploration.search import GoOn, Search, Visited
from sop_engine.cases.exploration.silence import Silent, silent_states
from sop_engine.cases.exploration.survey import Survey
from sop_engine.cases.exploration.trials import Trials
from sop_engine.cases.lint.findings import Finding, Severity
from sop_engine.cases.written.definition import SopDefinition
from sop_engine.cases.written.places import paths_of_states
from sop_engine.cases.written.procedure import Procedure
from sop_engine.statechart.faults import Path


@dataclass(frozen=True)
class Discovery:
    """What was seen to happen, or not to happen; `way` leads to it, and is empty for what was not shown."""

    finding: Finding
    way: Way = ()

    def told(self) -> str:
        """The way in words."""
        return " → ".join(
            f"{move.verb}{at:%Y-%m-%d %H:%M} ({move.what})" if isinstance(move, Silence) else move.told()
            for move, at in self.way
        )


@dataclass(frozen=True)
class Exploration:
    """What an exploration came to."""

    found: tuple[Discovery, ...]
    is_complete: bool
    """Nothing was left to try, for the values that are tried."""
    states: tuple[int, int]
    """Reached, of how many."""
    transitions: tuple[int, int]
    moves: int


def explore(
    procedure: Procedure, sops: Mapping[str, SopDefinition], now: datetime, budgets: tuple[GoOn, GoOn]
) -> Exploration:
    """Explores a procedure from `now` on; the budgets say for each pass whether there is still time for a move."""
    survey = Survey(procedure, sops)
    passes = []
    for with_clocks, go_on in zip((False, True), budgets, strict=True):
        search = Search(Trials(survey), with_clocks)
        search.run(search.opened(now, go_on), go_on)
        passes.append(search)
    return _Report(survey, *passes).exploration()


@dataclass(frozen=True)
class _Report:
    """Reads two passes."""

    survey: Survey
    wide: Search
    """Without clocks."""
    deep: Search
    """With clocks."""

    @property
    def procedure(self) -> Procedure:
        return self.survey.procedure

    def exploration(self) -> Exploration:
        states, transitions = self._states(), self._transitions()
        entered, taken = self.wide.entered | self.deep.entered, self.wide.taken | self.deep.taken
        found = [*self._failures(), *self._silences(), *self._ends(), *self._clocks()]
        found += self._not_shown(states, transitions, entered, taken)
        return Exploration(
            found=tuple(found),
            is_complete=self.wide.is_complete and self.deep.is_complete,
            states=(len(entered & states.keys()), len(states)),
            transitions=(len(taken & transitions.keys()), len(transitions)),
            moves=self.wide.moves + self.deep.moves,
        )

    # -- places --------------------------------------------------------------------------------------------------------

    def _states(self) -> dict[str, Path]:
        """The states that can be active, with their places."""
        places = paths_of_states(self.procedure.bundle.definition)
        chart = self.procedure.chart.states
        return {name: places.get(name, ()) for name in chart if name and chart[name].kind != "history"}

    def _transitions(self) -> dict[tuple[str, int], tuple[Path, str]]:
        """The transitions, with their places and what takes them."""
        places = paths_of_states(self.procedure.bundle.definition)
        found = {}
        for state in self.procedure.chart.states.values():
            for each in state.transitions:
                word = ", ".join(each.events) or (f"after {each.delay}" if each.delay else "always")
                key = ("on", each.events[0]) if each.events else ("after", each.delay) if each.delay else ("always",)
                path = (*places.get(state.id, ()), *key)
                found[(each.source, each.index)] = (path, f"{word} → {', '.join(each.to) or 'nowhere'}")
        return found

    def _clock_place(self, name: str) -> Path:
        places = self._states()
        for state, shape in self.procedure.shapes.items():
            if any(own == name for own, _ in shape.clocks):
                return (*places.get(state, ()), *(("task", "within") if name == state else ("clocks", name)))
        return ("clocks", name)

    def _move_place(self, move: Move) -> Path:
        """Where in the definition the thing stands that a move happens to."""
        state = move.what.split("#", 1)[0]
        place = self._states().get(state)
        if place is None:
            return ("events", move.what) if move.what in self.procedure.definition.events else ()
        shape = self.procedure.shapes[state]
        if shape.task is not None:
            return (*place, "task", "outcomes", move.parts[1])
        return (*place, "work" if shape.work is not None else "case")

    # -- findings ------------------------------------------------------------------------------------------------------

    def _failures(self) -> Iterator[Discovery]:
        """Moves at which the procedure's own expressions fail."""
        seen: dict[tuple[Path, str], tuple[Visited, str]] = {}
        for there, message in (*self.wide.failures, *self.deep.failures):
            seen.setdefault((self._move_place(there.move), there.move.verb), (there, message))
        for (path, verb), (there, message) in seen.items():
            how = "skipping it so fails" if verb == "skipped " else "fails"
            yield _discovery(path, f"{how} inside the SOP and leaves an incident: {message}", there)

    def _silences(self) -> Iterator[Discovery]:
        """States in which nobody is reminded of anything."""
        unwatched: dict[str, tuple[Silent, Visited]] = {}
        spent: dict[str, tuple[list[str], Visited]] = {}
        for there in self.deep.visited:
            for silent in silent_states(self.procedure, there.state):
                if silent.why == "spent":
                    for clock in silent.clocks:
                        states, _ = spent.setdefault(clock, ([], there))
                        states += [silent.state] if silent.state not in states else []
                else:
                    unwatched.setdefault(silent.state, (silent, there))
        places = self._states()
        for state, (silent, there) in unwatched.items():
            paused = f"its clocks are paused ({', '.join(silent.clocks)})" if silent.clocks else "no clock, no delay"
            mend = "give it a clock, or say why it needs none: `no_clock: {en: …, zh: …}`"
            yield _discovery(places[state], f"somebody is waited for here and nothing runs: {paused}; {mend}", there)
        for clock, (states, there) in spent.items():
            ladder = next(running.ladder for running in there.state.clocks.values() if running.name == clock)
            message = f"after the last rung of its ladder {ladder!r} nothing ever happens again in {', '.join(states)}"
            mend = "let the ladder go on: `then: every 1 working day`"
            yield _discovery(self._clock_place(clock), f"{message}; {mend}", there)

    def _ends(self) -> Iterator[Discovery]:
        """States that nothing leads out of, or from which no way leads to an end."""
        seen: dict[str, None] = {}
        kinds = (
            (self.deep.stuck, "nothing leads out of here"),
            (self.deep.dead_ends(), "no way leads from here to an end of the case"),
        )
        for found, message in kinds:
            for there in found:
                active = there.state.snapshot.configuration
                here = ", ".join(active)
                if here not in seen:
                    seen[here] = None
                    yield _discovery(self._states()[active[-1]], f"{message} (in {here})", there)

    def _clocks(self) -> Iterator[Discovery]:
        """Clocks that were never seen to run, though the state or event that starts them was."""
        ran = {running.name for there in self.deep.visited for running in there.state.clocks.values()}
        entered = self.deep.entered
        for state, shape in self.procedure.shapes.items():
            if state in entered:
                for name, spec in shape.clocks:
                    if name not in ran and spec.until is not None and spec.expects is None:
                        yield self._never_starts(name, str(spec.until))
        for name, spec in self.procedure.definition.clocks.items():
            if name not in ran and spec.expects is None:
                yield self._never_starts(name, str(spec.until or spec.start))

    def _never_starts(self, name: str, why: str) -> Discovery:
        message = f"the clock was not seen to start ({why}); see that what it waits for is filled"
        return _not_shown(self._clock_place(name), message)

    def _not_shown(
        self,
        states: Mapping[str, Path],
        transitions: Mapping[tuple[str, int], tuple[Path, str]],
        entered: set[str],
        taken: set[tuple[str, int]],
    ) -> Iterator[Discovery]:
        """What was not reached, for the values tried and in the time given."""
        within = "for the values tried" if self.wide.is_complete and self.deep.is_complete else "in the time given"
        for name, path in states.items():
            if name not in entered:
                yield _not_shown(path, f"not shown that a case comes here, {within}")
        for key, (path, told) in transitions.items():
            if key not in taken and (not key[0] or key[0] in entered):
                yield _not_shown(path, f"not shown that this way is taken, {within}: {told}")


def _discovery(path: Path, message: str, there: Visited) -> Discovery:
    return Discovery(Finding(path, message), there.path())


def _not_shown(path: Path, message: str) -> Discovery:
    severity: Severity = "warning"
    return Discovery(Finding(path, message, severity))
