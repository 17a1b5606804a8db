"""The commands `sop` and `sop-worker`: hand the worker to the console, which does the rest."""

import asyncio
import sys
from typing import TYPE_CHECKING

from sop_engine.console.application import run
from sop_engine.settings import Settings

if TYPE_CHECKING:
    from temporalio.client import Client


async def serve(client: "Client", settings: Settings, ready: asyncio.Event, stop: asyncio.Event) -> None:
    """A worker beside the command. Loaded when a command needs it: it brings the whole engine along."""
    import worker

    await worker.serve(client, settings, ready, stop)


def main() -> None:
    run(serve)


def worker() -> None:
    """`sop-worker`, which is `sop worker`: for what starts programs by one name."""
    sys.argv.insert(1, "worker")
    main()


if __name__ == "__main__":
    main()
