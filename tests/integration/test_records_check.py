"""`sop records check` says each difference between records and histories in words, and `repair` mends it."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import text
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.client import WorkflowFailureError

from sop_engine.basis.faults import NotFound, NotPermitted
from sop_engine.cases.contracts.records import Difference, RepairRecordsInput
from sop_engine.content.library import Library
from sop_engine.records.chains import Chains
from sop_engine.records.publishing import Publisher
from sop_engine.temporal import checking
from sop_engine.temporal.histories import Histories
from sop_engine.temporal.queues import watch_id
from sop_engine.temporal.records_gateway import RecordsGateway
from tests.integration.installation import Installation, installation, until
from tests.integration.ledger_terminal import sop
from tests.integration.published import START, published
from tests.integration.ticket import number, serving

pytest_plugins = ("tests.integration.databases", "tests.integration.ticket_content")
ADMIN = RepairRecordsInput(actor="admin")


@pytest_asyncio.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    async with installation(Path(tmp_path_factory.mktemp("house"))) as house:
        yield house


@pytest_asyncio.fixture(scope="module")
async def records(house: Installation, ticket_library: Library) -> AsyncIterator[RecordsGateway]:
    async with serving(house, ticket_library) as records:
        await number(house, "T-1")
        await number(house, "T-2")
        yield records


def spoil(house: Installation, *statements: str) -> None:
    with house.engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


async def found(records: RecordsGateway, case_id: str | None = None) -> list[Difference]:
    return [each async for page in records.check(case_id) for each in page.differences]


async def test_whole_records_differ_in_nothing(records: RecordsGateway) -> None:
    assert await found(records) == []


async def test_more_cases_than_are_named_are_gone_by_time_and_none_is_a_difference(
    house: Installation, records: RecordsGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "TOLD", 2)
    for which in range(5):
        case = {"case_id": f"OLD-{which}", "status": "completed", "closed_at": START}
        Publisher(house.engine).publish(published(START, case=case))
    (*_, page) = [each async for each in records.check()]
    assert (page.gone, page.more_gone, page.more, page.differences) == (("OLD-0", "OLD-1"), 3, 0, ())
    tables = ("cases", "tasks", "case_references")
    spoil(house, *(f"DELETE FROM {table} WHERE case_id LIKE 'OLD-%'" for table in tables))


LOSSES = (
    ("DELETE FROM steps WHERE case_id='T-1' AND step IN (2, 3)", "steps", "the journal lacks steps 2 to 3"),
    ("UPDATE steps SET actor='nobody' WHERE case_id='T-1' AND step=4", "steps", "step 4: actor is 'nobody', by the h"),
    ("UPDATE cases SET status='closed' WHERE case_id='T-1'", "cases", "the case: status is 'closed', by the history"),
    ("DELETE FROM tasks WHERE case_id='T-1' AND state='telling'", "tasks", "telling#1 is missing"),
    ("INSERT INTO children VALUES ('T-1','X','k','Ticket','open',NULL)", "children", "X is not the case's"),
    ("DELETE FROM notices WHERE case_id='T-1'", "notices", "notify: the notice T-1:3.0 ticket operator to zhou.jie"),
    ("DELETE FROM documents WHERE case_id='T-1'", "documents", "render_document: T-1.report.v1 is missing"),
    ("UPDATE contents SET is_whole=false", "contents", "render_document: the content of T-2.report.v1 is lost"),
    ("DELETE FROM numbers WHERE case_id='T-1'", "numbers", "next_number: INV-2026-000001 is missing"),
)


async def test_each_difference_is_said_in_words_and_mended(house: Installation, records: RecordsGateway) -> None:
    spoil(house, *(statement for statement, _, _ in LOSSES))
    differences = await found(records)
    for _, table, words in LOSSES:
        assert any(each.table == table and each.what.startswith(words) for each in differences), (words, differences)
    done = await records.repair(ADMIN, lambda _: None)
    assert done.differences == ()
    assert await found(records) == []


async def test_a_number_that_was_changed_is_told_and_not_changed_back(
    house: Installation, records: RecordsGateway
) -> None:
    spoil(house, "UPDATE numbers SET number='INV-2026-000009' WHERE case_id='T-1'")
    (difference,) = (await records.repair(ADMIN, lambda _: None)).differences
    assert difference.what == "next_number: the records say INV-2026-000009, the history INV-2026-000001"
    assert any(each.table == "numbers" for each in await found(records, "T-1"))
    spoil(house, "UPDATE numbers SET number='INV-2026-000001' WHERE case_id='T-1'")


async def test_one_case_is_asked_for_by_name(records: RecordsGateway) -> None:
    assert [page.checked async for page in records.check("T-2")] == [1]
    with pytest.raises(NotFound, match="there is no case T-9"):
        await found(records, "T-9")


async def test_only_an_administrator_repairs(records: RecordsGateway) -> None:
    with pytest.raises(NotPermitted, match=r"li\.na is no administrator"):
        await records.repair(RepairRecordsInput(actor="li.na"), lambda _: None)


async def test_cases_that_temporal_has_forgotten_are_named_and_the_open_ones_closed(
    house: Installation, records: RecordsGateway
) -> None:
    await number(house, "T-3")
    await delete_history(house, "T-3")
    spoil(house, "UPDATE cases SET status='open', closed_at=NULL WHERE case_id='T-3'")
    lost = Difference(
        case_id="T-3", table="cases", what="open in the records, but Temporal knows no such case: a repair closes it"
    )
    assert await found(records) == await found(records, "T-3") == [lost]
    repaired = await records.repair(ADMIN, lambda _: None)
    assert (repaired.lost, repaired.gone) == (("T-3",), ())
    last = house.unbroken_journal("T-3")[-1]
    assert (last.kind, last.name, last.actor) == ("ended", "lost", "admin")
    pages = [page async for page in records.check()]
    assert pages[-1].gone == ("T-3",)
    assert [each for page in pages for each in page.differences] == []


async def delete_history(house: Installation, case_id: str) -> None:
    """What the retention of a namespace does to a closed case."""
    await house.handle(case_id).terminate()
    request = DeleteWorkflowExecutionRequest(
        namespace=house.client.namespace, workflow_execution=WorkflowExecution(workflow_id=case_id)
    )
    await house.client.workflow_service.delete_workflow_execution(request)
    histories = Histories(house.client, house.settings.task_queue, Chains(house.engine).of)

    async def is_gone() -> bool:
        return await histories.latest(case_id) is None and case_id not in await histories.ids()

    await until(is_gone, f"the end of the history of {case_id}")


async def test_a_terminated_case_is_compared_with_its_end_and_repaired_to_it(
    house: Installation, records: RecordsGateway
) -> None:
    await number(house, "T-4")
    await house.handle("T-4").terminate("entered twice")

    async def is_closed() -> bool:
        await house.handle(watch_id(house.settings.task_queue)).signal("look")
        return bool(house.journal("T-4")[-1].name == "terminated")

    await until(is_closed, "the end in the records")
    before = [tuple(row) for row in house.unbroken_journal("T-4")]
    assert await found(records, "T-4") == []
    spoil(house, *(f"DELETE FROM {table} WHERE case_id='T-4'" for table in ("steps", "tasks", "clocks", "cases")))
    await records.repair(ADMIN, lambda _: None)
    assert [tuple(row) for row in house.unbroken_journal("T-4")] == before
    assert await found(records, "T-4") == []


async def test_a_terminated_case_is_compared_and_repaired_though_its_id_was_tried_again(
    house: Installation, records: RecordsGateway
) -> None:
    await number(house, "T-5")
    await house.handle("T-5").terminate("entered twice")
    handle = await house.start("Ticket", "T-5", {})
    with pytest.raises(WorkflowFailureError):
        await handle.result()

    async def is_closed() -> bool:
        await house.handle(watch_id(house.settings.task_queue)).signal("look")
        return bool(house.journal("T-5")[-1].name == "terminated")

    await until(is_closed, "the end in the records")
    before = [tuple(row) for row in house.unbroken_journal("T-5")]
    assert await found(records, "T-5") == []
    spoil(house, "UPDATE cases SET status='open', closed_at=NULL WHERE case_id='T-5'")
    assert {each.what.partition(" is")[0] for each in await found(records, "T-5")} >= {"the case: status"}
    spoil(house, *(f"DELETE FROM {table} WHERE case_id='T-5'" for table in ("steps", "tasks", "clocks", "cases")))
    assert any("the journal lacks" in each.what for each in await found(records, "T-5"))
    await records.repair(ADMIN, lambda _: None)
    assert [tuple(row) for row in house.unbroken_journal("T-5")] == before
    assert await found(records, "T-5") == []


async def test_the_commands_say_it_and_their_exit_codes_tell(house: Installation, records: RecordsGateway) -> None:
    code, out, err = await sop(house, "records", "check", "--case", "T-1")
    assert (code, out) == (0, ""), err
    spoil(house, "DELETE FROM steps WHERE case_id='T-1' AND step=2")
    for words in (("check",), ("repair", "--dry-run")):
        code, out, err = await sop(house, "records", *words)
        assert (code, out.splitlines()[0]) == (1, "T-1: steps: the journal lacks step 2"), err
    code, out, err = await sop(house, "records", "check", "--json")
    assert code == 1
    assert json.loads(out)["differences"][0]["what"] == "the journal lacks step 2"
    code, out, err = await sop(house, "records", "repair", "--as", "admin")
    assert (code, "1 steps and 0 errands were missing" in err) == (0, True), err
    assert (await sop(house, "records", "repair", "--as", "li.na"))[0] == 5
    code, out, err = await sop(house, "records", "adopt", "--as", "admin", "--reason", "to see it")
    assert (code, out.startswith("The cases belong to the records ")) == (0, True), err


async def test_the_daily_check_is_told_by_the_doctor(house: Installation, records: RecordsGateway) -> None:
    spoil(house, "DELETE FROM steps WHERE case_id='T-1' AND step=2")
    watch = house.handle(watch_id(house.settings.task_queue))
    await watch.terminate("a new one begins with a check")

    async def is_found() -> bool:
        daily = await records.daily()
        return daily is not None and daily.differences > 0

    await until(is_found, "the daily check")
    code, out, err = await sop(house, "doctor", "--json")
    told = {each["check"]: each for each in json.loads(out)["findings"]}
    assert (code, told["records"]["verdict"], told["daily check"]["verdict"]) == (1, "ok", "wrong"), err
    assert "sop records repair" in told["daily check"]["mend"]
    assert (await records.repair(ADMIN, lambda _: None)).steps == 1
