"""What a supervisor sees in the Temporal Web UI: the case card, and the attributes that cases are found by."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.api.operatorservice.v1 import RemoveSearchAttributesRequest
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.client import Client

import worker
from sop_engine.basis.faults import Refused
from sop_engine.settings import Settings
from sop_engine.temporal import texts
from sop_engine.temporal.attributes import (
    SEARCH_ATTRIBUTES,
    SOP_DUE,
    SOP_OWNER,
    SOP_REFERENCE,
    SOP_SLA,
    SOP_STATUS,
    MissingAttributesError,
    attributes_of,
    require_attributes,
)
from sop_engine.temporal.client import connect_to
from sop_engine.temporal.server import EmbeddedServer
from tests.integration.complaint import ACTS, COMPLAINT
from tests.integration.installation import Installation, installation, until
from tests.integration.published import case_record


@pytest_asyncio.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    folder = Path(tmp_path_factory.mktemp("house"))
    async with installation(folder, continue_after=3) as running, running.worker():
        yield running


async def metadata(house: Installation, case_id: str) -> WorkflowMetadata:
    answer: WorkflowMetadata = await house.handle(case_id).query(
        "__temporal_workflow_metadata", result_type=WorkflowMetadata
    )
    return answer


async def test_the_case_card_says_what_stands_and_what_to_type(house: Installation) -> None:
    await house.open("Complaint", "card", COMPLAINT)
    card = (await metadata(house, "card")).current_details
    assert card.startswith("### Complaint · 客户投诉\n")
    assert "- Registered · 已登记: `customer_service_agent`, due " in card
    assert "```\nsop task show card registered#1\n```" in card
    assert "Ms Shen" not in card


async def test_the_card_is_there_in_a_fresh_run_too(house: Installation) -> None:
    await house.open("Complaint", "card-again", COMPLAINT)
    for number in range(3):
        await house.act("card-again", "comment", actor="li.na", text=f"comment {number}")
    first_run = (await house.handle("card-again").describe()).run_id

    async def next_run() -> bool:
        described = await house.handle("card-again").describe()
        return described.raw_description.workflow_execution_info.first_run_id != described.run_id

    await until(next_run, "a fresh run")
    assert "sop task show card-again registered#1" in (await metadata(house, "card-again")).current_details
    described = await house.handle("card-again").describe()
    assert described.typed_search_attributes.get(SOP_STATUS) == "open"
    assert first_run


async def test_every_message_is_listed_with_an_example(house: Installation) -> None:
    await house.open("Complaint", "listed", COMPLAINT)
    definition = (await metadata(house, "listed")).definition
    updates = {entry.name: entry.description for entry in definition.update_definitions}
    assert "Example: {" in updates["complete_task"]
    assert all(updates.values())
    signals = {entry.name for entry in definition.signal_definitions}
    assert {"event", "complainant.informed", "complainant.withdrew"} <= signals
    assert {entry.name for entry in definition.query_definitions} >= {"case", "tasks", "clocks", "timeline"}


async def test_cases_are_found_by_status_owner_and_reference(house: Installation) -> None:
    await house.open("Complaint", "found", COMPLAINT)
    attributes = (await house.handle("found").describe()).typed_search_attributes
    assert attributes.get(SOP_STATUS) == "open"
    assert attributes.get(SOP_SLA) == "on_track"
    assert attributes.get(SOP_OWNER) == "complaint_officer"
    assert attributes.get(SOP_REFERENCE) == "found"
    await house.act("found", "hold", actor="zhao.min", reason="waiting for the insurer")

    async def held() -> bool:
        query = "WorkflowType = 'Complaint' AND SopStatus = 'held'"
        return [found.id async for found in house.client.list_workflows(query)] == ["found"]

    await until(held, "the held case in the list")


async def test_no_attribute_names_a_deadline_that_is_met_or_moved(house: Installation) -> None:
    """The earliest deadline of a case changes with nearly every act. The card has it, the SLA state what came of it."""

    async def named() -> datetime | None:
        return (await house.handle("due").describe()).typed_search_attributes.get(SOP_DUE)

    await house.open("Complaint", "due", COMPLAINT)
    assert await named() is None
    to = datetime.now(UTC) + timedelta(days=3)
    await house.act("due", "move_deadline", actor="zhao.min", clock="first_response", to=to, reason="agreed")
    for act in ACTS[:2]:
        await house.act("due", "complete_task", **act)
    assert await named() is None
    await house.act("due", "hold", actor="zhao.min", reason="waiting for the insurer")
    assert await named() is None
    due = next(clock.due_at for clock in (await house.view("due")).clocks if clock.status == "paused")
    assert due > datetime.now(UTC)
    assert SOP_DUE.value_unset() in attributes_of(case_record(due_at=to))


@pytest.mark.parametrize("character", ["\U00020bb7", "关"])
async def test_a_long_reference_of_any_characters_opens_goes_on_and_is_found(
    house: Installation, character: str
) -> None:
    case_id, reference = f"long-{ord(character):x}", character * 250
    await house.open("Complaint", case_id, {**COMPLAINT, "business_no": reference, "complaint_no": reference})
    await house.act(case_id, "complete_task", **ACTS[0])
    assert (await house.view(case_id)).states == ("classified",)
    kept = (await house.handle(case_id).describe()).typed_search_attributes.get(SOP_REFERENCE)
    assert kept is not None
    assert reference.startswith(kept)
    assert len(kept) >= 170

    async def found() -> bool:
        return [each.id async for each in house.client.list_workflows(f"SopReference = '{kept}'")] == [case_id]

    await until(found, "the case in the list")


async def test_a_case_that_the_server_ends_at_its_start_is_not_said_to_be_open(
    house: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(texts, "LARGEST_KEYWORD", 10_000)
    with pytest.raises(Refused, match=r"as it was opened: .*exceeds size limit 2048"):
        await house.open("Complaint", "ended", {**COMPLAINT, "complaint_no": "\U00020bb7" * 200})


async def test_attributes_are_written_only_when_stage_status_or_sla_changed(house: Installation) -> None:
    await house.open("Complaint", "seldom", COMPLAINT)
    for act in ACTS[:2]:
        await house.act("seldom", "complete_task", **act)
    upserts = [event for event in (await house.history("seldom")).events if event.event_type == UPSERTED]
    assert len(upserts) == 1


UPSERTED = 40
"""EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES"""


async def test_a_worker_refuses_a_server_without_the_attributes_and_names_the_mend(tmp_path: Path) -> None:
    async with EmbeddedServer(tmp_path, ui=False) as server:
        client: Client = await connect_to(server.address)
        await require_attributes(client)
        await client.operator_service.remove_search_attributes(
            RemoveSearchAttributesRequest(namespace="default", search_attributes=["SopDue", "SopSla"])
        )

        async def is_refused() -> bool:
            try:
                await require_attributes(client)
            except MissingAttributesError:
                return True
            return False

        await until(is_refused, "the attributes to be gone")
        with pytest.raises(MissingAttributesError) as refused:
            await worker.serve(client, Settings(data_directory=tmp_path), asyncio.Event(), asyncio.Event())
    mend = "temporal operator search-attribute create --namespace default --name SopSla --type Keyword"
    assert f"{mend} --name SopDue --type Datetime" in refused.value.message
    assert [fault.where for fault in refused.value.faults] == ["SopSla", "SopDue"]
    assert len(SEARCH_ATTRIBUTES) <= 13
