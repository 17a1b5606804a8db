"""Cases whose workflow task keeps failing: by a bug of ours, or a worker too old for them. Nothing of such a case is
lost, and nothing of it goes on, until a mended worker takes it.
"""

from datetime import UTC, datetime

from pydantic import BaseModel
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.api.workflowservice.v1 import (
    DescribeNamespaceRequest,
    DescribeWorkflowExecutionRequest,
    GetWorkflowExecutionHistoryReverseRequest,
)
from temporalio.client import Client

PROBLEMS = "TemporalReportedProblems"
"""The search attribute that the server itself sets after some failed workflow tasks in a row, and clears again."""
PROBLEMS_SETTING = "system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute"
"""The server's own setting of how many; 0 switches it off."""
LAST_EVENTS = 20
"""What failed last stands among so many events at the end of a history."""
LISTED = 200


class StuckCase(BaseModel):
    """A case that stands still, and why."""

    case_id: str
    sop: str
    attempts: int
    """How often its workflow task was tried."""
    since: datetime | None
    cause: str

    def __str__(self) -> str:
        return f"{self.case_id} ({self.sop}) stands still: its workflow task failed {self.attempts} times: {self.cause}"


async def reports_problems(client: Client) -> bool:
    """Whether the server marks such cases, so that they can be listed."""
    described = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))
    return described.namespace_info.capabilities.reported_problems_search_attribute


async def stuck_cases(client: Client, task_queue: str, limit: int = LISTED) -> list[StuckCase]:
    """Every open case that the server has marked. Those of a server that marks none are told by `stuck_case` alone."""
    if not await reports_problems(client):
        return []
    marked = f"{PROBLEMS} IS NOT NULL AND ExecutionStatus = 'Running' AND TaskQueue = '{task_queue}'"
    found = [
        await stuck_case(client, execution.id, of_any_attempt=True)
        async for execution in client.list_workflows(marked, limit=limit)
    ]
    return sorted((stuck for stuck in found if stuck is not None), key=lambda stuck: stuck.case_id)


async def stuck_case(client: Client, case_id: str, *, of_any_attempt: bool = False) -> StuckCase | None:
    """Whether the case's workflow task has failed, and not yet succeeded since. Raises `RPCError`.

    `of_any_attempt` counts also a case whose next attempt waits for its time; a lone lost task is no trouble.
    """
    execution = WorkflowExecution(workflow_id=case_id)
    described = await client.workflow_service.describe_workflow_execution(
        DescribeWorkflowExecutionRequest(namespace=client.namespace, execution=execution)
    )
    info, pending = described.workflow_execution_info, described.pending_workflow_task
    if not described.HasField("pending_workflow_task") or (pending.attempt < 2 and not of_any_attempt):
        return None
    failure = await _last_failure(client, info.execution)
    if failure is None:
        return None
    since, cause = failure
    return StuckCase(case_id=case_id, sop=info.type.name, attempts=pending.attempt, since=since, cause=cause)


async def _last_failure(client: Client, execution: WorkflowExecution) -> tuple[datetime, str] | None:
    """When the workflow task began to fail, and of what; None where it ended well since."""
    last = await client.workflow_service.get_workflow_execution_history_reverse(
        GetWorkflowExecutionHistoryReverseRequest(
            namespace=client.namespace, execution=execution, maximum_page_size=LAST_EVENTS
        )
    )
    for event in last.history.events:
        at = event.event_time.ToDatetime(tzinfo=UTC)
        match event.event_type:
            case EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED:
                failed = event.workflow_task_failed_event_attributes
                cause = WorkflowTaskFailedCause.Name(failed.cause).removeprefix("WORKFLOW_TASK_FAILED_CAUSE_")
                words = cause.replace("_", " ").lower()
                return at, failed.failure.message[:1_000] or words
            case EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT:
                return at, "the worker that took it never answered"
            case EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
                return None
            case _:
                continue
    return None
