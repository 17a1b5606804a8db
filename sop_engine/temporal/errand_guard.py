"""Around every activity of a worker: errands wait for fit records, and are kept as carried out."""

from __future__ import annotations

from typing import Any

from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from sop_engine.cases.contracts.effects import EffectCommand, WorkInput
from sop_engine.temporal.records_guard import RecordsGuard
from sop_engine.temporal.writes import ERRANDS, HELD_BACK, kind_of


class ErrandGuard(Interceptor):
    """Hands each activity of a worker to the guard of its records."""

    def __init__(self, guard: RecordsGuard) -> None:
        self._guard = guard

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _Guarded(next, self._guard)


class _Guarded(ActivityInboundInterceptor):
    def __init__(self, next: ActivityInboundInterceptor, guard: RecordsGuard) -> None:
        super().__init__(next)
        self._guard = guard

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        kind = kind_of(input.fn)
        if kind in HELD_BACK:
            await self._guard.require(can_wait=activity.info().workflow_id is not None)
        try:
            result = await super().execute_activity(input)
        except ApplicationError as error:
            # A notice that was refused for good is kept with its refusal; what else is refused leaves nothing.
            if kind == "notice" and error.non_retryable:
                await self._carried_out(input, at_once=False)
            raise
        if kind in ERRANDS:
            await self._carried_out(input, at_once=kind == "number")
        return result

    async def _carried_out(self, input: ExecuteActivityInput, *, at_once: bool) -> None:
        given: WorkInput | EffectCommand = input.args[0]
        await self._guard.carried_out(given.key, activity.info().activity_type, given.of_case, at_once=at_once)
