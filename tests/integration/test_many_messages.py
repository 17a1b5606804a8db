"""Thousands of messages that came while no worker answered: a case takes them in portions, all of them and in order."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sop_engine.cases.contracts.opening import OpenCaseInput
from tests.integration.complaint import COMPLAINT
from tests.integration.installation import Installation, installation, until
from tests.replay.cold import replay_cold, runs_of
from workflows.portions import PORTION

MESSAGES = 2_000
"""Taken in by one workflow task, they would need more than the two seconds that the SDK gives a turn."""
AT_ONCE = 50


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Installation]:
    async with installation(tmp_path) as house:
        yield house


async def tell(house: Installation, case_id: str) -> None:
    for first in range(0, MESSAGES, AT_ONCE):
        numbers = range(first, first + AT_ONCE)
        await asyncio.gather(*(house.handle(case_id).signal(f"moon.rose.{number}") for number in numbers))


async def all_are_taken(house: Installation, case_id: str, folder: Path) -> None:
    def have_come() -> bool:
        taken: list[bool] = [row.name.startswith("moon.rose") for row in house.journal(case_id)]
        return sum(taken) == MESSAGES

    await until(have_come, f"{MESSAGES} messages in the journal of {case_id}", within=300)
    rows = [row for row in house.unbroken_journal(case_id) if row.name.startswith("moon.rose")]
    assert len({row.name for row in rows}) == MESSAGES
    histories = await runs_of(house.client, case_id)
    came = [
        event.workflow_execution_signaled_event_attributes.signal_name
        for history in histories
        for event in history.events
        if event.HasField("workflow_execution_signaled_event_attributes")
    ]
    assert [row.name for row in rows] == came, "the order in which they came"
    assert [run.failure for run in await replay_cold(histories, folder)] == [None] * len(histories)


async def test_what_came_while_no_worker_answered_is_taken_in_portions(house: Installation, tmp_path: Path) -> None:
    async with house.worker():
        await house.open("Complaint", "open", COMPLAINT)
    opening = OpenCaseInput(data=dict(COMPLAINT))
    await house.client.start_workflow("Complaint", opening, id="opening", task_queue=house.settings.task_queue)
    await asyncio.gather(tell(house, "open"), tell(house, "opening"))
    async with house.worker():
        for case_id in ("open", "opening"):
            await all_are_taken(house, case_id, tmp_path)
    assert MESSAGES > 2 * PORTION
