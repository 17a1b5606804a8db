"""Cases ended past the engine: closed in the records, their relatives told, and nobody taken in by a message."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest
from temporalio.client import WorkflowFailureError

from sop_engine.basis.faults import InvalidInput
from sop_engine.cases.contracts.opening import OpenCaseInput
from sop_engine.cases.contracts.reading import ListTasksInput, RecordedCase
from sop_engine.cases.contracts.watching import WatchState
from sop_engine.records.queries import CaseQueries
from sop_engine.temporal.queues import CASE_ENDED, WATCH, watch_id
from tests.integration.case_status import has_status
from tests.integration.complaint import ACTS, COMPLAINT
from tests.integration.installation import Installation, installation, until
from tests.integration.ledger_terminal import sop
from tests.integration.outing import OPERATOR, go, outing_library


@pytest_asyncio.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    library = outing_library(Path(tmp_path_factory.mktemp("content")))
    async with (
        installation(Path(tmp_path_factory.mktemp("house")), continue_after=3) as running,
        running.worker(library),
    ):
        yield running


async def look(house: Installation) -> None:
    """Has the watch look once, at everything: the first thing that it does."""
    queue = house.settings.task_queue
    handle: Any = await house.client.start_workflow(
        WATCH, WatchState(task_queue=queue), id=watch_id(queue), task_queue=queue
    )

    async def has_looked() -> bool:
        history = await handle.fetch_history()
        return any(event.event_type == EventType.EVENT_TYPE_TIMER_STARTED for event in history.events)

    await until(has_looked, "a look")
    await handle.terminate("it has looked")


async def seen_ended(house: Installation, case_id: str) -> None:
    """Lists of executions run a little behind."""

    async def is_listed() -> bool:
        wanted = f"WorkflowId = '{case_id}' AND ExecutionStatus = 'Terminated'"
        return [execution async for execution in house.client.list_workflows(wanted)] != []

    await until(is_listed, f"{case_id} among the terminated")


async def terminate(house: Installation, case_id: str) -> None:
    await house.handle(case_id).terminate(reason="entered twice")
    await seen_ended(house, case_id)


def recorded(house: Installation, case_id: str) -> RecordedCase:
    return CaseQueries(house.engine).read_case(case_id)


async def test_a_terminated_case_is_closed_in_the_records(house: Installation) -> None:
    await house.open("Complaint", "cut", COMPLAINT)
    before = await house.published_journal("cut")
    await terminate(house, "cut")
    await look(house)
    kept = recorded(house, "cut")
    assert (kept.case.status, kept.case.closed_at is not None, kept.case.due_at) == ("terminated", True, None)
    assert {clock.status for clock in kept.clocks} == {"cancelled"}
    assert all(clock.stopped_at and clock.spans[-1]["to_at"] for clock in kept.clocks)
    tasks = CaseQueries(house.engine).list_tasks(ListTasksInput(case_id="cut"), datetime.now(UTC))
    assert (tasks.total, {task.status for task in kept.tasks}) == (0, {"cancelled"})
    last = house.unbroken_journal("cut")[-1]
    assert last.step == len(before) + 1
    assert (last.kind, last.name, last.note, "@" in last.actor) == ("ended", "terminated", "entered twice", True)
    assert last.at == kept.case.closed_at
    await look(house)
    assert len(house.unbroken_journal("cut")) == last.step


async def test_a_terminated_case_is_shown_as_ended(house: Installation) -> None:
    await house.open("Complaint", "shown", COMPLAINT)
    await terminate(house, "shown")
    view = await house.view("shown")
    assert (view.status, view.tasks, view.events) == ("terminated", (), ())
    assert {clock.status for clock in view.clocks} == {"cancelled"}
    code, said, _ = await sop(house, "case", "show", "shown")
    assert (code, "entered twice" in said, "sop task complete" in said) == (0, True, False), said
    code, _, refusal = await sop(house, "task", "show", "shown")
    assert (code, "has no open task" in refusal) == (3, True), (code, refusal)


async def test_a_terminated_case_is_closed_where_its_id_is_tried_again_at_once(house: Installation) -> None:
    await house.open("Complaint", "twice", COMPLAINT)
    await terminate(house, "twice")
    handle = await house.start("Complaint", "twice", COMPLAINT)
    with pytest.raises(WorkflowFailureError, match="execution failed"):
        await handle.result()
    await look(house)
    kept = recorded(house, "twice")
    assert kept.case.status == "terminated"
    assert {task.status for task in kept.tasks} == {"cancelled"}
    assert house.unbroken_journal("twice")[-1].note == "entered twice"


async def test_a_parent_hears_the_end_of_its_child_and_not_of_a_start_under_its_id(house: Installation) -> None:
    await go(house, "mother", "go")
    await has_status(house, "mother.walk", "open")
    await terminate(house, "mother.walk")
    handle = await house.start("Complaint", "mother.walk", COMPLAINT)
    with pytest.raises(WorkflowFailureError, match="execution failed"):
        await handle.result()
    await look(house)
    await house.handle("mother").signal(CASE_ENDED, {"case_id": "mother.walk"})
    (incident,) = (await has_status(house, "mother", "blocked")).incidents
    assert "Terminated" in incident["message"] or "entered twice" in incident["message"]
    assert recorded(house, "mother.walk").case.status == "terminated"


async def test_a_child_of_a_terminated_case_waits_for_a_person(house: Installation) -> None:
    await go(house, "top", "go")
    await has_status(house, "top.walk", "open")
    await terminate(house, "top")
    await look(house)
    blocked = await has_status(house, "top.walk", "blocked")
    (incident,) = blocked.incidents
    assert (incident["incident"], "entered twice" in incident["message"]) == ("parent", True)
    assert "top was terminated past the engine" in incident["message"]
    await house.act(
        "top.walk", "resolve_incident", actor=OPERATOR, incident="parent", how="skip", reason="goes on alone"
    )
    await house.act("top.walk", "complete_task", actor=OPERATOR, outcome="arrived")
    assert (await house.handle("top.walk").result())["outcome"] == "home"


async def test_the_parent_of_a_terminated_child_hears_of_it_in_a_later_run(house: Installation) -> None:
    """The server tells of a child's end the run that started it, and no other."""
    await go(house, "late", "go")
    await has_status(house, "late.walk", "open")
    first = (await house.handle("late").describe()).run_id
    for number in range(3):
        await house.act("late", "comment", actor=OPERATOR, text=f"note {number}")

    async def is_later() -> bool:
        return (await house.handle("late").describe()).run_id != first

    await until(is_later, "a later run")
    await terminate(house, "late.walk")
    await look(house)
    blocked = await has_status(house, "late", "blocked")
    (incident,) = blocked.incidents
    assert (incident["incident"], "entered twice" in incident["message"]) == ("walking#1", True)
    assert [child.status for child in blocked.children] == ["failed"]


