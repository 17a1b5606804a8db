"""Proofs of identity where no validator stands: of who starts a workflow, and of who asks a worker to read.

A start is judged by what the server keeps of it, at the first activity of its run: nothing was done until then, and the
workflow itself knows nothing of it. What a case loads when it opens is that activity; a later run loads nothing.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from temporalio import activity
from temporalio.api.common.v1 import Payload
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from activities.access import REMEMBERED_RUNS, Guard, is_read
from activities.failures import refusals
from sop_engine.basis.faults import NotProven
from sop_engine.cases.contracts.opening import LoadInput
from sop_engine.temporal.executions import ChainOf, Executions
from sop_engine.temporal.messages_said import header_of, statement_of, values_of
from sop_engine.temporal.payloads import PAYLOADS
from sop_engine.temporal.proving import REPEATED, judge, judge_repeated
from sop_engine.temporal.queues import OWN_WORKFLOWS

_converter = PAYLOADS.payload_converter


class Proofs(Interceptor):
    """For a worker of an installation that asks for proofs; inside the guard, which tells whose runs are ours."""

    def __init__(self, guard: Guard, executions: Executions, chain_of: ChainOf) -> None:
        self._guard = guard
        self._executions = executions
        self._chain_of = chain_of
        self._proven: OrderedDict[str, None] = OrderedDict()

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _Proven(next, self)

    async def judge(self, fn: Callable[..., Any], given: list[Any], headers: Mapping[str, Payload]) -> None:
        """Raises NotProven for what a person has done or asks, and nobody proves."""
        info = activity.info()
        asked = given[0] if given else None
        if REPEATED in headers:
            judge_repeated(_converter.from_payload(headers[REPEATED]), datetime.now(UTC))
        if not info.workflow_id or not info.workflow_run_id:
            self._judge_question(info, given, headers)
        elif isinstance(asked, LoadInput):
            if asked.actor is not None and not self._is_known(asked):
                await self._judge_start(info.workflow_id, info.workflow_run_id, asked.actor)
        elif info.workflow_type in OWN_WORKFLOWS:
            await self._judge_own(info.workflow_id, info.workflow_run_id)
        elif is_read(fn) and statement_of("question", "", "", "", values_of(_converter, given)) is not None:
            # Whatever a workflow of ours asks for a person was proven when that came to it.
            await self._guard.prove(info.workflow_id, info.workflow_run_id)

    def _judge_question(self, info: activity.Info, given: list[Any], headers: Mapping[str, Payload]) -> None:
        values = values_of(_converter, given)
        subject = info.task_queue
        said = statement_of("question", info.namespace, subject, info.activity_type, values, id=info.activity_id)
        if said is not None:
            judge(said, header_of(_converter, headers), datetime.now(UTC))

    def _is_known(self, opening: LoadInput) -> bool:
        """Whether the case was open before, and is taken back to its opening by a reset."""
        return opening.case_id is not None and self._chain_of(opening.case_id) == opening.first_run_id

    async def _judge_own(self, workflow_id: str, run_id: str) -> None:
        if run_id in self._proven:
            return
        await self._guard.prove(workflow_id, run_id)
        await self._judge_start(workflow_id, run_id)
        self._proven[run_id] = None
        while len(self._proven) > REMEMBERED_RUNS:
            self._proven.popitem(last=False)

    async def _judge_start(self, workflow_id: str, run_id: str, claim: str | None = None) -> None:
        start = await self._executions.start(workflow_id, run_id)
        namespace = activity.info().namespace
        values = values_of(_converter, start.given)
        said = statement_of("start", namespace, workflow_id, start.workflow_type, values)
        if said is not None:
            judge(said, header_of(_converter, start.headers), start.at)
        elif claim is not None:
            raise NotProven(f"{workflow_id} was not started by {claim}, as it says")


class _Proven(ActivityInboundInterceptor):
    def __init__(self, next: ActivityInboundInterceptor, proofs: Proofs) -> None:
        super().__init__(next)
        self._proofs = proofs

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        with refusals():
            await self._proofs.judge(input.fn, list(input.args), input.headers)
        return await super().execute_activity(input)
