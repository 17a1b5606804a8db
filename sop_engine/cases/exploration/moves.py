"""What can happen to a case in one move, as data: it can be told in words, and carried out on the core again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sop_engine.basis.plain import plain
from sop_engine.cases import casework
from sop_engine.cases.contracts.acts import CompleteTaskInput, EventInput, SkipTaskInput
from sop_engine.cases.contracts.commands import RunWork
from sop_engine.cases.contracts.effects import WorkResult
from sop_engine.cases.contracts.opening import OpenCaseInput
from sop_engine.cases.contracts.signals import BroughtEvent
from sop_engine.cases.people.actors import SYSTEM
from sop_engine.cases.running.effects.read import ReadResult, ask
from sop_engine.cases.running.effects.unique import UniqueResult, take
from sop_engine.cases.running.reading import FOUND
from sop_engine.cases.running.state import CaseState
from sop_engine.cases.running.turn import Turn
from sop_engine.cases.told.forms import answered
from sop_engine.cases.told.messages import CommandDone, CommandFailed, EngineWord
from sop_engine.cases.told.opening import open_case
from sop_engine.cases.written.file_samples import samples_for
from sop_engine.cases.written.procedure import Procedure
from sop_engine.cases.written.task import TaskSpec

CASE_ID = "EXPLORED"
REASON = "explored"
ANOTHER = "ANOTHER"
"""A case that has a unique value before the explored one."""


@dataclass(frozen=True)
class Move:
    """One move. Raises SopError where the core refuses it; a turn of None is one of which nothing comes."""

    what: str
    """As transitions name it: `registered.acknowledged`, of a task by its key `registered#1.acknowledged`."""
    values: Mapping[str, Any] = field(default_factory=dict)
    notable: tuple[str, ...] = ()
    """The names of those values that are not the plainest."""

    verb = ""

    def turn(self, procedure: Procedure, state: CaseState | None, now: datetime) -> Turn | None:
        """What the core makes of it."""
        raise NotImplementedError

    @property
    def parts(self) -> tuple[str, str]:
        """Of what happens to work: its key, and how it ends."""
        key, _, end = self.what.rpartition(".")
        return key, end

    def told(self) -> str:
        """The move in words, with the values that are not the plainest."""
        values = ", ".join(f"{name} {_short(self.values.get(name))}" for name in self.notable)
        return f"{self.verb}{self.what}" + (f" ({values})" if values else "")


class Opens(Move):
    """Somebody opens the case."""

    verb = "opened as "

    def turn(self, procedure: Procedure, state: CaseState | None, now: datetime) -> Turn | None:
        return open_case(procedure, CASE_ID, OpenCaseInput(data=dict(self.values)), now)


class Completes(Move):
    """A person completes a task, everything ticked and attached."""

    def turn(self, procedure: Procedure, state: CaseState | None, now: datetime) -> Turn | None:
        assert state is not None
        key, outcome = self.parts
        spec = procedure.shapes[state.tasks[key].state].task
        assert spec is not None
        act = CompleteTaskInput(
            # A person of its own for each task: four eyes are the business of the static lint.
            actor=key,
            task=key,
            outcome=outcome,
            data=self._asked(procedure, state, key, spec, now),
            checklist=tuple(spec.checklist),
            attachments={
                kind: samples_for(wanted.accept, wanted.at_least) for kind, wanted in spec.attachments.items()
            },
            reason=REASON,
        )
        return casework.perform(procedure, state, act.update, act, now)[0]

    def _asked(self, procedure: Procedure, state: CaseState, key: str, spec: TaskSpec, now: datetime) -> dict[str, Any]:
        """The values of those fields that the form asks for."""
        if all(entry.when is None for entry in spec.form):
            return dict(self.values)
        spared = answered(Turn(procedure, state, now), state.tasks[key], spec, key, self.values).spared
        return {name: value for name, value in self.values.items() if name not in spared}


class Skips(Move):
    """A supervisor goes on without the work of a task."""

    verb = "skipped "

    def turn(self, procedure: Procedure, state: CaseState | None, now: datetime) -> Turn | None:
        assert state is not None
        key, outcome = self.parts
        act = SkipTaskInput(actor=key, task=key, outcome=outcome, reason=REASON, data=dict(self.values))
        return casework.perform(procedure, state, act.update, act, now)[0]


class Reports(Move):
    """A person reports an event."""

    verb = "reported "

    def turn(self, procedure: Procedure, state: CaseState | None, now: datetime) -> Turn | None:
        assert state is not None
        act = EventInput(actor="reporter", name=self.what, data=dict(self.values))
        return casework.perform(procedure, state, act.update, act, now)[0]


class Hears(Move):
    """Another system tells an event."""

    verb = "heard "

    def turn(self, procedure: Procedure, state: CaseState | None, now: datetime) -> Turn | None:
        assert state is not None
        return casework.hear(procedure, state, now, BroughtEvent(name=self.what, data=plain(self.values)))


class WorkDone(Move):
    """Automated work ends with a result."""

    def turn(self, procedure: Procedure, state: CaseState | None, now: datetime) -> Turn | None:
        assert state is not None
        answer = WorkResult(values=dict(self.values))
        return casework.hear(procedure, state, now, CommandDone(_asked(state, self.parts[0]), answer))


class WorkFailed(Move):
    """Automated work fails for good."""

    def turn(self, procedure: Procedure, state: CaseState | None, now: datetime) -> Turn | None:
        assert state is not None
        return casework.hear(procedure, state, now, CommandFailed(_asked(state, self.parts[0]), "it failed"))


class ChildEnds(Move):
    """A child case ends with an outcome."""

    def turn(self, procedure: Procedure, state: CaseState | None, now: datetime) -> Turn | None:
        assert state is not None
        key, outcome = self.parts
        told = {"key": key, "case_id": state.children[key].case_id, "run_id": "run", "outcome": outcome}
        word = EngineWord("case.child", {**told, "result": dict(self.values)})
        return casework.hear(procedure, state, now, word)


class NoticeComes(Move):
    """A notice that is waited for comes to something: `told#1.kept`, `told#1.failed`."""

    def turn(self, procedure: Procedure, state: CaseState | None, now: datetime) -> Turn | None:
        assert state is not None
        key, word = self.parts
        notice = state.notices[key]
        told = {"key": key, "case_id": notice.id_in(state.case_id), "run_id": "run", "number": notice.heard + 1}
        report = {**told, "word": word, "at": now.isoformat(), "note": REASON}
        return casework.hear(procedure, state, now, EngineWord("case.notice", report))


class RowRead(Move):
    """The records answer what was asked of a register or another case: `reads.customer.found`, or `.missing`."""

    def turn(self, procedure: Procedure, state: CaseState | None, now: datetime) -> Turn | None:
        assert state is not None
        _, name, end = self.what.split(".")
        asking = Turn(procedure, state, now)
        ask(asking, name, state.reads[name].row, None, SYSTEM)
        answer = ReadResult(values=plain(self.values) if end == FOUND else None, version=state.reads[name].version + 1)
        return casework.hear(procedure, state, now, CommandDone(asking.commands[-1], answer))


class ValueTaken(Move):
    """The records answer that another case has a unique value."""

    def turn(self, procedure: Procedure, state: CaseState | None, now: datetime) -> Turn | None:
        assert state is not None
        _, name, _ = self.what.split(".")
        asking = Turn(procedure, state, now)
        take(asking, name, state.unique[name], None, SYSTEM)
        return casework.hear(procedure, state, now, CommandDone(asking.commands[-1], UniqueResult(holder=ANOTHER)))


class Silence(Move):
    """Nobody does anything until something is due, at `now`."""

    verb = "silence until "

    def turn(self, procedure: Procedure, state: CaseState | None, now: datetime) -> Turn | None:
        assert state is not None
        return casework.wake(procedure, state, now)


def _asked(state: CaseState, key: str) -> RunWork:
    """The work that a case asked for under a key."""
    work = state.works[key]
    return RunWork(key=key, activity=work.activity, values=work.values, attempts=1, title=key)


Way = tuple[tuple[Move, datetime], ...]
"""Moves from the opening on, each with its instant."""


def replayed(procedure: Procedure, way: Way) -> Turn:
    """The last turn of a way, carried out from the opening on."""
    turn: Turn | None = None
    for move, at in way:
        turn = move.turn(procedure, turn.state if turn is not None else None, at)
    assert turn is not None
    return turn


def _short(value: Any) -> str:
    text = str(plain(value))
    return text if len(text) <= 60 else f"{text[:60]}…"
