"""A worker beside a command, and the whole stack of an embedded server with its worker."""

import asyncio
import logging
import os
import signal
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from sop_engine.console.context import Serve
from sop_engine.settings import Settings

if TYPE_CHECKING:
    from temporalio.client import Client

PATIENCE = 30.0
"""Seconds that work in hand has, once a command was told to stop. What does not end by then is carried out by another
worker: no end of a process loses anything."""


def log_to(file: Path) -> None:
    """Sends what worker and client would print on the screen to a file. To be called before the first client."""
    from temporalio.runtime import LogForwardingConfig, LoggingConfig, Runtime, TelemetryConfig, TelemetryFilter

    file.parent.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(filename=file, filemode="w", level=logging.WARNING, force=True)
    levels = TelemetryFilter(core_level="WARN", other_level="ERROR")
    forwarding = LogForwardingConfig(logger=logging.getLogger("temporalio.core"))
    logs = LoggingConfig(filter=levels, forwarding=forwarding)
    Runtime.set_default(Runtime(telemetry=TelemetryConfig(logging=logs)), error_if_already_set=False)


@asynccontextmanager
async def worker_beside(serve: Serve, client: "Client", settings: Settings) -> AsyncIterator[asyncio.Future[None]]:
    """Runs a worker while the block runs; entered when the worker is ready. The future ends if the worker does."""
    ready, stop = asyncio.Event(), asyncio.Event()
    serving = asyncio.ensure_future(serve(client, settings, ready, stop))
    try:
        await first_of(serving, asyncio.ensure_future(ready.wait()))
        yield serving
    finally:
        stop.set()
        await serving


async def first_of(serving: asyncio.Future[None], other: asyncio.Future[bool]) -> None:
    """Waits for either. A worker that ends by itself raises what it ended of."""
    await asyncio.wait((serving, other), return_when=asyncio.FIRST_COMPLETED)
    other.cancel()
    if serving.done():
        await serving
        raise RuntimeError("the worker ended by itself")


def told_to_stop() -> asyncio.Event:
    """An event that Ctrl-C or a termination sets."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # Windows has no such handlers; Ctrl-C ends the command there.
            loop.add_signal_handler(number, stop.set)
    return stop


async def until_told(serving: asyncio.Future[None], stop: asyncio.Event) -> None:
    """Lets the worker serve until somebody stops the command, which then ends in any case."""
    await first_of(serving, asyncio.ensure_future(stop.wait()))
    # Of a thread: the SDK waits for questions that its core has lost, and Python for threads at work.
    end = threading.Timer(PATIENCE, _end_at_last)
    end.daemon = True
    end.start()


def _end_at_last() -> None:
    print(
        f"What was in hand did not end within {PATIENCE:.0f} s; the worker ends without it, and another carries it out",
        file=sys.stderr,
        flush=True,
    )
    os._exit(1)
