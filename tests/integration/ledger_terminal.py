"""Commands against an installation, as typed: in this process, for what a process of its own costs is its start."""

import asyncio
from threading import Lock

from typer.testing import CliRunner, Result

from cli import serve
from sop_engine.console.application import application
from sop_engine.console.context import Invocation
from tests.integration.installation import Installation

_ONE = Lock()
"""A command has the streams of the whole process."""


async def sop(house: Installation, *arguments: str) -> tuple[int, str, str]:
    """Exit code, data and words of a command, which runs in a thread beside the installation's worker."""
    environ = {"SOP_DATA_DIRECTORY": str(house.settings.data_directory)}

    def typed() -> Result:
        runner = CliRunner(env={"TEMPORAL_ADDRESS": house.server.address, "COLUMNS": "200"})
        with _ONE:
            return runner.invoke(application, list(arguments), obj=Invocation(serve=serve, environ=environ))

    done = await asyncio.to_thread(typed)
    return done.exit_code, done.stdout, done.stderr
