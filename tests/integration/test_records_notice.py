"""Records that are older than the cases know them, lost, or others': the worker says so and gives out nothing."""

import logging
import shutil
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from temporalio.client import WorkflowHandle

from sop_engine.basis.faults import NotPermitted, Refused
from sop_engine.cases.contracts.records import AdoptRecordsInput, RecordsMark, RepairRecordsInput
from sop_engine.content.library import Library
from sop_engine.records import gaps
from sop_engine.records.identity import RecordsIdentity
from sop_engine.records.numbers import NumberRepository
from sop_engine.temporal import records_gateway
from sop_engine.temporal.anchor import Anchor
from sop_engine.temporal.client import UnreachableError
from sop_engine.temporal.queues import RECORDS_ANCHOR, TOLD, anchor_id
from tests.integration.case_status import is_kept_back
from tests.integration.complaint import ACTS, COMPLAINT
from tests.integration.installation import Installation, installation, until
from tests.integration.ledger_terminal import sop
from tests.integration.ticket import ask, given, go, number, serving
from tests.replay.waiting import take_and_lose
from workflows.anchor import TELLINGS

pytest_plugins = ("tests.integration.databases", "tests.integration.ticket_content")


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Installation]:
    async with installation(tmp_path) as house:
        yield house


def copy_of(house: Installation) -> Path:
    """A copy of the records, as a backup makes it."""
    kept = house.settings.data_directory / "backup.db"
    with closing(sqlite3.connect(records_of(house))) as source, closing(sqlite3.connect(kept)) as target:
        source.backup(target)
    return kept


def records_of(house: Installation) -> Path:
    return house.settings.data_directory / "records.db"


def put_back(house: Installation, kept: Path | None) -> None:
    """Replaces the records by an older copy, or by nothing."""
    house.engine.dispose()
    for file in house.settings.data_directory.glob("records.db*"):
        file.unlink()
    if kept is not None:
        shutil.copyfile(kept, records_of(house))


