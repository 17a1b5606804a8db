"""What a supplier owes us, on a server: paid back in cash, or set off against what he bills next."""

from decimal import Decimal
from typing import Any

from tests.workflows import paths
from tests.workflows.desk import Desk
from tests.workflows.harness import House
from tests.workflows.paths_supplier_exceptions import MISTAKE, in_dollars, worths
from tests.workflows.paths_suppliers import owed, settlement

DAY = "2093-11-23"


async def overbilled(house: House, shipment: str) -> Desk:
    """A supplier who billed 5200 where 5000 were agreed, was paid, and credited 200 with their VAT: 212."""
    desk = await settlement(house, shipment, ("OF", "5000", "5000"))
    await paths.bill_entered(desk, "B-1", ("OF", "5200"))
    await desk.do("huang.tao", "deciding_difference", "accepted", remarks="We argue later")
    await paths.bill_paid(desk, "sun.lihua")
    assert await desk.ended() == "settled"
    data = {"shipment": shipment, "supplier": shipment}
    again = await Desk.open(house, "SupplierSettlement", f"{shipment}.again", **data)
    credited = [{"service": "OF", "amount": "CNY 200", "vat_rate": "0.06"}]
    note = {"bill_no": "B-1", "reversal_no": "CN-1", "reversal_lines": credited, **MISTAKE}
    await again.do("hu.jing", "entering_bill", "reversed", **note)
    await again.do("qian.li", "approving_reversal", "approved")
    await again.task("entering_bill")
    return again


async def data_of(desk: Desk) -> dict[str, Any]:
    return (await desk.view()).data


async def test_a_supplier_pays_back_what_he_credited(shared_house: House) -> None:
    desk = await overbilled(shared_house, "CRD-1")
    # Nothing is left to bill or to pay, and yet the case is not over.
    data = await data_of(desk)
    assert (data["expected_lines"], data["unpaid_bills"]) == ([], [])
    (credit,) = data["credits"]
    assert (credit["reference"], credit["left"]["amount"], credit["shipment"]) == ("CN-1", "212.00", "CRD-1")
    money = {"refunded_credit": "CN-1", "refunded_on": DAY, "refund_ref": "IN-CRD-1"}
    await desk.do("hu.jing", "entering_bill", "refunded", refund_amount="CNY 212.01", **money)
    await desk.task("entering_bill")
    remarks = (await data_of(desk))["remarks"]
    assert "CNY 212.01 is more than CRD-1 owes by CN-1" in remarks
    assert "at most CNY 212.00" in remarks
    await desk.do("hu.jing", "entering_bill", "refunded", refund_amount="CNY 200", **money)
    await desk.task("entering_bill")
    assert (await data_of(desk))["credits"][0]["left"]["amount"] == "12.00"
    rest = {**money, "refund_ref": "IN-CRD-1b", "refund_amount": "CNY 12"}
    await desk.do("hu.jing", "entering_bill", "refunded", **rest)
    assert await desk.ended() == "settled"
    assert desk.balances() == {"6401": Decimal(-200), "2221.01": Decimal(-12), "1002": Decimal(212)}
    assert owed(desk) == []


async def test_a_transfer_is_the_refund_of_one_case(shared_house: House) -> None:
    desk = await overbilled(shared_house, "CRD-2")
    money = {"refunded_credit": "CN-1", "refund_amount": "CNY 100", "refunded_on": DAY, "refund_ref": "IN-CRD-2"}
    await desk.do("hu.jing", "entering_bill", "refunded", **money)
    await desk.task("entering_bill")
    data = {"shipment": "CRD-2", "supplier": "CRD-2"}
    other = await Desk.open(shared_house, "SupplierSettlement", "CRD-2.other", **data)
    await other.do("guo.qiang", "entering_bill", "refunded", **money)
    await other.task("entering_bill")
    assert "IN-CRD-2 is booked by CRD-2.again already" in (await data_of(other))["remarks"]
    assert (await data_of(desk))["credits"][0]["left"]["amount"] == "112.00"


async def test_the_next_bill_is_paid_less_what_the_supplier_owes(shared_house: House) -> None:
    desk = await overbilled(shared_house, "CRD-3")
    await desk.do("hu.jing", "entering_bill", "no_more", close_reason="Against his next bill")
    assert await desk.ended() == "settled"
    # 1060 for another shipment, of which 212 are set off.
    data = {"shipment": "CRD-3x", "supplier": "CRD-3"}
    other = await Desk.open(shared_house, "SupplierSettlement", "CRD-3x.supplier", **data)
    await paths.bill_entered(other, "B-2", ("OF", "1000"))
    await other.do("huang.tao", "deciding_difference", "accepted", remarks="Agreed by telephone")
    task = await other.task("approving_payment")
    shown = {field["field"] for field in task.form}
    assert {"bill_open", "set_offs", "to_pay"} <= shown
    told = await data_of(other)
    assert (told["bill_open"]["amount"], told["to_pay"]["amount"]) == ("1060.00", "848.00")
    assert [(each["reference"], Decimal(each["amount"])) for each in told["set_offs"]] == [("CN-1", Decimal(212))]
    await paths.bill_paid(other, "sun.lihua")
    assert await other.ended() == "settled"
    assert other.balances() == {
        "6401": Decimal(1000),
        "2221.01": Decimal(60),
        "1002": Decimal(-848),
        "2202": Decimal(-212),
    }
    assert owed(desk) == []


