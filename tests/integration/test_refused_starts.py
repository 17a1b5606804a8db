"""Starts that are refused after the server took them: what is said to whoever asks, and what they leave as it was."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from temporalio.client import WorkflowFailureError, WorkflowQueryFailedError
from temporalio.exceptions import ApplicationError

from sop_engine.basis.faults import InvalidInput, Refused
from sop_engine.cases.contracts.opening import OpenCaseInput
from sop_engine.temporal.gateway import NotOpened
from tests.integration.complaint import COMPLAINT
from tests.integration.installation import Installation, installation
from tests.integration.ledger_terminal import sop
from tests.integration.outsider import temporal


@pytest_asyncio.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    async with installation(Path(tmp_path_factory.mktemp("house"))) as running, running.worker():
        await running.open("Complaint", "CMP-1", COMPLAINT)
        yield running


async def refusal_of(house: Installation, case_id: str, given: dict[str, Any]) -> ApplicationError:
    """What ends a start that nobody measured or checked before."""
    handle = await house.client.start_workflow("Complaint", given, id=case_id, task_queue=house.settings.task_queue)
    with pytest.raises(WorkflowFailureError) as failed:
        await handle.result()
    assert isinstance(failed.value.cause, ApplicationError)
    return failed.value.cause


async def test_a_start_with_two_arguments_is_refused_and_not_half_read(house: Installation) -> None:
    one, other = '{"data": {"complainant": "Li Ming", "contact": "1", "event": "wet"}}', '{"data": {"event": "dry"}}'
    start = ("start", "--type", "Complaint", "--workflow-id", "two", "--task-queue", house.settings.task_queue)
    await temporal(house, *start, "--input", one, "--input", other)
    with pytest.raises(WorkflowFailureError) as failed:
        await house.handle("two").result()
    assert isinstance(failed.value.cause, ApplicationError)
    assert failed.value.cause.type == InvalidInput.kind
    assert "2 arguments were given, and one is taken" in failed.value.cause.message
    assert house.journal("two") == []


async def test_a_refused_start_is_not_said_to_be_opening(house: Installation) -> None:
    await refusal_of(house, "bad", {"data": {"complainant": "Li Ming", "moon": 1}})
    with pytest.raises(NotOpened, match="The last start of bad was refused: a Complaint cannot be opened") as told:
        await house.view("bad")
    assert "moon" in [fault.where for fault in told.value.faults]
    with pytest.raises(WorkflowQueryFailedError, match="a Complaint cannot be opened"):
        await house.handle("bad").query("case")
    code, out, err = await sop(house, "case", "show", "bad")
    assert (code, out) == (1, "")
    assert "The last start of bad was refused" in err
    assert "moon" in err


async def test_a_case_whose_id_was_tried_again_is_shown_with_why_that_was_refused(house: Installation) -> None:
    await house.open("Complaint", "CMP-2", COMPLAINT)
    await house.act("CMP-2", "cancel", actor="zhao.min", reason="entered twice")
    await house.handle("CMP-2").result()
    await refusal_of(house, "CMP-2", {"data": dict(COMPLAINT)})
    code, out, err = await sop(house, "case", "show", "CMP-2")
    assert (code, "cancelled" in out) == (0, True), err
    assert "The last start of CMP-2 was refused: There is a case CMP-2 already" in err


@pytest.mark.parametrize(
    ("reopens", "kind", "why"),
    [
        ("CMP-1", Refused, "CMP-1 is open: it can be gone on with once it is closed"),
        ("CMP-9", InvalidInput, "there is no case CMP-9"),
    ],
    ids=["open", "unknown"],
)
async def test_a_case_goes_on_with_a_closed_one_alone(
    house: Installation, reopens: str, kind: type[Refused | InvalidInput], why: str
) -> None:
    refusal = await refusal_of(house, f"after-{reopens}", {"data": dict(COMPLAINT), "reopens": reopens})
    assert refusal.type == kind.kind
    assert why in refusal.message
    assert house.journal(f"after-{reopens}") == []


async def test_a_closed_case_is_gone_on_with(house: Installation) -> None:
    await house.open("Complaint", "CMP-3", COMPLAINT)
    await house.act("CMP-3", "cancel", actor="zhao.min", reason="entered twice")
    await house.handle("CMP-3").result()
    await house.gateway.start_case("Complaint", "CMP-4", OpenCaseInput(data=dict(COMPLAINT), reopens="CMP-3"))
    (opened, *_) = await house.published_journal("CMP-4")
    assert opened.note == "CMP-3"
