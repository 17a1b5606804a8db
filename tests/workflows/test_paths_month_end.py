"""The month end on a server: closed when nothing stands against it, refused with all that does, opened again."""

from tests.workflows.desk import Desk
from tests.workflows.harness import House

PAST, PRESENT = "2093-10", "2093-11"
"""The months around THE_DAY."""


async def ready(house: House, case_id: str, month: str, **data: str) -> Desk:
    desk = await Desk.open(house, "MonthEnd", case_id, month=month, **data)
    await desk.do("hu.jing", "preparing", "prepared")
    return desk


async def test_a_month_is_closed_by_two_and_opened_again_by_two(house: House) -> None:
    desk = await ready(house, "ME-1", PAST)
    # Who prepared the month may not close it, and a clerk may not close any.
    refusal = await house.refused("ME-1", "complete_task", actor="hu.jing", outcome="agreed", task="checking#1")
    assert "finance_manager" in str(refusal)
    await desk.do("qian.li", "checking", "agreed")
    assert await desk.ended() == "closed"
    again = await Desk.open(house, "MonthEnd", "ME-2", month=PAST, wanted="reopen")
    await again.do("qian.li", "asking", "asked", reason="A supplier's bill came late")
    await again.do("chen.guodong", "approving", "approved")
    assert await again.ended() == "open_again"


async def test_a_month_that_is_not_over_comes_back_with_what_stands_against_it(house: House) -> None:
    desk = await ready(house, "ME-3", PRESENT)
    await desk.do("qian.li", "checking", "agreed")
    task = await desk.task("preparing")
    assert task.task == "preparing#2"
    assert f"{PRESENT} is not over" in (await desk.view()).data["obstacles"]


async def test_a_month_that_was_never_closed_stays_as_it_is(house: House) -> None:
    desk = await Desk.open(house, "MonthEnd", "ME-4", month=PAST, wanted="reopen")
    await desk.do("qian.li", "asking", "asked", reason="By mistake")
    await desk.do("chen.guodong", "approving", "approved")
    await desk.task("asking")
    assert "is not closed" in (await desk.view()).data["obstacles"]
    await desk.do("qian.li", "asking", "dropped")
    assert await desk.ended() == "left_closed"
