"""A worker as a process of its own."""

from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sop_engine.temporal.queues import watch_id
from tests.integration.installation import Installation, kill, until

PATIENCE = 120.0
"""Seconds in which the first worker of an installation is there, on a machine that has much else to do."""


@asynccontextmanager
async def process(house: Installation, module: str = "worker", **environment: str) -> AsyncIterator[Process]:
    running = await house.worker_process(module, **environment)
    try:
        yield running
    finally:
        await kill(running)


async def first_worker(house: Installation) -> None:
    """Waits until the first worker of an installation is there: it starts what never ends."""
    watch = watch_id(house.settings.task_queue)
    await until(lambda: house.gateway.is_running(watch), "the first worker", within=PATIENCE)
