"""What the server alone says of workflow runs: where they run, whose chain they are of, what they go on with."""

from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from temporalio.api.common.v1 import Payload, WorkflowExecution
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.workflowservice.v1 import (
    DescribeNamespaceRequest,
    DescribeWorkflowExecutionRequest,
    GetWorkflowExecutionHistoryRequest,
)
from temporalio.client import Client
from temporalio.common import RawValue
from temporalio.service import RPCError, RPCStatusCode

ChainOf = Callable[[str], str | None]
"""Case id -> the first run of the execution chain that the records know it by."""


class Run(NamedTuple):
    """One run of a workflow."""

    workflow_id: str
    run_id: str
    first_run_id: str
    """Of the chain of runs that go on with each other."""
    workflow_type: str
    task_queue: str
    status: int
    """One of WorkflowExecutionStatus, unless the server is newer."""
    started_at: datetime
    closed_at: datetime | None
    parent: str | None
    """The workflow that started it."""


class Start(NamedTuple):
    """With what a run was started, as its history has it."""

    workflow_type: str
    given: tuple[RawValue, ...]
    headers: Mapping[str, Payload]
    at: datetime


def quoted(workflow_id: str) -> str:
    """An id as it stands between the quotation marks of a list query."""
    return workflow_id.replace("'", "''")


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
            workflow_id=workflow_id,
            run_id=found.execution.run_id,
            first_run_id=found.first_run_id,
            workflow_type=found.type.name,
            task_queue=answer.execution_config.task_queue.name,
            status=found.status,
            started_at=found.start_time.ToDatetime(tzinfo=UTC),
            closed_at=found.close_time.ToDatetime(tzinfo=UTC) if found.HasField("close_time") else None,
            parent=found.parent_execution.workflow_id or None,
        )

    async def latest(self, workflow_id: str, chain: str | None) -> Run | None:
        """The latest run of the chain that owns an id, named by its first run; of the id where no owner is known.

        A start under an id that a case has is refused, and its failed run is then the latest of the id.
        """
        run = await self.describe(workflow_id)
        if run is None or chain in (None, run.first_run_id):
            return run
        async for run in self._runs(workflow_id, newest_first=True):
            if run.first_run_id == chain:
                return run
        return None

    async def chains(self, workflow_id: str) -> list[Run]:
        """The latest run of each chain that the server still has of an id, the earliest chain first."""
        latest = {run.first_run_id: run async for run in self._runs(workflow_id)}
        return list(latest.values())

    async def _runs(self, workflow_id: str, newest_first: bool = False) -> AsyncIterator[Run]:
        listed = [run async for run in self._client.list_workflows(f"WorkflowId = '{quoted(workflow_id)}'")]
        for each in sorted(listed, key=lambda run: run.start_time, reverse=newest_first):
            run = await self.describe(workflow_id, each.run_id)
            if run is not None:
                yield run

    async def continued_from(self, workflow_id: str, run_id: str) -> str | None:
        """The run that this one goes on with; none for the first of its chain, also after a reset."""
        started = (await self._first_event(workflow_id, run_id)).workflow_execution_started_event_attributes
        return started.continued_execution_run_id or None

    async def start(self, workflow_id: str, run_id: str) -> Start:
        """How a run was started. Raises RPCError for one that the server does not know."""
        event = await self._first_event(workflow_id, run_id)
        started = event.workflow_execution_started_event_attributes
        payloads = started.input.payloads
        given = await self._client.data_converter.decode(payloads, [RawValue] * len(payloads))
        return Start(
            workflow_type=started.workflow_type.name,
            given=tuple(given),
            headers=dict(started.header.fields),
            at=event.event_time.ToDatetime(tzinfo=UTC),
        )

    async def _first_event(self, workflow_id: str, run_id: str) -> HistoryEvent:
        request = GetWorkflowExecutionHistoryRequest(
            namespace=self._client.namespace,
            execution=WorkflowExecution(workflow_id=workflow_id, run_id=run_id),
            maximum_page_size=1,
        )
        answer = await self._client.workflow_service.get_workflow_execution_history(request)
        event: HistoryEvent = answer.history.events[0]
        return event

    async def retention(self) -> timedelta:
        """How long the server keeps a run that has ended, at least."""
        request = DescribeNamespaceRequest(namespace=self._client.namespace)
        answer = await self._client.workflow_service.describe_namespace(request)
        kept: timedelta = answer.config.workflow_execution_retention_ttl.ToTimedelta()
        return kept
