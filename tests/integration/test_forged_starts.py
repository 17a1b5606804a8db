"""A case is handed over only by a run of its own: whatever else says that it goes on with a case is refused."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowFailureError
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from sop_engine.basis.faults import ForeignRun, Refused
from sop_engine.cases.contracts.reading import TrialBalance, TrialBalanceInput
from sop_engine.temporal.executions import Executions, Run
from sop_engine.temporal.origins import Origins
from sop_engine.temporal.records_gateway import RecordsGateway
from tests.integration.complaint import ACTS, COMPLAINT
from tests.integration.installation import Installation, installation, until
from tests.integration.outsider import ELSEWHERE, HERE, OURS, Hopping, outsider, temporal


@pytest_asyncio.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    folder = Path(tmp_path_factory.mktemp("house"))
    async with installation(folder, continue_after=2) as running, running.worker():
        yield running


@pytest_asyncio.fixture(scope="module")
async def stranger(house: Installation) -> AsyncIterator[Client]:
    async with outsider(house.server.address) as client:
        yield client


async def handed_over(house: Installation, case_id: str) -> dict[str, Any]:
    """What a complaint was handed over with to its second run."""
    await house.open("Complaint", case_id, COMPLAINT)
    first = (await house.handle(case_id).describe()).run_id
    for act in ACTS[:2]:
        await house.act(case_id, "complete_task", **act)

    async def second() -> bool:
        return (await house.handle(case_id).describe()).run_id != first

    await until(second, f"the second run of {case_id}")
    started = (await house.history(case_id)).events[0].workflow_execution_started_event_attributes
    given: dict[str, Any] = json.loads(started.input.payloads[0].data)
    return given


def forged(genuine: dict[str, Any], case_id: str) -> dict[str, Any]:
    """The same for another case, all of it done by one person, with a million on its way into the books."""
    values = {"business_key": f"forged-{case_id}", "amount": "CNY 1000000.00"}
    facts = {
        **{"case_id": case_id, "sop": "Complaint", "title": {}, "data": {}, "state": None, "actor": "zhao.min"},
        **{"at": genuine["state"]["opened_at"], "zone": "Asia/Shanghai"},
    }
    post = {"kind": "post", "entry": "tax_paid_for_customer", "values": values, "facts": facts}
    state = {**genuine["state"], "case_id": case_id, "last_completed_by": {}, "hold_reason": "forged"}
    return {**genuine, "state": state, "pending": [{"key": f"forged {case_id}", "command": post}]}


async def books_are_empty(house: Installation) -> None:
    balance = await house.gateway.read("trial_balance", TrialBalanceInput(), TrialBalance)
    assert balance.accounts == ()


async def failure_of(house: Installation, case_id: str) -> ApplicationError:
    with pytest.raises(WorkflowFailureError) as failed:
        await asyncio.wait_for(house.handle(case_id).result(), 30)
    assert isinstance(failed.value.cause, ApplicationError)
    return failed.value.cause


@pytest.mark.parametrize("whose", ["its own", "another's"])
async def test_a_client_cannot_hand_a_case_over(house: Installation, whose: str) -> None:
    victim, thief = f"victim-{len(whose)}", f"thief-{len(whose)}"
    laid = forged(await handed_over(house, victim), thief if whose == "its own" else victim)
    before = house.unbroken_journal(victim)
    await temporal(
        house, "start", "--type", "Complaint", "--workflow-id", thief, "--task-queue", OURS, "--input", json.dumps(laid)
    )
    refusal = await failure_of(house, thief)
    assert refusal.type == Refused.kind
    assert "only a run of the same case" in refusal.message
    assert house.journal(thief) == []
    assert house.unbroken_journal(victim) == before
    await books_are_empty(house)


async def test_the_next_run_of_a_schedule_hands_nothing_over(house: Installation) -> None:
    """The server says of it that it goes on with the run before, and gives it what the client wrote."""
    laid = forged(await handed_over(house, "victim-cron"), "thief-cron")
    await temporal(
        house,
        *("start", "--type", "Complaint", "--workflow-id", "thief-cron", "--task-queue", OURS),
        *("--cron", "@every 1s", "--input", json.dumps(laid)),
    )
    first = (await house.handle("thief-cron").describe()).run_id

    async def third() -> bool:
        history = await house.history("thief-cron")
        started = history.events[0].workflow_execution_started_event_attributes
        return started.continued_execution_run_id not in ("", first)

    await until(third, "the third run")
    await house.handle("thief-cron").terminate("enough")
    assert house.journal("thief-cron") == []
    await books_are_empty(house)


async def test_the_retry_of_a_start_hands_nothing_over(tmp_path: Path) -> None:
    """Nobody takes the first attempt; the server makes a second one, which has a run before it."""
    async with installation(tmp_path, continue_after=2) as house:
        async with house.worker():
            laid = forged(await handed_over(house, "victim-retry"), "thief-retry")
        await house.client.start_workflow(
            "Complaint",
            laid,
            id="thief-retry",
            task_queue=OURS,
            run_timeout=timedelta(seconds=5),
            retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=100)),
        )

        async def again() -> bool:
            history = await house.history("thief-retry")
            return history.events[0].workflow_execution_started_event_attributes.attempt > 1

        await until(again, "the second attempt")
        async with house.worker():
            assert (await failure_of(house, "thief-retry")).type == Refused.kind
            assert house.journal("thief-retry") == []
            await books_are_empty(house)


async def test_somebody_elses_workflow_hands_nothing_over(house: Installation, stranger: Client) -> None:
    """It goes on as new on our task queue: to the interpreter that looks like a run of the same chain."""
    laid = forged(await handed_over(house, "victim-cuckoo"), "cuckoo")
    await stranger.start_workflow("Complaint", laid, id="cuckoo", task_queue=ELSEWHERE)
    assert (await failure_of(house, "cuckoo")).type == ForeignRun.kind
    assert house.journal("cuckoo") == []
    found = [page async for page in RecordsGateway(house.gateway).check()]
    assert [each for page in found for each in (*page.differences, *page.unreadable) if "cuckoo" in str(each)] == []
    await books_are_empty(house)


class FirstDeleted(Executions):
    """What the server says some half a minute after somebody had it delete the first run of each chain."""

    async def describe(self, workflow_id: str, run_id: str | None = None) -> Run | None:
        run = await super().describe(workflow_id, run_id)
        return None if run is None or run.run_id == run.first_run_id else run


async def test_who_deletes_the_run_with_which_a_chain_began_hides_nothing(house: Installation) -> None:
    """Handed on twice on a task queue that is taken for ours; the server keeps runs for a month."""
    async with outsider(house.server.address) as client:
        hops = Worker(client, task_queue=HERE, workflows=[Hopping], workflow_runner=UnsandboxedWorkflowRunner())
        async with hops:
            await client.start_workflow("Hopping", 0, id="hopping", task_queue=ELSEWHERE)
            await until(lambda: is_at(house, "hopping", 2), "the third run")
    run = await Executions(house.client).describe("hopping")
    assert run is not None
    for executions in (Executions(house.client), FirstDeleted(house.client)):
        assert not await Origins(executions, HERE, lambda _: None).is_ours(run)
    assert await Origins(FirstDeleted(house.client), HERE, lambda _: run.first_run_id).is_ours(run)


async def is_at(house: Installation, workflow_id: str, hops: int) -> bool:
    started = (await house.history(workflow_id)).events[0].workflow_execution_started_event_attributes
    return bool(json.loads(started.input.payloads[0].data) == hops)


async def test_an_id_is_used_once_even_where_temporal_allows_it_again(house: Installation) -> None:
    await house.open("Complaint", "used", COMPLAINT)
    await house.handle("used").terminate("by mistake")
    await temporal(
        house,
        *("start", "--type", "Complaint", "--workflow-id", "used", "--task-queue", OURS),
        *("--input", json.dumps({"data": dict(COMPLAINT)})),
    )
    assert "every id is used once" in (await failure_of(house, "used")).message
    assert [row.kind for row in house.unbroken_journal("used")] == ["opened"]


@pytest.mark.parametrize("which", ["first", "second"])
async def test_a_run_that_was_reset_goes_on(house: Installation, which: str) -> None:
    case_id = f"reset-{which}"
    await house.open("Complaint", case_id, COMPLAINT)
    first = (await house.handle(case_id).describe()).run_id
    for act in ACTS[:2]:
        await house.act(case_id, "complete_task", **act)

    async def second() -> bool:
        return (await house.handle(case_id).describe()).run_id != first

    await until(second, "the second run")
    await house.act(case_id, "complete_task", **ACTS[2])
    before = (await house.view(case_id)).states
    run_id = first if which == "first" else str((await house.handle(case_id).describe()).run_id)
    await temporal(
        house, "reset", "--workflow-id", case_id, "--run-id", run_id, "--event-id", "4", "--reason", "a trial"
    )
    answer = await house.act(case_id, "comment", actor="li.na", text="it goes on")
    assert answer.status == "open"
    # The server has the acts from before the reset taken again; they may come to stand before or after the comment.
    await until(lambda: "comment" in {row.kind for row in house.journal(case_id)}, "the comment")

    async def is_back() -> bool:
        view = await house.view(case_id)
        return (view.states, view.incidents) == (before, ())

    await until(is_back, "what was done before the reset, in its order")
    described = await house.handle(case_id).describe()
    assert described.status is WorkflowExecutionStatus.RUNNING
