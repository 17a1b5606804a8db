"""The command line beside a worker in the process of a test."""

import asyncio
from collections.abc import Awaitable, Callable

from typer.testing import CliRunner, Result

from cli import serve
from sop_engine.console.application import application
from sop_engine.console.context import Invocation
from tests.integration.installation import Installation


def asking(house: Installation) -> Callable[..., Awaitable[Result]]:
    """Runs a command as it is typed, in a thread."""

    async def ask(*words: str) -> Result:
        runner = CliRunner(env={"TEMPORAL_ADDRESS": house.server.address, "COLUMNS": "160"})
        given = Invocation(serve=serve, environ={"SOP_DATA_DIRECTORY": str(house.settings.data_directory)})
        return await asyncio.to_thread(runner.invoke, application, list(words), obj=given)

    return ask
