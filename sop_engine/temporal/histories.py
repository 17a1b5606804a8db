"""The histories of cases, as the server keeps them: which there are, the runs of each, and what was carried out."""

from __future__ import annotations

import asyncio
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from temporalio.api.common.v1 import Payload
from temporalio.api.failure.v1 import Failure
from temporalio.api.history.v1 import WorkflowExecutionStartedEventAttributes
from temporalio.client import Client, WorkflowHistory
from temporalio.service import RPCError, RPCStatusCode

from sop_engine.cases.contracts.watching import CaseEnd
from sop_engine.records.last_writes import LastWrite
from sop_engine.temporal.ends import end_of
from sop_engine.temporal.executions import ChainOf, Executions, Run, quoted
from sop_engine.temporal.lost_tasks import is_lost
from sop_engine.temporal.origins import Origins
from sop_engine.temporal.queues import OWN_WORKFLOWS

ENDED = "ContinuedAsNew"


class CarriedOut(NamedTuple):
    """A regular activity of a workflow that ended: its input and its result, as they were recorded."""

    case_id: str
    activity: str
    input: Payload
    result: Payload | None
    failure: Failure | None
    ended_at: datetime
    place: int
    """Of its end in the history, for two that ended at one instant."""


class Page(NamedTuple):
    """Some workflows of the task queue."""

    runs: Sequence[Run]
    """Of each the latest run of the chain that owns its id."""
    forgotten: Sequence[str]
    """Ids of which the server has only runs of other chains than the one that owns them."""
    next: str
    """The token of the next page, empty at the end."""


class Histories:
    """Reads what Temporal keeps of a task queue. Whose an id is, the records know."""

    def __init__(self, client: Client, task_queue: str, chain_of: ChainOf) -> None:
        self._client = client
        self._executions = Executions(client)
        self._origins = Origins(self._executions, task_queue, chain_of)
        self._queue = task_queue
        self._chain_of = chain_of

    async def page(self, token: str, size: int) -> Page:
        """The workflows after a token. One that was reset has several runs, and may be on several pages."""
        found = self._client.list_workflows(
            self._query, page_size=size, next_page_token=b64decode(token) if token else None
        )
        await found.fetch_next_page()
        ids = dict.fromkeys(each.id for each in found.current_page or ())
        runs = {each: await self.latest(each) for each in ids if not await self._is_strangers(each)}
        return Page(
            runs=[run for run in runs.values() if run is not None],
            forgotten=[each for each, run in runs.items() if run is None],
            next=b64encode(found.next_page_token or b"").decode(),
        )

    async def count(self) -> int:
        """How many workflows there are, about."""
        return (await self._client.count_workflows(self._query)).count

    async def ids(self) -> set[str]:
        """The id of every workflow of the task queue."""
        return {found.id async for found in self._client.list_workflows(self._query)}

    @property
    def _query(self) -> str:
        return f"TaskQueue = '{self._queue}' AND ExecutionStatus != '{ENDED}'"

    async def latest(self, case_id: str) -> Run | None:
        """The latest run of the chain that owns an id; none where the server has forgotten it.

        An id that the records do not know is of the first chain that wrote anything, as it was when they took it in.
        """
        chain = await asyncio.to_thread(self._chain_of, case_id)
        run = await self._executions.latest(case_id, chain)
        if run is None or chain is not None:
            return run
        chains = await self._executions.chains(case_id)
        for each in chains if len(chains) > 1 else ():
            first = await self._history(case_id, each.first_run_id)
            if first is None or _has_written(first):
                return each
        return run

    async def _is_strangers(self, case_id: str) -> bool:
        """Whether the records know nothing of an id whose chain did not begin here: no case of ours, though it came to
        run here.
        """
        if await asyncio.to_thread(self._chain_of, case_id) is not None:
            return False
        run = await self._executions.latest(case_id, None)
        return run is not None and not await self._origins.is_ours(run)

    async def is_lost(self, write: LastWrite) -> bool:
        """Whether a running case never took what it wrote in the records then."""
        run = await self.latest(write.case_id)
        is_its = run is not None and run.first_run_id == write.first_run_id
        return run is not None and is_its and await is_lost(self._client, run, write.at)

    async def end(self, run: Run) -> CaseEnd | None:
        """How a case ended that did not end itself, by its latest run."""
        return await end_of(self._client, run)

    async def chain(self, latest: Run) -> tuple[Sequence[WorkflowHistory], bool]:
        """The runs of a case from its first to its latest, and whether the first of them is still there."""
        runs: list[WorkflowHistory] = []
        run_id = latest.run_id
        while run_id:
            history = await self._history(latest.workflow_id, run_id)
            if history is None:
                return runs, False
            runs.insert(0, history)
            run_id = started(history).continued_execution_run_id
        return runs, True

    async def all_runs(self, case_id: str) -> AsyncIterator[WorkflowHistory]:
        """Every run of a workflow that the server still has, those that a reset left behind too."""
        async for found in self._client.list_workflows(f"WorkflowId = '{quoted(case_id)}'"):
            history = await self._history(case_id, found.run_id)
            if history is not None:
                yield history

    async def _history(self, case_id: str, run_id: str) -> WorkflowHistory | None:
        try:
            return await self._client.get_workflow_handle(case_id, run_id=run_id).fetch_history()
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return None
            raise

    async def decode(self, payload: Payload, wanted: type) -> Any:
        (value,) = await self._client.data_converter.decode([payload], [wanted])
        return value


def is_case(run: Run) -> bool:
    """Whether the workflow is a case, and not one of the engine's own."""
    return run.workflow_type not in OWN_WORKFLOWS


def started(history: WorkflowHistory) -> WorkflowExecutionStartedEventAttributes:
    return history.events[0].workflow_execution_started_event_attributes


def _has_written(history: WorkflowHistory) -> bool:
    """Whether a run got as far as writing to the records, which a start that was refused does not."""
    return any(event.HasField("marker_recorded_event_attributes") for event in history.events)


def carried_out(history: WorkflowHistory) -> list[CarriedOut]:
    """The regular activities of a run that ended, in the order in which they did."""
    scheduled: dict[int, tuple[str, Payload]] = {}
    found: list[CarriedOut] = []
    for event in history.events:
        ended_at = event.event_time.ToDatetime(tzinfo=UTC)
        if event.HasField("activity_task_scheduled_event_attributes"):
            asked = event.activity_task_scheduled_event_attributes
            if asked.input.payloads:
                scheduled[event.event_id] = asked.activity_type.name, asked.input.payloads[0]
        elif event.HasField("activity_task_completed_event_attributes"):
            done = event.activity_task_completed_event_attributes
            if (known := scheduled.get(done.scheduled_event_id)) is not None:
                result = done.result.payloads[0] if done.result.payloads else None
                found.append(CarriedOut(history.workflow_id, *known, result, None, ended_at, event.event_id))
        elif event.HasField("activity_task_failed_event_attributes"):
            failed = event.activity_task_failed_event_attributes
            if (known := scheduled.get(failed.scheduled_event_id)) is not None:
                found.append(CarriedOut(history.workflow_id, *known, None, failed.failure, ended_at, event.event_id))
    return found
