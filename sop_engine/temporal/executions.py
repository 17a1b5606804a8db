"""What the server alone says of workflow runs: where they run, whose chain they are of, what they go on with."""

from datetime import UTC, datetime
from typing import NamedTuple

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import HistoryEventFilterType
from temporalio.api.workflowservice.v1 import (
    DescribeWorkflowExecutionRequest,
    GetWorkflowExecutionHistoryRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode


class Run(NamedTuple):
    """One run of a workflow."""

    run_id: str
    first_run_id: str
    """Of the chain of runs that go on with each other."""
    task_queue: str
    started_at: datetime


class Executions:
    """Asks the server about runs. A run that it does not know, or has forgotten, is None."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def describe(self, workflow_id: str, run_id: str | None = None) -> Run | None:
        """A run; the latest one where none is named."""
        execution = WorkflowExecution(workflow_id=workflow_id, run_id=run_id or "")
        request = DescribeWorkflowExecutionRequest(namespace=self._client.namespace, execution=execution)
        try:
            answer = await self._client.workflow_service.describe_workflow_execution(request)
        except RPCError as error:
            if error.status in (RPCStatusCode.NOT_FOUND, RPCStatusCode.INVALID_ARGUMENT):
                return None
            raise
        found = answer.workflow_execution_info
        return Run(
            run_id=found.execution.run_id,
            first_run_id=found.first_run_id,
            task_queue=answer.execution_config.task_queue.name,
            started_at=found.start_time.ToDatetime(tzinfo=UTC),
        )

    async def continued_from(self, workflow_id: str, run_id: str) -> str | None:
        """The run that this one goes on with; none for the first of its chain, also after a reset."""
        request = GetWorkflowExecutionHistoryRequest(
            namespace=self._client.namespace,
            execution=WorkflowExecution(workflow_id=workflow_id, run_id=run_id),
            maximum_page_size=1,
        )
        answer = await self._client.workflow_service.get_workflow_execution_history(request)
        started = answer.history.events[0].workflow_execution_started_event_attributes
        return started.continued_execution_run_id or None

    async def last_of(self, workflow_id: str, first_run_id: str) -> Run | None:
        """The last run of a chain, found by going on from the first."""
        run_id = first_run_id
        while True:
            request = GetWorkflowExecutionHistoryRequest(
                namespace=self._client.namespace,
                execution=WorkflowExecution(workflow_id=workflow_id, run_id=run_id),
                history_event_filter_type=HistoryEventFilterType.HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT,
            )
            try:
                answer = await self._client.workflow_service.get_workflow_execution_history(request)
            except RPCError as error:
                if error.status is RPCStatusCode.NOT_FOUND:
                    return None
                raise
            events = answer.history.events
            ended = events[0].workflow_execution_continued_as_new_event_attributes if events else None
            if ended is None or not ended.new_execution_run_id:
                return await self.describe(workflow_id, run_id)
            run_id = ended.new_execution_run_id
