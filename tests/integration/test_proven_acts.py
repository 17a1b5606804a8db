"""Where an installation asks for proofs, an act that names a person reaches no history without one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest
from temporalio.client import WithStartWorkflowOperation, WorkflowUpdateFailedError
from temporalio.common import WorkflowIDConflictPolicy

from sop_engine.basis.faults import NotPermitted, NotProven, SopError
from sop_engine.cases.contracts.acts import CommentInput, CompleteTaskInput
from sop_engine.cases.contracts.opening import OpenCaseInput
from sop_engine.cases.contracts.registers import GivenRow, KeepRowsInput
from sop_engine.cases.people.statements import HEADER
from sop_engine.records.absences import ABSENCES
from sop_engine.temporal.failures import refusal
from sop_engine.temporal.messages_said import statement_of
from sop_engine.temporal.registers_gateway import RegistersGateway
from sop_engine.temporal.signing import KeyHolder
from tests.integration.complaint import ACTS, COMPLAINT
from tests.integration.installation import Installation, until
from tests.integration.signed_house import AWAY, DEPUTY, sending, served, signed_house, signing, unserved_house
from tests.replay.replaying import replay
from tests.signed_people import key_of

BODY: dict[str, Any] = {"actor": "li.na", "text": "seen"}


@pytest_asyncio.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    async with signed_house(Path(tmp_path_factory.mktemp("signed")), continue_after=3) as running:
        yield running


async def opened(house: Installation, case_id: str) -> None:
    """A complaint, opened by a machine, which proves nothing and need not."""
    await house.open("Complaint", case_id, COMPLAINT)


def proof(
    case_id: str,
    id: str,
    body: dict[str, Any] = BODY,
    *,
    by: str = "li.na",
    name: str = "comment",
    kind: Any = "act",
    namespace: str = "default",
    at: datetime | None = None,
) -> str:
    said = statement_of(kind, namespace, case_id, name, [body], id=id)
    assert said is not None
    return str(KeyHolder(key_of(by)).proof(said, int((at or datetime.now(UTC)).timestamp())))


async def refused(house: Installation, header: object, case_id: str, id: str, body: dict[str, Any] = BODY) -> SopError:
    """The refusal of a comment with that header; fails where it is taken or leaves a trace."""
    before = len((await house.history(case_id)).events)
    handle = sending(house, header).get_workflow_handle(case_id)
    with pytest.raises(WorkflowUpdateFailedError) as failed:
        await handle.execute_update("comment", body, id=id)
    assert len((await house.history(case_id)).events) == before
    return refusal(failed.value.cause)


async def test_a_signed_act_is_taken_and_its_history_is_believed_without_any_key(house: Installation) -> None:
    await opened(house, "taken")
    for act in ACTS[:2]:
        await signing(house, act["actor"]).update("taken", "complete_task", CompleteTaskInput.model_validate(act))
    rows = await house.published_journal("taken")
    assert [(row.name, row.actor) for row in rows[1:]] == [
        ("registered.acknowledged", "li.na"),
        ("classified.done", "feng.xue"),
    ]
    history = await house.history("taken")
    accepted = [e for e in history.events if e.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED]
    fields = accepted[0].workflow_execution_update_accepted_event_attributes.accepted_request.input.header.fields
    assert list(fields) == [HEADER]
    assert await replay(history.to_json())


async def test_an_act_without_a_proof_is_refused_and_leaves_no_trace(house: Installation) -> None:
    """As the Web UI sends one, which has no headers."""
    await opened(house, "bare")
    before = len((await house.history("bare")).events)
    error = await house.refused("bare", "comment", **BODY)
    assert (error.kind, error.exit_code) == (NotProven.kind, 5)
    assert "this has no proof of identity" in error.message
    assert "sop sign" in error.text()
    assert len((await house.history("bare")).events) == before


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"by": "wu.fang"}, "a key of wu.fang's, and this says to be by li.na"),
        ({"by": "a stranger"}, "a key that is nobody's here"),
        ({"at": datetime.now(UTC) - timedelta(hours=1)}, "lasts 300 seconds"),
        ({"at": datetime.now(UTC) + timedelta(hours=1)}, "lies ahead"),
        ({"case_id": "another"}, "is not for this act"),
        ({"id": "another"}, "is not for this act"),
        ({"name": "hold"}, "is not for this act"),
        ({"kind": "start"}, "is not for this act"),
        ({"namespace": "another"}, "is not for this act"),
        ({"body": {**BODY, "text": "paid"}}, "is not for this act"),
        ({"body": {**BODY, "on_behalf_of": "zhao.min"}}, "is not for this act"),
        ({"body": {**BODY, "id": "mine"}}, "is not for this act"),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, dict) else "",
)
async def test_a_proof_of_something_else_is_refused(house: Installation, given: dict[str, Any], why: str) -> None:
    if not await house.gateway.is_running("proofs"):
        await opened(house, "proofs")
    header = proof(**{"case_id": "proofs", "id": "u-1", **given})
    error = await refused(house, header, "proofs", "u-1")
    assert (error.kind, why in error.message) == (NotProven.kind, True), error.message


@pytest.mark.parametrize("header", ["", "x", 17, None, {"a": 1}, ["a"], "workers.1.00", "a.b.c"], ids=str)
async def test_a_header_that_is_no_proof_is_refused(house: Installation, header: object) -> None:
    if not await house.gateway.is_running("headers"):
        await opened(house, "headers")
    assert (await refused(house, header, "headers", "u-2")).kind == NotProven.kind


async def test_who_has_no_key_and_who_is_nobody_act_not_at_all(house: Installation) -> None:
    await opened(house, "keyless")
    keyless = {**BODY, "actor": "jiang.bo"}
    error = await refused(house, proof("keyless", "u", keyless, by="a stranger"), "keyless", "u", keyless)
    assert "has no key of jiang.bo" in error.message
    nobody = {**BODY, "actor": "nobody"}
    error = await refused(house, proof("keyless", "v", nobody), "keyless", "v", nobody)
    assert error.kind == NotPermitted.kind
    garbled = {"actor": ["li.na"], "text": "x"}
    assert (await refused(house, proof("keyless", "w"), "keyless", "w", garbled)).kind == NotPermitted.kind


async def test_clocks_may_differ_by_minutes(house: Installation) -> None:
    await opened(house, "skewed")
    for number, off in enumerate((timedelta(minutes=-4), timedelta(minutes=4))):
        await signing(house, "li.na", off).update("skewed", "comment", CommentInput(**BODY, id=f"c-{number}"))
    assert [row.kind for row in await house.published_journal("skewed")] == ["opened", "comment", "comment"]


async def test_an_act_sent_again_with_its_own_proof_is_done_once_in_a_later_run_too(house: Installation) -> None:
    """The header can be read in the history, and a run after it knows nothing of its updates."""
    await opened(house, "again")
    first = (await house.handle("again").describe()).run_id
    body, header = {**BODY, "text": "only once"}, proof("again", "u", {**BODY, "text": "only once"})
    handle = sending(house, header).get_workflow_handle("again")
    await handle.execute_update("comment", body, id="u")
    for number in range(3):
        await signing(house, "li.na").update("again", "comment", CommentInput(actor="li.na", text=f"{number}"))

    async def is_new() -> bool:
        return (await house.handle("again").describe()).run_id != first

    await until(is_new, "the next run, whose start nobody signed")
    answer = await handle.execute_update("comment", body, id="u")
    assert answer["duplicate"] is True
    assert [row.note for row in await house.published_journal("again")].count("only once") == 1
    assert (await refused(house, None, "again", "u-3")).kind == NotProven.kind
    with pytest.raises(WorkflowUpdateFailedError):
        await handle.execute_update("comment", body, id="another")


async def test_a_deputy_proves_who_acts_and_the_act_says_for_whom(house: Installation) -> None:
    await opened(house, "deputised")
    today = date.today()  # noqa: DTZ011
    row = {"person": AWAY, "from_on": str(today - timedelta(2)), "until_on": str(today + timedelta(2)), "kind": "leave"}
    away = KeepRowsInput(register_name=ABSENCES, rows=(GivenRow(values=row),), actor=AWAY, reason="a holiday")
    await RegistersGateway(signing(house, AWAY)).keep(away)
    act = CompleteTaskInput.model_validate({**ACTS[0], "actor": DEPUTY, "on_behalf_of": AWAY})
    with pytest.raises(NotProven, match="no proof of identity"):
        await house.gateway.update("deputised", "complete_task", act)
    with pytest.raises(NotProven, match=f"a key of {AWAY}'s, and this says to be by {DEPUTY}"):
        await signing(house, AWAY).update("deputised", "complete_task", act)

    async def is_done() -> object:
        return await signing(house, DEPUTY).update("deputised", "complete_task", act)

    await until(is_done, "that the worker knows who is away")
    last = (await house.published_journal("deputised"))[-1]
    assert (last.actor, last.name) == (DEPUTY, "registered.acknowledged")
    back = {**row, "until_on": str(today - timedelta(1))}
    await RegistersGateway(signing(house, AWAY)).keep(
        KeepRowsInput(register_name=ABSENCES, rows=(GivenRow(values=back),), actor=AWAY, reason="back")
    )


async def test_a_signal_that_names_a_person_is_a_machines(house: Installation) -> None:
    await opened(house, "told")
    said = {"name": "complainant.informed", "actor": "zhao.min", "data": {"progress": "we look into it"}}
    handle = sending(house, proof("told", "u")).get_workflow_handle("told")
    await handle.signal("event", said)
    await until(lambda: len(house.journal("told")) > 1, "what was told")
    step = house.unbroken_journal("told")[1]
    assert (step.actor, step.note) == ("machine", "says it is 'zhao.min'")


async def test_what_a_machine_brings_needs_no_proof(house: Installation) -> None:
    await opened(house, "brought")
    body = {"name": "complainant.informed", "data": {"progress": "soon"}, "actor": "zhao.min"}
    await house.handle("brought").execute_update("receive", body)
    assert (await house.published_journal("brought"))[1].actor == "machine"


# -- attempts to get past it -------------------------------------------------------------------------------------------


async def test_an_update_that_comes_with_its_start_is_judged_as_well(house: Installation) -> None:
    start = WithStartWorkflowOperation[Any, Any](
        "Complaint",
        OpenCaseInput(data=dict(COMPLAINT)),
        id="with-start",
        task_queue=house.settings.task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
    )
    with pytest.raises(WorkflowUpdateFailedError) as failed:
        await house.client.execute_update_with_start_workflow("comment", BODY, start_workflow_operation=start)
    assert refusal(failed.value.cause).kind == NotProven.kind
    await until(lambda: house.journal("with-start"), "the case")
    assert [row.kind for row in house.unbroken_journal("with-start")] == ["opened"]


async def reset(house: Installation, case_id: str) -> None:
    """To the end of the task that loaded the case; its acts are taken again."""
    events = (await house.history(case_id)).events
    accepted = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED
    before = next(index for index, event in enumerate(events) if event.event_type == accepted)
    done = EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED
    tasks = [event.event_id for event in events[:before] if event.event_type == done]
    await house.client.workflow_service.reset_workflow_execution(
        ResetWorkflowExecutionRequest(
            namespace=house.client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=case_id),
            reason="a test",
            workflow_task_finish_event_id=tasks[-1],
            request_id=f"reset {case_id}",
        )
    )


async def test_a_reset_takes_proven_acts_again_however_old_their_proofs(house: Installation) -> None:
    await opened(house, "reset")
    old = signing(house, "li.na", timedelta(seconds=-298))
    await old.update("reset", "comment", CommentInput(actor="li.na", text="old", id="c-1"))
    await until(lambda: len(house.journal("reset")) == 2, "the comment")
    await asyncio.sleep(3)  # the proof has to be too old, by the server's clock
    await reset(house, "reset")
    await until(lambda: house.journal("reset", superseded=True), "what the reset replaced")
    rows = await house.published_journal("reset")
    assert [(row.kind, row.note) for row in rows] == [("opened", None), ("comment", "old")]
    assert (await house.view("reset")).incidents == ()


async def test_an_act_that_comes_beside_a_reset_is_not_taken_for_one_of_before(tmp_path: Path) -> None:
    """A worker gets both at once. Acts of a time when names were believed are told of, like what is made up."""
    async with unserved_house(tmp_path) as house:
        async with served(house, identity="named"):
            await opened(house, "mixed")
            await house.act("mixed", "comment", actor="li.na", text="believed")
        async with served(house):
            await signing(house, "li.na").update("mixed", "comment", CommentInput(actor="li.na", text="proven"))
            await until(lambda: len(house.journal("mixed")) == 3, "both comments")
        await reset(house, "mixed")
        forging = asyncio.create_task(house.handle("mixed").execute_update("comment", {**BODY, "text": "made up"}))
        await asyncio.sleep(1)  # without a worker nothing can be waited for but time
        async with served(house):
            with pytest.raises(WorkflowUpdateFailedError) as failed:
                await forging
            assert refusal(failed.value.cause).kind == NotProven.kind
            await until(lambda: house.journal("mixed", superseded=True), "what the reset replaced")
            rows = await house.published_journal("mixed")
            assert [row.note for row in rows if row.kind == "comment"] == ["proven"]
            told = [each["message"] for each in (await house.view("mixed")).incidents]
            assert [("no proof of identity" in each) for each in told] == [True, True], told


async def test_a_proof_does_no_harm_where_names_are_believed(tmp_path: Path) -> None:
    async with unserved_house(tmp_path) as house, served(house, identity="named"):
        await opened(house, "named")
        await house.act("named", "comment", actor="li.na", text="by name")
        await signing(house, "wu.fang").update("named", "comment", CommentInput(actor="li.na", text="by a key"))
        assert [row.note for row in (await house.published_journal("named"))[1:]] == ["by name", "by a key"]
