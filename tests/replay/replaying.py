"""Replays histories in this process and prints what each run would have published: `python -m tests.replay.replaying`.

Standard input names the files, one on a line. A history that the present code does not follow ends the program.
"""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from temporalio import workflow
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

from sop_engine.temporal.ending import end_process
from sop_engine.temporal.plugin import sop_plugin
from sop_engine.temporal.queues import PUBLISH_STEPS
from tests.replay.capture import Published, seen
from workflows.case import CaseWorkflow


class Listener(Interceptor):
    """Keeps every write to the journal that a replayed case asks for."""

    def __init__(self) -> None:
        self.published: list[Published] = []

    def workflow_interceptor_class(self, input: WorkflowInterceptorClassInput) -> type[WorkflowInboundInterceptor]:
        published = self.published

        class Outbound(WorkflowOutboundInterceptor):
            def start_local_activity(self, input: StartLocalActivityInput) -> workflow.ActivityHandle[Any]:
                if input.activity == PUBLISH_STEPS:
                    published.append(seen(input.args[0]))
                return super().start_local_activity(input)

            def start_activity(self, input: StartActivityInput) -> workflow.ActivityHandle[Any]:
                if input.activity == PUBLISH_STEPS:
                    published.append(seen(input.args[0]))
                return super().start_activity(input)

        class Inbound(WorkflowInboundInterceptor):
            def init(self, outbound: WorkflowOutboundInterceptor) -> None:
                super().init(Outbound(outbound))

        return Inbound


async def replay(text: str) -> list[Published]:
    """Raises where the code does not do what the history says."""
    listener = Listener()
    events = json.loads(text)
    case_id = events["events"][0]["workflowExecutionStartedEventAttributes"]["workflowId"]
    history = WorkflowHistory.from_json(case_id, events)
    replayer = Replayer(workflows=[CaseWorkflow], plugins=[sop_plugin()], interceptors=[listener])
    await replayer.replay_workflow(history)
    return listener.published


async def replay_all(texts: dict[str, str]) -> dict[str, list[Published]]:
    return {name: await replay(text) for name, text in texts.items()}


if __name__ == "__main__":
    paths = [Path(line) for line in sys.stdin.read().splitlines()]
    found = asyncio.run(replay_all({path.name: path.read_text(encoding="utf-8") for path in paths}))
    print(json.dumps(found, ensure_ascii=False))
    end_process(0)
