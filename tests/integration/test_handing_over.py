"""A run that is due hands its case over, however fast acts and signals come: nothing is lost, nobody is refused."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHistory

from tests.integration.complaint import COMPLAINT
from tests.integration.installation import Installation, installation
from tests.replay.replaying import replay

CONTINUE_AFTER = 20
MOST_EVENTS = 600
"""Of one run: twenty acts until it is due, twenty while it waits, and what the server writes when they collide."""


@pytest_asyncio.fixture(scope="module")
async def house(tmp_path_factory: object) -> AsyncIterator[Installation]:
    folder = Path(tmp_path_factory.mktemp("house"))  # type: ignore[attr-defined]
    async with installation(folder, continue_after=CONTINUE_AFTER) as running, running.worker():
        yield running


async def runs(house: Installation, case_id: str) -> list[WorkflowHistory]:
    """The histories of all runs of a case, the first one first."""
    found = [run async for run in house.client.list_workflows(f"WorkflowId = '{case_id}'")]
    found.sort(key=lambda run: run.start_time)
    return [await house.history(case_id, run.run_id) for run in found]


def kinds(history: WorkflowHistory) -> Counter[str]:
    return Counter(EventType.Name(event.event_type).removeprefix("EVENT_TYPE_") for event in history.events)


async def comments(house: Installation, case_id: str, numbers: range) -> None:
    for number in numbers:
        await house.act(case_id, "comment", actor="li.na", text=f"comment {number}")


async def all_is_there(house: Installation, case_id: str, texts: list[str]) -> None:
    rows = await house.published_journal(case_id)
    assert sorted(str(row.note) for row in rows if row.kind == "comment") == sorted(texts)
    histories = await runs(house, case_id)
    counts = [sum(kinds(history).values()) for history in histories]
    assert max(counts) < MOST_EVENTS, counts
    assert len(histories) > len(texts) // (3 * CONTINUE_AFTER), counts
    for history in histories:
        await replay(history.to_json())


async def test_acts_back_to_back_do_not_keep_a_run_from_its_end(house: Installation) -> None:
    await house.open("Complaint", "row", COMPLAINT)
    await comments(house, "row", range(150))
    await all_is_there(house, "row", [f"comment {number}" for number in range(150)])


async def test_acts_of_many_at_once_do_not_keep_a_run_from_its_end(house: Installation) -> None:
    await house.open("Complaint", "crowd", COMPLAINT)
    await asyncio.gather(*(comments(house, "crowd", range(first, first + 25)) for first in range(0, 150, 25)))
    await all_is_there(house, "crowd", [f"comment {number}" for number in range(150)])


async def test_notices_and_signals_between_the_acts_do_not_keep_it_either(house: Installation) -> None:
    await house.open("Complaint", "signals", COMPLAINT)

    async def inform() -> None:
        for number in range(60):
            await house.signal("signals", "complainant.informed", message_id=f"m-{number}", progress=f"news {number}")

    await asyncio.gather(inform(), comments(house, "signals", range(60)))
    await all_is_there(house, "signals", [f"comment {number}" for number in range(60)])
    rows = house.journal("signals")
    assert sum(row.name == "complainant.informed" for row in rows) == 60
