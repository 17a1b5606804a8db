"""Watches whether a worker's records are those that the cases know, and keeps errands back while they are not."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError

from sop_engine.cases.contracts.records import UNKNOWN, RecordsFitness, RecordsMark, judge, known_of
from sop_engine.records.file import REMEDY, RecordsGone
from sop_engine.records.gaps import Gaps
from sop_engine.records.identity import RecordsIdentity
from sop_engine.temporal.anchor import Anchor
from sop_engine.temporal.queues import RECORDS_UNFIT

LOG = logging.getLogger("sop.records")

EVERY = 60.0
"""Seconds between two looks."""
TOLD_WITHIN = 2.0
"""Seconds within which the cases learn of errands that were carried out; of a number, at once."""
LONG_AGO = datetime.min.replace(tzinfo=UTC)
LOOK_AGAIN = timedelta(seconds=5)
"""Errands that are kept back have it looked at again, but not more often."""
TRY_AGAIN = timedelta(seconds=30)


class RecordsGuard:
    """One per worker. Without an anchor it keeps only the marks and holds nothing back."""

    def __init__(self, engine: Engine, anchor: Anchor | None = None) -> None:
        self.identity = RecordsIdentity(engine)
        self.gaps = Gaps(engine)
        self.fitness: RecordsFitness | None = None
        """As last looked at; what was never looked at is not doubted."""
        self._anchor = anchor
        self._known: RecordsMark | None = None
        self._looked_at = LONG_AGO
        self._untold = asyncio.Event()

    async def judged(self) -> RecordsFitness:
        """Compares the records with what the cases know; changes nothing."""
        # What is known is read first: records only rise, so that an errand of this moment never makes them look old.
        known = self._known
        try:
            known = await self.known()
            if known is None and self._anchor is not None and await self._is_empty() and await self._anchor.has_cases():
                known = RecordsMark(identity=UNKNOWN)
        except RecordsGone as error:
            return RecordsFitness.gone(str(error), REMEDY, known)
        self._known = known
        return await self._compare()

    async def known(self) -> RecordsMark | None:
        """What the cases know of their records: what was told with the records' own seal, whatever else anybody told.

        Where nothing has it, the records are others, or an earlier release told of them: then all that was told counts.
        """
        if self._anchor is None:
            return self._known
        told = await self._anchor.told()
        sealed = await asyncio.to_thread(self.identity.sealed_of, told)
        known = known_of(sealed or told)
        return await asyncio.to_thread(self.identity.seal, known) if known is not None and sealed else known

    async def look(self) -> RecordsFitness:
        """Judges, says aloud what changed, and tells the cases how far fit records have come."""
        before, self.fitness = self.fitness, await self.judged()
        self._looked_at = datetime.now(UTC)
        if self.fitness.is_fit:
            await self.tell(await asyncio.to_thread(self.identity.beat))
            if before is not None and not before.is_fit:
                LOG.warning("the records are fit again: numbers and money work go on")
        else:
            if self._anchor is not None and self._known is not None and self._known.identity == UNKNOWN:
                await self._anchor.tell(self._known)
            if before is None or before.verdict != self.fitness.verdict:
                LOG.error(
                    "%s (%s). Numbers and money work wait until this is mended: %s",
                    self.fitness.what,
                    self.fitness.verdict,
                    self.fitness.remedy,
                )
        return self.fitness

    def changed(self) -> None:
        """The records were mended: the next errand that is kept back has it looked at again."""
        self._looked_at = LONG_AGO

    async def run(self) -> None:
        """Looks each minute, and tells of errands soon after they were carried out. To be cancelled."""
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._untold.wait(), EVERY)
            try:
                if self._untold.is_set():
                    await asyncio.sleep(TOLD_WITHIN)
                    self._untold.clear()
                    await self._tell_errands()
                if datetime.now(UTC) - self._looked_at >= timedelta(seconds=EVERY):
                    await self.look()
            except (RPCError, SQLAlchemyError) as error:
                LOG.warning("the records could not be compared with what the cases know: %s", error)
                await asyncio.sleep(TOLD_WITHIN)

    async def leave(self) -> None:
        """Tells of errands once more, when a worker ends: an older copy that is put back then is known as one."""
        try:
            await self._tell_errands()
        except (RPCError, SQLAlchemyError) as error:
            LOG.warning("what was carried out last could not be told: %s", error)

    async def require(self, *, can_wait: bool) -> None:
        """Raises the failure of an errand that must wait, where the records cannot be relied on."""
        if self.fitness is None:
            return
        if self.fitness.is_fit:
            self.fitness = await self._compare()
            if self.fitness.is_fit:
                return
        if datetime.now(UTC) - self._looked_at >= LOOK_AGAIN and (await self.look()).is_fit:
            return
        raise ApplicationError(
            f"{self.fitness.what}; this waits until it is mended: {self.fitness.remedy}",
            type=RECORDS_UNFIT,
            non_retryable=not can_wait,
            next_retry_delay=TRY_AGAIN if can_wait else None,
        )

    async def carried_out(self, key: str, activity: str, case_id: str, *, at_once: bool) -> None:
        """Keeps that an errand was carried out, and has the cases know it: at once for a number."""
        mark = await asyncio.to_thread(self.identity.carried_out, key, activity, case_id)
        if at_once:
            await self.tell(mark)
        else:
            self._untold.set()

    async def tell(self, mark: RecordsMark) -> None:
        """Has the cases know how far the records have come."""
        if self._anchor is not None:
            await self._anchor.tell(mark)
        known = self._known
        self._known = known.raised(mark) if known is not None and known.identity == mark.identity else mark

    async def _tell_errands(self) -> None:
        if self.fitness is not None and self.fitness.is_fit:
            await self.tell(await asyncio.to_thread(self.identity.present))

    async def _compare(self) -> RecordsFitness:
        try:
            present = await asyncio.to_thread(self.identity.present)
            found = judge(present, self._known, is_new=await asyncio.to_thread(self.identity.is_new))
            lasting = await asyncio.to_thread(self.gaps.lasting, datetime.now(UTC))
        except RecordsGone as error:
            return RecordsFitness.gone(str(error), REMEDY, self._known)
        if found.is_fit and lasting:
            gap = lasting[0]
            return found.lacking(
                f"the journal of {gap.case_id} lacks step {gap.step - 1}, and the case goes on from it"
            )
        return found

    async def _is_empty(self) -> bool:
        return await asyncio.to_thread(self.identity.is_empty)
