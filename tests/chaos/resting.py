"""When everything has come to rest: no case has a workflow task or an activity under way."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import WorkflowExecutionStatus
from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionRequest, DescribeWorkflowExecutionResponse
from temporalio.client import Client, WorkflowQueryFailedError
from temporalio.service import RPCError

from activities.records_care import UNDER_WAY
from sop_engine.cases.contracts.watching import WatchState
from sop_engine.temporal.queues import watch_id

PASSES = 2
"""Looks at everything, one after the other, that must find it idle."""
PAUSE = 0.5
ENGINE_ATTEMPTS = 3
"""Attempts of a workflow task after which it is not the kills that fail it."""


async def running_cases(client: Client) -> set[str]:
    """Every open execution that the server lists."""
    return {execution.id async for execution in client.list_workflows("ExecutionStatus = 'Running'")}


async def all_cases(client: Client) -> set[str]:
    return {execution.id async for execution in client.list_workflows()}


async def at_rest(client: Client, known: Iterable[str], patience: float) -> list[str]:
    """Waits until every case is idle. What is not by then is told, each with what it is about."""
    deadline = asyncio.get_running_loop().time() + patience
    quiet = 0
    busy: list[str] = ["nothing was looked at"]
    while asyncio.get_running_loop().time() < deadline:
        with suppress(RPCError):
            cases = await running_cases(client) | set(known)
            busy = [found for case_id in sorted(cases) if (found := await _busy(client, case_id))]
            quiet = quiet + 1 if not busy else 0
            if quiet == PASSES:
                return []
        await asyncio.sleep(PAUSE)
    return busy


async def looked(client: Client, task_queue: str, patience: float) -> bool:
    """Has the watch look once everything has been at rest for long enough, and answers whether it did."""
    long_enough, deadline = datetime.now(UTC) + UNDER_WAY, asyncio.get_running_loop().time() + patience
    handle = client.get_workflow_handle(watch_id(task_queue))
    while asyncio.get_running_loop().time() < deadline:
        with suppress(RPCError, WorkflowQueryFailedError):
            state: WatchState = await handle.query("state", result_type=WatchState)
            if state.looked_at is not None and state.looked_at > long_enough:
                return True
            if datetime.now(UTC) > long_enough:
                await handle.signal("look")
        await asyncio.sleep(PAUSE)
    return False


async def _busy(client: Client, case_id: str) -> str | None:
    described = await describe(client, case_id)
    if described.workflow_execution_info.status != WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING:
        return None
    if described.HasField("pending_workflow_task"):
        task = described.pending_workflow_task
        since = datetime.now(UTC) - task.original_scheduled_time.ToDatetime(UTC)
        failing = ", which keeps failing" if task.attempt >= ENGINE_ATTEMPTS else ""
        return f"{case_id}: workflow task{failing}, attempt {task.attempt}, for {since.total_seconds():.0f} s"
    if described.pending_activities:
        activity = described.pending_activities[0]
        why = activity.last_failure.message or "no failure"
        return f"{case_id}: activity {activity.activity_type.name}, attempt {activity.attempt}: {why}"
    return None


async def describe(client: Client, case_id: str) -> DescribeWorkflowExecutionResponse:
    request = DescribeWorkflowExecutionRequest(
        namespace=client.namespace, execution=WorkflowExecution(workflow_id=case_id)
    )
    return await client.workflow_service.describe_workflow_execution(request)
