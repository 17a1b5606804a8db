"""A task is not completed by what was read of a register too long ago: the case reads again, and takes the act then."""

from datetime import timedelta

from temporalio.api.enums.v1 import EventType

from sop_engine.cases.running.effects.read import ReadRow
from tests.workflows.desk import Desk
from tests.workflows.harness import House

INVOICE = {
    "customer_no": "C-1",
    "customer_name": "Blue Lake Trading",
    "customer_email": "ops@blue-lake.example",
    "costing_posted": True,
    "buyer_title": "Blue Lake Trading",
    "service_lines": [{"service": "Ocean freight", "amount": "CNY 9000"}],
}


async def read_so_often(desk: Desk) -> int:
    history = await desk.house.handle(desk.case_id).fetch_history()
    scheduled = (
        event.activity_task_scheduled_event_attributes.activity_type.name
        for event in history.events
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED
    )
    return sum(name == ReadRow.activity for name in scheduled)


async def test_what_was_read_long_ago_is_read_again_before_an_act_is_taken(house: House) -> None:
    desk = await Desk.open(house, "Invoicing", "INV-1", **INVOICE)

    async def is_read() -> bool:
        return any(step.kind == "read" for step in await desk.journal())

    await house.until(is_read, "the first read")
    assert await read_so_often(desk) == 1
    await house.pass_time(timedelta(days=12))
    await desk.do("lin.yue", "requested", "requested", taxpayer_no="91110000600037341L")
    assert await read_so_often(desk) == 2
    assert (await desk.view()).states == ("drafting",)
