"""What a worker tells those who look after it: metrics, and that the server is gone and back."""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from sop_engine.temporal.server import free_or_any_address
from tests.integration.complaint import COMPLAINT
from tests.integration.installation import PROJECT, Installation, installation, until

WORKER = "from sop_engine.temporal import keeper; keeper.EVERY = 1.0; import cli; cli.main()"
"""What it does every quarter of a minute, every second."""


@asynccontextmanager
async def worker_told(house: Installation, **environment: str) -> AsyncIterator[Process]:
    """`sop worker` in a process of its own, whose words are read."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", WORKER, "worker"), cwd=PROJECT, env=house.environment(**environment), stderr=PIPE
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.communicate()


async def hear(process: Process, text: str) -> str:
    """The first line with the text."""
    assert process.stderr is not None
    heard: list[str] = []
    async with asyncio.timeout(90):
        while line := (await process.stderr.readline()).decode():
            heard.append(line)
            if text in line:
                return line
    raise AssertionError(f"never said {text!r}: {heard}")


async def test_a_worker_measures_cases_acts_and_itself(tmp_path: Path) -> None:
    address = free_or_any_address(0)
    metrics = {"SOP_METRICS_ADDRESS": address}
    async with installation(tmp_path) as house, worker_told(house, **metrics) as first:
        await hear(first, f"Metrics are at http://{address}/metrics")
        await house.open("Complaint", "CMP-1", COMPLAINT)
        await house.act("CMP-1", "comment", actor="li.na", text="hello")

        async with worker_told(house, **metrics) as second:
            assert "SOP_METRICS_ADDRESS" in await hear(second, f"Metrics cannot be given at {address}")
            assert await second.wait() == 2

        async def measured() -> str | None:
            async with httpx.AsyncClient() as client:
                page = (await client.get(f"http://{address}/metrics")).text
            return page if 'status="open"' in page else None

        page: list[str] = (await until(measured, "the open case")).splitlines()
    assert [line.split()[-1] for line in page if line.startswith("sop_stuck_cases{")] == ["0"]
    (cases,) = (line for line in page if line.startswith("sop_open_cases{"))
    assert ('sop="Complaint"' in cases, cases.split()[-1]) == (True, "1")
    (acts,) = (line for line in page if line.startswith("sop_act_latency_count{"))
    assert ('act="comment"' in acts, 'workflow_type="Complaint"' in acts, acts.split()[-1]) == (True, True, "1")
    assert any(line.startswith("temporal_workflow_task_execution_latency") for line in page)
    assert first.returncode == 0


async def test_a_worker_says_that_the_server_is_gone_and_back(tmp_path: Path) -> None:
    async with installation(tmp_path) as house, worker_told(house) as process:
        await hear(process, "The worker is ready")
        await house.open("Complaint", "CMP-1", COMPLAINT)
        await house.server.kill()
        assert house.server.address in await hear(process, "does not answer; this worker goes on trying")
        await house.server.start()
        await hear(process, "answers again")
        await house.act("CMP-1", "comment", actor="li.na", text="hello")
    assert process.returncode == 0
