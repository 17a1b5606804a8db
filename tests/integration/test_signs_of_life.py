"""Signs of life of activities: given of those in threads too, without a pause of anything else in the worker."""

import asyncio
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio
from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities import life
from activities.life import SignsOfLife
from sop_engine.temporal.server import EmbeddedServer

SILENT = timedelta(seconds=1)
LONG = 3.0


@activity.defn
def in_a_thread() -> int:
    activity.heartbeat("half")
    time.sleep(LONG)
    return activity.info().attempt


@activity.defn
async def on_the_loop() -> int:
    activity.heartbeat("half")
    await asyncio.sleep(LONG)
    return activity.info().attempt


@workflow.defn
class Asking:
    @workflow.run
    async def run(self, name: str) -> int:
        attempt: int = await workflow.execute_activity(
            name, start_to_close_timeout=timedelta(minutes=1), heartbeat_timeout=SILENT
        )
        return attempt


@pytest_asyncio.fixture
async def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Client]:
    monkeypatch.setattr(life, "BEATS", 0.2)
    async with EmbeddedServer(tmp_path, ui=False) as server:
        client = await Client.connect(server.address)
        async with Worker(
            client,
            task_queue="life",
            workflows=[Asking],
            activities=[in_a_thread, on_the_loop],
            activity_executor=ThreadPoolExecutor(2),
            workflow_runner=UnsandboxedWorkflowRunner(),
            interceptors=[SignsOfLife()],
            max_heartbeat_throttle_interval=timedelta(milliseconds=100),
        ):
            yield client


async def longest_pause(over: asyncio.Event) -> float:
    """Seconds for which the event loop was busy with one thing."""
    longest = 0.0
    while not over.is_set():
        began = time.monotonic()
        await asyncio.sleep(0.05)
        longest = max(longest, time.monotonic() - began)
    return longest


@pytest.mark.parametrize("name", ["in_a_thread", "on_the_loop"])
async def test_a_long_activity_is_not_begun_again_and_stops_nothing_else(client: Client, name: str) -> None:
    over = asyncio.Event()
    watching = asyncio.create_task(longest_pause(over))
    handle = await client.start_workflow(Asking.run, name, id=str(uuid4()), task_queue="life")
    told: set[str] = set()
    while not (found := (await handle.describe()).raw_description).workflow_execution_info.HasField("close_time"):
        told |= {
            bytes(payload.data).decode()
            for each in found.pending_activities
            for payload in each.heartbeat_details.payloads
        }
        await asyncio.sleep(0.2)
    over.set()
    assert await handle.result() == 1, "the first attempt is the only one"
    assert told == {'"half"'}, "what it told last is told again"
    assert await watching < LONG
