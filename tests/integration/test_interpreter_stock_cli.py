"""The stock `temporal` command is as good as our own: the same script gives the same journal."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from temporalio.client import WorkflowExecutionStatus, WorkflowFailureError
from temporalio.exceptions import ApplicationError

from sop_engine.basis.faults import Fault
from tests.integration.complaint import ACTS, COMPLAINT
from tests.integration.installation import Installation, installation, until
from tests.integration.outsider import temporal
from tests.integration.shipment import opening_data


@pytest_asyncio.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    async with installation(Path(tmp_path_factory.mktemp("house"))) as running, running.worker():
        yield running


async def start(house: Installation, sop: str, case_id: str, *more: str) -> None:
    await temporal(house, "start", "--type", sop, "--workflow-id", case_id, "--task-queue", "sop", *more)


def written(value: Any) -> tuple[str, str]:
    return "--input", json.dumps(value, ensure_ascii=False)


async def failure_of(house: Installation, case_id: str) -> ApplicationError:
    with pytest.raises(WorkflowFailureError) as failed:
        await house.handle(case_id).result()
    assert isinstance(failed.value.cause, ApplicationError)
    return failed.value.cause


async def test_the_same_script_gives_the_same_journal(house: Installation) -> None:
    await house.open("Complaint", "ours", COMPLAINT)
    for act in ACTS[:2]:
        await house.act("ours", "complete_task", **act)
    await house.act("ours", "hold", actor="zhao.min", reason="waiting")
    await house.act("ours", "resume", actor="zhao.min")
    await house.signal("ours", "complainant.informed", progress="we look into it")
    await house.signal("ours", "complainant.withdrew")
    await house.handle("ours").result()

    await start(house, "Complaint", "theirs", *written({"data": dict(COMPLAINT)}))
    target = ("--workflow-id", "theirs")
    for act in ACTS[:2]:
        await temporal(house, "update", "execute", *target, "--name", "complete_task", *written(dict(act)))
    for name, body in (
        ("hold", {"actor": "zhao.min", "reason": "waiting"}),
        ("resume", {"actor": "zhao.min"}),
    ):
        await temporal(house, "update", "execute", *target, "--name", name, *written(body))
    await temporal(
        house, "signal", *target, "--name", "complainant.informed", *written({"progress": "we look into it"})
    )
    await temporal(house, "signal", *target, "--name", "complainant.withdrew")
    await house.handle("theirs").result()

    ours, theirs = (
        [
            (row.step, row.kind, row.name, row.actor, row.entered, row.exited, row.note)
            for row in house.unbroken_journal(case_id)
        ]
        for case_id in ("ours", "theirs")
    )
    assert theirs == ours
    assert [row[2] for row in ours] == [
        "Complaint",
        "registered.acknowledged",
        "classified.done",
        "hold",
        "resume",
        "complainant.informed",
        "complainant.withdrew",
        "withdrawn",
    ]


async def test_a_refused_update_says_what_would_be_allowed_and_leaves_no_trace(house: Installation) -> None:
    await house.open("Complaint", "refusing", COMPLAINT)
    before = len((await house.history("refusing")).events)
    wrong = {"actor": "li.na", "task": "registered", "outcome": "done"}
    said = await temporal(
        house, "update", "execute", "--workflow-id", "refusing", "--name", "complete_task", *written(wrong), code=1
    )
    assert "acknowledged" in said
    assert len((await house.history("refusing")).events) == before


async def test_bad_data_fails_the_start_at_once_with_every_fault(house: Installation) -> None:
    data = {"complainant": "Ms Shen", "severity": "huge", "colour": "red"}
    await start(house, "Complaint", "bad", *written({"data": data}))
    error = await failure_of(house, "bad")
    faults = [Fault(**fault).where for fault in error.details[1]]
    assert error.type == "InvalidInput"
    assert sorted(faults) == ["colour", "contact", "event", "severity"]
    assert house.journal("bad") == []


async def test_a_start_without_input_says_what_is_missing(house: Installation) -> None:
    await start(house, "Complaint", "empty")
    faults = [Fault(**fault).where for fault in (await failure_of(house, "empty")).details[1]]
    assert faults == ["complainant", "contact", "event"]


@pytest.mark.parametrize("body", [17, "text", ["list"], {"dta": {}}, {"data": 5}], ids=str)
async def test_a_start_input_that_is_no_opening_is_refused(house: Installation, body: Any) -> None:
    case_id = f"odd {body}"
    await start(house, "Complaint", case_id, *written(body))
    assert (await failure_of(house, case_id)).type == "InvalidInput"


async def test_an_unknown_sop_fails_at_once_and_names_the_known(house: Installation) -> None:
    await start(house, "Complane", "unknown", *written({"data": {}}))
    error = await failure_of(house, "unknown")
    assert "no SOP is called 'Complane'" in error.message
    assert "Complaint" in error.message
    await start(house, "Complaint", "unknown-version", *written({"version": 99, "data": dict(COMPLAINT)}))
    assert "no version 99" in (await failure_of(house, "unknown-version")).message


async def test_cancel_means_the_cancellation_of_the_sop(house: Installation) -> None:
    await house.open("Complaint", "cancelled", COMPLAINT)
    await temporal(house, "cancel", "--workflow-id", "cancelled")
    result = await house.handle("cancelled").result()
    assert (result["status"], result["outcome"]) == ("cancelled", "cancelled")
    described = await house.handle("cancelled").describe()
    assert described.status is WorkflowExecutionStatus.COMPLETED
    rows = house.unbroken_journal("cancelled")
    assert [(row.kind, row.actor) for row in rows] == [
        ("opened", "machine"),
        ("cancel", "temporal"),
        ("closed", "system"),
    ]


async def test_cancel_before_the_load_cancels_the_opened_case(house: Installation) -> None:
    handle = await house.start("Complaint", "cancelled-early", COMPLAINT)
    await handle.cancel()
    result = await handle.result()
    assert result["status"] == "cancelled"
    assert [row.kind for row in house.unbroken_journal("cancelled-early")] == ["opened", "cancel", "closed"]


async def test_a_cancelled_child_tells_its_parent(house: Installation) -> None:
    await house.open("FreightShipment", "S-1", opening_data())

    async def is_open() -> bool:
        return bool((await house.view("S-1.intake")).tasks)

    await until(is_open, "the intake")
    await temporal(house, "cancel", "--workflow-id", "S-1.intake")

    async def is_told() -> bool:
        return [child.outcome for child in (await house.view("S-1")).children] == ["cancelled"]

    await until(is_told, "the parent's knowledge")
    assert "intake.cancelled" in [row.name for row in await house.published_journal("S-1")]


async def test_cancel_reaches_the_children(house: Installation) -> None:
    await house.open("FreightShipment", "S-2", opening_data())
    await temporal(house, "cancel", "--workflow-id", "S-2")
    assert (await house.handle("S-2").result())["status"] == "cancelled"
    child = await asyncio.wait_for(house.handle("S-2.intake").result(), 20)
    assert child["status"] == "cancelled"
