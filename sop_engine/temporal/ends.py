"""How executions ended that did not end themselves, as the server keeps it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import WorkflowExecutionStatus
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.workflow.v1 import WorkflowExecutionInfo
from temporalio.api.workflowservice.v1 import (
    DescribeWorkflowExecutionRequest,
    GetWorkflowExecutionHistoryReverseRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from sop_engine.cases.contracts.watching import CaseEnd, EndStatus
from sop_engine.temporal.queues import OWN_WORKFLOWS

SERVER = "the Temporal server"
ENDED: dict[int, EndStatus] = {
    WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_TERMINATED: "terminated",
    WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_TIMED_OUT: "timed_out",
    WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_FAILED: "failed",
    WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_CANCELED: "canceled",
}
"""Ends that no case comes to by its own procedure."""


async def end_of(client: Client, case_id: str, chain: str | None = None) -> CaseEnd | None:
    """How the latest run of a case ended past the engine; None where it goes on, ended by itself, or is unknown.

    A run that was reset is terminated too, but the case goes on in another one. `chain` is the first run of the chain
    that owns the id: a later start under the same id is refused, and its failure is no end of the case.
    """
    try:
        info = await _run(client, case_id)
        if chain is not None and info.first_run_id != chain:
            info = await _latest_of(client, case_id, chain) or info
        status = ENDED.get(info.status)
        if status is None:
            return None
        last = await client.workflow_service.get_workflow_execution_history_reverse(
            GetWorkflowExecutionHistoryReverseRequest(
                namespace=client.namespace, execution=info.execution, maximum_page_size=1
            )
        )
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise
    by, reason = _told_by(last.history.events[0])
    return CaseEnd(
        case_id=case_id,
        first_run_id=info.first_run_id,
        status=status,
        at=info.close_time.ToDatetime(tzinfo=UTC),
        by=by,
        reason=reason[:1_000],
        parent=info.parent_execution.workflow_id or None,
    )


async def _run(client: Client, case_id: str, run_id: str = "") -> WorkflowExecutionInfo:
    execution = WorkflowExecution(workflow_id=case_id, run_id=run_id)
    request = DescribeWorkflowExecutionRequest(namespace=client.namespace, execution=execution)
    return (await client.workflow_service.describe_workflow_execution(request)).workflow_execution_info


async def _latest_of(client: Client, case_id: str, chain: str) -> WorkflowExecutionInfo | None:
    """The latest run of a chain that another start came after; none where the server has forgotten it."""
    listed = [run async for run in client.list_workflows(f"WorkflowId = '{_quoted(case_id)}'")]
    for run in sorted(listed, key=lambda run: run.start_time, reverse=True):
        info = await _run(client, case_id, run.run_id)
        if info.first_run_id == chain:
            return info
    return None


def _quoted(case_id: str) -> str:
    return case_id.replace("'", "''")


def _told_by(event: HistoryEvent) -> tuple[str, str]:
    if event.HasField("workflow_execution_terminated_event_attributes"):
        ended = event.workflow_execution_terminated_event_attributes
        return ended.identity or SERVER, ended.reason
    if event.HasField("workflow_execution_failed_event_attributes"):
        return "the case itself", event.workflow_execution_failed_event_attributes.failure.message
    return SERVER, ""


async def ended_cases(client: Client, task_queue: str, since: datetime | None) -> AsyncIterator[str]:
    """Ids of cases with a run that ended past the engine, some of which go on in another one."""
    statuses = "('Terminated', 'TimedOut', 'Failed', 'Canceled')"
    closed_since = f" AND CloseTime >= '{since.isoformat()}'" if since is not None else ""
    wanted = f"TaskQueue = '{task_queue}' AND ExecutionStatus IN {statuses}{closed_since}"
    seen: set[str] = set()
    async for execution in client.list_workflows(wanted):
        if execution.id not in seen and execution.workflow_type not in OWN_WORKFLOWS:
            seen.add(execution.id)
            yield execution.id


async def live_children(client: Client, case_id: str) -> list[str]:
    """Ids of the running executions that a case started."""
    wanted = f"ParentWorkflowId = '{_quoted(case_id)}' AND ExecutionStatus = 'Running'"
    return [execution.id async for execution in client.list_workflows(wanted)]
