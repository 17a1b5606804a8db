"""Invoicing and collection on a server: the main path and what goes wrong on it."""

from decimal import Decimal
from typing import Any

import pytest

from sop_engine.basis.faults import SopError
from sop_engine.records.numbers import NumberRepository
from tests.unit.content.exact_freight import CUSTOMER
from tests.unit.timekeeping.timekeeping_samples import china
from tests.workflows import paths
from tests.workflows.desk import Desk
from tests.workflows.harness import House
from tests.workflows.instants import on_the_minute, told_at
from tests.workflows.receivables import closed, written_off

# Services of CNY 9000 with 6 % VAT.
NET, VAT, GROSS = Decimal(9000), Decimal(540), Decimal(9540)


async def invoicing(house: House, case_id: str) -> Desk:
    desk = await Desk.open(house, "Invoicing", case_id, **paths.INVOICE_DATA)
    await desk.do("lin.yue", "requested", "requested")
    return desk


async def collection(house: House, case_id: str, due_on: str = "2093-12-31") -> Desk:
    data: dict[str, Any] = {"invoice_no": f"INV-{case_id}", "amount_due": "CNY 9540", "due_on": due_on}
    return await Desk.open(house, "Collection", case_id, **CUSTOMER, **data)


async def test_an_invoice_is_issued_posted_and_confirmed(shared_house: House) -> None:
    desk = await invoicing(shared_house, "VAT-1")
    await paths.invoice_sent(desk)
    await desk.hear("customer.confirmed_invoice", received_by="Ms Chen")
    assert await desk.ended() == "invoiced"
    assert desk.balances() == {"1122": GROSS, "6001": -NET, "2221.02": -VAT}
    assert await desk.documents() == ["invoice"]
    assert desk.told("invoice_sent") == [paths.CUSTOMER_MAIL]


async def test_a_rejected_invoice_is_reversed_and_replaced(shared_house: House) -> None:
    desk = await invoicing(shared_house, "VAT-2")
    await paths.invoice_sent(desk)
    view = await desk.view()
    first = view.data["invoice_no"]
    # The entry of the state has the number: work that is tried again leaves no gap.
    numbers = NumberRepository(shared_house.engine)
    assert numbers.next("VAT-2:numbering#1", "invoice", "INV", view.opened_at.year, "VAT-2", view.opened_at) == first
    await desk.hear("customer.rejected_invoice", void_reason="Wrong title")
    await desk.do("qian.li", "voiding", "approved")
    await paths.invoice_sent(desk)
    await desk.do("hu.jing", "awaiting_receipt", "confirmed", received_by="Ms Chen")
    assert await desk.ended() == "invoiced"
    data = (await desk.view()).data
    assert data["replaced_invoice_no"] == first != data["invoice_no"]
    # Issued, reversed, issued: one invoice stands.
    assert desk.balances() == {"1122": GROSS, "6001": -NET, "2221.02": -VAT}
    assert await desk.documents() == ["invoice", "invoice"]


async def test_a_receivable_is_paid_in_full(shared_house: House) -> None:
    desk = await collection(shared_house, "COL-1")
    await paths.money_booked(desk, "CNY 9540", "BK-1")
    await closed(desk)
    assert await desk.ended() == "paid"
    assert desk.balances() == {"1002": GROSS, "1122": -GROSS}
    assert desk.told("payment_thanks") == [paths.CUSTOMER_MAIL]


async def test_a_short_payment_waits_for_the_rest_and_too_much_is_returned(shared_house: House) -> None:
    desk = await collection(shared_house, "COL-2")
    await paths.money_booked(desk, "CNY 9000", "BK-2")
    await desk.task("reminded")
    await paths.money_booked(desk, "CNY 600", "BK-3")
    await desk.do("hu.jing", "crediting", "refund", credit_action="CNY 60 too much")
    with pytest.raises(SopError, match="finance_manager"):
        await desk.do("hu.jing", "approving_refund", "approved", approval="Mine own")
    await desk.do("qian.li", "approving_refund", "approved", approval="Agreed")
    await desk.do("hu.jing", "refunding", "refunded", refunded_on="2093-11-22")
    await closed(desk, "E-2")
    assert await desk.ended() == "paid"
    assert desk.told("payment_short") == [paths.CUSTOMER_MAIL]
    assert desk.balances() == {"1002": GROSS, "1122": -GROSS}


async def test_a_broken_promise_leads_to_a_write_off_approved_twice(house: House) -> None:
    desk = await collection(house, "COL-3", due_on="2093-12-31")
    # Due until 1 January 2027, 00:00.
    await house.pass_until(china("2094-01-04 09:00"))
    promise = {"promise_on": "2094-01-08", "promise_amount": "CNY 9540", "customer_answer": "Next week"}
    await desk.do("hu.jing", "overdue", "promised", **promise)
    await house.pass_until(china("2094-01-11 09:00"))
    await desk.settled()
    assert told_at(desk.notices("dunning_notice")) == {
        "2094-01-01 00:00": [paths.CUSTOMER_MAIL],  # overdue
        "2094-01-09 00:00": [paths.CUSTOMER_MAIL],  # the promise of 8 January was broken; it held back the 7th day's
    }
    await house.pass_until(china("2094-01-31 09:00"))
    escalated = await desk.task("escalated")
    assert on_the_minute(escalated.opened_at) == "2094-01-30 00:00"  # the 30th day past due
    await desk.do("sun.lihua", "escalated", "decided", action="write_off", approval="Bankrupt")
    await desk.do("qian.li", "approving_write_off", "approved", approval="Proved by the court")
    refused = await house.refused(
        "COL-3", "complete_task", actor="qian.li", outcome="approved", data={"approval": "Twice"}
    )
    assert refused.kind == "NotPermitted"
    await written_off(desk)
    assert await desk.ended() == "written_off"
    assert desk.balances() == {"1231": GROSS, "1122": -GROSS}
