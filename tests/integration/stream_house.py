"""An installation whose content has a stream of temperatures, and a procedure that hears of episodes in it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sop_engine.temporal.anchor import Anchor
from sop_engine.temporal.records_guard import RecordsGuard
from tests.integration.installation import Installation, installation
from tests.serving import serving
from tests.unit.content.stream_samples import stream_library
from worker import build_worker


@asynccontextmanager
async def stream_house(content: Path, folder: Path) -> AsyncIterator[Installation]:
    """With a worker whose cases remember its records."""
    procedures = stream_library(content, is_whole=True)
    async with installation(folder) as running:
        guard = RecordsGuard(running.engine, Anchor(running.client, running.settings.task_queue))
        await guard.look()
        async with serving(build_worker(running.client, running.settings, procedures, running.engine, guard)):
            yield running
