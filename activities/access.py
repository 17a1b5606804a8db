"""Who may have an activity run: one that only reads or brings content, anybody; every other, a case's own workflow for
that case. One that reads for a case what it must not say to anybody is among the others.

Whoever has a connection to Temporal can schedule any activity of a worker, alone or from a workflow of their own. So
nothing but what is marked is admitted unless the server itself says that a run of ours scheduled it.
"""

from collections import OrderedDict
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any, TypeVar

from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from activities.failures import refusal, refusals
from sop_engine.basis.faults import Fault, ForeignRun
from sop_engine.cases.contracts.base import ForCase
from sop_engine.records.engine import read_only
from sop_engine.temporal.executions import ChainOf, Executions
from sop_engine.temporal.origins import Origins
from sop_engine.temporal.payloads import Undecodable

REMEMBERED_RUNS = 10_000

Method = TypeVar("Method", bound=Callable[..., Any])


def reads(method: Method) -> Method:
    """Marks an activity that writes nothing: anybody may have it run. One that writes all the same fails."""
    method.__sop_reads__ = True  # type: ignore[attr-defined]
    return method


def reads_for_its_case(method: Method) -> Method:
    """Marks an activity that writes nothing and answers without a reader's lens: a case's own workflow has it run."""
    method.__sop_reads_for_its_case__ = True  # type: ignore[attr-defined]
    return method


def brings(method: Method) -> Method:
    """Marks an activity that keeps content which no case refers to yet: anybody may have it run."""
    method.__sop_brings__ = True  # type: ignore[attr-defined]
    return method


def brings_content(method: Callable[..., Any]) -> bool:
    """Whether the activity is marked as one that keeps content alone."""
    return getattr(method, "__sop_brings__", False)


def is_read(method: Callable[..., Any]) -> bool:
    """Whether the activity is marked as one that writes nothing."""
    return getattr(method, "__sop_reads__", False)


def is_read_for_its_case(method: Callable[..., Any]) -> bool:
    """Whether the activity is marked as one that writes nothing, for a case alone."""
    return getattr(method, "__sop_reads_for_its_case__", False)


class Guard(Interceptor):
    """Admits activities; one per worker."""

    def __init__(self, executions: Executions, task_queue: str, chain_of: ChainOf) -> None:
        self._executions = executions
        self._origins = Origins(executions, task_queue, chain_of)
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
        await self.prove(info.workflow_id, info.workflow_run_id)

    async def prove(self, workflow_id: str, run_id: str) -> None:
        """Raises ForeignRun for a run that is none of ours. What was proven once is remembered."""
        if run_id not in self._ours:
            await self._prove(workflow_id, run_id)
            self._ours[run_id] = None
            while len(self._ours) > REMEMBERED_RUNS:
                self._ours.popitem(last=False)

    async def _prove(self, case_id: str, run_id: str) -> None:
        """Raises ForeignRun for a run that is not this worker's interpreter's, or of a chain that did not begin so."""
        run = await self._executions.describe(case_id, run_id)
        if run is None:
            raise RuntimeError(f"run {run_id} of {case_id} is not there any more")
        if not await self._origins.is_ours(run):
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
        if not brings_content(input.fn):
            with refusals():
                await self._guard.admit(asked)
        if isinstance(asked, Undecodable):
            # A case of ours asks in the words of a newer worker, which may be there.
            raise ApplicationError(asked.error.text(), type=asked.error.kind)
        with read_only() if is_read_for_its_case(input.fn) else nullcontext():
            return await super().execute_activity(input)
