"""A workflow whose first turn is slow once, and the history of that turn."""

import asyncio
import time
from typing import Any

from temporalio import workflow
from temporalio.client import WorkflowHistory

STARTED: dict[str, Any] = {
    "eventId": "1",
    "eventTime": "2026-11-30T01:00:00Z",
    "eventType": "EVENT_TYPE_WORKFLOW_EXECUTION_STARTED",
    "workflowExecutionStartedEventAttributes": {
        "workflowType": {"name": "Busy"},
        "taskQueue": {"name": "busy"},
        "originalExecutionRunId": "0d7c4fd6-7c35-4f3f-a7f5-0f4b7d5a5a11",
        "attempt": 1,
    },
}
"""A history whose first turn was done and asked for nothing."""
TURN = [
    ("WORKFLOW_TASK_SCHEDULED", {"taskQueue": {"name": "busy"}, "attempt": 1}),
    ("WORKFLOW_TASK_STARTED", {"scheduledEventId": "2"}),
    ("WORKFLOW_TASK_COMPLETED", {"scheduledEventId": "2", "startedEventId": "3"}),
]
TURNS = [0]


@workflow.defn(name="Busy", sandboxed=False)
class Busy:
    """Waits for ever; its first turn is slow, the first time."""

    @workflow.run
    async def run(self) -> None:
        TURNS[0] += 1
        if TURNS[0] == 1:
            time.sleep(3)  # noqa: ASYNC251 - what a busy machine does
        await asyncio.Event().wait()


def history() -> WorkflowHistory:
    events = [STARTED]
    for number, (kind, attributes) in enumerate(TURN, 2):
        first, *others = kind.title().split("_")
        key = first.lower() + "".join(others) + "EventAttributes"
        at = f"2026-11-30T01:00:0{number}Z"
        events.append({"eventId": str(number), "eventTime": at, "eventType": f"EVENT_TYPE_{kind}", key: attributes})
    return WorkflowHistory.from_json("BUSY-1", {"events": events})
