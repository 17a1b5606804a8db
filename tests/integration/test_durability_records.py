"""The records are down: the case goes on, its steps arrive later, and the journal is whole."""

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import pytest_asyncio

from sop_engine.cases.contracts.acts import ActResult
from tests.integration.complaint import ACTS, COMPLAINT
from tests.integration.installation import Installation, installation, until
from tests.replay.replaying import replay


@pytest_asyncio.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    folder = Path(tmp_path_factory.mktemp("house"))
    async with installation(folder, continue_after=5) as running, running.worker():
        yield running


@contextmanager
def records_down(house: Installation) -> Iterator[None]:
    """Nobody else can write to the database."""
    with sqlite3.connect(house.settings.data_directory / "records.db") as connection:
        connection.isolation_level = None
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


@contextmanager
def records_refusing(house: Installation) -> Iterator[None]:
    """Whoever writes is refused at once."""
    with sqlite3.connect(house.settings.data_directory / "records.db") as connection:
        connection.execute("ALTER TABLE steps RENAME TO steps_away")
        yield
        connection.execute("ALTER TABLE steps_away RENAME TO steps")


async def test_a_case_goes_on_while_the_records_refuse_its_steps(house: Installation) -> None:
    await house.open("Complaint", "refused", COMPLAINT)

    async def is_to_come_later() -> bool:
        described = await house.handle("refused").describe()
        return bool(described.raw_description.pending_activities)

    with records_refusing(house):
        await house.act("refused", "complete_task", **ACTS[0])
        await until(is_to_come_later, "the steps that are to be written later")
        answer: ActResult = await house.act("refused", "complete_task", **ACTS[1])
        assert answer.states == ("assigned",)
    rows = await house.published_journal("refused")
    assert [row.name for row in rows] == ["Complaint", "registered.acknowledged", "classified.done"]
    assert await replay((await house.handle("refused").fetch_history()).to_json())


async def test_a_case_goes_on_without_its_records(house: Installation) -> None:
    await house.open("Complaint", "alone", COMPLAINT)
    with records_down(house):
        answers: list[ActResult] = [await house.act("alone", "complete_task", **act) for act in ACTS[:2]]
        assert [answer.states for answer in answers] == [("classified",), ("assigned",)]
        assert len(house.journal("alone")) == 1
    rows = await house.published_journal("alone")
    assert [row.name for row in rows] == ["Complaint", "registered.acknowledged", "classified.done"]
    assert house.journal("alone", superseded=True) == []


async def test_no_run_ends_before_its_steps_are_written(house: Installation) -> None:
    """Five acts are due to continue as new; the run waits for the records first."""
    await house.open("Complaint", "waiting", COMPLAINT)
    first_run = (await house.handle("waiting").describe()).run_id
    for number in range(4):
        await house.act("waiting", "comment", actor="li.na", text=f"comment {number}")
    with records_down(house):
        await house.act("waiting", "comment", actor="li.na", text="in the dark")
        assert (await house.handle("waiting").describe()).run_id == first_run

    async def has_moved() -> bool:
        return (await house.handle("waiting").describe()).run_id != first_run

    await until(has_moved, "a fresh run")
    rows = await house.published_journal("waiting")
    assert rows[-1].note == "in the dark"


async def test_a_case_that_closed_in_the_dark_ends_when_its_steps_are_written(house: Installation) -> None:
    await house.open("Complaint", "closing", COMPLAINT)
    with records_down(house):
        await house.act("closing", "cancel", actor="zhao.min", reason="customer withdrew")
    assert (await house.handle("closing").result())["status"] == "cancelled"
    assert [row.kind for row in house.unbroken_journal("closing")] == ["opened", "cancel", "closed"]
