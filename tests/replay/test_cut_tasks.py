"""Workflow tasks that queries cut in two replay as they ran: the same steps, at the same instants, in the same order.

A query that comes with a workflow task makes the SDK answer while the journal is still being written, and complete the
task before that write has ended. Messages then meet the write's end in another order than in a replay.
"""

import asyncio
import json
import random
import time
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import WorkflowHistory

from sop_engine.cases.contracts.publishing import PublishInput
from sop_engine.records.publishing import Publisher
from tests.integration.complaint import COMPLAINT
from tests.integration.installation import Installation, installation
from tests.replay.capture import Published, listening
from tests.replay.replayed_histories import replayed

SEED = 20260301
CASES, ROUNDS = 3, 8
SPREAD = 0.03
"""Seconds within which the messages of a round come: about as long as one write takes."""


TAKEN = {"WORKFLOW_EXECUTION_UPDATE_COMPLETED", "WORKFLOW_PROPERTIES_MODIFIED"}


async def later(message: Awaitable[Any], delay: float) -> None:
    await asyncio.sleep(delay)
    await message


async def asked(house: Installation, case_id: str, message: Awaitable[Any]) -> None:
    """A message with questions right behind it, so that some come with its workflow task."""
    await asyncio.gather(message, *(house.view(case_id) for _ in range(4)))


async def crowd(house: Installation, case_id: str, chance: random.Random) -> None:
    """Signals, acts that re-arm the timer or have no effect at all, and questions, all at once."""
    await house.open("Complaint", case_id, COMPLAINT)
    for number in range(ROUNDS):
        due_at = datetime.now(UTC) + timedelta(minutes=90 - number)
        messages = [
            house.signal(case_id, "moon.rose", message_id=f"m-{number}"),
            house.signal(case_id, "complainant.informed", message_id=f"i-{number}", progress="soon"),
            house.act(case_id, "comment", actor="li.na", text=f"comment {number}"),
            house.act(
                case_id, "move_deadline", actor="zhao.min", clock="first_response", to=due_at, reason=f"turn {number}"
            ),
        ]
        await asyncio.gather(*(later(asked(house, case_id, message), chance.random() * SPREAD) for message in messages))
    await house.act(case_id, "cancel", actor="zhao.min", reason="customer withdrew")
    await house.handle(case_id).result()


def slow_down(monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that takes now a moment, now a round trip to the server: some writes end just as a task is cut."""
    write, chance = Publisher.publish, random.Random(SEED)

    def publish(self: Publisher, given: PublishInput) -> None:
        time.sleep(chance.random() * SPREAD)
        write(self, given)

    monkeypatch.setattr(Publisher, "publish", publish)


def cuts(history: WorkflowHistory) -> int:
    """How many workflow tasks took an act or a signal and ended before its write had."""
    tasks: list[set[str]] = []
    for event in json.loads(history.to_json())["events"]:
        name = event["eventType"].removeprefix("EVENT_TYPE_")
        if name == "WORKFLOW_TASK_COMPLETED":
            tasks.append(set())
        elif tasks:
            tasks[-1].add(name)
    return sum(bool(events & TAKEN) and "MARKER_RECORDED" not in events for events in tasks)


async def test_tasks_cut_by_questions_replay_as_they_ran(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow_down(monkeypatch)  # first, so that what listens is taken away before it
    with listening() as recorded:
        async with installation(tmp_path) as house, house.worker():
            chance = random.Random(SEED)
            await asyncio.gather(*(crowd(house, f"C-{number}", chance) for number in range(CASES)))
            histories = [await house.history(f"C-{number}") for number in range(CASES)]
    assert sum(map(cuts, histories)) > 0
    paths = [tmp_path / f"{history.workflow_id}.json" for history in histories]
    for path, history in zip(paths, histories, strict=True):
        path.write_text(history.to_json(), encoding="utf-8")
    answer = replayed(paths)
    assert answer.returncode == 0, answer.stderr[-3_000:]
    published: dict[str, list[Published]] = json.loads(answer.stdout)
    for path, history in zip(paths, histories, strict=True):
        run_id = history.events[0].workflow_execution_started_event_attributes.original_execution_run_id
        expected = sorted(recorded[run_id], key=first_step)
        assert sorted(published[path.name], key=first_step) == expected


def first_step(written: Published) -> tuple[int, int]:
    """Writes that ran side by side may have ended in any order."""
    return (written["steps"][0]["step"] if written["steps"] else 0, len(written["steps"]))
