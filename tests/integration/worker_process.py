"""A worker as a process of its own."""

from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.integration.installation import Installation, kill


@asynccontextmanager
async def process(house: Installation, module: str = "worker", **environment: str) -> AsyncIterator[Process]:
    running = await house.worker_process(module, **environment)
    try:
        yield running
    finally:
        await kill(running)
