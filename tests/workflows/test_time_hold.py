"""A hold on a server: clocks and delays stand still, and go on where they were. Office day 08:30-17:00."""

from tests.unit.content.exact_customs import TAX_DATA
from tests.unit.content.exact_freight import CUSTOMER, GOODS
from tests.unit.timekeeping.timekeeping_samples import china
from tests.workflows import paths
from tests.workflows.desk import Desk
from tests.workflows.harness import House
from tests.workflows.instants import on_the_minute, reached_at


async def test_a_hold_over_a_weekend_moves_deadlines_by_what_it_held(house: House) -> None:
    await house.pass_until(china("2094-03-05 15:00"))
    # Friday 15:00: 4 working hours are used up on Monday 10:30, 1 working day ends on Monday 17:00.
    planned = await Desk.open(house, "Booking", "BKG-1", **CUSTOMER, goods=GOODS)
    chased = await Desk.open(house, "Booking", "BKG-2", **CUSTOMER, goods=GOODS)
    await paths.booking_requested(chased)
    taxed = await Desk.open(house, "TaxPayment", "TAX-1", **{**TAX_DATA, "declared_on": "2094-02-22"})
    await paths.tax_notice(taxed)
    await house.pass_until(china("2094-03-05 16:00"))
    held = [(planned, "huang.tao"), (chased, "huang.tao"), (taxed, "zhang.wei")]
    for desk, actor in held:
        await house.act(desk.case_id, "hold", actor=actor, reason="customer asks to wait")
    await house.pass_until(china("2094-03-08 09:30"))
    # Statutory: 15 days after 22 February is 9 March, 24:00; two days before began on Sunday the 7th, in a held case.
    # Its reminder to the customer is the procedure's own and waits; the one sent is of 4 March, told at the opening.
    assert reached_at(await taxed.rungs("tax_deadline"))["two_days_before"] == "2094-03-07 00:00"
    await taxed.settled()
    assert len(taxed.notices("tax_reminder")) == 1
    assert await planned.rungs("planning") == {}
    for desk, actor in held:
        await house.act(desk.case_id, "resume", actor=actor)
    # 1 working hour was held on Friday and 1 on Monday.
    assert on_the_minute((await planned.clock("planning#1")).due_at) == "2094-03-08 12:30"
    assert on_the_minute((await chased.clock("awaiting_confirmation#1")).due_at) == "2094-03-09 10:30"
    assert on_the_minute((await taxed.clock("tax_deadline#1")).due_at) == "2094-03-10 00:00"
    await house.pass_until(china("2094-03-10 12:00"))
    assert reached_at(await planned.rungs("planning"))["breached"] == "2094-03-08 12:30"
    timeline = await house.timeline("BKG-2")
    chase = [step.at for step in timeline if step.name == "after.awaiting_confirmation.chase_after"]
    assert [on_the_minute(at) for at in chase] == ["2094-03-08 12:30"]
    assert reached_at(await taxed.rungs("tax_deadline"))["breached"] == "2094-03-10 00:00"