async def test_a_credit_that_covers_the_bill_leaves_nothing_to_pay(shared_house: House) -> None:
    desk = await overbilled(shared_house, "CRD-4")
    await paths.bill_entered(desk, "B-2", ("OF", "150"))
    await desk.do("huang.tao", "deciding_difference", "accepted", remarks="Agreed by telephone")
    await desk.do("sun.lihua", "approving_payment", "approved")
    await desk.task("entering_bill")
    data = await data_of(desk)
    assert (data["credits"][0]["left"]["amount"], data["bill_count"]) == ("53.00", 1)
    assert [step.name for step in await shared_house.timeline("CRD-4.again") if step.name == "paying_bill.paid"] == []
    (row,) = owed(desk)
    assert (row["unapplied"], row["total"]) == ("-53.00", "-53.00")


async def test_a_credit_that_another_bill_took_is_not_set_off_twice(shared_house: House) -> None:
    desk = await overbilled(shared_house, "CRD-5")
    cases = []
    for number in ("1", "2"):
        data = {"shipment": f"CRD-5-{number}", "supplier": "CRD-5"}
        case = await Desk.open(shared_house, "SupplierSettlement", f"CRD-5-{number}.supplier", **data)
        await paths.bill_entered(case, f"N-{number}", ("OF", "1000"))
        await case.do("huang.tao", "deciding_difference", "accepted", remarks="Agreed by telephone")
        await case.task("approving_payment")
        assert (await data_of(case))["to_pay"]["amount"] == "848.00"
        cases.append(case)
    first, second = cases
    await first.do("sun.lihua", "approving_payment", "approved")
    await first.task("paying_bill")
    await second.do("sun.lihua", "approving_payment", "approved")
    # The bill is matched again, and its whole amount is asked for and approved anew.
    await second.do("huang.tao", "deciding_difference", "accepted", remarks="As before")
    await second.task("approving_payment")
    told = await data_of(second)
    assert (told["to_pay"]["amount"], told["set_offs"], told["request_count"]) == ("1060.00", [], 2)
    for case in (first, second):
        await paths.bill_paid(case, *(["sun.lihua"] if case is second else []))
        assert await case.ended() == "settled"
    assert owed(desk) == []


async def test_dollars_set_off_and_paid_back_leave_nothing_in_book_currency(shared_house: House) -> None:
    desk = await in_dollars(shared_house, "CRD-6")
    await paths.bill_in_dollars(desk, "B-1", "OF", "2000", bill_rate="7.10")
    await paths.bill_paid(desk, "sun.lihua", "qian.li", payment_rate="7.10")
    assert await desk.ended() == "settled"
    data = {"shipment": "CRD-6", "supplier": "CRD-6", "is_awaited": True}
    again = await Desk.open(shared_house, "SupplierSettlement", "CRD-6.again", **data)
    assert await again.ended() == "settled"
    again = await Desk.open(shared_house, "SupplierSettlement", "CRD-6.more", **{**data, "is_awaited": False})
    await again.do("hu.jing", "entering_bill", "reversed", bill_no="B-1", reversal_no="CN-1", **MISTAKE)
    await again.do("qian.li", "approving_reversal", "approved")
    await paths.bill_in_dollars(again, "B-1a", "OF", "1500", bill_rate="7.20")
    await again.do("huang.tao", "deciding_difference", "accepted", remarks="The right one")
    await again.do("sun.lihua", "approving_payment", "approved")
    await again.task("entering_bill")
    money = {"refunded_credit": "CN-1", "refund_amount": "USD 500", "refunded_on": DAY, "refund_ref": "IN-CRD-6"}
    await again.do("hu.jing", "entering_bill", "refunded", **money)
    await again.task("entering_bill")
    assert "values.rate: is missing for an amount in USD" in (await data_of(again))["remarks"]
    await again.do("hu.jing", "entering_bill", "refunded", **money, refund_rate="7.30")
    assert await again.ended() == "settled"
    # The credit stood at 7.10: 1500 settled a debt booked at 7.20, 500 came in at 7.30.
    gained = Decimal("1500") * Decimal("0.10") + Decimal("500") * Decimal("0.20")
    assert worths(again) == {"6401": Decimal(-14200 + 10800), "1002": Decimal(3650), "6603.01": -gained}
    assert owed(again) == []
