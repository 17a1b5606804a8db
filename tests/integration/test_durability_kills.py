"""Workers and the server are killed in the middle; the cases go on, and the journal tells each step once."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from temporalio.service import RPCError

from sop_engine.cases.contracts.acts import ActResult, CommentInput
from sop_engine.temporal.client import UnreachableError
from tests.integration.complaint import ACTS, COMPLAINT
from tests.integration.installation import Installation, installation, until
from tests.integration.shipment import completion, intake_acts, opening_data
from tests.integration.worker_process import process

SEED = 20260302
DEATHS = 3


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Installation]:
    async with installation(tmp_path) as running:
        yield running


async def patiently(what: str, asked: Callable[[], Awaitable[Any]]) -> Any:
    """Asks again until there is an answer: server and worker come and go here."""

    async def answer() -> Any:
        try:
            return await asked()
        except (UnreachableError, RPCError):
            return None

    return await until(answer, what, within=90)


async def insist(house: Installation, case_id: str, name: str, act_id: str, values: Mapping[str, Any]) -> ActResult:
    """Repeats an act under the same id until it is answered, as the command line does."""
    act = partial(house.act, case_id, name, id=act_id, **values)
    answered: ActResult = await patiently(f"an answer to {act_id}", act)
    return answered


async def task_opens(house: Installation, case_id: str, state: str) -> None:
    async def is_open() -> bool:
        return any(task.state == state for task in (await house.view(case_id)).tasks)

    await until(is_open, f"the task {state} of {case_id}", within=90)


async def complain(house: Installation, case_id: str) -> list[str]:
    """A complaint up to the revisit; gives the ids of its acts."""
    await house.start("Complaint", case_id, COMPLAINT)
    for act in ACTS[:7]:
        await task_opens(house, case_id, act["task"])
        await insist(house, case_id, "complete_task", f"{case_id} {act['task']}", act)
    return [f"{act['task']}.{act['outcome']}" for act in ACTS[:7]]


async def ship(house: Installation, case_id: str) -> list[str]:
    """A shipment with its intake and booking, each a child; gives the acts of the intake."""
    await house.start("FreightShipment", case_id, opening_data())
    acts = intake_acts()
    for act in acts:
        await task_opens(house, f"{case_id}.intake", act.target)
        given = await patiently(f"the files of {act.target}", partial(completion, act, house.gateway))
        await insist(house, f"{case_id}.intake", "complete_task", f"{case_id} {act.target}", given)
    await until(lambda: is_open(house, f"{case_id}.booking"), "the booking", within=90)
    return [f"{act.target}.{act.outcome}" for act in acts]


async def has_steps(house: Installation, case_id: str, rows: int) -> None:
    await until(lambda: len(house.journal(case_id)) >= rows, f"{rows} steps of {case_id}", within=90)


async def is_open(house: Installation, case_id: str) -> bool:
    return (await house.view(case_id)).status == "open"


async def told_once(house: Installation, case_id: str, acts: list[str]) -> None:
    """Every act stands in the journal exactly once, in order, between the system's own steps."""
    names = [row.name for row in await house.published_journal(case_id)]
    assert [name for name in names if name in acts] == acts


async def test_a_worker_killed_around_its_writes(house: Installation) -> None:
    chance = random.Random(SEED)
    points = [f"{chance.choice(('before', 'after'))} {chance.randint(2, 6)}" for _ in range(DEATHS)]
    work = asyncio.gather(complain(house, "C-1"), complain(house, "C-2"), ship(house, "S-1"))
    for point in points:
        async with process(house, "tests.integration.dying_worker", DIE_AT=point) as doomed:
            assert await asyncio.wait_for(doomed.wait(), 60) == -9
    async with process(house):
        first, second, intake = await work
        await told_once(house, "C-1", first)
        await told_once(house, "C-2", second)
        await told_once(house, "S-1.intake", intake)
        await told_once(house, "S-1", ["intake.accepted"])


async def test_a_task_lost_after_its_write_runs_again_in_another_order(house: Installation, tmp_path: Path) -> None:
    """The killed worker had written step 2 = A. Then B comes first: step 2 = B, step 3 = A, and the old row is kept."""
    act = CommentInput(actor="li.na", text="update A")
    once = str(tmp_path / "died")
    async with process(house, "tests.integration.dying_worker", DIE_AT="after update A", DIE_ONCE=once) as doomed:
        handle = await house.start("Complaint", "lost", COMPLAINT)
        await until(lambda: len(house.journal("lost")) == 1, "the opening")
        update = asyncio.create_task(handle.execute_update("comment", act, id="A", result_type=ActResult))
        assert await asyncio.wait_for(doomed.wait(), 30) == -9
    assert [(row.step, row.note) for row in house.journal("lost")][1:] == [(2, "update A")]
    await house.signal("lost", "moon.rose", message_id="B")
    async with process(house):
        answer = await asyncio.wait_for(update, 40)
        rows = await house.published_journal("lost")
    assert [(row.step, row.name) for row in rows] == [(1, "Complaint"), (2, "moon.rose"), (3, "comment")]
    assert (answer.step, answer.duplicate) == (3, False)
    replaced = house.journal("lost", superseded=True)
    assert [(row.step, row.note) for row in replaced] == [(2, "update A")]


async def test_the_server_killed_and_started_again_on_its_file(house: Installation) -> None:
    async with house.worker():
        work = asyncio.gather(complain(house, "C-3"), ship(house, "S-2"))
        accepted = [await insist(house, "C-3", "comment", "c-1", {"actor": "li.na", "text": "before the cut"})]
        for number, rows in enumerate((3, 7)):
            await has_steps(house, "C-3", rows)
            await house.server.kill()
            await house.server.start()
            await insist(house, "C-3", "comment", f"d-{number}", {"actor": "li.na", "text": f"after cut {number}"})
        complaint, intake = await work
        await told_once(house, "C-3", complaint)
        await told_once(house, "S-2.intake", intake)
        notes = [row.note for row in house.journal("C-3") if row.kind == "comment"]
        assert notes == ["before the cut", "after cut 0", "after cut 1"]
        assert accepted[0].step == next(row.step for row in house.journal("C-3") if row.note == "before the cut")
