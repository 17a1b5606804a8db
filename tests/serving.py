"""A worker in the process of a test."""

import asyncio
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from temporalio.worker import Worker

PATIENCE = 60.0
"""Seconds that a worker has to end; one that the SDK keeps from it is left behind, as the commands leave it."""


@asynccontextmanager
async def serving(worker: Worker, patience: float = PATIENCE) -> AsyncIterator[None]:
    """Runs a worker while the block runs. Raises what it ended of by itself.

    The SDK waits without end for questions that its core has lost. A worker that does not end is warned of.
    """
    running = asyncio.ensure_future(worker.run())
    try:
        yield
    finally:
        ending = asyncio.ensure_future(worker.shutdown())
        await asyncio.wait((running,), timeout=patience)
        if running.done():
            ending.cancel()
            await running
        else:
            warnings.warn(f"a worker did not end within {patience:.0f} s and was left behind", stacklevel=1)
