"""A throw-away server with a worker for the month, and the ways into it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import worker
from sop_engine.console.stack import worker_beside
from sop_engine.records.engine import open_engine
from sop_engine.settings import Settings
from sop_engine.temporal.client import connect_to
from sop_engine.temporal.gateway import CaseGateway
from sop_engine.temporal.server import EmbeddedServer
from tests.integration.ledger_office import Office


@asynccontextmanager
async def running_firm(folder: Path) -> AsyncIterator[tuple[CaseGateway, Office]]:
    """A firm without a past in a folder, and its finance office on the same records. Nothing of the installation's own
    settings: no mail leaves.
    """
    async with EmbeddedServer(data_dir=folder, ui=False) as server:
        settings = Settings(data_directory=folder)
        client = await connect_to(server.address)
        async with worker_beside(worker.serve, client, settings):
            yield CaseGateway(client, settings.task_queue), Office(open_engine(settings.database_url))