async def test_an_older_copy_gives_no_number_twice(
    house: Installation, ticket_library: Library, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving(house, ticket_library):
        assert await number(house, "T-1") == "INV-2026-000001"
    kept = copy_of(house)
    async with serving(house, ticket_library):
        assert await number(house, "T-2") == "INV-2026-000002"
    put_back(house, kept)
    with caplog.at_level(logging.WARNING, "sop.records"):
        async with serving(house, ticket_library) as records:
            fitness = await records.fitness()
            assert fitness.verdict == "behind"
            assert "invoice 2026 1 of 2" in fitness.what
            assert "sop records repair" in fitness.remedy
            assert "Numbers and money work wait until this is mended" in caplog.text
            await ask(house, "T-3")
            await until(lambda: is_kept_back(house, "T-3"), "a number that waits")
            view = await house.view("T-3")
            assert (view.status, view.states) == ("open", ("numbering",))
            assert len(house.unbroken_journal("T-3")) == view.step, "the journal goes on"
            code, _, said = await sop(house, "case", "show", "T-3")
            assert (code, "numbers, money, papers and registers wait: the records are older" in said) == (0, True), said
            done = await records.repair(RepairRecordsInput(actor="admin"), lambda _: None)
            assert (done.differences, done.unreadable, done.gone) == ((), (), ())
            assert (await records.fitness()).verdict == "fit"
            assert await given(house, "T-3") == "INV-2026-000003"
            assert [row.step for row in house.unbroken_journal("T-2")] == [1, 2, 3, 4]
            assert [page.differences async for page in records.check()] == [()]


async def test_a_loss_under_a_running_worker_is_noticed_with_the_next_number(
    house: Installation, ticket_library: Library
) -> None:
    async with serving(house, ticket_library):
        assert await number(house, "T-1") == "INV-2026-000001"
        kept = copy_of(house)
        assert await number(house, "T-2") == "INV-2026-000002"
        with closing(sqlite3.connect(records_of(house))) as records:
            records.execute("ATTACH ? AS old", (str(kept),))
            for table in ("numbers", "record_marks", "errands"):
                records.execute(f"DELETE FROM {table}")
                records.execute(f"INSERT INTO {table} SELECT * FROM old.{table}")
            records.commit()
        await ask(house, "T-3")
        await until(lambda: is_kept_back(house, "T-3"), "a number that waits")


@pytest.mark.parametrize("replaced", [False, True], ids=["deleted", "replaced"])
async def test_a_file_that_goes_under_a_running_worker_is_noticed_and_not_written_to(
    house: Installation, ticket_library: Library, replaced: bool
) -> None:
    async with serving(house, ticket_library) as records:
        assert await number(house, "T-1") == "INV-2026-000001"
        await house.open("Ticket", "T-2", {})
        kept = copy_of(house)
        kept.replace(records_of(house)) if replaced else put_back(house, None)
        fitness = await records.fitness()
        assert (fitness.verdict, fitness.is_fit) == ("gone", False)
        assert ("was replaced" if replaced else "is gone") in fitness.what
        assert "end this worker" in fitness.remedy
        await go(house, "T-2", "one")
        await until(lambda: is_kept_back(house, "T-2"), "a number that waits")
        code, _, said = await sop(house, "case", "list")
        assert (code, "records' file" in said) == (1, True), said
        assert records_of(house).exists() == replaced, "no empty file takes the place of the one that went"
    house.engine.dispose()
    async with serving(house, ticket_library) as records:
        if not replaced:
            assert (await records.fitness()).verdict == "empty"
            await records.repair(RepairRecordsInput(actor="admin"), lambda _: None)
        assert await given(house, "T-2") == "INV-2026-000002"
        assert [page.differences async for page in records.check()] == [()]


async def test_lost_records_are_not_taken_for_new_ones(house: Installation, ticket_library: Library) -> None:
    async with serving(house, ticket_library):
        await house.open("Complaint", "before", COMPLAINT)
    put_back(house, None)
    async with serving(house, ticket_library) as records:
        assert (await records.fitness()).verdict == "empty"
        await ask(house, "T-1")
        await until(lambda: is_kept_back(house, "T-1"), "a number that waits")


async def test_lost_records_of_an_installation_without_a_memory_are_noticed_too(
    house: Installation, ticket_library: Library
) -> None:
    """Cases of a release that told nobody of its records."""
    async with house.worker():
        await house.open("Complaint", "before", COMPLAINT)
    put_back(house, None)
    async with serving(house, ticket_library) as records:
        assert (await records.fitness()).verdict == "empty"


async def test_a_repair_that_no_worker_hears_says_so(
    house: Installation, ticket_library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records_gateway, "ACCEPTED_WITHIN", timedelta(seconds=1))
    async with serving(house, ticket_library) as records:
        await house.open("Complaint", "before", COMPLAINT)
    with pytest.raises(UnreachableError, match=r"No worker answers.*may still be done"):
        await records.repair(RepairRecordsInput(actor="admin"), lambda _: None)


async def test_records_of_others_are_refused(house: Installation, ticket_library: Library, tmp_path: Path) -> None:
    async with serving(house, ticket_library):
        await house.open("Complaint", "before", COMPLAINT)
    with house.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE record_identity SET identity = 'others'")
    async with serving(house, ticket_library) as records:
        assert (await records.fitness()).verdict == "foreign"
        with pytest.raises(Refused, match="these records belong to other cases"):
            await records.repair(RepairRecordsInput(actor="admin"), lambda _: None)


FORGED: Mapping[str, Mapping[str, int]] = {
    "a register": {"invoice 2026": 999_999},
    "more than a database can hold": {"invoice 2026": 10**30},
    "more than a message can hold": {f"{number} {'x' * 90}": 1 for number in range(15_000)},
}


@pytest.mark.parametrize("marks", FORGED.values(), ids=FORGED)
async def test_what_no_worker_told_stops_no_number_and_leaves_no_gap(
    house: Installation, ticket_library: Library, marks: Mapping[str, int]
) -> None:
    """Anybody with a connection can tell the memory; it goes on in a new run, and workers start."""
    memory = house.handle(anchor_id(house.settings.task_queue))
    async with serving(house, ticket_library) as records:
        assert await number(house, "T-1") == "INV-2026-000001"
        first = (await memory.describe()).run_id
        forged = {"identity": (await records.fitness()).identity, "marks": marks}
        for _ in range(3):
            await memory.signal(TOLD, forged)
        assert (await records.fitness()).verdict == "fit"
        for _ in range(TELLINGS):
            await memory.signal(TOLD, {"identity": "somebody"})
        await until(lambda: has_gone_on(memory, first), "a new run of the memory")
        assert (await records.fitness()).verdict == "fit"
        assert await number(house, "T-2") == "INV-2026-000002"
    kept = copy_of(house)
    async with serving(house, ticket_library):
        assert await number(house, "T-3") == "INV-2026-000003"
        await memory.signal(TOLD, forged)
    put_back(house, kept)
    async with serving(house, ticket_library) as records:
        fitness = await records.fitness()
        assert fitness.verdict == "behind", "what the workers told is believed"
        assert "invoice 2026 2 of 3" in fitness.what
        await records.adopt(AdoptRecordsInput(actor="admin", reason="a test"))
        assert await number(house, "T-4") == "INV-2026-000004"


async def test_what_was_told_during_a_task_that_a_killed_worker_had_taken_is_known(house: Installation) -> None:
    anchor, queue = Anchor(house.client, house.settings.task_queue), house.settings.task_queue
    first, second = (RecordsMark(identity="ours", marks={"invoice 2026": last}) for last in (1, 2))
    await house.client.start_workflow(
        RECORDS_ANCHOR, first, id=anchor_id(queue), task_queue=queue, task_timeout=timedelta(seconds=2)
    )
    await take_and_lose(house)
    await anchor.tell(second)
    assert await anchor.told() == [first, second]


async def has_gone_on(memory: WorkflowHandle[Any, Any], first: str | None) -> bool:
    return (await memory.describe()).run_id != first


async def test_an_administrator_adopts_records_and_no_register_goes_back(
    house: Installation, ticket_library: Library
) -> None:
    async with serving(house, ticket_library):
        assert await number(house, "T-1") == "INV-2026-000001"
    put_back(house, None)
    async with serving(house, ticket_library) as records:
        with pytest.raises(NotPermitted, match=r"li\.na is no administrator"):
            await records.adopt(AdoptRecordsInput(actor="li.na", reason="I like it so"))
        await records.adopt(AdoptRecordsInput(actor="admin", reason="the backup is lost too"))
        assert (await records.fitness()).verdict == "fit"
        assert await number(house, "T-2") == "INV-2026-000002"


async def test_a_case_that_goes_on_from_a_step_which_the_records_lack_is_told_of_until_somebody_adopts_that(
    house: Installation, ticket_library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gaps, "PATIENCE", timedelta())
    async with serving(house, ticket_library) as records:
        await house.open("Complaint", "torn", COMPLAINT)
        await house.act("torn", "complete_task", **ACTS[0])
        with house.engine.begin() as connection:
            connection.exec_driver_sql("DELETE FROM steps WHERE step = 2")
        assert (await records.fitness()).verdict == "fit"
        await house.act("torn", "complete_task", **ACTS[1])
        fitness = await records.fitness()
        assert fitness.verdict == "behind"
        assert fitness.what == "the journal of torn lacks step 2, and the case goes on from it"
        await records.adopt(AdoptRecordsInput(actor="admin", reason="no history has it any more"))
        assert (await records.fitness()).verdict == "fit"


def test_the_mark_of_a_register_never_goes_down(engine: Engine) -> None:
    identity, numbers, at = RecordsIdentity(engine), NumberRepository(engine), datetime(2026, 3, 2, tzinfo=UTC)
    before = identity.present()
    numbers.restore("k1", "invoice", "INV-2026-000007", "SHP-1", at)
    numbers.restore("k2", "invoice", "INV-2026-000003", "SHP-2", at)
    known = RecordsMark(identity="theirs", marks={"invoice 2026": 9, "invoice 2025": 4})
    after = identity.reach(known, "repaired", "admin", "a test")
    assert (before.identity, after.identity) != ("theirs", before.identity)
    assert after.marks["invoice 2026"] == 9
    assert numbers.next("k3", "invoice", "INV", 2026, "SHP-3", at) == "INV-2026-000010"
    assert numbers.next("k4", "invoice", "INV", 2025, "SHP-3", at) == "INV-2025-000005"
    with pytest.raises(Refused, match="INV-2026-000007 was given twice: to SHP-9 and to SHP-1"):
        numbers.restore("k9", "invoice", "INV-2026-000007", "SHP-9", at)
