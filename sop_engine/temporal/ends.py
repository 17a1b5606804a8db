"""How executions ended that did not end themselves, as the server keeps it."""

from collections.abc import AsyncIterator
from datetime import datetime

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.workflowservice.v1 import GetWorkflowExecutionHistoryReverseRequest
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from sop_engine.cases.contracts.watching import CaseEnd, EndStatus
from sop_engine.temporal.executions import Run, quoted
from sop_engine.temporal.queues import NOTICE, OWN_WORKFLOWS

SERVER = "the Temporal server"
ENDED: dict[int, EndStatus] = {
    WorkflowExecutionStatus.TERMINATED: "terminated",
    WorkflowExecutionStatus.TIMED_OUT: "timed_out",
    WorkflowExecutionStatus.FAILED: "failed",
    WorkflowExecutionStatus.CANCELED: "canceled",
}
"""Ends that no case comes to by its own procedure."""


async def end_of(client: Client, run: Run | None) -> CaseEnd | None:
    """How a case ended past the engine, by its latest run; None where it goes on, ended by itself, or is unknown.

    A run that was reset is terminated too, but the case goes on in another one.
    """
    status = ENDED.get(run.status) if run is not None else None
    if run is None or status is None or run.closed_at is None:
        return None
    execution = WorkflowExecution(workflow_id=run.workflow_id, run_id=run.run_id)
    request = GetWorkflowExecutionHistoryReverseRequest(
        namespace=client.namespace, execution=execution, maximum_page_size=1
    )
    try:
        last = await client.workflow_service.get_workflow_execution_history_reverse(request)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise
    by, reason = _told_by(last.history.events[0])
    return CaseEnd(
        case_id=run.workflow_id,
        first_run_id=run.first_run_id,
        status=status,
        at=run.closed_at,
        by=by,
        reason=reason[:1_000],
        parent=run.parent,
    )


def _told_by(event: HistoryEvent) -> tuple[str, str]:
    if event.HasField("workflow_execution_terminated_event_attributes"):
        ended = event.workflow_execution_terminated_event_attributes
        return ended.identity or SERVER, ended.reason
    if event.HasField("workflow_execution_failed_event_attributes"):
        return "the case itself", event.workflow_execution_failed_event_attributes.failure.message
    return SERVER, ""


async def ended_cases(client: Client, task_queue: str, since: datetime | None) -> AsyncIterator[str]:
    """Ids of cases with a run that ended past the engine, some of which go on in another one."""
    async for case_id, workflow_type in _ended(client, task_queue, since):
        if workflow_type not in OWN_WORKFLOWS:
            yield case_id


async def ended_notices(client: Client, task_queue: str, since: datetime | None) -> AsyncIterator[str]:
    """Ids of notices that were ended past the engine."""
    async for notice, workflow_type in _ended(client, task_queue, since):
        if workflow_type == NOTICE:
            yield notice


async def _ended(client: Client, task_queue: str, since: datetime | None) -> AsyncIterator[tuple[str, str]]:
    statuses = "('Terminated', 'TimedOut', 'Failed', 'Canceled')"
    closed_since = f" AND CloseTime >= '{since.isoformat()}'" if since is not None else ""
    wanted = f"TaskQueue = '{task_queue}' AND ExecutionStatus IN {statuses}{closed_since}"
    seen: set[str] = set()
    async for execution in client.list_workflows(wanted):
        if execution.id not in seen:
            seen.add(execution.id)
            yield execution.id, execution.workflow_type


async def live_children(client: Client, case_id: str) -> list[str]:
    """Ids of the running executions that a case started."""
    wanted = f"ParentWorkflowId = '{quoted(case_id)}' AND ExecutionStatus = 'Running'"
    return [execution.id async for execution in client.list_workflows(wanted)]
