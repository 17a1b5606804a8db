"""A case filled to the brim goes on: it acts, hands over and closes, and nothing that it sends is near the limit."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.client import WorkflowHistory

from sop_engine.basis.faults import InvalidInput
from sop_engine.cases.contracts.acts import AmendInput
from sop_engine.cases.contracts.limits import MESSAGE_BYTES
from tests.integration.complaint import ACTS, COMPLAINT
from tests.integration.installation import Installation, installation
from tests.replay.replaying import replay

TEXT = "货" * 20_000
CONTINUE_AFTER = 60
BY_THE_SERVER = (
    WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND,
    WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_FORCE_CLOSE_COMMAND,
)


@pytest_asyncio.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    folder = Path(tmp_path_factory.mktemp("house"))
    async with installation(folder, continue_after=CONTINUE_AFTER) as running, running.worker():
        yield running


async def runs(house: Installation, case_id: str) -> list[WorkflowHistory]:
    found = [run async for run in house.client.list_workflows(f"WorkflowId = '{case_id}'")]
    return [await house.history(case_id, run.run_id) for run in found]


def payloads(message: Any) -> list[int]:
    """The sizes of all payloads in a message, however deep."""
    if isinstance(message, Payload):
        return [message.ByteSize()]
    sizes: list[int] = []
    for field, value in message.ListFields():
        if field.type != field.TYPE_MESSAGE:
            continue
        if field.message_type.GetOptions().map_entry:
            values = list(value.values()) if hasattr(value, "values") else []
        else:
            values = list(value) if field.is_repeated else [value]
        for each in values:
            if hasattr(each, "ListFields"):
                sizes += payloads(each)
    return sizes


async def test_a_case_filled_to_the_brim_goes_on(house: Installation) -> None:
    await house.open("Complaint", "brim", COMPLAINT)
    handle = house.handle("brim")
    for number in range(81):
        await house.act("brim", "comment", actor="li.na", text=f"{number} " + "言" * 4_990)
    for number in range(80):
        await house.act("brim", "amend", actor="zhao.min", data={"event": f"{number} {TEXT[:19_990]}"}, reason="more")
    for _ in range(3):
        await handle.signal("moon.rose", {"text": "x" * 1_900_000})
    await house.act("brim", "hold", actor="zhao.min", reason="wait")
    for _ in range(8):
        await handle.signal("complainant.informed", {"progress": TEXT})
    await house.act("brim", "resume", actor="zhao.min")
    for act in ACTS[:7]:
        await house.act("brim", "complete_task", **act)
    for number in range(CONTINUE_AFTER):
        await house.act("brim", "comment", actor="li.na", text=f"and {number}")
    view = await house.view("brim")
    assert view.status == "open"
    rows = await house.published_journal("brim")
    assert sum(row.kind == "comment" for row in rows) == 81 + CONTINUE_AFTER
    assert sum(row.kind == "amended" for row in rows) == 80
    assert sum(row.kind == "event_refused" and "bytes" in row.note for row in rows) >= 3
    await house.act("brim", "cancel", actor="zhao.min", reason="customer withdrew")
    await handle.result()
    histories = await runs(house, "brim")
    assert len(histories) >= 4
    for history in histories:
        await replay(history.to_json())
        for event in history.events:
            # The server itself ends a task for messages that came meanwhile.
            is_failed = event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED
            assert not is_failed or event.workflow_task_failed_event_attributes.cause in BY_THE_SERVER
            sent = event.event_type != EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED
            assert not sent or max(payloads(event), default=0) < MESSAGE_BYTES, event.event_type


async def test_an_act_that_is_too_large_never_leaves_and_its_case_answers(house: Installation) -> None:
    await house.open("Complaint", "large", COMPLAINT)
    rows = [{"description": "Pump", "quantity": number, "remark": "x" * 500} for number in range(4_500)]
    act = AmendInput(actor="zhao.min", data={"event": rows}, reason="list")
    with pytest.raises(InvalidInput) as refused:
        await asyncio.wait_for(house.gateway.update("large", "amend", act), 5)
    assert "up to 64,000 are taken" in refused.value.message
    await house.act("large", "comment", actor="li.na", text="it answers")


async def test_an_act_that_is_too_large_and_comes_past_our_client_keeps_nobody_waiting(house: Installation) -> None:
    """The server does not bring it to the case; who sent it hears nothing until the time is up."""
    await house.open("Complaint", "past", COMPLAINT)
    body = {"actor": "zhao.min", "data": {"event": "x" * 2_600_000}, "reason": "list"}
    too_large = asyncio.create_task(house.handle("past").execute_update("amend", body))
    await asyncio.wait([too_large], timeout=3)
    assert not too_large.done()
    await asyncio.wait_for(house.act("past", "comment", actor="li.na", text="it answers"), 8)
    too_large.cancel()
