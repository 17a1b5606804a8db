"""Messages that no case can use, sent past our own client: each is refused or recorded, and the case goes on."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowFailureError, WorkflowUpdateFailedError
from temporalio.common import RawValue

from sop_engine.basis.faults import InvalidInput
from sop_engine.cases.contracts.opening import OpenCaseInput
from sop_engine.temporal.records_gateway import RecordsGateway
from tests.integration.complaint import COMPLAINT
from tests.integration.installation import Installation, installation, until
from tests.integration.outsider import temporal

SIGNALS: tuple[tuple[str, list[Any]], ...] = (
    ("case.hold", [{"actor": "a" * 101}]),
    ("case.cancel", [{"actor": "a" * 101, "reason": "x" * 30_000}]),
    ("case.child", [{"key": "k", "case_id": "c", "run_id": "r", "outcome": "o", "result": {"x": {"$decimal": "x"}}}]),
    ("event", [{"name": "n", "at": "9999-12-31T23:59:59-12:00"}]),
    ("event", [{"name": "moon.rose", "data": {"x": 1e308}}, "a second argument"]),
    ("moon.rose", [1, 2, 3]),
    ("complainant.informed", [{"progress": ["x"]}, {"progress": "y"}]),
    ("x" * 1_000, ["x" * 10_000]),
)


@pytest_asyncio.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    async with installation(Path(tmp_path_factory.mktemp("house"))) as running, running.worker():
        yield running


async def failed_tasks(house: Installation, case_id: str) -> int:
    events = (await house.history(case_id)).events
    return sum(event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED for event in events)


async def test_a_signal_that_cannot_be_read_is_recorded(house: Installation) -> None:
    await house.open("Complaint", "signals", COMPLAINT)
    handle = house.handle("signals")
    for name, args in SIGNALS:
        await handle.signal(name, args=args)
    await house.act("signals", "comment", actor="li.na", text="it still answers")
    rows = await until(lambda: house.journal("signals"), "the journal")
    recorded = ("event_refused", "event_unheard", "event")
    refused = [row for row in await house.published_journal("signals") if row.kind in recorded]
    assert len(refused) == len(SIGNALS), [row.name for row in rows]
    assert (await house.view("signals")).status == "open"
    assert await failed_tasks(house, "signals") == 0


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ({"state": {}, "bundle": ""}, "Refused"),
        ({"state": {"case_id": "x"}, "bundle": "!"}, "Refused"),
        ({"state": None, "bundle": None, "data": {}}, "Refused"),
        ({"data": {"event_at": "9999-12-31T23:59:59-12:00"}}, "InvalidInput"),
    ],
    ids=str,
)
async def test_a_start_that_cannot_be_read_is_refused(house: Installation, values: dict[str, Any], kind: str) -> None:
    case_id = f"start {len(str(values))}"
    handle = await house.client.start_workflow("Complaint", values, id=case_id, task_queue="sop")
    with pytest.raises(WorkflowFailureError) as refused:
        await handle.result()
    assert getattr(refused.value.cause, "type", "") == kind
    assert await failed_tasks(house, case_id) == 0


@pytest.mark.parametrize("case_id", ["c" * 501, "箱" * 167], ids=["letters", "characters"])
async def test_an_id_that_leaves_its_children_no_room_is_refused(house: Installation, case_id: str) -> None:
    """The server takes a thousand bytes, and lets no workflow task through that asks for a child with more."""
    handle = await house.start("Complaint", case_id, COMPLAINT)
    with pytest.raises(WorkflowFailureError) as refused:
        await handle.result()
    assert "up to 500 are taken" in str(refused.value.cause)
    with pytest.raises(InvalidInput, match="up to 500 are taken"):
        await house.gateway.start_case("Complaint", case_id, OpenCaseInput(data=dict(COMPLAINT)))


async def test_the_longest_id_opens_a_case(house: Installation) -> None:
    await house.open("Complaint", "箱" * 166 + "cc", COMPLAINT)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("move_deadline", {"clock": "first_response", "to": "9999-12-31T23:00Z", "reason": "never"}),
        ("move_deadline", {"clock": "first_response", "to": "9999-12-31T23:00-12:00", "reason": "never"}),
        ("suspend_task", {"until": "9999-12-31T23:00Z", "reason": "never"}),
        ("event", {"name": "complainant.withdrew", "at": "0001-01-01T00:00+14:00", "reason": "long ago"}),
    ],
)
async def test_an_act_beyond_all_calendars_is_refused(house: Installation, name: str, values: dict[str, Any]) -> None:
    case_id = f"calendars {name} {len(str(values))}"
    await house.open("Complaint", case_id, COMPLAINT)
    with pytest.raises(WorkflowUpdateFailedError):
        await house.handle(case_id).execute_update(name, {"actor": "zhao.min", **values})
    with pytest.raises(WorkflowUpdateFailedError):
        await house.handle(case_id).execute_update(name, args=[{"actor": "zhao.min"}, values])
    assert (await house.view(case_id)).status == "open"
    assert await failed_tasks(house, case_id) == 0


async def test_a_number_for_which_json_has_no_word_is_told_alike_by_records_and_history(house: Installation) -> None:
    await house.open("Complaint", "endless", COMPLAINT)
    await temporal(
        house, "signal", "--workflow-id", "endless", "--name", "complainant.informed", "--input", '{"satisfied":1e999}'
    )
    await until(lambda: len(house.journal("endless")) > 1, "the signal")
    await house.published_journal("endless")
    found = RecordsGateway(house.gateway).check("endless")
    assert [each async for page in found for each in page.differences] == []


async def test_what_cannot_be_read_is_told_in_our_words_by_records_and_history(house: Installation) -> None:
    await house.open("Complaint", "garbled", COMPLAINT)
    handle = house.handle("garbled")
    for _ in range(2):
        await handle.signal("event", RawValue(Payload(metadata={"encoding": b"json/plain"}, data=b"{no json")))
    notes = await until(lambda: [row.note for row in house.journal("garbled")][1:], "the signals")
    assert set(notes) == {"is no JSON: key must be a string at line 1 column 2"}
    await house.published_journal("garbled")
    found = RecordsGateway(house.gateway).check("garbled")
    assert [each async for page in found for each in page.differences] == []
