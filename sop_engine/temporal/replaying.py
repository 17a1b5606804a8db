"""Replaying cases in this process, and hearing what they would have published.

The marker of a local activity holds its result and not its input, so the journal is in no history: it is what the
interpreter publishes when it lives the history again.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, NamedTuple

from temporalio import workflow
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHistory
from temporalio.worker import (
    Interceptor,
    Replayer,
    StartActivityInput,
    StartLocalActivityInput,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
    WorkflowOutboundInterceptor,
)

from sop_engine.cases.contracts.publishing import PublishInput
from sop_engine.temporal.plugin import sop_plugin
from sop_engine.temporal.queues import PUBLISH_STEPS

COMMAND_EVENTS = frozenset(
    {
        EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED,
        EventType.EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED,
        EventType.EVENT_TYPE_TIMER_STARTED,
        EventType.EVENT_TYPE_TIMER_CANCELED,
        EventType.EVENT_TYPE_MARKER_RECORDED,
        EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED,
        EventType.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED,
        EventType.EVENT_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED,
        EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES,
        EventType.EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW,
    }
)


OUT_OF_TIME = "TMPRL1101"
"""The SDK's word for a turn that took more than two seconds: of the machine, for our turns take milliseconds."""
REPEATS = 5


class Replayed(NamedTuple):
    """What one run published, in its order; `failure` where the present code does not do what the history says."""

    history: WorkflowHistory
    published: tuple[PublishInput, ...]
    failure: Exception | None


class CaseReplayer:
    """Lives histories again with a workflow class."""

    def __init__(self, interpreter: type) -> None:
        self._interpreter = interpreter

    async def replayed(self, histories: AsyncIterator[WorkflowHistory]) -> AsyncIterator[Replayed]:
        """Each history in turn."""
        async for history in histories:
            yield await self.replay(history)

    async def replay(self, history: WorkflowHistory) -> Replayed:
        """A history up to the last workflow task that was done: what came after was not lived yet.

        One that a busy machine gave no time is lived again. One of which no task was done has published nothing, and
        there is nothing to replay.
        """
        if not _done(history):
            return Replayed(history, (), None)
        lived, left = await self._lived(history), REPEATS
        while left and lived.failure is not None and OUT_OF_TIME in str(lived.failure):
            lived, left = await self._lived(history), left - 1
        return lived

    async def _lived(self, history: WorkflowHistory) -> Replayed:
        listener = _Listener()
        replayer = Replayer(workflows=[self._interpreter], plugins=[sop_plugin()], interceptors=[listener])
        result = await replayer.replay_workflow(as_lived(history), raise_on_replay_failure=False)
        return Replayed(result.history, tuple(listener.published), result.replay_failure)


def as_lived(history: WorkflowHistory) -> WorkflowHistory:
    """The history without the events that no workflow task has taken: a replay would take them at a wrong instant.

    Of the history at least one task must have been done.
    """
    end = _done(history)[-1] + 1
    while end < len(history.events) and history.events[end].event_type in COMMAND_EVENTS:
        end += 1
    return WorkflowHistory(history.workflow_id, history.events[:end])


def _done(history: WorkflowHistory) -> list[int]:
    """Where workflow tasks were completed."""
    completed = EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED
    return [index for index, event in enumerate(history.events) if event.event_type == completed]


class _Listener(Interceptor):
    """Keeps every write to the journal that a replayed case asks for, as it comes out of the payload: JSON has no word
    for some numbers.
    """

    def __init__(self) -> None:
        self.published: list[PublishInput] = []

    def hear(self, asked: PublishInput) -> None:
        self.published.append(PublishInput.model_validate_json(asked.model_dump_json()))

    def workflow_interceptor_class(self, input: WorkflowInterceptorClassInput) -> type[WorkflowInboundInterceptor]:
        listener = self

        class Outbound(WorkflowOutboundInterceptor):
            def start_local_activity(self, input: StartLocalActivityInput) -> workflow.ActivityHandle[Any]:
                if input.activity == PUBLISH_STEPS:
                    listener.hear(input.args[0])
                return super().start_local_activity(input)

            def start_activity(self, input: StartActivityInput) -> workflow.ActivityHandle[Any]:
                if input.activity == PUBLISH_STEPS:
                    listener.hear(input.args[0])
                return super().start_activity(input)

        class Inbound(WorkflowInboundInterceptor):
            def init(self, outbound: WorkflowOutboundInterceptor) -> None:
                super().init(Outbound(outbound))

        return Inbound
