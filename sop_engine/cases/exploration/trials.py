"""What can be tried in a state of a case: every move that it may meet, with the values that part its ways."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sop_engine.basis.faults import InvalidInput, SopError
from sop_engine.cases.exploration import moves
from sop_engine.cases.exploration.inputs import inputs_of
from sop_engine.cases.exploration.moves import Move
from sop_engine.cases.exploration.survey import Survey
from sop_engine.cases.lint.events import outcomes_of
from sop_engine.cases.running import events
from sop_engine.cases.running.effects.sending import is_heard
from sop_engine.cases.running.reading import event_of
from sop_engine.cases.running.state import CaseState, Child, HumanTask, SentNotice, Work
from sop_engine.cases.running.turn import Turn
from sop_engine.cases.running.uniqueness import TAKEN
from sop_engine.cases.written.definition import UNIQUE, EventSpec
from sop_engine.cases.written.fields import FieldSpec, read_value
from sop_engine.cases.written.pools import Pools, combinations, spec_of, variations
from sop_engine.cases.written.procedure import Procedure
from sop_engine.cases.written.task import TaskSpec
from sop_engine.statechart.model import matches
from sop_engine.work.catalogue import WORKS
from sop_engine.work.plain import plain_value
from sop_engine.work.shapes import of_model

Trying = Generator[Move, SopError | None, None]
"""Moves to try; of each it is told why the core refused it, or none."""

MAXIMUM_ROUNDS = 4
"""Of conditions of a form that are satisfied one after the other."""
MAXIMUM_FAILURES = 3
"""How often no values are found with which a form passes, until its plain ones alone are tried."""


@dataclass
class Trials:
    """Makes the moves of one procedure; remembers by which values forms passed their checks."""

    survey: Survey
    passed: dict[str, dict[str, int]] = field(default_factory=dict)
    failed: dict[str, int] = field(default_factory=dict)

    @property
    def procedure(self) -> Procedure:
        return self.survey.procedure

    def pools(self, now: datetime) -> Pools:
        return Pools(self.survey.constants, self.survey.places, now, self.procedure.calendar.local_date(now))

    def openings(self, now: datetime) -> Iterator[Move]:
        """Ways to open a case: with the least, with the most, and with what parts the ways."""
        pools = self.pools(now)
        data = self.procedure.definition.data
        tried: dict[str, tuple[Any, ...]] = {}
        for name in inputs_of(self.survey):
            values = pools.of(data[name], (name,)) if name in self._parting else pools.of(data[name], (name,))[:1]
            tried[name] = values if data[name].required else (None, *values)
        fullest = {name: min(len(pool) - 1, 0 if data[name].required else 1) for name, pool in tried.items()}
        for plain in ({}, fullest) if any(fullest.values()) else ({},):
            yield from self._moves(moves.Opens, self.procedure.sop, tried, variations(tried, self.survey.groups, plain))

    def moves(self, state: CaseState, now: datetime) -> Trying:
        """Everything that can happen next but silence: first as plain as can be, then with all other values."""
        later: list[Trying] = []
        for task in state.open_tasks():
            spec = self.procedure.shapes[task.state].task
            assert spec is not None
            for outcome in spec.outcomes:
                later.append((yield from self._completion(task, spec, outcome, now)))
                answer = yield (skip := moves.Skips(f"{task.key}.{outcome}"))
                if asked := self._asked(answer, now):
                    yield replace(skip, values=asked)
        several: list[Iterator[Move]] = [
            *(self._results(work, now) for work in state.works.values() if work.status == "running"),
            *(ends for child in state.live_children() for ends in self._ends(child, now)),
            *(self._told(notice) for notice in state.notices.values() if notice.status in ("starting", "waiting")),
            *self._records(state, now),
            *self._events(state, now),
        ]
        for ways in several:
            if (first := next(ways, None)) is not None:
                yield first
        for ways in (*later, *several):
            yield from ways

    # -- tasks ---------------------------------------------------------------------------------------------------------

    def _told(self, notice: SentNotice) -> Iterator[Move]:
        """What may come of a notice: that it was kept, and that it failed where the SOP hears of that."""
        yield moves.NoticeComes(f"{notice.key}.kept")
        if is_heard(self.procedure, f"{notice.name}.failed"):
            yield moves.NoticeComes(f"{notice.key}.failed")

    def _completion(
        self, task: HumanTask, spec: TaskSpec, outcome: str, now: datetime
    ) -> Generator[Move, SopError | None, Trying]:
        """Completes a task by values with which its checks pass, and gives the other ways to complete it so."""
        name, data = f"{task.state}.{outcome}", self.procedure.definition.data
        pools, tried = self.pools(now), {}
        for entry in spec.form:
            if not entry.read_only:
                known = data[entry.field]
                values = pools.of(known, (entry.field,))
                if entry.field not in self._parting:
                    values = values[:1]
                elif not entry.is_required(known):
                    values = (*values, None)
                tried[entry.field] = values
        what = f"{task.key}.{outcome}"
        best = {**dict.fromkeys(tried, 0), **self.passed.get(name, {})}
        answer = yield self._move(moves.Completes, what, tried, best)
        rounds = MAXIMUM_ROUNDS if self.failed.get(name, 0) < MAXIMUM_FAILURES else 0
        for _ in range(rounds):
            wrong = self._wrong(spec, answer)
            if answer is None or not wrong:
                break
            names = [name for check in wrong for name in self._fields(spec.checks[check].rule) if name in tried]
            for choice in combinations(tried, tuple(dict.fromkeys(names)), best):
                told = yield self._move(moves.Completes, what, tried, choice)
                if told is None or (self._wrong(spec, told) and len(told.faults) < len(answer.faults)):
                    best, answer = choice, told
                    break
            else:
                break
        if answer is not None:
            self.failed[name] = self.failed.get(name, 0) + 1
            return _nothing()
        self.passed[name] = best
        others = variations(tried, self.survey.groups, best)
        next(others)
        return self._each(self._moves(moves.Completes, what, tried, others))

    @staticmethod
    def _wrong(spec: TaskSpec, answer: SopError | None) -> tuple[str, ...]:
        """The checks that a form did not pass."""
        faults = answer.faults if isinstance(answer, InvalidInput) else ()
        return tuple(fault.where for fault in faults if fault.where in spec.checks)

    def _fields(self, rule: str) -> tuple[str, ...]:
        return self.procedure.expression(rule).reads

    @staticmethod
    def _each(found: Iterator[Move]) -> Trying:
        yield from found

    def _asked(self, answer: SopError | None, now: datetime) -> dict[str, Any]:
        """The plainest values for the fields without which a task is not skipped."""
        data = self.procedure.definition.data
        faults = answer.faults if isinstance(answer, InvalidInput) else ()
        pools = {
            fault.where: self.pools(now).of(data[fault.where], (fault.where,))
            for fault in faults
            if fault.where in data
        }
        return {name: pool[0] for name, pool in pools.items() if pool}

    # -- machines ------------------------------------------------------------------------------------------------------

    def _results(self, work: Work, now: datetime) -> Iterator[Move]:
        spec = self.procedure.shapes[work.state].work
        assert spec is not None
        contract = WORKS.get(work.activity)
        tried: dict[str, tuple[Any, ...]] = {}
        shape = of_model(contract.gives) if contract is not None else None
        parts = shape.parts if shape is not None else {}
        for key in dict.fromkeys((*parts, *spec.store.values())):
            part = parts.get(key)
            wanted = self._stored(spec.store, key) or (spec_of(part.shape, key) if part is not None else None)
            first = (plain_value(key, part),) if part is not None else ()
            echoed = work.values.get(key)
            if echoed is not None and (wanted is None or not read_value(wanted, echoed, key)[1]):
                first = (echoed, *first)
            tried[key] = self._answers(first, wanted, spec.store, key, now)
        yield from self._moves(moves.WorkDone, f"{work.key}.done", tried, variations(tried, self._groups(spec.store)))
        if "failed" in self.procedure.heard_after(work.state):
            yield moves.WorkFailed(f"{work.key}.failed")

    def _ends(self, child: Child, now: datetime) -> Iterator[Iterator[Move]]:
        spec = self.procedure.shapes[str(child.state)].child
        known = self.survey.sops.get(child.sop)
        assert spec is not None
        outcomes: dict[str, tuple[str, ...]] = {"cancelled": tuple(known.cancelled_with) if known is not None else ()}
        outcomes |= outcomes_of(known) if known is not None else {"done": ()}
        for outcome, keys in outcomes.items():
            tried: dict[str, tuple[Any, ...]] = {}
            for key in keys:
                wanted = self._stored(spec.store, key) or (known.data.get(key) if known is not None else None)
                tried[key] = self._answers((), wanted, spec.store, key, now)
            ways = variations(tried, self._groups(spec.store))
            yield self._moves(moves.ChildEnds, f"{child.key}.{outcome}", tried, ways)

    def _records(self, state: CaseState, now: datetime) -> Iterator[Iterator[Move]]:
        """What the records may answer of rows that were asked for, and of unique values, where the chart goes by it."""
        turn = Turn(self.procedure, state, now)
        for name in state.reads:
            found, missing = event_of(name, is_missing=False), event_of(name, is_missing=True)
            is_parting = name in self._parting
            if state.snapshot.data.get(name) is None and (is_parting or events.awaited(turn, found)):
                records = self.pools(now).of(self.procedure.definition.data[name], (name,))
                tried = [record for record in records if isinstance(record, Mapping)]
                yield iter([moves.RowRead(found, record) for record in (tried if is_parting else tried[:1])])
            if state.reads[name].version == 0 and events.awaited(turn, missing):
                yield iter([moves.RowRead(missing)])
        for name in state.unique:
            if events.awaited(turn, taken := f"{UNIQUE}.{name}.{TAKEN}"):
                yield iter([moves.ValueTaken(taken)])

    def _stored(self, store: Mapping[str, str], key: str) -> FieldSpec | None:
        """The field that keeps a datum of a result."""
        return next((self.procedure.definition.data[name] for name, each in store.items() if each == key), None)

    def _answers(
        self, first: Sequence[Any], wanted: FieldSpec | None, store: Mapping[str, str], key: str, now: datetime
    ) -> tuple[Any, ...]:
        """What is tried for one datum of a result, beginning with what is given."""
        field = next((name for name, each in store.items() if each == key), None)
        is_parting = field in self._parting or ("_event", key) in self.survey.places
        values = list(first)
        if wanted is not None and (is_parting or not values):
            place = (field,) if field is not None else ("_event", key)
            # Of a role a person may write what is none; works and children give those of the books.
            pools = replace(self.pools(now), named=self.survey.giving_roles)
            values += [value for value in pools.of(wanted, place) if value not in values]
        return (tuple(values) if is_parting else tuple(values[:1])) or (None,)

    def _groups(self, store: Mapping[str, str]) -> tuple[tuple[str, ...], ...]:
        """The groups of names, those of fields by the data that they keep."""
        return tuple(tuple(store.get(name, name) for name in group) for group in self.survey.groups)

    # -- events --------------------------------------------------------------------------------------------------------

    def _events(self, state: CaseState, now: datetime) -> Iterator[Iterator[Move]]:
        turn = Turn(self.procedure, state, now)
        for name, spec in self.procedure.definition.events.items():
            if not (events.awaited(turn, name) or self._is_kept(name, spec)):
                continue
            tried: dict[str, tuple[Any, ...]] = {}
            for key, declared in spec.data.items():
                is_stored = spec.store and key in self.procedure.definition.data
                is_parting = (is_stored and key in self._parting) or ("_event", key) in self.survey.places
                values = self.pools(now).of(declared, (key,) if is_stored else ("_event", key))
                values = values if is_parting else values[:1]
                tried[key] = values if declared.required or not is_parting else (*values, None)
            kind = moves.Reports if spec.roles and not spec.machines else moves.Hears
            yield self._moves(kind, name, tried, variations(tried, self.survey.groups))

    def _is_kept(self, name: str, spec: EventSpec) -> bool:
        """Whether an event that no transition waits for in any state changes fields on which ways part."""
        if not spec.store or not any(key in self._parting for key in spec.data):
            return False
        states = self.procedure.chart.states.values()
        waited = (event for state in states for transition in state.on for event in transition.events)
        return not any(matches(event, name) for event in waited)

    # -- moves ---------------------------------------------------------------------------------------------------------

    @property
    def _parting(self) -> frozenset[str]:
        return self.survey.parting

    def _moves(
        self, kind: type[Move], what: str, tried: Mapping[str, Sequence[Any]], ways: Iterator[Mapping[str, int]]
    ) -> Iterator[Move]:
        return (self._move(kind, what, tried, way) for way in ways)

    @staticmethod
    def _move(kind: type[Move], what: str, tried: Mapping[str, Sequence[Any]], way: Mapping[str, int]) -> Move:
        chosen = {name: pool[way[name]] for name, pool in tried.items() if pool}
        notable = tuple(name for name in chosen if len(tried[name]) > 1 and way[name])
        if kind is not moves.WorkDone:
            # Results name all their data; of what people, other systems and children say nothing, nothing is said.
            chosen = {name: value for name, value in chosen.items() if value is not None}
        return kind(what, chosen, notable)


def _nothing() -> Trying:
    yield from ()
