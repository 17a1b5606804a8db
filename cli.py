"""The `sop` command: hands the worker to the console, which does the rest."""

import asyncio
from typing import TYPE_CHECKING

from sop_engine.console.application import run
from sop_engine.settings import Settings

if TYPE_CHECKING:
    from temporalio.client import Client


async def serve(
    client: "Client", settings: Settings, ready: asyncio.Event, stop: asyncio.Event, *, alone: bool = False
) -> None:
    """A worker beside the command. Loaded when a command needs it: it brings the whole engine along."""
    import worker

    await worker.serve(client, settings, ready, stop, alone=alone)


def main() -> None:
    run(serve)


if __name__ == "__main__":
    main()
