"""Suppliers' bills on a server: what fits, what does not, parts, what is passed on; and the books after each."""

from decimal import Decimal

from sop_engine.records.ledger.costs import CostRepository
from tests.integration.ledger_office import RULES
from tests.workflows import paths
from tests.workflows.desk import Desk
from tests.workflows.harness import House
from tests.workflows.instants import on_the_minute
from tests.workflows.paths_suppliers import owed, settlement

COSTS = (("OF", "5000", "5000"), ("THC", "850", "850"))
"""Charge, agreed, carried out."""


async def test_a_bill_that_fits_is_entered_approved_and_paid(shared_house: House) -> None:
    desk = await settlement(shared_house, "BIL-1", *COSTS)
    await paths.bill_entered(desk, "B-1", ("Ocean freight", "5000"), ("码头操作费", "855"))
    await desk.task("approving_payment")
    assert await refused_entry(desk, "hu.jing", "approved") == "NotPermitted"
    await paths.bill_paid(desk, "sun.lihua")
    assert await desk.ended() == "settled"
    assert desk.balances() == {"6401": Decimal(5855), "2221.01": Decimal("351.30"), "1002": Decimal("-6206.30")}
    assert owed(desk) == []
    assert [step.name for step in await shared_house.timeline(desk.case_id) if step.kind == "task"] == [
        "entering_bill.entered",
        "approving_payment.approved",
        "paying_bill.paid",
    ]


async def refused_entry(desk: Desk, actor: str, outcome: str) -> str:
    """The kind of refusal that an act on the open approval gets."""
    error = await desk.house.refused(desk.case_id, "complete_task", actor=actor, outcome=outcome)
    return error.kind


async def test_a_bill_too_high_needs_somebody_who_sees_both_figures(shared_house: House) -> None:
    desk = await settlement(shared_house, "BIL-2", ("OF", "5000", "5200"))
    await paths.bill_entered(desk, "B-1", ("OF", "5200"))
    await desk.task("deciding_difference")
    (line,) = (await desk.view()).data["matched_lines"]
    figures = {side: line[side]["amount"] for side in ("contracted", "carried_out", "billed")}
    assert figures == {"contracted": "5000.00", "carried_out": "5200.00", "billed": "5200.00"}
    assert line["verdict"] == "over_contract"
    await desk.do("huang.tao", "deciding_difference", "returned", remarks="The waiting time was not agreed")
    assert desk.balances() == {}
    await paths.bill_entered(desk, "B-1a", ("OF", "5040"))
    # Within 1 % of what was agreed, and 160 below what was carried out.
    await desk.task("deciding_difference")
    assert (await desk.view()).data["matched_lines"][0]["verdict"] == "under_performance"
    await desk.do("huang.tao", "deciding_difference", "accepted", remarks="They forgo the waiting time")
    await paths.bill_paid(desk, "sun.lihua")
    assert await desk.ended() == "settled"
    assert desk.balances()["6401"] == Decimal(5040)


async def test_parts_of_the_costs_are_billed_one_after_the_other(shared_house: House) -> None:
    desk = await settlement(shared_house, "BIL-3", *COSTS)
    await paths.bill_entered(desk, "B-1", ("OF", "5000"))
    await paths.bill_paid(desk, "sun.lihua")
    await desk.task("entering_bill")
    assert [line["charge"] for line in (await desk.view()).data["expected_lines"]] == ["THC"]
    # The same bill again goes back to who entered it; the same charge on another bill does not pass unseen.
    await paths.bill_entered(desk, "B-1", ("OF", "5000"))
    await desk.task("entering_bill")
    assert "bill B-1 of BIL-3 is paid already" in (await desk.view()).data["remarks"]
    await paths.bill_entered(desk, "B-2", ("OF", "5000"))
    await desk.do("tang.wei", "deciding_difference", "returned", remarks="Billed before")
    await paths.bill_entered(desk, "B-3", ("THC", "850"))
    await paths.bill_paid(desk, "gao.jun")
    assert await desk.ended() == "settled"
    assert desk.balances()["6401"] == Decimal(5850)


async def test_a_charge_is_billed_in_two_parts(shared_house: House) -> None:
    desk = await settlement(shared_house, "BIL-10", ("STUFF", "1000", "1000"))
    await paths.bill_entered(desk, "B-1", ("STUFF", "600"))
    await desk.do("huang.tao", "deciding_difference", "part", remarks="The first two containers")
    await paths.bill_paid(desk, "sun.lihua")
    await desk.task("entering_bill")
    (left,) = (await desk.view()).data["expected_lines"]
    assert [left[said]["amount"] for said in ("contracted", "carried_out", "billed")] == [
        "1000.00",
        "1000.00",
        "600.00",
    ]
    await paths.bill_entered(desk, "B-2", ("STUFF", "400"))
    await paths.bill_paid(desk, "sun.lihua")
    assert await desk.ended() == "settled"
    assert desk.balances()["6401"] == Decimal(1000)


