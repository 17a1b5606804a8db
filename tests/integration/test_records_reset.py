"""A case that is reset has no paper, notice or number made twice; what does not fit waits for a person."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import text
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType, ResetReapplyExcludeType
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest

from activities import records_care
from sop_engine.cases.contracts.records import RepairRecordsInput
from sop_engine.content.library import Library
from sop_engine.records.queries import CaseQueries
from sop_engine.temporal.records_gateway import RecordsGateway
from tests.integration.complaint import COMPLAINT
from tests.integration.installation import Installation, installation, until
from tests.integration.ticket import given, go, number, serving

pytest_plugins = ("tests.integration.ticket_content",)


@pytest_asyncio.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    async with installation(Path(tmp_path_factory.mktemp("house"))) as house:
        yield house


@pytest_asyncio.fixture(scope="module")
async def records(house: Installation, ticket_library: Library) -> AsyncIterator[RecordsGateway]:
    async with serving(house, ticket_library) as records:
        yield records


async def reset_to_the_opening(house: Installation, case_id: str, *, again: bool) -> None:
    """As `temporal workflow reset` does: to the end of the task that loaded the case; `again` has acts taken again."""
    history = await house.history(case_id)
    before = next(
        index
        for index, event in enumerate(history.events)
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED
    )
    tasks = [
        event.event_id
        for event in history.events[:before]
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED
    ]
    await house.client.workflow_service.reset_workflow_execution(
        ResetWorkflowExecutionRequest(
            namespace=house.client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=case_id),
            reason="a test",
            workflow_task_finish_event_id=tasks[-1],
            request_id=f"reset {case_id}",
            reset_reapply_exclude_types=[]
            if again
            else [
                ResetReapplyExcludeType.RESET_REAPPLY_EXCLUDE_TYPE_UPDATE,
                ResetReapplyExcludeType.RESET_REAPPLY_EXCLUDE_TYPE_SIGNAL,
            ],
        )
    )


def rows(house: Installation, case_id: str) -> dict[str, list[Any]]:
    """The number, the notices and the papers of a case."""
    with house.engine.connect() as connection:
        return {
            table: list(connection.execute(text(f"SELECT key, {column} FROM {table} WHERE case_id = '{case_id}'")))
            for table, column in (("numbers", "number"), ("notices", "recipient"), ("documents", "sha256"))
        }


async def test_a_reset_that_takes_the_acts_again_makes_nothing_twice(
    house: Installation, records: RecordsGateway
) -> None:
    await number(house, "again")
    before, steps = rows(house, "again"), len(house.journal("again"))
    assert [len(found) for found in before.values()] == [1, 2, 1]
    await reset_to_the_opening(house, "again", again=True)
    await until(lambda: len(house.journal("again", superseded=True)) > 0, "what the reset replaced")
    await given(house, "again")
    assert rows(house, "again") == before
    assert len(house.unbroken_journal("again")) == steps
    assert [each async for page in records.check("again") for each in page.differences] == []


async def test_acts_done_anew_find_what_their_steps_made(house: Installation, records: RecordsGateway) -> None:
    await number(house, "anew", "the same")
    before = rows(house, "anew")
    await reset_to_the_opening(house, "anew", again=False)
    await until(lambda: go(house, "anew", "the same"), "the act")
    await given(house, "anew")
    assert rows(house, "anew") == before
    assert (await house.view("anew")).incidents == ()


async def test_an_act_that_no_longer_fits_is_an_incident(house: Installation, records: RecordsGateway) -> None:
    """It was a promise for an instant that has passed by when the reset takes it again; the others are taken."""
    await house.open("Complaint", "late", COMPLAINT)
    for remark in range(12):
        await house.act("late", "comment", actor="li.na", text=f"remark {remark}")
    soon = datetime.now(UTC) + timedelta(seconds=3)
    moved = {"actor": "zhao.min", "clock": "first_response", "to": soon.isoformat(), "reason": "agreed"}
    await house.act("late", "move_deadline", **moved)
    await until(lambda: datetime.now(UTC) > soon, "the instant that passes")
    await reset_to_the_opening(house, "late", again=True)

    async def incidents() -> Any:
        return (await house.view("late")).incidents

    (incident,) = await until(incidents, "the incident")
    assert incident["message"].startswith("move_deadline was taken again by a reset and does not fit any more: ")
    assert len(CaseQueries(house.engine).read_case("late").comments) == 12
    assert "does not lie ahead" in (await house.refused("late", "move_deadline", **moved)).text()
    assert len((await house.view("late")).incidents) == 1, "what a person is told leaves none"
    await house.act("late", "resolve_incident", actor="zhao.min", incident=incident["incident"], how="skip", reason="x")
    assert (await house.view("late")).status == "open"
    await house.published_journal("late")
    assert [each async for page in records.check("late") for each in page.differences] == []


async def test_a_paper_with_other_content_is_an_incident_and_the_first_one_stands(
    house: Installation, records: RecordsGateway
) -> None:
    await number(house, "other", "the first")
    before = rows(house, "other")
    await reset_to_the_opening(house, "other", again=False)
    await until(lambda: go(house, "other", "the second"), "the act")

    async def incidents() -> Any:
        return (await house.view("other")).incidents

    (incident,) = await until(incidents, "the incident")
    assert incident["message"] == (
        "document report: other.report.v1 was made by this step before and says something else"
    )
    assert rows(house, "other") == before
    assert (await house.view("other")).data["ticket_no"] == before["numbers"][0].number


async def test_a_reset_case_that_did_nothing_since_is_set_back_by_a_repair(
    house: Installation, records: RecordsGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its records are ahead of it until it writes, the watch has looked, or somebody repairs them."""
    monkeypatch.setattr(records_care, "UNDER_WAY", timedelta(days=1))  # the watch leaves it to the repair
    await number(house, "idle")
    before = rows(house, "idle")
    await reset_to_the_opening(house, "idle", again=False)

    async def is_back() -> bool:
        return (await house.view("idle")).states == ("asking",)

    await until(is_back, "the reset")
    found = [each.what async for page in records.check("idle") for each in page.differences]
    assert any("which the case does not know" in what for what in found), found
    done = await records.repair(RepairRecordsInput(actor="admin"), lambda _: None)
    assert done.differences == ()
    assert [each async for page in records.check("idle") for each in page.differences] == []
    assert rows(house, "idle") == before, "what went out stands"
