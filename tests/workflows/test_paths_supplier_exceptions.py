"""Suppliers' bills out of the ordinary, on a server: in dollars, taken back, corrected after they were booked."""

from decimal import Decimal

from tests.workflows import paths
from tests.workflows.desk import Desk
from tests.workflows.harness import House
from tests.workflows.paths_supplier_exceptions import MISTAKE, in_dollars, worths
from tests.workflows.paths_suppliers import owed, settlement


async def test_a_bill_in_dollars_is_booked_and_paid_by_the_rates_of_its_days(shared_house: House) -> None:
    desk = await in_dollars(shared_house, "USB-1")
    await paths.bill_in_dollars(desk, "B-1", "OF", "2000")
    await desk.task("entering_bill")
    assert "values.rate: is missing for an amount in USD" in (await desk.view()).data["remarks"]
    await paths.bill_in_dollars(desk, "B-1", "OF", "2000", bill_rate="7.10")
    # 14 200 in book currency: above the first tier, which 2000 would not be.
    for approver in ("sun.lihua", "qian.li"):
        await desk.do(approver, "approving_payment", "approved")
    await paths.bill_paid(desk)
    await desk.task("paying_bill")
    assert "values.rate: is missing for an amount in USD" in (await desk.view()).data["remarks"]
    await paths.bill_paid(desk, payment_rate="7.25")
    assert await desk.ended() == "settled"
    assert worths(desk) == {"6401": Decimal(14200), "6603.01": Decimal(300), "1002": Decimal(-14500)}
    assert owed(desk) == []


async def test_a_bill_booked_in_error_is_taken_back_before_it_is_paid(shared_house: House) -> None:
    desk = await settlement(shared_house, "REV-1", ("OF", "5000", "5000"))
    await paths.bill_entered(desk, "B-1", ("OF", "5000"))
    await desk.do("sun.lihua", "approving_payment", "approved")
    await desk.do("hu.jing", "paying_bill", "reversed", reversal_no="V-1", **MISTAKE)
    await desk.task("approving_reversal")
    refusal = await shared_house.refused(desk.case_id, "complete_task", actor="hu.jing", outcome="approved")
    assert refusal.kind == "NotPermitted"
    await desk.do("qian.li", "approving_reversal", "refused", remarks="It is right")
    await desk.do("hu.jing", "paying_bill", "reversed", reversal_no="V-1", **MISTAKE)
    await desk.do("qian.li", "approving_reversal", "approved")
    await desk.task("entering_bill")
    assert [line["charge"] for line in (await desk.view()).data["expected_lines"]] == ["OF"]
    assert (desk.balances(), owed(desk)) == ({}, [])
    await paths.bill_entered(desk, "B-1a", ("OF", "5000"))
    await paths.bill_paid(desk, "sun.lihua")
    assert await desk.ended() == "settled"
    assert desk.balances()["6401"] == Decimal(5000)


async def test_after_a_credit_note_the_rest_of_the_bill_is_paid(shared_house: House) -> None:
    desk = await settlement(shared_house, "REV-2", ("OF", "5000", "5000"))
    await paths.bill_entered(desk, "B-1", ("OF", "5000"))
    await desk.do("sun.lihua", "approving_payment", "approved")
    credited = [{"service": "OF", "amount": "CNY 1000", "vat_rate": "0.06"}]
    await desk.do("hu.jing", "paying_bill", "reversed", reversal_no="CN-1", reversal_lines=credited, **MISTAKE)
    await desk.do("qian.li", "approving_reversal", "approved")
    await desk.task("entering_bill")
    (unpaid,) = (await desk.view()).data["unpaid_bills"]
    assert (unpaid["bill_no"], unpaid["total"]["amount"]) == ("B-1", "4240.00")
    await paths.bill_entered(desk, "B-1", ("OF", "5000"))
    await paths.bill_paid(desk, "sun.lihua")
    await desk.do("hu.jing", "entering_bill", "no_more", close_reason="The rest was waived")
    assert await desk.ended() == "settled"
    assert desk.balances() == {"6401": Decimal(4000), "2221.01": Decimal(240), "1002": Decimal(-4240)}
    assert owed(desk) == []


async def test_a_paid_bill_is_taken_back_by_a_case_of_its_own(shared_house: House) -> None:
    desk = await settlement(shared_house, "REV-3", ("OF", "5000", "5000"))
    await paths.bill_entered(desk, "B-1", ("OF", "5000"))
    await paths.bill_paid(desk, "sun.lihua")
    assert await desk.ended() == "settled"
    data = {"shipment": "REV-3", "supplier": "REV-3"}
    again = await Desk.open(shared_house, "SupplierSettlement", "REV-3.supplier.again", **data)
    await again.do("hu.jing", "entering_bill", "reversed", bill_no="B-9", reversal_no="CN-1", **MISTAKE)
    await again.do("qian.li", "approving_reversal", "approved")
    await again.task("entering_bill")
    assert "REV-3 has no bill B-9 in the books" in (await again.view()).data["remarks"]
    await again.do("hu.jing", "entering_bill", "reversed", bill_no="B-1", reversal_no="CN-1", **MISTAKE)
    await again.do("qian.li", "approving_reversal", "approved")
    await again.task("entering_bill")
    (row,) = owed(again)
    assert row["unapplied"] == "-5300.00"
