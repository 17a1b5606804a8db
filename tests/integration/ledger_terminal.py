"""Commands on a ledger, as typed."""

import asyncio
import os
import sys

from tests.integration.installation import PROJECT, Installation


async def sop(house: Installation, *arguments: str) -> tuple[int, str, str]:
    environ = {
        **os.environ,
        "TEMPORAL_ADDRESS": house.server.address,
        "COLUMNS": "200",
        "SOP_DATA_DIRECTORY": str(house.settings.data_directory),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "cli", *arguments),
        cwd=PROJECT,
        env=environ,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()
