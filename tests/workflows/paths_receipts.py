"""A receipt from the bank, recorded and identified."""

from tests.workflows.desk import Desk
from tests.workflows.harness import House

DAY = "2093-11-22"


async def received(house: House, case_id: str, amount: str, **more: str) -> Desk:
    """Money on the bank's statement, under the name of the case."""
    data = {"bank_ref": f"BANK-{case_id}", "payer": "A payer", "amount": amount, "received_on": DAY, **more}
    return await Desk.open(house, "ReceiptAllocation", case_id, **data)


async def identified(house: House, case_id: str, amount: str, customer: str, **rate: str) -> Desk:
    desk = await received(house, case_id, amount)
    await desk.do("hu.jing", "identifying", "identified", customer_name=customer, **rate)
    await desk.task("allocating")
    return desk
