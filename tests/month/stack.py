"""A throw-away server with a worker for the month, and the ways into it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import worker
from sop_engine.console.stack import worker_beside
from sop_engine.settings import Settings
from sop_engine.temporal.client import connect_to
from sop_engine.temporal.gateway import CaseGateway
from sop_engine.temporal.server import EmbeddedServer


@asynccontextmanager
async def running_firm(folder: Path) -> AsyncIterator[CaseGateway]:
    """A firm without a past in a folder. Nothing of the installation's own settings: no mail leaves."""
    async with EmbeddedServer(data_dir=folder, ui=False) as server:
        settings = Settings(data_directory=folder)
        client = await connect_to(server.address)
        async with worker_beside(worker.serve, client, settings):
            yield CaseGateway(client, settings.task_queue)
