"""Nobody's word makes them a person: signals are a machine's, and a start names somebody who may open the case."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ApplicationError

from sop_engine.basis.faults import NotPermitted
from sop_engine.cases.contracts.opening import OpenCheckInput, OpenCheckResult
from tests.integration.complaint import COMPLAINT
from tests.integration.installation import Installation, installation, until
from tests.integration.outing import OPERATOR, go, outing_library
from tests.integration.outsider import OURS, temporal


@pytest_asyncio.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    library = outing_library(Path(tmp_path_factory.mktemp("content")))
    async with installation(Path(tmp_path_factory.mktemp("house"))) as running, running.worker(library):
        yield running


async def start(house: Installation, sop: str, case_id: str, **given: Any) -> None:
    await temporal(
        house, "start", "--type", sop, "--workflow-id", case_id, "--task-queue", OURS, "--input", json.dumps(given)
    )


async def refusal_of(house: Installation, case_id: str) -> ApplicationError:
    with pytest.raises(WorkflowFailureError) as failed:
        await house.handle(case_id).result()
    assert isinstance(failed.value.cause, ApplicationError)
    assert house.journal(case_id) == []
    return failed.value.cause


async def signal(house: Installation, case_id: str, name: str, body: Any) -> None:
    await temporal(house, "signal", "--workflow-id", case_id, "--name", name, "--input", json.dumps(body))


async def second_step(house: Installation, case_id: str) -> Any:
    await until(lambda: len(house.journal(case_id)) > 1, f"the second step of {case_id}")
    return house.unbroken_journal(case_id)[1]


# -- signals -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("walker.gave_up", {}),
        ("event", {"name": "walker.gave_up"}),
        ("event", {"name": "walker.gave_up", "actor": OPERATOR}),
    ],
    ids=["by name", "as an event", "with a person"],
)
async def test_an_event_of_people_is_refused_as_a_signal(
    house: Installation, name: str, body: dict[str, Any], request: pytest.FixtureRequest
) -> None:
    case_id = "gave-up-" + str(len(json.dumps([name, body])))
    await house.open("Walk", case_id, {"destination": "the hills"})
    await signal(house, case_id, name, body)
    step = await second_step(house, case_id)
    assert (step.kind, step.name, step.actor) == ("event_refused", "walker.gave_up", "machine")
    assert "only people report it (operator)" in step.note
    assert (await house.view(case_id)).states == ("under_way",)
    await house.act(case_id, "event", actor=OPERATOR, name="walker.gave_up")
    assert (await house.handle(case_id).result())["outcome"] == "home"
    assert house.unbroken_journal(case_id)[2].actor == OPERATOR


async def test_an_event_that_machines_may_report_says_so_in_the_journal(house: Installation) -> None:
    await house.open("Walk", "tide", {"destination": "the sea"})
    await signal(house, "tide", "event", {"name": "tide.turned", "actor": OPERATOR})
    step = await second_step(house, "tide")
    assert (step.kind, step.actor, step.note) == ("event", "machine", f"says it is '{OPERATOR}'")


# -- starts ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("actor", ["nobody", "bank", "case SHP-1", "machine", "system", ""])
async def test_a_start_by_nobody_that_is_known_is_refused(house: Installation, actor: str) -> None:
    case_id = f"by-{actor.replace(' ', '-') or 'empty'}"
    await start(house, "Complaint", case_id, actor=actor, data=dict(COMPLAINT))
    refusal = await refusal_of(house, case_id)
    assert refusal.type == NotPermitted.kind
    assert "nobody called" in refusal.message


async def test_a_start_by_somebody_without_a_part_in_it_is_refused(house: Installation) -> None:
    await start(house, "MonthEnd", "drivers-month", actor="shi.lei", data={"month": "2026-10"})
    refusal = await refusal_of(house, "drivers-month")
    assert refusal.type == NotPermitted.kind
    assert "may not open a MonthEnd" in refusal.message


async def test_the_command_line_hears_of_it_before_an_id_is_used(house: Installation) -> None:
    asked = OpenCheckInput(sop="MonthEnd", data={"month": "2026-10"}, actor="shi.lei")
    with pytest.raises(NotPermitted, match="may not open a MonthEnd"):
        await house.gateway.read("check_opening", asked, OpenCheckResult)


async def test_a_system_starts_a_case_as_a_machine(house: Installation) -> None:
    await start(house, "Complaint", "by-a-system", data=dict(COMPLAINT))
    await until(lambda: house.journal("by-a-system"), "the opening")
    assert house.journal("by-a-system")[0].actor == "machine"


async def test_a_case_starts_its_child_as_itself(house: Installation) -> None:
    await go(house, "starter", "go")
    await until(lambda: house.journal("starter.walk"), "the opening of the walk")
    assert house.journal("starter.walk")[0].actor == "case starter"


async def test_a_parent_that_did_not_start_the_case_is_not_its_parent(house: Installation) -> None:
    """The case would otherwise be taken for a child by the engine, and its failure told to the parent."""
    await go(house, "robbed", "go")
    claim = {"case_id": "robbed", "key": "walking#1"}
    await start(house, "Walk", "changeling", parent=claim, data={"destination": "home"})
    assert "robbed did not start this case" in (await refusal_of(house, "changeling")).message
    await start(house, "Walk", "changeling-2", parent=claim, data={})
    await refusal_of(house, "changeling-2")
    sent = [event.event_type for event in (await house.history("changeling-2")).events]
    assert EventType.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED not in sent


async def test_a_case_is_not_started_by_a_cron_schedule(house: Installation) -> None:
    """Its runs would be one chain, and each would write over the records of the one before."""
    await temporal(
        house,
        *("start", "--type", "Complaint", "--workflow-id", "daily", "--task-queue", OURS, "--cron", "@every 1s"),
        *("--input", json.dumps({"data": dict(COMPLAINT)})),
    )
    first = (await house.handle("daily").describe()).run_id

    async def next_run() -> bool:
        return (await house.handle("daily").describe()).run_id != first

    await until(next_run, "the run after the first")
    await house.handle("daily").terminate("enough")
    assert house.journal("daily") == []