async def test_a_supplier_who_bills_no_more_is_settled_with_a_reason(shared_house: House) -> None:
    desk = await settlement(shared_house, "BIL-4", *COSTS)
    await desk.do("hu.jing", "entering_bill", "no_more", close_reason="Waived as compensation")
    assert await desk.ended() == "settled"
    costs = CostRepository(shared_house.engine, RULES.policy.match_tolerance)
    assert len(costs.outstanding("BIL-4", "BIL-4")) == 2


async def test_one_payment_pays_one_request(shared_house: House) -> None:
    desk = await settlement(shared_house, "BIL-8", *COSTS)
    await paths.bill_entered(desk, "B-1", ("OF", "5000"))
    await paths.bill_paid(desk, "sun.lihua")
    await paths.bill_entered(desk, "B-2", ("THC", "850"))
    await desk.do("sun.lihua", "approving_payment", "approved")
    known = (await desk.view()).data["payment_ref"]
    paid = {"bill_paid_on": "2093-11-23", "payment_ref": known, "payment_voucher": "voucher.pdf"}
    await desk.do("guo.qiang", "paying_bill", "paid", **paid)
    await desk.task("paying_bill")
    assert f"payment {known} is in the books" in (await desk.view()).data["remarks"]
    await paths.bill_paid(desk)
    assert await desk.ended() == "settled"


async def test_a_large_bill_is_approved_by_each_tier_and_four_eyes(shared_house: House) -> None:
    desk = await settlement(shared_house, "BIL-5", ("OF", "120000", "120000"))
    await paths.bill_entered(desk, "B-1", ("OF", "120000"))
    await desk.do("sun.lihua", "approving_payment", "returned", remarks="Which voyage?")
    await paths.bill_entered(desk, "B-1", ("OF", "120000"))
    await paths.bill_paid(desk, "sun.lihua", "qian.li", "chen.guodong")
    assert await desk.ended() == "settled"
    view = await desk.view()
    assert view.data["approvers"] == ["sun.lihua", "qian.li", "chen.guodong"]


async def test_duty_that_a_broker_paid_is_the_customers(shared_house: House) -> None:
    desk = await settlement(shared_house, "BIL-6", ("CUS", "300", "300"), ("DUTY", "4000", "4000"))
    lines = [{"service": "CUS", "amount": "CNY 300", "vat_rate": "0.06"}, {"service": "关税", "amount": "CNY 4000"}]
    bill = {"bill_no": "B-1", "billed_on": "2093-11-22", "bill_due_on": "2093-12-06", "bill_lines": lines}
    bill |= paths.BILL_PAPERS
    await desk.do("hu.jing", "entering_bill", "entered", **bill, bill_vat="CNY 18", bill_total="CNY 4318")
    await desk.task("approving_payment")
    (row,) = [line for line in (await desk.view()).data["matched_lines"] if line["charge"] == "DUTY"]
    assert row["verdict"] == "matched"
    await paths.bill_paid(desk, "sun.lihua")
    assert await desk.ended() == "settled"
    assert desk.balances() == {
        "6401": Decimal(300),
        "2221.01": Decimal(18),
        "1221": Decimal(4000),
        "1002": Decimal(-4318),
    }


async def test_a_booked_bill_outlives_a_cancelled_settlement(shared_house: House) -> None:
    desk = await settlement(shared_house, "BIL-9", ("OF", "5000", "5000"))
    await paths.bill_entered(desk, "B-1", ("OF", "5000"))
    await desk.do("sun.lihua", "approving_payment", "approved")
    await desk.task("paying_bill")
    await shared_house.act(desk.case_id, "cancel", actor="qian.li", reason="Opened twice")
    data = {"shipment": "BIL-9", "supplier": "BIL-9", "is_awaited": True}
    again = await Desk.open(shared_house, "SupplierSettlement", "BIL-9.supplier.2-1", **data)
    await again.task("entering_bill")
    view = await again.view()
    assert (view.data["expected_lines"], view.data["unpaid_bills"][0]["bill_no"]) == ([], "B-1")
    await paths.bill_entered(again, "B-1", ("OF", "5000"))
    await paths.bill_paid(again, "sun.lihua")
    assert await again.ended() == "settled"
    assert (desk.balances()["2202"], again.balances()["2202"]) == (Decimal(-5300), Decimal(5300))
    assert owed(desk) == []


async def test_a_bill_stands_open_until_it_is_paid(shared_house: House) -> None:
    desk = await settlement(shared_house, "BIL-7", ("OF", "5000", "5000"))
    await paths.bill_entered(desk, "B-1", ("OF", "5000"), due_on="2093-12-31")
    await desk.do("sun.lihua", "approving_payment", "approved")
    await desk.task("paying_bill")
    (row,) = owed(desk)
    assert row["total"] == "5300.00"
    due_at = (await desk.clock("payment_due#1")).due_at
    assert due_at is not None
    assert on_the_minute(due_at) == "2094-01-01 00:00"
    await paths.bill_paid(desk)
    assert await desk.ended() == "settled"
    assert owed(desk) == []
