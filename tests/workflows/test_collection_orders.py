"""Any order of events: whatever people and the bank do next, the case and the books say the same."""

import random
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from sop_engine.cases.contracts.views import TaskView
from sop_engine.cases.faults import SopError
from tests.workflows.harness import House
from tests.workflows.receivables import GROSS, Receivable

ACTS = 14
PERSONS = {
    "finance_clerk": "hu.jing",
    "finance_manager": "qian.li",
    "department_manager": "sun.lihua",
    "general_manager": "chen.guodong",
}
TODAY = "2093-11-22"


def form(task: TaskView, outcome: str, draw: random.Random) -> dict[str, Any]:
    """What a person would fill in."""
    match task.state, outcome:
        case "disputed", "conceded":
            return {"customer_answer": "Right", "credit_net": "CNY 500", "credit_tax_rate": "0.06"}
        case "disputed", _:
            return {"customer_answer": "They accept it"}
        case "overdue", "promised":
            return {"promise_on": "2094-02-01", "promise_amount": f"CNY {GROSS}", "customer_answer": "Later"}
        case "overdue", "escalated":
            return {"customer_answer": "None"}
        case "crediting", _:
            return {"credit_action": "Agreed"}
        case "refunding", _:
            return {"refunded_on": TODAY}
        case "escalated", _:
            return {"action": draw.choice(["write_off", "legal"]), "approval": "So be it"}
        case "closing", _:
            return {"closing_entry": "E-1"}
        case _, "money_received":
            paid = {"received_amount": draw.choice(["CNY 700", "CNY 9000"]), "received_on": TODAY}
            return {**paid, "bank_ref": f"FOUND-{draw.random()}"}
    return {} if task.state == "posting" else {"approval": "So be it"}


async def act(case: Receivable, draw: random.Random, told: list[tuple[str, str]]) -> str:
    """The next thing that happens, drawn from what may happen; returns what it was."""
    what = draw.choice(["money", "repeat", "dispute", "task", "task", "task"])
    if what == "money":
        told.append((draw.choice(["CNY 300", "CNY 4770", "CNY 9540", "USD 10"]), f"{case.desk.case_id}-{len(told)}"))
        await case.hear(*told[-1])
    elif what == "repeat" and told:
        await case.hear(*draw.choice(told))
    elif what == "dispute":
        await case.desk.report("hu.jing", "customer.disputed", dispute="It was never ordered")
    else:
        tasks: Sequence[TaskView] = [task for task in (await case.desk.view()).tasks if task.outcomes]
        if not tasks:
            return "nothing"
        task = draw.choice(tasks)
        outcome = draw.choice(sorted(task.outcomes))
        what = f"{task.state}.{outcome}"
        given = form(task, outcome, draw)
        await case.desk.house.complete(case.desk.case_id, PERSONS[task.role], outcome, task.task, data=given)
    return what


@pytest.mark.parametrize("seed", range(16))
async def test_case_and_books_agree_after_any_order_of_events(seed: int, shared_house: House) -> None:
    draw = random.Random(seed)
    case = await Receivable.open(shared_house, f"ORDER-{seed}", due_in=draw.choice([30, 2, -3, -35]))
    told: list[tuple[str, str]] = []
    done: list[str] = []
    for _ in range(ACTS):
        try:
            done.append(await act(case, draw, told))
        except SopError as refused:
            done.append(f"refused: {refused.message}")
        view = await case.desk.view()
        assert not view.incidents, done
        if view.outcome is not None:
            break
    await case.desk.settled()
    view = await case.desk.view()
    assert not view.incidents, done
    if view.outcome == "written_off":
        assert case.open_items()[case.invoice_no] == 0, done
    else:
        await case.agree()
    # Nothing that was reported while the case was open is anywhere else than in its three lists.
    listed = {each["bank_ref"] for name in ("to_book", "booked", "set_aside") for each in view.data[name]}
    assert {reference for _, reference in told} <= listed, done
    assert view.outcome != "paid" or Decimal(str(view.data["balance"]["amount"])) == 0
