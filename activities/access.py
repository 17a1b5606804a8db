"""Who may have an activity run: one that only reads, anybody; every other, a case's own workflow for that case.

Whoever has a connection to Temporal can schedule any activity of a worker, alone or from a workflow of their own. So
nothing but what is marked as a read is admitted unless the server itself says that a run of ours scheduled it.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, TypeVar

from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from activities.failures import refusal, refusals
from sop_engine.basis.faults import Fault, ForeignRun
from sop_engine.cases.contracts.base import ForCase
from sop_engine.records.engine import read_only
from sop_engine.temporal.executions import ChainOf, Executions
from sop_engine.temporal.payloads import Undecodable
from sop_engine.temporal.queues import lasting_ids

REMEMBERED_RUNS = 10_000

Method = TypeVar("Method", bound=Callable[..., Any])


def reads(method: Method) -> Method:
    """Marks an activity that writes nothing: anybody may have it run. One that writes all the same fails."""
    method.__sop_reads__ = True  # type: ignore[attr-defined]
    return method


def is_read(method: Callable[..., Any]) -> bool:
    """Whether the activity is marked as one that writes nothing."""
    return getattr(method, "__sop_reads__", False)


class Guard(Interceptor):
    """Admits activities; one per worker."""

    def __init__(self, executions: Executions, task_queue: str, chain_of: ChainOf) -> None:
        self._executions = executions
        self._task_queue = task_queue
        self._chain_of = chain_of
        self._ours: OrderedDict[str, None] = OrderedDict()

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _Guarded(next, self)

    async def admit(self, given: object) -> None:
        """Raises ForeignRun for an activity that no case's own workflow asks for, for its own case."""
        info = activity.info()
        if not info.workflow_id or not info.workflow_run_id or not isinstance(given, ForCase | Undecodable):
            raise ForeignRun(f"{info.activity_type} is done for a case, and by that case's own workflow alone")
        if isinstance(given, ForCase) and given.of_case not in (None, info.workflow_id):
            fault = Fault(where="case_id", what=f"is {given.of_case}", allowed=info.workflow_id)
            raise ForeignRun(f"{info.activity_type} was asked for by another case", [fault])
        if info.workflow_run_id not in self._ours:
            await self._prove(info.workflow_id, info.workflow_run_id)
            self._ours[info.workflow_run_id] = None
            while len(self._ours) > REMEMBERED_RUNS:
                self._ours.popitem(last=False)

    async def _prove(self, case_id: str, run_id: str) -> None:
        """Raises ForeignRun unless this worker's interpreter runs the run, and ran the first one of its chain.

        A workflow of somebody else's can go on as new on our task queue, with whatever state it likes, and our own
        interpreter then hands it over to a next run; ours never goes on elsewhere. Where the first run is past its
        retention, the one before tells; where that is, too, the records must know the chain, which only admitted runs
        write.
        """
        run = await self._executions.describe(case_id, run_id)
        if run is None:
            raise RuntimeError(f"run {run_id} of {case_id} is not there any more")
        is_ours = run.task_queue == self._task_queue
        if is_ours and run.first_run_id != run_id:
            known = await self._executions.describe(case_id, run.first_run_id)
            if known is None:
                before = await self._executions.continued_from(case_id, run_id)
                known = await self._executions.describe(case_id, before) if before is not None else run
            if known is not None:
                is_ours = known.task_queue == self._task_queue
            elif case_id not in lasting_ids(self._task_queue):
                # What lasts is no case of the records, and goes on past every retention.
                is_ours = await asyncio.to_thread(self._chain_of, case_id) == run.first_run_id
        if not is_ours:
            raise ForeignRun(f"run {run_id} of {case_id} is no run of this engine")


class _Guarded(ActivityInboundInterceptor):
    def __init__(self, next: ActivityInboundInterceptor, guard: Guard) -> None:
        super().__init__(next)
        self._guard = guard

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        asked = input.args[0] if input.args else None
        if is_read(input.fn):
            if isinstance(asked, Undecodable):
                raise refusal(asked.error)
            with read_only():
                return await super().execute_activity(input)
        with refusals():
            await self._guard.admit(asked)
        if isinstance(asked, Undecodable):
            # A case of ours asks in the words of a newer worker, which may be there.
            raise ApplicationError(asked.error.text(), type=asked.error.kind)
        return await super().execute_activity(input)
