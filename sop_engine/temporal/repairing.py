"""Rebuilding from histories what the records lack.

First each case is lived again and publishes once more, which changes nothing that is there. Then the errands that the
records lack are carried out again, all cases' together in the order in which they ended: money of one case settles
another's. Killed at any instant and begun again, it goes on with what is still missing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Any, NamedTuple

from sqlalchemy import Engine

from sop_engine.basis.faults import Refused
from sop_engine.cases.contracts.records import (
    Difference,
    RecordsMark,
    RecordsRepair,
    RepairProgress,
    RepairRecordsInput,
)
from sop_engine.records.comparing import differences, read_said, replayed_said
from sop_engine.records.endings import Endings
from sop_engine.records.errands_kept import KeptErrands
from sop_engine.records.identity import RecordsIdentity
from sop_engine.records.publishing import Publisher
from sop_engine.records.rewriting import rewrite
from sop_engine.temporal.checking import RecordsChecker
from sop_engine.temporal.executions import Run
from sop_engine.temporal.histories import is_case
from sop_engine.temporal.living import Errand, LivedCase, LivedCases
from sop_engine.temporal.lost_cases import LostCases
from sop_engine.temporal.lost_steps import LostSteps
from sop_engine.temporal.missing_errands import MissingErrands

PAGE = 100
TOLD = 500
"""How many lines the answer holds: it has to fit into one message."""

Tell = Callable[[RepairProgress], None]


class RedoneErrand(NamedTuple):
    """An errand with what it was given and what it answered."""

    errand: Errand
    given: Any
    result: Any


Redo = Callable[[RedoneErrand], list[str]]
"""Carries an errand out again, and tells what came out otherwise than recorded."""


class RecordsRepairer:
    """One repair of one database."""

    def __init__(self, engine: Engine, cases: LivedCases, checker: RecordsChecker, redo: Redo) -> None:
        self._engine = engine
        self._cases = cases
        self._checker = checker
        self._redo = redo
        self._publisher = Publisher(engine)
        self._lost_steps = LostSteps(engine, cases)
        self._lost_cases = LostCases(engine, cases.histories)
        self._identity = RecordsIdentity(engine)
        self._kept = KeptErrands(engine)
        self._differences: list[Difference] = []
        self._unreadable: list[str] = []
        self._steps = 0

    async def repair(
        self, given: RepairRecordsInput, known: RecordsMark, is_foreign: bool, tell: Tell
    ) -> RecordsRepair:
        """Raises Refused for the records of others: their rows would be mixed with those of these cases."""
        if is_foreign:
            raise Refused(
                "these records belong to other cases",
                allowed=("the right database", "adopt them first: sop records adopt"),
            )
        total, done, errands = await self._cases.histories.count(), 0, 0
        with closing(MissingErrands()) as waiting:
            token, forgotten = "", set[str]()
            while True:
                page = await self._cases.histories.page(token, PAGE)
                for run in page.runs:
                    await self._read(run, waiting)
                    done += 1
                    tell(RepairProgress(stage="reading", done=done, total=max(done, total)))
                forgotten.update(page.forgotten)
                token = page.next
                if not token:
                    break
            for errand in waiting.in_order():
                await self._carry_out(errand)
                errands += 1
                tell(RepairProgress(stage="carrying_out", done=errands, total=len(waiting)))
        reason = f"{done} histories read: {self._steps} steps and {errands} errands were missing"
        mark = await asyncio.to_thread(self._identity.reach, known, "repaired", given.actor, reason)
        gone = {*forgotten, *await self._checker.gone()}
        lost = await self._lost_cases.close(gone, given.actor)
        return self._told(done, errands, tuple(sorted(gone.difference(lost))), lost, mark=mark)

    async def _read(self, run: Run, waiting: MissingErrands) -> None:
        if is_case(run):
            lived = await self._cases.live(run)
            if lived.failure:
                self._unreadable.append(f"{run.workflow_id}: {lived.failure}")
            if lived.published:
                await self._lost_steps.mend_one(lived)
                await asyncio.to_thread(self._publish, lived)
        async for errand in self._cases.errands(run.workflow_id):
            if await self._lacks(errand):
                waiting.add(errand)

    def _publish(self, lived: LivedCase) -> None:
        case_id = lived.latest.workflow_id
        before = read_said(self._engine, case_id)
        for given in lived.published:
            self._publisher.publish(given)
        if lived.end is not None:
            Endings(self._engine).close(lived.end)
        after, said = read_said(self._engine, case_id), replayed_said(case_id, lived.published, lived.end)
        if after.last_step <= said.last_step and differences(case_id, after, said, lived.first_step):
            rewrite(self._engine, lived.published, lived.end)
            after = read_said(self._engine, case_id)
        self._steps += len(after.journal.keys() - before.journal.keys())

    async def _lacks(self, errand: Errand) -> bool:
        _, result = await self._cases.read(errand)
        found = await asyncio.to_thread(self._kept.lacking, errand.kind, errand.key, errand.recorded.ended_at, result)
        return bool(found)

    async def _carry_out(self, errand: Errand) -> None:
        given, result = await self._cases.read(errand)
        found = await asyncio.to_thread(self._redo, RedoneErrand(errand, given, result))
        self._differences += [
            Difference(case_id=errand.case_id, table="errands", what=f"{errand.activity}: {what}") for what in found
        ]
        await asyncio.to_thread(self._identity.carried_out, errand.key, errand.activity, errand.case_id)

    def _told(self, cases: int, errands: int, gone: tuple[str, ...], lost: Sequence[str], **more: Any) -> RecordsRepair:
        return RecordsRepair(
            cases=cases,
            steps=self._steps,
            errands=errands,
            differences=tuple(self._differences[:TOLD]),
            gone=gone[:TOLD],
            lost=tuple(lost[:TOLD]),
            unreadable=tuple(self._unreadable[:TOLD]),
            more=sum(max(0, len(found) - TOLD) for found in (self._differences, gone, lost, self._unreadable)),
            **more,
        )
