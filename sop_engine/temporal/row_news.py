"""Telling open cases that a row which they read was changed: each then reads it again."""

import asyncio

from sqlalchemy import Engine
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from sop_engine.cases.contracts.signals import ROW_CHANGED
from sop_engine.records.readers import Readers

TOGETHER = 20
"""Signals under way at once."""


class RowNews:
    """One per worker; made where its loop runs, and used in the threads of activities."""

    def __init__(self, client: Client, engine: Engine) -> None:
        self._client = client
        self._readers = Readers(engine)
        self._loop = asyncio.get_running_loop()

    def tell(self, kept_by: str) -> None:
        """Tells each open case that reads a row which the command changed; told twice, a case does nothing more.

        Raises RPCError where the server cannot be told: the activity is tried again, and keeps nothing twice.
        """
        found = self._readers.of_command(kept_by)
        if found:
            asyncio.run_coroutine_threadsafe(self._tell(found), self._loop).result()

    async def _tell(self, found: list[tuple[str, str, str]]) -> None:
        room = asyncio.Semaphore(TOGETHER)

        async def one(case_id: str, register: str, row: str) -> None:
            async with room:
                try:
                    handle = self._client.get_workflow_handle(case_id)
                    await handle.signal(ROW_CHANGED, {"register": register, "row": row})
                except RPCError as error:
                    # One that has closed since needs no news.
                    if error.status is not RPCStatusCode.NOT_FOUND:
                        raise

        await asyncio.gather(*(one(*each) for each in found))
