"""A worker that dies between writing and answering, and nobody asks again: the records are soon what the case is."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import Engine
from temporalio.client import WorkflowQueryFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.service import RPCError

from activities import records_care
from sop_engine.cases.contracts.acts import ActResult, CancelInput
from sop_engine.cases.contracts.reading import RecordedCase
from sop_engine.cases.contracts.watching import WatchState
from sop_engine.records.publishing import Publisher
from sop_engine.records.queries import CaseQueries
from sop_engine.records.rewriting import set_back
from sop_engine.temporal.queues import watch_id
from tests.integration.complaint import ACTS, COMPLAINT
from tests.integration.installation import Installation, installation, until
from tests.integration.published import minute, published, step, task
from tests.integration.worker_process import process

pytest_plugins = ("tests.integration.databases",)

GIVEN_UP = "lost with its worker"


@pytest_asyncio.fixture
async def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Installation]:
    monkeypatch.setattr(records_care, "UNDER_WAY", timedelta(0))
    async with installation(tmp_path) as running:
        yield running


@asynccontextmanager
async def lost_act(house: Installation, once: Path) -> AsyncIterator[None]:
    """A complaint that was cancelled in the records alone: worker and server died, and who asked has gone."""
    act = CancelInput(actor="zhao.min", reason=GIVEN_UP)
    dying = process(house, "tests.integration.dying_worker", DIE_AT=f"after {GIVEN_UP}", DIE_ONCE=str(once))
    async with dying as doomed:
        handle = await house.start("Complaint", "C", COMPLAINT)
        await until(lambda: len(house.journal("C")) == 1, "the opening")
        update = asyncio.create_task(handle.execute_update("cancel", act, id="gone", result_type=ActResult))
        assert await asyncio.wait_for(doomed.wait(), 30) == -9
    await house.server.kill()
    update.cancel()
    with suppress(WorkflowUpdateRPCTimeoutOrCancelledError, RPCError):
        await update
    await house.server.start()
    async with house.worker():
        yield


async def looked(house: Installation) -> None:
    """Has the watch that a worker started look once more, and waits until it has."""
    handle = house.handle(watch_id(house.settings.task_queue))
    asked = datetime.now(UTC)
    await handle.signal("look")

    async def has_looked() -> bool:
        with suppress(WorkflowQueryFailedError):  # it takes in what happened while no worker answered
            state: WatchState = await handle.query("state", result_type=WatchState)
            return state.looked_at is not None and state.looked_at > asked
        return False

    await until(has_looked, "a look")


def kept(engine: Engine, case_id: str) -> RecordedCase:
    return CaseQueries(engine).read_case(case_id)


async def test_steps_that_a_case_never_took_leave_the_records(house: Installation, tmp_path: Path) -> None:
    async with lost_act(house, tmp_path / "died"):
        assert kept(house.engine, "C").case.status == "cancelled"
        assert (await house.view("C")).status == "open"
        await looked(house)
        recorded, view = kept(house.engine, "C"), await house.view("C")
        assert (recorded.case.status, recorded.case.closed_at) == ("open", None)
        assert {(each.key, each.status) for each in recorded.tasks} == {(each.task, each.status) for each in view.tasks}
        assert [row.kind for row in house.unbroken_journal("C")] == ["opened"]
        assert GIVEN_UP in [row.note for row in house.journal("C", superseded=True)]
        await house.act("C", "complete_task", **ACTS[0])
        await looked(house)
        names = [row.name for row in await house.published_journal("C")]
        assert names == ["Complaint", "registered.acknowledged"]


def test_a_case_that_has_written_since_is_left_alone(engine: Engine) -> None:
    known = published(minute(1), step(1, "opened"), tasks=(task(),))
    lost = published(minute(2), step(2, "lost"), tasks=(task(status="completed"),))
    since = published(minute(3), step(2, "taken"), tasks=(task(status="claimed"),))
    publisher, case_id = Publisher(engine), known.case.case_id
    for write in (known, lost, since):
        publisher.publish(write)
    assert not set_back(engine, known, minute(2))
    assert [each.status for each in kept(engine, case_id).tasks] == ["claimed"]


def test_what_was_lost_is_set_back_once(engine: Engine) -> None:
    known = published(minute(1), step(1, "opened"), tasks=(task(),))
    lost = published(minute(2), step(2, "lost"), tasks=(task(status="completed"), task(key="new#1")))
    publisher, case_id = Publisher(engine), known.case.case_id
    for write in (known, lost):
        publisher.publish(write)
    assert set_back(engine, known, minute(2))
    assert not set_back(engine, known, minute(2))
    recorded = kept(engine, case_id)
    assert (recorded.case, recorded.tasks) == (known.case, known.tasks)
