"""Telling cases of episodes: each row that waits is sent as an event, whose id lets the case hear it once."""

import asyncio
from collections import defaultdict

from sqlalchemy import Engine
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from sop_engine.records.stream_lists import StreamLists, Waiting

EVENT = "event"
TOGETHER = 20
"""Cases that are told at once; what one case hears is told in order."""


class EpisodeNews:
    """One per worker; made where its loop runs, and used in the threads of activities."""

    def __init__(self, client: Client, engine: Engine) -> None:
        self._client = client
        self._lists = StreamLists(engine)
        self._loop = asyncio.get_running_loop()

    def tell(self) -> int:
        """Tells all that waits, whoever found it, and says how much it was.

        Raises RPCError where the server cannot be told: what waits still is told by whoever tries next. A worker that
        dies between telling and noting leaves it waiting; the case drops what it has heard before.
        """
        waiting = self._lists.waiting()
        if waiting:
            asyncio.run_coroutine_threadsafe(self._tell(waiting), self._loop).result()
        return len(waiting)

    async def _tell(self, waiting: list[Waiting]) -> None:
        room = asyncio.Semaphore(TOGETHER)
        of_case: defaultdict[str, list[Waiting]] = defaultdict(list)
        for each in waiting:
            of_case[each.case_id].append(each)

        async def one(case_id: str, news: list[Waiting]) -> None:
            handle = self._client.get_workflow_handle(case_id)
            told = []
            try:
                async with room:
                    for each in news:
                        await handle.signal(EVENT, {"name": each.event, "data": each.data, "id": each.id})
                        told.append(each.number)
            except RPCError as error:
                # A case that has closed since hears nothing any more.
                if error.status is not RPCStatusCode.NOT_FOUND:
                    raise
                rest = [each.number for each in news if each.number not in told]
                await asyncio.to_thread(self._lists.note, rest, "refused")
            finally:
                await asyncio.to_thread(self._lists.note, told, "told")

        ended = await asyncio.gather(*(one(*each) for each in of_case.items()), return_exceptions=True)
        for failure in ended:
            if isinstance(failure, BaseException):
                raise failure
