"""Parents and children through every mishap: one that cannot open, is ended from outside, is left at once, is told
many things in a row."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.api.enums.v1 import EventType

from tests.integration.case_status import has_status
from tests.integration.installation import Installation, installation, until
from tests.integration.outing import OPERATOR, go, outing_library


@pytest_asyncio.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    library = outing_library(Path(tmp_path_factory.mktemp("content")))
    async with installation(Path(tmp_path_factory.mktemp("house"))) as running, running.worker(library):
        yield running


async def arrive(house: Installation, case_id: str) -> None:
    """Completes the child that runs at present; a retried one has an id of its own."""

    async def child() -> str | None:
        view = await house.view(case_id)
        return next((child.case_id for child in view.children if child.status == "open"), None)

    await house.act(await until(child, "an open child"), "complete_task", actor=OPERATOR, outcome="arrived")


async def test_a_child_that_cannot_open_is_an_incident_to_correct(house: Installation) -> None:
    await go(house, "lost", "go", destination=None)
    blocked = await has_status(house, "lost", "blocked")
    assert blocked.incidents[0]["incident"] == "walking#1"
    assert "destination" in blocked.incidents[0]["message"]
    assert [child.status for child in blocked.children] == ["failed"]
    events = (await house.history("lost")).events
    signals = [event for event in events if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED]
    assert [event.workflow_execution_signaled_event_attributes.signal_name for event in signals] == [
        "case.child_failed"
    ]
    incidents = [row for row in await house.published_journal("lost") if row.kind == "incident"]
    assert len(incidents) == 1
    await house.act(
        "lost",
        "resolve_incident",
        actor=OPERATOR,
        incident="walking#1",
        how="correct",
        data={"destination": "the sea"},
        reason="asked the customer",
    )
    await arrive(house, "lost")
    assert (await house.handle("lost").result())["outcome"] == "closed"


async def test_a_child_ended_from_outside_is_an_incident_to_retry(house: Installation) -> None:
    await go(house, "ended", "go")
    await has_status(house, "ended.walk", "open")
    await house.handle("ended.walk").terminate("by mistake")
    await has_status(house, "ended", "blocked")
    await house.act(
        "ended", "resolve_incident", actor=OPERATOR, incident="walking#1", how="retry", reason="it was a mistake"
    )
    await arrive(house, "ended")
    assert (await house.handle("ended").result())["outcome"] == "closed"


async def test_a_child_left_at_once_is_cancelled(house: Installation) -> None:
    """Its start and its cancellation are given to the server together; the second waits for the first."""
    await go(house, "glance", "glance")
    await has_status(house, "glance.glance", "cancelled")
    assert (await house.handle("glance.glance").result())["status"] == "cancelled"
    view = await house.view("glance")
    assert (view.status, view.states) == ("open", ("deciding",))
    assert "not_told" not in [row.kind for row in await house.published_journal("glance")]


async def test_work_left_at_once_does_not_keep_the_case(house: Installation) -> None:
    await go(house, "look", "look")
    result = await asyncio.wait_for(house.handle("look").result(), 20)
    assert result["outcome"] == "closed"


async def test_what_a_child_is_told_arrives_in_order(house: Installation) -> None:
    await go(house, "order", "go")
    await has_status(house, "order.walk", "open")
    for _ in range(4):
        await house.act("order", "hold", actor=OPERATOR, reason="wait")
        await house.act("order", "resume", actor=OPERATOR)
    await until(lambda: len(house.journal("order.walk")) == 9, "everything told")
    assert [row.kind for row in house.unbroken_journal("order.walk")] == ["opened", *("hold", "resume") * 4]
    assert (await house.view("order.walk")).status == "open"


async def test_an_event_that_the_parent_does_not_take_goes_on_to_the_child(house: Installation) -> None:
    await go(house, "rainy", "go")
    await has_status(house, "rainy.walk", "open")
    await house.signal("rainy", "rain")
    await until(lambda: [row for row in house.journal("rainy.walk") if row.name == "rain"], "the rain")


async def test_a_parent_that_is_gone_does_not_keep_the_child(house: Installation) -> None:
    await go(house, "gone", "go")
    await has_status(house, "gone.walk", "open")
    await house.handle("gone").terminate("by mistake")
    await house.act("gone.walk", "complete_task", actor=OPERATOR, outcome="arrived")
    assert (await asyncio.wait_for(house.handle("gone.walk").result(), 20))["outcome"] == "home"
