"""Comparing the records with what Temporal keeps of each case."""

from __future__ import annotations

import asyncio

from sqlalchemy import Engine

from sop_engine.basis.faults import NotFound
from sop_engine.cases.contracts.records import CheckRecordsInput, Difference, RecordsCheck
from sop_engine.records.comparing import differences, read_said, replayed_said
from sop_engine.records.errands_kept import KeptErrands
from sop_engine.records.identity import RecordsIdentity
from sop_engine.temporal.executions import Run
from sop_engine.temporal.histories import is_case
from sop_engine.temporal.living import LivedCase, LivedCases
from sop_engine.temporal.lost_cases import LostCases

TOLD = 300
"""How many lines of a kind an answer holds."""
LOOKS = 4
"""How often a case is read again that goes on while it is compared."""
PAUSE = 0.5
"""Seconds between two looks."""


class RecordsChecker:
    """Checks cases page by page, one at a time, so that memory holds one history."""

    def __init__(self, engine: Engine, cases: LivedCases) -> None:
        self._engine = engine
        self._cases = cases
        self._errands = KeptErrands(engine)
        self._identity = RecordsIdentity(engine)
        self._lost = LostCases(engine, cases.histories)

    async def check(self, given: CheckRecordsInput) -> RecordsCheck:
        """One page, or one case. Raises NotFound for a case that neither Temporal nor the records know."""
        if given.case_id is not None:
            return await self._check_one(given.case_id)
        page = await self._cases.histories.page(given.page, given.limit)
        found: list[Difference] = []
        unreadable: list[str] = []
        for run in page.runs:
            own, why = await self.compare(run)
            found += own
            unreadable += [f"{run.workflow_id}: {why}"] if why else []
        gone = {*page.forgotten, *(() if page.next else await self.gone())}
        lost = await self._lost.among(gone)
        found += map(self._lost.told, lost)
        gone_by_time = tuple(sorted(gone.difference(lost)))
        return RecordsCheck(
            checked=sum(map(is_case, page.runs)),
            differences=tuple(found[:TOLD]),
            gone=gone_by_time[:TOLD],
            unreadable=tuple(unreadable[:TOLD]),
            more=sum(max(0, len(lines) - TOLD) for lines in (found, unreadable)),
            more_gone=max(0, len(gone_by_time) - TOLD),
            next=page.next,
            total=0 if given.page else await self._cases.histories.count(),
        )

    async def compare(self, run: Run) -> tuple[list[Difference], str]:
        """The differences of one workflow, and why its history does not replay, where it does not."""
        found: list[Difference] = []
        why = ""
        if is_case(run):
            found, why = await self._compare_case(run)
        async for errand in self._cases.errands(run.workflow_id):
            _, result = await self._cases.read(errand)
            lacking = await asyncio.to_thread(
                self._errands.lacking, errand.kind, errand.key, errand.recorded.ended_at, result
            )
            found += [
                Difference(case_id=run.workflow_id, table=table, what=f"{errand.activity}: {what}")
                for table, what in lacking
            ]
        return list(dict.fromkeys(found)), why

    async def gone(self) -> tuple[str, ...]:
        """Cases that the records know, as rows or as somebody's child, and Temporal does not any more."""
        known = await asyncio.to_thread(self._identity.case_ids)
        return tuple(sorted(known - await self._cases.histories.ids()))

    async def _check_one(self, case_id: str) -> RecordsCheck:
        run = await self._cases.histories.latest(case_id)
        if run is None:
            if case_id in await asyncio.to_thread(self._identity.case_ids):
                if lost := await self._lost.among((case_id,)):
                    return RecordsCheck(checked=0, differences=tuple(map(self._lost.told, lost)))
                return RecordsCheck(checked=0, differences=(), gone=(case_id,))
            raise NotFound(f"there is no case {case_id}")
        found, why = await self.compare(run)
        unreadable = (f"{case_id}: {why}",) if why else ()
        return RecordsCheck(
            checked=1, differences=tuple(found[:TOLD]), unreadable=unreadable, more=max(0, len(found) - TOLD), total=1
        )

    async def _compare_case(self, run: Run) -> tuple[list[Difference], str]:
        """A case may go on meanwhile: only what is still different when it stands is a difference."""
        case_id, before = run.workflow_id, None
        for look in range(LOOKS):
            lived = await self._cases.live(run)
            found = await asyncio.to_thread(self._differences, lived)
            if not found or lived.failure or found == before:
                break
            before = found
            if look + 1 < LOOKS:
                await asyncio.sleep(PAUSE)
                run = await self._cases.histories.latest(case_id) or run
        return found, lived.failure

    def _differences(self, lived: LivedCase) -> list[Difference]:
        case_id = lived.latest.workflow_id
        kept = read_said(self._engine, case_id)
        if not lived.published:
            # A case that could not be opened has written nothing; one whose history does not replay says so elsewhere.
            return []
        return differences(case_id, kept, replayed_said(case_id, lived.published, lived.end), lived.first_step)
