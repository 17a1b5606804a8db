"""Replays histories in this process and prints what each run would have published: `python -m tests.replay.replaying`.

Standard input names the files, one on a line. A history that the present code does not follow ends the program.
"""

import asyncio
import json
import sys
from pathlib import Path

from temporalio.client import WorkflowHistory

from sop_engine.temporal.ending import end_process
from sop_engine.temporal.replaying import CaseReplayer
from tests.replay.capture import Published, seen
from workflows.case import CaseWorkflow


async def replay(text: str) -> list[Published]:
    """Raises where the code does not do what the history says."""
    events = json.loads(text)
    case_id = events["events"][0]["workflowExecutionStartedEventAttributes"]["workflowId"]
    replayed = await CaseReplayer(CaseWorkflow).replay(WorkflowHistory.from_json(case_id, events))
    if replayed.failure is not None:
        raise replayed.failure
    return [seen(given) for given in replayed.published]


async def replay_all(texts: dict[str, str]) -> dict[str, list[Published]]:
    return {name: await replay(text) for name, text in texts.items()}


if __name__ == "__main__":
    paths = [Path(line) for line in sys.stdin.read().splitlines()]
    found = asyncio.run(replay_all({path.name: path.read_text(encoding="utf-8") for path in paths}))
    print(json.dumps(found, ensure_ascii=False))
    end_process(0)
