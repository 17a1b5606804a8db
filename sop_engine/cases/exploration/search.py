"""Goes through the states that a case can come to, by carrying out every move on the core that runs cases.

There is no second semantics: what is found has happened, and its path leads there again.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heappop, heappush
from typing import NamedTuple

from sop_engine.basis.faults import SopError
from sop_engine.cases import casework
from sop_engine.cases.exploration.keys import key_of
from sop_engine.cases.exploration.moves import Move, Silence
from sop_engine.cases.exploration.survey import Survey
from sop_engine.cases.exploration.trials import Trials, Trying
from sop_engine.cases.running.state import CaseState
from sop_engine.cases.running.turn import CHART_FAILURES, Turn

MOVES_AT_ONCE = 12
"""Of one state, until another is looked at."""
MAXIMUM_WAKES = 100
"""How often a case wakes before its silence counts as one that goes on for ever."""

GoOn = Callable[[], bool]
"""Whether there is still time for a move."""


class Visited(NamedTuple):
    """A state that a case came to, with the way there."""

    state: CaseState
    now: datetime
    move: Move
    before: Visited | None

    def path(self) -> tuple[tuple[Move, datetime], ...]:
        """The moves from the opening on, each with its instant."""
        found: list[tuple[Move, datetime]] = []
        here: Visited | None = self
        while here is not None:
            found.append((here.move, here.now))
            here = here.before
        return tuple(reversed(found))


@dataclass
class _Waiting:
    """A state whose moves are not all tried."""

    at: Visited
    trying: Trying
    answer: SopError | None = None
    is_begun: bool = False
    is_silence_tried: bool = False
    has_moved: bool = False
    """A move led somewhere, or was taken without a change."""


@dataclass
class Search:
    """One pass over the states of a procedure."""

    trials: Trials
    with_clocks: bool
    visited: list[Visited] = field(default_factory=list)
    failures: list[tuple[Visited, str]] = field(default_factory=list)
    """Moves that opened an incident, each with what it says."""
    stuck: list[Visited] = field(default_factory=list)
    """States that nothing leads out of."""
    entered: set[str] = field(default_factory=set)
    taken: set[tuple[str, int]] = field(default_factory=set)
    """By source and position."""
    moves: int = 0
    is_complete: bool = False
    _known: dict[Hashable, int] = field(default_factory=dict)
    _ways: list[tuple[int, int]] = field(default_factory=list)
    """Which state leads to which, by their numbers in `visited`."""
    _frontier: list[tuple[int, int, int, _Waiting]] = field(default_factory=list)
    _count: int = 0

    @property
    def survey(self) -> Survey:
        return self.trials.survey

    def run(self, openings: Iterable[Visited], go_on: GoOn) -> None:
        """Tries moves until none is left, or time is up."""
        for opened in openings:
            self._arrive(opened, is_new=True)
        while self._frontier and go_on():
            rank, _, number, waiting = heappop(self._frontier)
            if self._try_some(number, waiting, go_on):
                self._push(max(rank, 0) + 1, number, waiting)
        self.is_complete = not self._frontier

    def opened(self, now: datetime, go_on: GoOn) -> Iterable[Visited]:
        """The states that a case may begin in."""
        for move in self.trials.openings(now):
            if not go_on():
                return
            try:
                turn = self._carried_out(move, None, now)
            except SopError:
                continue
            except CHART_FAILURES:
                continue
            self._note(turn)
            yield Visited(turn.state, now, move, None)

    def dead_ends(self) -> list[Visited]:
        """States from which no way leads to an end of the case; only a complete search can tell."""
        if not self.is_complete:
            return []
        backward: dict[int, list[int]] = {}
        for source, target in self._ways:
            backward.setdefault(target, []).append(source)
        ending = [number for number, found in enumerate(self.visited) if found.state.is_closed]
        seen = set(ending)
        while ending:
            for source in backward.get(ending.pop(), ()):
                if source not in seen:
                    seen.add(source)
                    ending.append(source)
        return [found for number, found in enumerate(self.visited) if number not in seen]

    # -- one state -----------------------------------------------------------------------------------------------------

    def _try_some(self, number: int, waiting: _Waiting, go_on: GoOn) -> bool:
        """Tries some moves of a state. Whether there are more."""
        if waiting.is_begun and not waiting.is_silence_tried:
            waiting.is_silence_tried = True
            self._be_silent(number, waiting)
        for _ in range(MOVES_AT_ONCE):
            if not go_on():
                return True
            try:
                move = waiting.trying.send(waiting.answer) if waiting.is_begun else next(waiting.trying)
            except StopIteration:
                if not waiting.is_silence_tried:
                    waiting.is_begun = True
                    return True
                if not waiting.has_moved:
                    self.stuck.append(waiting.at)
                return False
            waiting.is_begun = True
            try:
                turn = self._carried_out(move, waiting.at.state, waiting.at.now)
            except SopError as refusal:
                waiting.answer = refusal
                continue
            waiting.answer = None
            waiting.has_moved = True
            self._follow(number, turn, Visited(turn.state, waiting.at.now, move, waiting.at))
        return True

    def _carried_out(self, move: Move, state: CaseState | None, now: datetime) -> Turn:
        self.moves += 1
        turn = move.turn(self.survey.procedure, state, now)
        assert turn is not None
        return turn

    def _be_silent(self, number: int, waiting: _Waiting) -> None:
        """Lets time pass until something is due; without clocks in the key, until the state is another."""
        at = waiting.at
        here = self._key(at.state)
        for _ in range(MAXIMUM_WAKES):
            due = casework.next_instant(at.state)
            if due is None:
                return
            waiting.has_moved = True
            now = max(due[0], at.now)
            move = Silence(due[1])
            turn = self._carried_out(move, at.state, now)
            at = Visited(turn.state, now, move, at)
            self._note(turn)
            if self._key(at.state) != here:
                self._follow(number, turn, at)
                return

    def _follow(self, number: int, turn: Turn, there: Visited) -> None:
        """Goes on where a move led, unless it failed or the state is known."""
        is_new = self._note(turn)
        before = there.before.state.incidents if there.before is not None else {}
        failed = [incident for key, incident in there.state.incidents.items() if key not in before]
        if failed:
            self.failures.append((there, failed[0].message))
            return
        target = self._arrive(there, is_new)
        self._ways.append((number, target))

    def _note(self, turn: Turn) -> bool:
        """Keeps what was entered and taken. Whether a transition was taken for the first time."""
        for step in turn.steps:
            self.entered.update(step.entered)
        taken = {(found.source, found.index) for found in turn.taken}
        is_new = not taken <= self.taken
        self.taken |= taken
        return is_new

    def _arrive(self, there: Visited, is_new: bool) -> int:
        key = self._key(there.state)
        known = self._known.get(key)
        if known is not None:
            return known
        number = self._known[key] = len(self.visited)
        self.visited.append(there)
        self.entered.update(there.state.snapshot.configuration)
        if not there.state.is_closed:
            waiting = _Waiting(there, self.trials.moves(there.state, there.now))
            self._push(0 if is_new else 1, number, waiting)
        return number

    def _key(self, state: CaseState) -> Hashable:
        return key_of(self.survey, state, with_clocks=self.with_clocks)

    def _push(self, rank: int, number: int, waiting: _Waiting) -> None:
        """The newest first of those that took a transition for the first time, then the eldest."""
        self._count += 1
        heappush(self._frontier, (rank, -self._count if rank == 0 else self._count, number, waiting))
