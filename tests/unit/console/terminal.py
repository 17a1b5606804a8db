"""Commands of `sop` as typed, without a server."""

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from typer.main import get_command
from typer.testing import CliRunner, Result

from sop_engine.console.application import application
from sop_engine.console.context import Invocation
from sop_engine.settings import Settings

NOWHERE = {"TEMPORAL_ADDRESS": "127.0.0.1:1", "COLUMNS": "100"}


async def no_worker(
    client: Any, settings: Settings, ready: asyncio.Event, stop: asyncio.Event, *, stand_in: Any = None
) -> None:
    raise AssertionError("no command here brings a worker along")


def sop(folder: Path, *arguments: str, environ: dict[str, str] | None = None, app: Any = application) -> Result:
    invocation = Invocation(serve=no_worker, environ={"SOP_DATA_DIRECTORY": str(folder), **(environ or {})})
    return CliRunner(env=NOWHERE).invoke(app, list(arguments), obj=invocation)


def all_commands(found: Any, path: Sequence[str] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    inner = getattr(found, "commands", {})
    if not inner:
        yield tuple(path), found
    for name, nested in inner.items():
        yield from all_commands(nested, (*path, name))


COMMANDS = tuple(all_commands(get_command(application)))
