"""How long acts take: from the moment the worker takes one to when its step is in the records, which answers it.

Measured around the interpreter, never by it: no command and no instant of a case depends on it.
"""

from __future__ import annotations

from datetime import timedelta
from time import perf_counter
from typing import Any

from temporalio import workflow
from temporalio.worker import (
    HandleUpdateInput,
    Interceptor,
    StartLocalActivityInput,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
    WorkflowOutboundInterceptor,
)
from temporalio.workflow import ActivityHandle

from sop_engine.temporal.queues import PUBLISH_STEPS

ACT_LATENCY = "sop_act_latency"


class ActLatency(Interceptor):
    """For a worker."""

    def workflow_interceptor_class(self, input: WorkflowInterceptorClassInput) -> type[WorkflowInboundInterceptor]:
        return _Inbound


class _Taken:
    """Acts that the worker has taken and not answered: name and moment."""

    def __init__(self) -> None:
        self._acts: list[tuple[str, float]] = []

    def add(self, name: str) -> tuple[str, float]:
        act = (name, perf_counter())
        self._acts.append(act)
        return act

    def forget(self, act: tuple[str, float]) -> None:
        if act in self._acts:
            self._acts.remove(act)

    def answered_with(self, written: ActivityHandle[Any]) -> None:
        """The acts so far are answered when this write has ended."""
        acts, self._acts = self._acts, []
        if acts:
            written.add_done_callback(lambda _: _record(acts))


def _record(acts: list[tuple[str, float]]) -> None:
    latency = workflow.metric_meter().create_histogram_timedelta(ACT_LATENCY, "From an act to its step in the records")
    for name, taken in acts:
        latency.record(timedelta(seconds=perf_counter() - taken), {"act": name})


class _Inbound(WorkflowInboundInterceptor):
    def init(self, outbound: WorkflowOutboundInterceptor) -> None:
        self._taken = _Taken()
        super().init(_Outbound(outbound, self._taken))

    async def handle_update_handler(self, input: HandleUpdateInput) -> Any:
        if workflow.unsafe.is_replaying():
            return await super().handle_update_handler(input)
        act = self._taken.add(input.update)
        try:
            return await super().handle_update_handler(input)
        except BaseException:
            self._taken.forget(act)
            raise


class _Outbound(WorkflowOutboundInterceptor):
    def __init__(self, next: WorkflowOutboundInterceptor, taken: _Taken) -> None:
        super().__init__(next)
        self._taken = taken

    def start_local_activity(self, input: StartLocalActivityInput) -> ActivityHandle[Any]:
        handle = super().start_local_activity(input)
        if input.activity == PUBLISH_STEPS:
            self._taken.answered_with(handle)
        return handle
