"""What the cases know of their records: kept by one long-lived workflow per task queue, read without any worker.

The workflow is told by signals. What it knows is its start input and the signals since, so its history answers even
while nobody polls, which is when a worker that starts must know.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from temporalio.api.common.v1 import Payloads
from temporalio.api.enums.v1 import PendingWorkflowTaskState
from temporalio.client import Client, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.service import RPCError, RPCStatusCode

from sop_engine.cases.contracts.limits import ACT_BYTES
from sop_engine.cases.contracts.records import RecordsMark
from sop_engine.temporal.queues import OWN_WORKFLOWS, RECORDS_ANCHOR, TOLD, anchor_id

LOOK_EVERY = 0.1
"""Seconds between two looks at a workflow task that is under way."""
SUMMARY = "What the cases know of their records 记录的标识与水位"


class Anchor:
    """Reads what is known, and tells how far the records have come."""

    def __init__(self, client: Client, task_queue: str) -> None:
        self._client = client
        self._queue = task_queue

    async def told(self) -> Sequence[RecordsMark]:
        """All that was told, by whomever, since the last run began, whose input comes first. What cannot be read, or is
        larger than a worker's word, was told by nobody of ours.

        The server keeps what it is told during a workflow task out of the history until that task ends, so one that is
        under way is waited for: ten seconds where its worker was killed.
        """
        memory = self._client.get_workflow_handle(anchor_id(self._queue))
        try:
            await _end_of_task_under_way(memory)
            history = await memory.fetch_history()
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return ()
            raise
        told: list[RecordsMark | None] = []
        for event in history.events:
            if event.HasField("workflow_execution_started_event_attributes"):
                told.append(await self._read(event.workflow_execution_started_event_attributes.input))
            elif event.HasField("workflow_execution_signaled_event_attributes"):
                signal = event.workflow_execution_signaled_event_attributes
                told.append(await self._read(signal.input) if signal.signal_name == TOLD else None)
        return [mark for mark in told if mark is not None]

    async def tell(self, mark: RecordsMark) -> None:
        """Has the workflow know it for good; starts the workflow where there is none."""
        await self._client.start_workflow(
            RECORDS_ANCHOR,
            mark,
            id=anchor_id(self._queue),
            task_queue=self._queue,
            start_signal=TOLD,
            start_signal_args=[mark],
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            static_summary=SUMMARY,
        )

    async def has_cases(self) -> bool:
        """Whether the server holds a case of this task queue."""
        others = " AND ".join(f"WorkflowType != '{name}'" for name in OWN_WORKFLOWS)
        found = self._client.list_workflows(f"TaskQueue = '{self._queue}' AND {others}", limit=1)
        return any([True async for _ in found])

    async def _read(self, payloads: Payloads) -> RecordsMark | None:
        if payloads.ByteSize() > ACT_BYTES:
            return None
        try:
            (mark,) = await self._client.data_converter.decode(list(payloads.payloads), [RecordsMark])
        except Exception:
            return None
        return mark if isinstance(mark, RecordsMark) else None


async def _end_of_task_under_way(memory: WorkflowHandle[Any, Any]) -> None:
    first = await _task_under_way(memory)
    while True:
        if first is None or await _task_under_way(memory) != first:
            return
        await asyncio.sleep(LOOK_EVERY)


async def _task_under_way(memory: WorkflowHandle[Any, Any]) -> tuple[str, int, int] | None:
    """What tells a workflow task that a worker has taken from every other; none where no worker has one."""
    described = (await memory.describe()).raw_description
    task = described.pending_workflow_task
    if task.state != PendingWorkflowTaskState.PENDING_WORKFLOW_TASK_STATE_STARTED:
        return None
    return described.workflow_execution_info.execution.run_id, task.started_time.ToNanoseconds(), task.attempt