@pytest.mark.parametrize("comments", [0, 3], ids=["the same run", "a later run"])
async def test_a_terminated_notice_is_told_by_its_case(house: Installation, comments: int) -> None:
    """Nobody would be told, and nothing would say so."""
    case_id = f"telling-{comments}"
    notice = f"{case_id}.notice.received#1"
    await house.open("Complaint", case_id, COMPLAINT)
    await house.act(case_id, "complete_task", **ACTS[0])
    await until(lambda: house.gateway.is_running(notice), "the notice")
    first = (await house.handle(case_id).describe()).run_id
    for number in range(comments):
        await house.act(case_id, "comment", actor="li.na", text=f"note {number}")

    async def is_meant() -> bool:
        return ((await house.handle(case_id).describe()).run_id != first) == bool(comments)

    await until(is_meant, "the run that is meant")
    await terminate(house, notice)
    for _ in range(2):
        await look(house)
        blocked = await has_status(house, case_id, "blocked")
        (incident,) = blocked.incidents
        assert (incident["incident"], "entered twice" in incident["message"]) == ("received#1", bool(comments)), (
            incident
        )
    assert not [row for row in house.journal(case_id) if row.kind == "event_refused"]


async def test_what_a_case_is_told_of_an_end_is_not_believed(house: Installation) -> None:
    await go(house, "calm", "go")
    await has_status(house, "calm.walk", "open")
    for receiver, ended in (("calm.walk", "calm"), ("calm", "calm.walk"), ("calm", "a stranger")):
        await house.handle(receiver).signal(CASE_ENDED, {"case_id": ended})
        await until(partial(is_refused, house, receiver, ended), f"a refusal of {receiver}")
    assert (await house.view("calm")).status == (await house.view("calm.walk")).status == "open"


def is_refused(house: Installation, case_id: str, ended: str) -> bool:
    refused = [row.note for row in house.journal(case_id) if row.kind == "event_refused"]
    return f"{ended} was not ended past the engine" in refused


async def test_a_case_that_was_reset_is_not_taken_for_ended(house: Installation) -> None:
    await house.open("Complaint", "again", COMPLAINT)
    described = await house.handle("again").describe()
    events = (await house.history("again")).events
    finished = EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED
    await house.client.workflow_service.reset_workflow_execution(
        ResetWorkflowExecutionRequest(
            namespace="default",
            workflow_execution=WorkflowExecution(workflow_id="again", run_id=described.run_id),
            reason="try it again",
            request_id="reset",
            workflow_task_finish_event_id=next(e.event_id for e in events if e.event_type == finished),
        )
    )
    await seen_ended(house, "again")
    await look(house)
    assert recorded(house, "again").case.status == "open"


async def test_no_case_takes_an_id_of_the_engine(house: Installation) -> None:
    with pytest.raises(InvalidInput, match="the engine's own"):
        await house.gateway.start_case("Complaint", "sop.mine", OpenCaseInput(data=dict(COMPLAINT)))
    handle = await house.start("Complaint", "sop.yours", COMPLAINT)
    with pytest.raises(Exception, match="execution failed") as failed:
        await handle.result()
    assert "the engine's own" in str(failed.value.__cause__)
