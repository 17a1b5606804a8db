"""The `sop` command: hands the worker to the console, which does the rest."""

import asyncio
from typing import TYPE_CHECKING

from sop_engine.console.application import run
from sop_engine.settings import Settings

if TYPE_CHECKING:
    from temporalio.client import Client
    from temporalio.worker import Interceptor


async def serve(
    client: "Client",
    settings: Settings,
    ready: asyncio.Event,
    stop: asyncio.Event,
    *,
    stand_in: "Interceptor | None" = None,
) -> None:
    """A worker beside the command. Loaded when a command needs it: it brings the whole engine along."""
    import worker

    await worker.serve(client, settings, ready, stop, stand_in=stand_in)


def main() -> None:
    run(serve)


if __name__ == "__main__":
    main()
