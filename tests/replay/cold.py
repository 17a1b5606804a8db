"""Replays many histories cold, in fresh processes: what every run would have journalled, or why it does not replay.

`python -m tests.replay.cold ANSWERS` is one such process: standard input names the files, one on a line; each answer is
a line of the file ANSWERS, for the SDK's core writes its warnings to standard output.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from temporalio.client import Client, WorkflowHistory
from temporalio.service import RPCError, RPCStatusCode

from sop_engine.temporal.ending import end_process
from tests.replay.replaying import replay

PROJECT = Path(__file__).parents[2]
PROCESSES = max(1, min(4, os.cpu_count() or 1))


@dataclass(frozen=True)
class ColdRun:
    """One run of a case after its replay."""

    case_id: str
    run_id: str
    events: int
    steps: tuple[Mapping[str, Any], ...] = ()
    """What it journals, in JSON's own types."""
    failure: str | None = None
    """Why it does not replay."""


async def runs_of(client: Client, case_id: str) -> list[WorkflowHistory]:
    """The histories of every run of a case that the server still has, the first one first."""
    histories: list[WorkflowHistory] = []
    before: str | None = None
    while True:
        try:
            history = await client.get_workflow_handle(case_id, run_id=before).fetch_history()
        except RPCError as error:
            if histories and error.status is RPCStatusCode.NOT_FOUND:  # retention took it
                return histories
            raise
        histories.insert(0, history)
        before = history.events[0].workflow_execution_started_event_attributes.continued_execution_run_id
        if not before:
            return histories


async def replay_cold(histories: Sequence[WorkflowHistory], folder: Path) -> list[ColdRun]:
    """Replays each in a process that knows nothing of the others' cases. Files go to the folder, which must exist."""
    files: dict[str, WorkflowHistory] = {}
    for number, history in enumerate(histories):
        path = folder / f"{number:05}.json"
        path.write_text(history.to_json(), encoding="utf-8")
        files[str(path)] = history
    paths = list(files)
    answers = await asyncio.gather(
        *(_process(paths[start::PROCESSES], folder / f"answers-{start}.jsonl") for start in range(PROCESSES))
    )
    told = {path: answer for part in answers for path, answer in part.items()}
    return [_cold_run(history, told.get(path, {"failure": "no answer"})) for path, history in files.items()]


def _cold_run(history: WorkflowHistory, answer: Mapping[str, Any]) -> ColdRun:
    started = history.events[0].workflow_execution_started_event_attributes
    return ColdRun(
        case_id=history.workflow_id,
        run_id=started.original_execution_run_id,
        events=len(history.events),
        steps=tuple(answer.get("steps", ())),
        failure=answer.get("failure"),
    )


async def _process(paths: Sequence[str], answered: Path) -> dict[str, Any]:
    """What one process says of its files. One that dies is told with the end of what it printed."""
    answered.touch()  # noqa: ASYNC240 - a moment
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.replay.cold", str(answered)),
        cwd=PROJECT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, err = await process.communicate("\n".join(paths).encode())
    answers = dict(map(json.loads, answered.read_text(encoding="utf-8").splitlines()))  # noqa: ASYNC240 - it has ended
    if process.returncode != 0:
        end = err.decode(errors="replace")[-2_000:]
        answers |= {path: {"failure": f"the replaying process died: {end}"} for path in paths if path not in answers}
    return answers


async def _main(answered: TextIO) -> None:
    for line in sys.stdin.read().splitlines():
        history = Path(line).read_text(encoding="utf-8")  # noqa: ASYNC240 - nothing else runs in this process
        try:
            published = await replay(history)
            answer: dict[str, Any] = {"steps": [step for written in published for step in written["steps"]]}
        except Exception as error:  # what does not replay is what is looked for
            answer = {"failure": f"{type(error).__name__}: {error}"}
        print(json.dumps((line, answer)), file=answered, flush=True)


if __name__ == "__main__":
    with Path(sys.argv[1]).open("w", encoding="utf-8") as file:
        asyncio.run(_main(file))
    end_process(0)
