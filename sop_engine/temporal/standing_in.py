"""A scenario in place of the world, for a worker that plays it: it answers work, reads and unique values."""

from __future__ import annotations

from typing import Any

from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from sop_engine.cases.contracts.effects import WorkInput, WorkResult
from sop_engine.cases.running.effects.read import ReadRow
from sop_engine.cases.running.effects.unique import TakeValue
from sop_engine.cases.scenarios.fakes import Failure, Fakes


class StandIn(Interceptor):
    """Answers what a scenario answers; notices, papers, postings and rows that are kept are really done."""

    def __init__(self, fakes: Fakes) -> None:
        self._fakes = fakes

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _Answered(next, self._fakes)


class _Answered(ActivityInboundInterceptor):
    def __init__(self, next: ActivityInboundInterceptor, fakes: Fakes) -> None:
        super().__init__(next)
        self._fakes = fakes

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        match input.args:
            case [ReadRow() as asked]:
                return self._fakes.row(asked)
            case [TakeValue() as asked]:
                return self._fakes.holder(asked)
            case [WorkInput() as asked]:
                result = self._fakes.result(activity.info().activity_type, asked.values)
                if isinstance(result, Failure):
                    raise ApplicationError(result.why, type="WorkInput", non_retryable=True)
                return WorkResult(values=result)
            case _:
                return await super().execute_activity(input)
