"""Whether the workflow task in which a case last wrote its records came to anything.

A case writes before the server has its answer. Where the worker dies in between, or the case is reset, the records tell
steps that the case never took or does not know any more, and it says so only with its next step. A row is dated with
the start of its workflow task, so the history shows whether that task ended.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.workflowservice.v1 import (
    DescribeWorkflowExecutionRequest,
    GetWorkflowExecutionHistoryReverseRequest,
)
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from sop_engine.temporal.executions import Run

EXACT = timedelta(microseconds=10)
"""By how much the start of a task as a case knows it may differ from the event's: both are rounded."""
SLACK = timedelta(seconds=1)
"""By how much events may be dated out of order."""
PAGE = 50


async def is_lost(client: Client, latest: Run, written_at: datetime) -> bool:
    """Whether a case, of which this is the latest run, goes on and never took what it wrote then.

    What is under way is not lost.
    """
    if latest.status != WorkflowExecutionStatus.RUNNING:
        return False
    execution = WorkflowExecution(workflow_id=latest.workflow_id, run_id=latest.run_id)
    request = DescribeWorkflowExecutionRequest(namespace=client.namespace, execution=execution)
    try:
        described = await client.workflow_service.describe_workflow_execution(request)
        if described.HasField("pending_workflow_task"):
            return False
        return await _is_unknown(_backwards(client, execution), written_at)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return False
        raise


async def _is_unknown(events: AsyncIterator[HistoryEvent], written_at: datetime) -> bool:
    """Whether no workflow task of a run began then and was completed, although the run had begun."""
    completed: set[int] = set()
    async for event in events:
        at = event.event_time.ToDatetime(tzinfo=UTC)
        match event.event_type:
            case EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
                completed.add(event.workflow_task_completed_event_attributes.started_event_id)
            case EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED if abs(at - written_at) <= EXACT:
                return event.event_id not in completed
            case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED if at > written_at:
                # Of the run before, which did not end before the records had everything.
                return False
            case _ if at < written_at - SLACK:
                return True
            case _:
                continue
    return True


async def _backwards(client: Client, execution: WorkflowExecution) -> AsyncIterator[HistoryEvent]:
    token = b""
    while True:
        found = await client.workflow_service.get_workflow_execution_history_reverse(
            GetWorkflowExecutionHistoryReverseRequest(
                namespace=client.namespace, execution=execution, maximum_page_size=PAGE, next_page_token=token
            )
        )
        for event in found.history.events:
            yield event
        token = found.next_page_token
        if not token:
            return
