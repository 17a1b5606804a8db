"""Cash on delivery that stays in our hands, on a server: its target, its reminders, and the month after which it is
late. The other promises of the shipment run beside it."""

from tests.unit.timekeeping.timekeeping_samples import china
from tests.workflows.harness import House
from tests.workflows.instants import reached_at, told_at
from tests.workflows.paths_shipment import delivered

CLERKS = ["guo.qiang", "hu.jing", "yang.mei"]


async def test_unpaid_cash_is_reminded_of_and_reaches_the_general_manager(house: House) -> None:
    # Collected on Monday 23 November and never handed in.
    desk = (await delivered(house, "COD-1", cash="CNY 800")).child("cod")
    await desk.task("counting_cash")
    await house.pass_until(china("2093-12-24 09:00"))
    await desk.settled()
    # That day's end; 7 days on is 30 November; a month on is 23 December.
    assert reached_at(await desk.rungs("hand_in"))["breached"] == "2093-11-24 00:00"
    assert reached_at(await desk.rungs("cash_target"))["breached"] == "2093-12-01 00:00"
    assert reached_at(await desk.rungs("cash_owed"))["breached"] == "2093-12-24 00:00"
    # The 20th day is 13 December, the 25th the 18th.
    assert told_at(desk.notices("cash_reminder")) == {
        "2093-12-13 00:00": CLERKS,
        "2093-12-18 00:00": sorted([*CLERKS, "qian.li"]),
    }
    rungs = told_at(desk.notices("clock_rung"))
    assert {*CLERKS, "qian.li"} <= set(rungs["2093-11-24 00:00"]) & set(rungs["2093-12-01 00:00"])
    assert {*CLERKS, "qian.li", "chen.guodong"} <= set(rungs["2093-12-24 00:00"])
