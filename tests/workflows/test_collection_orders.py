"""Any order of events: whatever people and the bank do next, the case and the books say the same."""

import random
from collections.abc import Sequence
from decimal import Decimal

import pytest

from sop_engine.basis.faults import SopError
from sop_engine.cases.contracts.views import TaskView
from tests.workflows.collection_orders import PERSONS, form
from tests.workflows.harness import House
from tests.workflows.receivables import Receivable

ACTS = 14


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
