"""The worker is killed in the middle of a bite of what a person ordered: one result for each, none doubled or lost."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from temporalio.client import WorkflowHistory

from sop_engine.cases.contracts.handing_over import BITE, HandOverDone, HandOverInput
from sop_engine.cases.contracts.orders import DecideDisposalInput, RequestDisposalInput
from sop_engine.cases.contracts.retention import CHUNK, CarryOutDisposalInput, DisposalLine, ListDisposalsInput
from sop_engine.content.library import content_root
from sop_engine.records.publishing import Publisher
from sop_engine.temporal.handing_over import hand_over
from sop_engine.temporal.queues import DISPOSAL, HAND_OVER
from sop_engine.temporal.retention_gateway import RetentionGateway
from tests.integration.installation import Installation, installation
from tests.integration.offers import LEAVES, ORDERS, SUCCEEDS, offers
from tests.integration.published import published, step
from tests.integration.worker_process import PATIENCE, first_worker, process

Done = TypeVar("Done")
DYING, NEXT = "tests.integration.dying_in", "tests.integration.content_worker"
LONG_AGO = datetime(2020, 3, 2, 4, tzinfo=UTC)
ASKS, APPROVES = "sun.lihua", "chen.guodong"
FILES = 2 * CHUNK + 3
CASES = 2 * BITE + 3
"""As many as keep a test short; `handed_over` was seen with 300."""


async def outlived(house: Installation, root: Path, dying: asyncio.subprocess.Process, order: Awaitable[Done]) -> Done:
    """What became of an order in which a worker died, and which another went on with."""
    answer = asyncio.ensure_future(order)
    assert await asyncio.wait_for(dying.wait(), PATIENCE) == -9
    async with process(house, NEXT, CONTENT=str(root)):
        return await asyncio.wait_for(answer, 2 * PATIENCE)


async def begun_again(house: Installation, kind: str) -> list[int]:
    """Of each activity of the one workflow of a type, at which attempt it was done."""
    (found,) = [each async for each in house.client.list_workflows(f"WorkflowType = '{kind}'")]
    history: WorkflowHistory = await house.history(found.id)
    begun = (event.activity_task_started_event_attributes.attempt for event in history.events)
    return [attempt for attempt in begun if attempt]


async def test_a_disposal_goes_on_where_the_worker_was_killed(tmp_path: Path) -> None:
    root = content_root()
    dies = {"DIE_IN": "sop_engine.records.disposal:DisposalRepository.dispose", "DIE_AFTER": str(CHUNK + 7)}
    async with installation(tmp_path) as house, process(house, DYING, CONTENT=str(root), **dies) as dying:
        await first_worker(house)
        for number in range(FILES):
            case = {"case_id": f"OLD-{number:02}", "status": "completed", "closed_at": LONG_AGO, "references": ()}
            Publisher(house.engine).publish(published(LONG_AGO, step(1, "opened"), case=case))
        retention = RetentionGateway(house.gateway)
        asked = await retention.order(RequestDisposalInput(actor=ASKS, reason="yearly clearing"))
        disposal_id = asked.what.split()[0]
        decided = DecideDisposalInput(actor=APPROVES, reason="it is due", disposal_id=disposal_id, approved=True)
        await retention.order(decided)
        order = _certified(retention, CarryOutDisposalInput(disposal_id=disposal_id, actor=ASKS))
        certificate = await outlived(house, root, dying, order)
        assert max(await begun_again(house, DISPOSAL)) > 1
        assert (certificate.disposed, certificate.kept, certificate.left) == (FILES, 0, 0)
        assert sorted(file.case_id for file in certificate.files) == [f"OLD-{number:02}" for number in range(FILES)]
        assert {(file.status, file.steps) for file in certificate.files} == {("disposed", 1)}, "of none twice"
        assert not any(house.journal(f"OLD-{number:02}") for number in range(FILES))


async def _certified(retention: RetentionGateway, given: CarryOutDisposalInput) -> DisposalLine:
    await retention.carry_out(given)
    (line,) = (await retention.disposals(ListDisposalsInput(disposal_id=given.disposal_id))).disposals
    return line


async def test_a_hand_over_goes_on_where_the_worker_was_killed(tmp_path: Path) -> None:
    await handed_over(tmp_path, CASES)


async def handed_over(folder: Path, cases: int) -> HandOverDone:
    """Of one case the successor did the work before, so that it refuses; each other one is handed over, once."""
    root = offers(folder / "content").root
    ids = [f"O-{number:03}" for number in range(cases)]
    dies = {"DIE_IN": "activities.handing_over:_hand", "DIE_AFTER": str(cases // 2 + 3)}
    async with installation(folder / "house") as house, process(house, DYING, CONTENT=str(root), **dies) as dying:
        await first_worker(house)
        for first in range(0, cases, BITE):
            await asyncio.gather(*(_open(house, case_id, ids[-1]) for case_id in ids[first : first + BITE]))
        who = {"actor": ORDERS, "reason": "leaves the firm", "held_by": LEAVES, "to": SUCCEEDS}
        done = await outlived(house, root, dying, hand_over(house.gateway, HandOverInput(**who)))
        assert max(await begun_again(house, HAND_OVER)) > 1
        assert sorted(task.case_id for task in done.tasks) == ids
        assert [task.case_id for task in done.tasks if not task.handed] == ids[-1:]
        assert (done.handed, done.left) == (cases - 1, 0)
        for case_id in ids:
            told = [row.note for row in house.unbroken_journal(case_id) if row.kind == "task_assigned"]
            assert told == (["leaves the firm"] if case_id != ids[-1] else []), case_id
        return done


async def _open(house: Installation, case_id: str, drafted: str) -> None:
    await house.open("Offer", case_id, {})
    if case_id == drafted:
        await house.act(case_id, "complete_task", actor=SUCCEEDS, task="drafting", outcome="done")
    await house.act(case_id, "claim_task", actor=LEAVES)
