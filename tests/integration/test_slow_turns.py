"""A turn that takes longer than the SDK's two seconds, as on a machine that stood still for a moment."""

import asyncio
from pathlib import Path

import pytest
from temporalio.client import Client
from temporalio.worker import Worker

from sop_engine.temporal.client import connect_to
from sop_engine.temporal.server import EmbeddedServer
from sop_engine.temporal.turns import patient
from tests.integration.slow_workflow import Slow


async def test_a_run_goes_on_in_its_worker_after_a_slow_turn(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with EmbeddedServer(tmp_path, ui=False) as server:
        client: Client = await connect_to(server.address)
        async with Worker(client, task_queue="slow", workflows=[Slow]):
            handle = await client.start_workflow(Slow.run, id="slow", task_queue="slow")
            assert await asyncio.wait_for(handle.execute_update(Slow.end, str(tmp_path / "mark")), 30) == "ended"
            await asyncio.wait_for(handle.result(), 30)
    assert "Potential deadlock" in caplog.text
    assert "continually retrying eviction" not in caplog.text


async def test_a_worker_of_ours_has_patience_with_a_slow_turn(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with EmbeddedServer(tmp_path, ui=False) as server:
        client: Client = await connect_to(server.address)
        async with patient(Worker(client, task_queue="slow", workflows=[Slow])):
            handle = await client.start_workflow(Slow.run, id="slow", task_queue="slow")
            assert await asyncio.wait_for(handle.execute_update(Slow.end, str(tmp_path / "mark")), 30) == "ended"
    assert "Potential deadlock" not in caplog.text
