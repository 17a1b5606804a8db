"""Whoever has a connection cannot have a case's work done: alone, for another case, or by a workflow of their own."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import func, select
from temporalio.client import ActivityFailureError, Client, WorkflowFailureError
from temporalio.exceptions import ActivityError, ApplicationError

from sop_engine.basis.faults import ForeignRun, InvalidInput
from sop_engine.cases.contracts.reading import TrialBalance, TrialBalanceInput
from sop_engine.records.cases import StepRow
from sop_engine.records.numbers import NumberRow
from sop_engine.records.registers import RegisterRow
from tests.integration.complaint import COMPLAINT
from tests.integration.installation import Installation, installation
from tests.integration.outsider import ELSEWHERE, MINUTE, ONCE, outsider


@pytest_asyncio.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    async with installation(Path(tmp_path_factory.mktemp("house"))) as running, running.worker():
        yield running


@pytest_asyncio.fixture(scope="module")
async def stranger(house: Installation) -> AsyncIterator[Client]:
    async with outsider(house.server.address) as client:
        yield client


def now() -> str:
    return datetime.now(UTC).isoformat()


def facts(case_id: str) -> dict[str, Any]:
    return {
        "case_id": case_id,
        "sop": "Complaint",
        "title": {"en": "x", "zh": "x"},
        "data": {},
        "state": None,
        "actor": "zhao.min",
        "at": now(),
        "zone": "Asia/Shanghai",
    }


def million(case_id: str) -> dict[str, Any]:
    values = {
        "business_key": f"forged-{case_id}",
        "amount": {"amount": "1000000.00", "currency": "CNY"},
        "customer_name": "Nobody",
    }
    return {"key": f"{case_id}:forged", "entry": "tax_paid_for_customer", "facts": facts(case_id), "values": values}


def number(case_id: str) -> dict[str, Any]:
    values = {"register": "invoice"}
    return {"key": f"{case_id}:forged", "case_id": case_id, "sop": "Complaint", "values": values, "at": now()}


def publication(case_id: str) -> dict[str, Any]:
    case = {
        **{"case_id": case_id, "first_run_id": "forged", "sop": "Complaint", "version": 1, "definition_hash": "x"},
        **{"title": {}, "owner": "x", "status": "completed", "stage": None, "outcome": "forged", "sla": "ok"},
        **{"states": [], "references": [], "parent": None, "opened_at": now(), "closed_at": None, "due_at": None},
        **{"provisional": False, "data": {}},
    }
    step = {"step": 1, "at": now(), "happened_at": None, "actor": "zhao.min", "kind": "closed", "name": "forged"}
    return {
        **{"case": case, "steps": [step], "tasks": [], "clocks": [], "children": []},
        **{"step": 1, "written_at": (datetime.now(UTC) + timedelta(days=1)).isoformat()},
    }


def notice(case_id: str) -> dict[str, Any]:
    return {
        **{"key": f"{case_id}:forged", "recipient": "zhao.min", "address": None, "template": "complaint_received"},
        "facts": facts(case_id),
    }


def row(case_id: str) -> dict[str, Any]:
    values = {"customer_no": "forged", "name": "Nobody"}
    return {"key": f"{case_id}:forged", "register_name": "customers", "values": values, "facts": facts(case_id)}


def rows(case_id: str) -> dict[str, Any]:
    given = {"actor": "lin.yue", "reason": "forged", "rows": [{"values": {"customer_no": "forged", "name": "Nobody"}}]}
    return {"key": case_id, "given": {"register_name": "customers", **given}, "at": now()}


def read(case_id: str) -> dict[str, Any]:
    asked = {"name": "customer", "register_name": "customers", "row": "C-1", "fields": ["contacts"]}
    return {"key": f"{case_id}:forged", **asked, "facts": facts(case_id)}


WORK = {
    **{"post_entry": million, "next_number": number, "publish_steps": publication, "notify": notice},
    **{"keep_row": row, "keep_rows": rows, "read_row": read},
}


async def untouched(house: Installation, victim: str) -> None:
    """Fails where anything of a forgery reached the records."""
    balance = await house.gateway.read("trial_balance", TrialBalanceInput(), TrialBalance)
    assert balance.accounts == ()
    with house.engine.connect() as connection:
        for table in (NumberRow.table(), RegisterRow.table()):
            assert connection.scalar(select(func.count()).select_from(table)) == 0
        forged = select(StepRow.table()).where(StepRow.table().c.name == "forged")
        assert list(connection.execute(forged)) == []
    assert [row.kind for row in house.journal(victim)] in ([], ["opened"])


def kind_of(error: BaseException | None) -> str | None:
    cause = error.cause if isinstance(error, ActivityError) else error
    assert isinstance(cause, ApplicationError)
    return cause.type


@pytest.mark.parametrize("name", WORK)
async def test_work_of_a_case_is_not_done_alone(house: Installation, stranger: Client, name: str) -> None:
    victim = f"alone-{name}"
    await house.open("Complaint", victim, COMPLAINT)
    for case_id in (victim, "no-such-case"):
        with pytest.raises(ActivityFailureError) as refused:
            await stranger.execute_activity(
                name,
                WORK[name](case_id),
                id=f"{case_id} {name}",
                task_queue="sop",
                start_to_close_timeout=MINUTE,
                retry_policy=ONCE,
            )
        assert kind_of(refused.value.cause) == ForeignRun.kind
    await untouched(house, victim)


@pytest.mark.parametrize("name", WORK)
async def test_what_nobody_can_read_is_refused_and_not_tried_for_ever(
    house: Installation, stranger: Client, name: str
) -> None:
    """With the retries of the stock command, which has no end of them."""
    with pytest.raises(ActivityFailureError) as refused:
        await stranger.execute_activity(
            name, {"nonsense": 1}, id=f"unread {name}", task_queue="sop", start_to_close_timeout=MINUTE
        )
    assert kind_of(refused.value.cause) == ForeignRun.kind


async def test_a_question_that_nobody_can_read_is_answered_with_its_faults(stranger: Client) -> None:
    with pytest.raises(ActivityFailureError, match="execution failed") as refused:
        await stranger.execute_activity(
            "list_cases", {"limt": 1}, id="a typo", task_queue="sop", start_to_close_timeout=MINUTE
        )
    assert kind_of(refused.value.cause) == InvalidInput.kind
    assert "limt: Extra inputs are not permitted (allowed: " in str(refused.value.cause)


@pytest.mark.parametrize("name", WORK)
async def test_work_of_a_case_is_not_done_for_a_foreign_workflow(
    house: Installation, stranger: Client, name: str
) -> None:
    """Neither for another case, nor for one that has the workflow's own id."""
    victim = f"foreign-{name}"
    await house.open("Complaint", victim, COMPLAINT)
    own = f"own-{name}"
    for workflow_id, case_id in ((f"thief-{name}", victim), (own, own)):
        with pytest.raises(WorkflowFailureError) as refused:
            await stranger.execute_workflow(
                "Thief", args=[name, WORK[name](case_id)], id=workflow_id, task_queue=ELSEWHERE
            )
        assert kind_of(refused.value.cause) == ForeignRun.kind
    await untouched(house, victim)


async def test_reading_stays_open(house: Installation, stranger: Client) -> None:
    answer = await stranger.execute_activity(
        "list_cases", {"limit": 1}, id="a look", task_queue="sop", start_to_close_timeout=MINUTE
    )
    assert "cases" in answer
