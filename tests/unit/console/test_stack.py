"""The end of a command that was told to stop."""

import subprocess
import sys

STUCK = """
import asyncio
from sop_engine.console import stack

stack.PATIENCE = 0.2

async def serve() -> None:
    await asyncio.sleep(600)

async def command() -> None:
    told = asyncio.Event()
    told.set()
    serving = asyncio.ensure_future(serve())
    await stack.until_told(serving, told)
    await serving

asyncio.run(command())
"""


def test_a_command_ends_though_its_work_does_not() -> None:
    ended = subprocess.run([sys.executable, "-c", STUCK], capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert "the worker ends without it, and another carries it out" in ended.stderr
