"""What reaches a case: signals that fit and that do not, floods, doubles, and messages that come before it is open."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from temporalio.client import WithStartWorkflowOperation, WorkflowFailureError, WorkflowUpdateFailedError
from temporalio.common import RawValue, WorkflowIDConflictPolicy
from temporalio.exceptions import ApplicationError

from sop_engine.basis.faults import NotPermitted
from sop_engine.cases.contracts.acts import ActResult, CommentInput, CompleteTaskInput
from sop_engine.cases.contracts.opening import OpenCaseInput
from tests.integration.complaint import ACTS, COMPLAINT
from tests.integration.installation import Installation, installation, until


@pytest_asyncio.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    async with installation(Path(tmp_path_factory.mktemp("house"))) as running, running.worker():
        yield running


async def steps_of(house: Installation, case_id: str, count: int) -> list[tuple[str, str]]:
    """Kind and name of every step, once there are so many."""
    await until(lambda: len(house.journal(case_id)) >= count, f"{count} steps of {case_id}")
    return [(row.kind, row.name) for row in house.unbroken_journal(case_id)]


@pytest.mark.parametrize(
    ("name", "body", "why"),
    [
        ("event", None, "a signal without a body"),
        ("event", 17, "the body is '17', not one JSON object"),
        ("event", {"data": {}}, "name: Field required"),
        ("event", {"name": ["x"]}, "name: Input should be a valid string"),
        ("complainant.informed", "just text", "not one JSON object"),
        ("complainant.informed", {"progess": "typo"}, "progress: is missing"),
        ("complainant.informed", {"progress": ["x"]}, "progress"),
        ("registered.acknowledged", {}, "reserved"),
        ("done.state.registered", None, "reserved"),
        ("first_response.breached", None, "reserved"),
        ("case.child", {"key": "x"}, "outcome: Field required"),
        ("case.child", None, "a signal without a body"),
        ("case.resume", None, "the case has no parent"),
    ],
)
async def test_a_signal_that_cannot_be_taken_is_recorded_with_the_reason(
    house: Installation, name: str, body: object, why: str, request: pytest.FixtureRequest
) -> None:
    case_id = request.node.name
    await house.open("Complaint", case_id, COMPLAINT)
    arguments = [] if body is None else [body]
    await house.handle(case_id).signal(name, args=arguments)
    await steps_of(house, case_id, 2)
    refused = house.unbroken_journal(case_id)[1]
    assert refused.kind == "event_refused"
    assert why in str(refused.note)
    assert (await house.view(case_id)).states == ("registered",)
    await house.act(case_id, "comment", actor="li.na", text="it still lives")


async def test_bytes_that_nothing_reads_are_recorded(house: Installation) -> None:
    await house.open("Complaint", "bytes", COMPLAINT)
    payload = house.client.data_converter.payload_converter.to_payload({"name": "x"})
    payload.data = b"\xff\x00 not JSON"
    await house.handle("bytes").signal("event", RawValue(payload))
    payload.metadata["encoding"] = b"binary/encrypted"
    await house.handle("bytes").signal("complainant.informed", RawValue(payload))
    steps = await steps_of(house, "bytes", 3)
    assert [kind for kind, _ in steps[1:]] == ["event_refused", "event_refused"]


async def test_an_event_that_nobody_declared_is_recorded_and_changes_nothing(house: Installation) -> None:
    await house.open("Complaint", "unknown", COMPLAINT)
    await house.handle("unknown").signal("moon.rose", {"phase": "full"})
    await house.handle("unknown").signal("moon.set")
    assert await steps_of(house, "unknown", 3) == [
        ("opened", "Complaint"),
        ("event_unheard", "moon.rose"),
        ("event_unheard", "moon.set"),
    ]
    assert house.journal("unknown")[1].data == {"phase": "full"}
    assert (await house.view("unknown")).states == ("registered",)


async def test_a_declared_event_by_its_own_name_is_taken(house: Installation) -> None:
    await house.open("Complaint", "named", COMPLAINT)
    await house.handle("named").signal("complainant.informed", {"progress": "we look into it"})
    await house.handle("named").signal("complainant.informed", {"data": {"progress": "still"}, "id": "told-2"})
    await house.handle("named").signal("complainant.informed", {"data": {"progress": "still"}, "id": "told-2"})
    await house.handle("named").signal("complainant.withdrew")
    result = await house.handle("named").result()
    assert result["outcome"] == "withdrawn"
    names = [row.name for row in house.unbroken_journal("named")]
    assert names == ["Complaint", "complainant.informed", "complainant.informed", "complainant.withdrew", "withdrawn"]


async def test_five_hundred_signals_at_once_with_doubles(house: Installation) -> None:
    await house.open("Complaint", "flood", COMPLAINT)
    # Every fifth id was sent before.
    ids = [f"m-{number if number % 5 else number - 1}" for number in range(1, 501)]
    await asyncio.gather(*(house.signal("flood", "moon.rose", message_id=one) for one in ids))
    await house.act("flood", "comment", actor="li.na", text="after the flood")

    def is_over() -> bool:
        return [row.name for row in house.journal("flood")].count("moon.rose") == 400

    # What came at once is taken in by portions, and who acts meanwhile need not wait for them.
    await until(is_over, "four hundred signals", within=120)
    assert "comment" in {row.kind for row in await house.published_journal("flood")}


async def test_a_child_report_with_a_wrong_run_or_key_is_refused(house: Installation) -> None:
    await house.open("Complaint", "no-children", COMPLAINT)
    report = {"key": "booking#1", "case_id": "x", "run_id": "y", "outcome": "confirmed", "result": {}}
    await house.handle("no-children").signal("case.child", report)
    await steps_of(house, "no-children", 2)
    assert "no child of this case reports under that key" in str(house.journal("no-children")[1].note)


async def test_signals_before_the_load_are_heard_in_order(house: Installation) -> None:
    handle = await house.client.start_workflow(
        "Complaint",
        OpenCaseInput(data=dict(COMPLAINT)),
        id="early-signal",
        task_queue=house.settings.task_queue,
        start_signal="event",
        start_signal_args=[{"name": "moon.rose", "id": "1"}],
    )
    await handle.signal("moon.set", {"data": {}, "id": "2"})
    steps = await steps_of(house, "early-signal", 3)
    assert steps == [("opened", "Complaint"), ("event_unheard", "moon.rose"), ("event_unheard", "moon.set")]


def started_with(house: Installation, case_id: str, data: dict[str, object]) -> WithStartWorkflowOperation[Any, Any]:
    return WithStartWorkflowOperation(
        "Complaint",
        OpenCaseInput(data=data),
        id=case_id,
        id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
        task_queue=house.settings.task_queue,
    )


async def test_an_act_in_the_same_breath_as_the_start_is_carried_out_after_it(house: Installation) -> None:
    answer = await house.client.execute_update_with_start_workflow(
        "complete_task",
        CompleteTaskInput.model_validate(ACTS[0]),
        start_workflow_operation=started_with(house, "early-act", dict(COMPLAINT)),
        result_type=ActResult,
    )
    assert answer.states == ("classified",)
    assert await steps_of(house, "early-act", 2) == [("opened", "Complaint"), ("task", "registered.acknowledged")]


async def test_an_early_act_is_checked_for_roles_like_any_other(house: Installation) -> None:
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await house.client.execute_update_with_start_workflow(
            "complete_task",
            CompleteTaskInput.model_validate({**ACTS[0], "actor": "shi.lei"}),
            start_workflow_operation=started_with(house, "early-driver", dict(COMPLAINT)),
            result_type=ActResult,
        )
    cause = refused.value.cause
    assert isinstance(cause, ApplicationError)
    assert cause.type == NotPermitted.kind
    assert (await house.view("early-driver")).states == ("registered",)


async def test_an_early_act_on_a_case_that_cannot_open_gets_the_reason(house: Installation) -> None:
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await house.client.execute_update_with_start_workflow(
            "comment",
            CommentInput(actor="li.na", text="hello"),
            start_workflow_operation=started_with(house, "early-bad", {"severity": "huge"}),
            result_type=ActResult,
        )
    assert "severity" in str(refused.value.cause)
    with pytest.raises(WorkflowFailureError):
        await house.handle("early-bad").result()


async def test_two_acts_on_one_task_at_once_one_is_refused(house: Installation) -> None:
    await house.open("Complaint", "race", COMPLAINT)
    second = {**ACTS[0], "actor": "wu.fang"}
    answers = await asyncio.gather(
        house.act("race", "complete_task", **ACTS[0]),
        house.act("race", "complete_task", **second),
        return_exceptions=True,
    )
    assert sum(isinstance(answer, ActResult) for answer in answers) == 1
    assert len(await house.published_journal("race")) == 2
