"""What only a parent or a child may tell a case is not believed of anybody else, however well it is made up."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client

from sop_engine.cases.contracts.reading import ListNoticesInput
from sop_engine.records.notices import NoticeRepository
from tests.integration.forger import arrives, refused, report, stands, tell, walking
from tests.integration.installation import Installation, installation, until
from tests.integration.outing import OPERATOR, outing_library
from tests.integration.outsider import ELSEWHERE, outsider, temporal


@pytest_asyncio.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    """Cases go on in a new run after every second act."""
    library = outing_library(Path(tmp_path_factory.mktemp("content")))
    folder = Path(tmp_path_factory.mktemp("house"))
    async with installation(folder, continue_after=2) as running, running.worker(library):
        yield running


@pytest_asyncio.fixture(scope="module")
async def stranger(house: Installation) -> AsyncIterator[Client]:
    async with outsider(house.server.address) as client:
        yield client


async def test_a_forged_report_with_the_childs_real_run_moves_nothing(house: Installation) -> None:
    run_id = await walking(house, "forged")
    await tell(house, "forged", "case.child", report("forged", run_id))
    row = (await refused(house, "forged"))[0]
    assert (row.name, row.actor) == ("case.child", "machine")
    assert "forged.walk never said so" in str(row.note)
    assert (await stands(house, "forged")).states == ("walking",)

    def told() -> list[str]:
        notices = NoticeRepository(house.engine).list(ListNoticesInput(case_id="forged")).notices
        return [notice.template for notice in notices]

    await until(lambda: set(told()) == {"message_refused"}, "the owner's notice")
    await arrives(house, "forged")


async def test_a_forged_failure_of_the_child_is_no_incident(house: Installation) -> None:
    run_id = await walking(house, "failure")
    await tell(house, "failure", "case.child_failed", {**report("failure", run_id), "result": {"message": "lost"}})
    await refused(house, "failure")
    assert (await stands(house, "failure")).incidents == ()
    await arrives(house, "failure")


@pytest.mark.parametrize("actor", ["zhao.min", "x" * 101, "", None], ids=["person", "long", "empty", "none"])
@pytest.mark.parametrize("what", ["case.hold", "case.resume", "case.cancel"])
async def test_a_forged_word_of_the_parent_changes_nothing(house: Installation, what: str, actor: str | None) -> None:
    case_id = f"{what}-{len(actor or '') if actor is not None else 'none'}"
    await walking(house, case_id)
    own_run = (await house.handle(case_id).describe()).run_id
    await tell(house, f"{case_id}.walk", what, {"actor": actor, "reason": "because", "sent_by": own_run})
    await refused(house, f"{case_id}.walk")
    await stands(house, f"{case_id}.walk")
    await tell(house, case_id, what, {"actor": actor, "reason": "because"})
    assert "has no parent" in str((await refused(house, case_id))[0].note)
    await stands(house, case_id)


async def test_a_word_of_the_parent_that_was_taken_cannot_be_told_again(house: Installation) -> None:
    await walking(house, "again")
    await house.act("again", "hold", actor=OPERATOR, reason="wait")
    await until(lambda: "hold" in [row.kind for row in house.journal("again.walk")], "the hold")
    events = (await house.history("again.walk")).events
    signals = [event for event in events if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED]
    genuine = signals[-1].workflow_execution_signaled_event_attributes
    body = json.loads(genuine.input.payloads[0].data)
    await house.act("again", "resume", actor=OPERATOR)
    await until(lambda: "resume" in [row.kind for row in house.journal("again.walk")], "the resume")
    await tell(house, "again.walk", genuine.signal_name, body)
    await house.act("again.walk", "comment", actor=OPERATOR, text="still going")
    await tell(house, "again.walk", "case.cancel", body)
    await refused(house, "again.walk")
    assert [row.kind for row in house.journal("again.walk")].count("hold") == 1
    await stands(house, "again.walk")


async def test_a_workflow_of_somebody_else_is_no_child_and_no_parent(house: Installation, stranger: Client) -> None:
    """The server notes a workflow as the sender, and it is not the child's or the parent's."""
    run_id = await walking(house, "stranger")
    for case_id, name, body in (
        ("stranger", "case.child", report("stranger", run_id)),
        ("stranger.walk", "case.cancel", {"reason": "because"}),
    ):
        await stranger.execute_workflow(
            "Caller", args=[case_id, name, body], id=f"caller of {case_id}", task_queue=ELSEWHERE
        )
        await refused(house, case_id)
        await stands(house, case_id)


async def test_a_workflow_by_the_id_of_a_parent_that_is_gone_is_not_the_parent(
    house: Installation, stranger: Client
) -> None:
    await walking(house, "orphan")
    await house.handle("orphan").terminate("by mistake")
    handle = await stranger.start_workflow(
        "Caller", args=["orphan.walk", "case.cancel", {"reason": "because"}], id="orphan", task_queue=ELSEWHERE
    )
    await handle.result()
    await refused(house, "orphan.walk")
    await stands(house, "orphan.walk")


async def test_a_flood_of_forged_reports_floods_nobody(house: Installation) -> None:
    run_id = await walking(house, "flood")
    forged = [report("flood", run_id, f"home{number}") for number in range(300)]
    handle = house.handle("flood")
    await asyncio.gather(*(handle.signal("case.child", body) for body in forged))
    await arrives(house, "flood")
    notices = NoticeRepository(house.engine).list(ListNoticesInput(case_id="flood")).notices
    assert 1 <= len(notices) <= 6, "two people, of the first, the tenth, the hundredth"
    rows = await refused(house, "flood")
    assert len(rows) < 100


async def test_reports_are_believed_across_new_runs_of_both(house: Installation) -> None:
    await walking(house, "runs")
    for case_id in ("runs", "runs.walk"):
        for number in range(5):
            await house.act(case_id, "comment", actor=OPERATOR, text=f"comment {number}")
    await house.act("runs", "hold", actor=OPERATOR, reason="wait")
    await until(lambda: "hold" in [row.kind for row in house.journal("runs.walk")], "the hold")
    await house.act("runs", "resume", actor=OPERATOR)
    await until(lambda: "resume" in [row.kind for row in house.journal("runs.walk")], "the resume")
    for case_id in ("runs", "runs.walk"):
        info = (await house.handle(case_id).describe()).raw_description.workflow_execution_info
        assert info.first_run_id != info.execution.run_id
    await arrives(house, "runs")
    assert not [row for row in house.journal("runs") if row.kind == "event_refused"]


async def test_a_report_is_believed_again_after_the_parent_was_reset(house: Installation) -> None:
    """A reset writes the signals anew, and without the sender that the server had noted."""
    await walking(house, "reset")
    await house.act("reset", "comment", actor=OPERATOR, text="before")
    await arrives(house, "reset")
    events = (await house.history("reset")).events
    done = [event.event_id for event in events if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED]
    await temporal(house, "reset", "--workflow-id", "reset", "--event-id", str(done[0]), "--reason", "a trial")
    result = await asyncio.wait_for(house.handle("reset").result(), 30)
    assert result["outcome"] == "closed"
    assert not [row for row in house.journal("reset") if row.kind == "event_refused"]
