"""Somebody outside who has a connection to Temporal, and a worker of their own: what tests of forgery attack with."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.client import Client
from temporalio.common import RawValue, RetryPolicy
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from sop_engine.temporal.server import temporal_program
from tests.integration.installation import Installation

ELSEWHERE = "somebody-else"
"""The task queue of the outsider's own worker."""

OURS = "sop"

HERE = "taken-for-ours"
"""A task queue that a test takes for ours, with a worker of the outsider's."""

MINUTE = timedelta(minutes=1)
ONCE = RetryPolicy(maximum_attempts=1)


@workflow.defn(name="Thief", sandboxed=False)
class Thief:
    """Gives work to our worker."""

    @workflow.run
    async def run(self, activity: str, given: Any) -> Any:
        return await workflow.execute_activity(
            activity, given, task_queue=OURS, start_to_close_timeout=MINUTE, retry_policy=ONCE
        )


@workflow.defn(name="Caller", sandboxed=False)
class Caller:
    """Signals a case, as only a workflow can: the server notes who it was."""

    @workflow.run
    async def run(self, case_id: str, signal: str, body: Any) -> None:
        await workflow.get_external_workflow_handle(case_id).signal(signal, body)


@workflow.defn(name="Complaint", sandboxed=False)
class Cuckoo:
    """Goes on as new on our task queue, with whatever state it was given."""

    @workflow.run
    async def run(self, laid: RawValue) -> None:
        workflow.continue_as_new(laid, task_queue=OURS)


@workflow.defn(name="Hopping", sandboxed=False)
class Hopping:
    """Goes on as new on the task queue that is taken for ours, twice, and waits there."""

    @workflow.run
    async def run(self, hops: int) -> None:
        if hops == 2:
            await workflow.wait_condition(lambda: False)
        workflow.continue_as_new(hops + 1, task_queue=HERE)


@asynccontextmanager
async def outsider(address: str) -> AsyncIterator[Client]:
    """A bare client beside a worker on a task queue of its own."""
    client = await Client.connect(address)
    async with Worker(
        client,
        task_queue=ELSEWHERE,
        workflows=[Thief, Caller, Cuckoo, Hopping],
        workflow_runner=UnsandboxedWorkflowRunner(),
    ):
        yield client


async def temporal(house: Installation, *words: str, code: int = 0) -> str:
    """Runs `temporal workflow …` and gives what it said; fails unless it ends with that code."""
    running = await asyncio.create_subprocess_exec(
        temporal_program(),
        *("workflow", *words, "--address", house.server.address),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said = (await running.communicate())[0].decode()
    assert running.returncode == code, said
    return said
