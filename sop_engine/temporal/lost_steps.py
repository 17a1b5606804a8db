"""Setting records back that tell steps which a case never took."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import datetime

from sqlalchemy import Engine

from sop_engine.records.last_writes import LastWrite, LastWrites
from sop_engine.records.rewriting import set_back
from sop_engine.temporal.living import LivedCase, LivedCases

LOG = logging.getLogger("sop.records")


class LostSteps:
    """Asks the server of what the records were given last, and replays the cases of which it was lost."""

    def __init__(self, engine: Engine, cases: LivedCases) -> None:
        self._engine = engine
        self._cases = cases
        self._writes = LastWrites(engine)

    async def mend(self, since: datetime, until: datetime) -> AsyncIterator[str]:
        """Sets back every case that wrote last in this time and never took it. Gives the id of each."""
        for write in await asyncio.to_thread(self._writes.between, since, until):
            if not await self._cases.histories.is_lost(write):
                continue
            latest = await self._cases.histories.latest(write.case_id)
            lived = await self._cases.live(latest) if latest is not None else None
            if lived is None or lived.failure:
                LOG.error("%s wrote steps that were lost, and its history cannot be read", write.case_id)
            elif await self._set_back(write, lived):
                LOG.warning("%s never took the steps that it wrote at %s: set back", write.case_id, write.at)
                yield write.case_id

    async def mend_one(self, lived: LivedCase) -> None:
        """The same for a case that was replayed already."""
        write = await asyncio.to_thread(self._writes.of, lived.latest.workflow_id)
        if write is not None and await self._cases.histories.is_lost(write):
            await self._set_back(write, lived)

    async def _set_back(self, write: LastWrite, lived: LivedCase) -> bool:
        if not lived.published:
            return False
        return await asyncio.to_thread(set_back, self._engine, lived.published[-1], write.at)
