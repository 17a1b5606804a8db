"""What the cases know of their records: kept by one long-lived workflow per task queue, read without any worker.

The workflow is told by signals. What it knows is its start input and the signals since, so its history answers even
while nobody polls, which is when a worker that starts must know.
"""

from __future__ import annotations

from collections.abc import Sequence

from temporalio.api.common.v1 import Payloads
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.service import RPCError, RPCStatusCode

from sop_engine.cases.contracts.limits import ACT_BYTES
from sop_engine.cases.contracts.records import RecordsMark
from sop_engine.temporal.queues import OWN_WORKFLOWS, RECORDS_ANCHOR, TOLD, anchor_id

SUMMARY = "What the cases know of their records 记录的标识与水位"


class Anchor:
    """Reads what is known, and tells how far the records have come."""

    def __init__(self, client: Client, task_queue: str) -> None:
        self._client = client
        self._queue = task_queue

    async def told(self) -> Sequence[RecordsMark]:
        """All that was told, by whomever, since the last run began, whose input comes first. What cannot be read, or is
        larger than a worker's word, was told by nobody of ours.
        """
        try:
            history = await self._client.get_workflow_handle(anchor_id(self._queue)).fetch_history()
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
