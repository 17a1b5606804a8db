"""What the watch has done: of cases ended past the engine the records are closed and the relatives told."""

import asyncio

from sqlalchemy import Engine
from temporalio import activity
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from activities.access import reads
from sop_engine.cases.contracts.reading import CaseInput
from sop_engine.cases.contracts.watching import CaseEnd, CaseEnded, Looked, LookedAt, LookInput
from sop_engine.records.chains import Chains
from sop_engine.records.endings import Endings
from sop_engine.temporal.ends import end_of, ended_cases, ended_notices, live_children
from sop_engine.temporal.executions import Executions
from sop_engine.temporal.queues import CASE_ENDED, LOOK_AT_CASE, LOOK_FOR_ENDED
from sop_engine.temporal.writes import writes


class WatchActivities:
    """Ask the server with the worker's own client."""

    def __init__(self, engine: Engine) -> None:
        self._endings = Endings(engine)
        self._chains = Chains(engine)

    @activity.defn(name=LOOK_FOR_ENDED)
    @writes("journal")
    async def look_for_ended(self, given: LookInput) -> Looked:
        """Relatives are told before the records are closed, so that a look that is cut off is made again."""
        client, closed, told = activity.client(), [], []
        async for case_id in ended_cases(client, given.task_queue, given.since):
            end = await self._end_of(client, case_id)
            if end is None or not await asyncio.to_thread(self._endings.is_open, end):
                continue
            heard = [one for one in await self._relatives(client, end) if await _tell(client, one, end)]
            await asyncio.to_thread(self._endings.close, end)
            activity.logger.warning("%s; closed in the records, told: %s", end.told(), ", ".join(heard) or "nobody")
            told += heard
            closed.append(case_id)
        async for notice in ended_notices(client, given.task_queue, given.since):
            told += await self._tell_of_notice(client, notice)
        return Looked(closed=tuple(closed), told=tuple(told))

    async def _tell_of_notice(self, client: Client, notice: str) -> list[str]:
        """The case that sent it, where that is open and could be told. One that heard of it before takes no notice."""
        end = await end_of(client, await Executions(client).latest(notice, None))
        if end is None or end.parent is None:
            return []
        is_open = await asyncio.to_thread(self._endings.open_among, {end.parent})
        return [end.parent] if is_open and await _tell(client, end.parent, end) else []

    @reads
    @activity.defn(name=LOOK_AT_CASE)
    async def look_at_case(self, given: CaseInput) -> LookedAt:
        """How a relative ended, from the server itself: what a case was told of it proves nothing."""
        return LookedAt(end=await self._end_of(activity.client(), given.case_id))

    async def _end_of(self, client: Client, case_id: str) -> CaseEnd | None:
        chain = await asyncio.to_thread(self._chains.of, case_id)
        return await end_of(client, await Executions(client).latest(case_id, chain))

    async def _relatives(self, client: Client, end: CaseEnd) -> list[str]:
        """The case that waits for it and the live cases that it waits for; not those that were only started by it."""
        relatives = []
        _, parent = await asyncio.to_thread(self._endings.parent_of, end.case_id)
        if parent is not None:
            relatives.append(parent)
        for child in await live_children(client, end.case_id):
            is_known, waits_for_it = await asyncio.to_thread(self._endings.parent_of, child)
            if waits_for_it == end.case_id or not is_known:
                relatives.append(child)
        return relatives


async def _tell(client: Client, case_id: str, end: CaseEnd) -> bool:
    """Whether the case could be told: it may have ended meanwhile."""
    try:
        await client.get_workflow_handle(case_id).signal(CASE_ENDED, CaseEnded(case_id=end.case_id))
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return False
        raise
    return True
