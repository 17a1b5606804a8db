"""Declaration, inspection, tax and release on a server: the main path and what goes wrong on it."""

from decimal import Decimal
from typing import Any

from tests.unit.content.exact_customs import ITEMS, ORIGIN, PRICE, TRANSPORT
from tests.unit.content.exact_freight import CUSTOMER
from tests.unit.timekeeping.timekeeping_samples import china
from tests.workflows import paths
from tests.workflows.desk import Desk
from tests.workflows.harness import House
from tests.workflows.instants import on_the_minute, reached_at, told_at

TO_CHINA = {**CUSTOMER, "direction": "import"}
IMPORT = {**TO_CHINA, "arrived_on": "2093-11-16"}
INSPECTION = {**CUSTOMER, "instruction_no": "INS-1", "appointed_at": "2093-12-01T10:00+08:00"}
MONEY = {"paid_on": "2093-11-22", "voucher_no": "V-1", "voucher": "voucher.pdf"}


async def test_a_declaration_is_accepted_and_taxed(shared_house: House) -> None:
    desk = await Desk.open(shared_house, "CustomsDeclaration", "DCL-1", **IMPORT)
    await paths.declared(desk)
    await desk.hear("customs.accepted", declared_on="2093-11-20")
    await desk.hear("customs.tax_assessed", assessed_tax="CNY 22040")
    assert await desk.ended() == "declared"
    data = (await desk.view()).data
    assert (data["declared_on"], data["assessed_tax"]["amount"]) == ("2093-11-20", "22040")
    assert desk.told("declaration_result") == [paths.CUSTOMER_MAIL, "xu.ming", "zhou.jie"]


async def test_an_import_is_declared_by_what_was_worked_out(shared_house: House) -> None:
    """CFR CNY 100 000 with insurance assumed at 0.3 % is 100 300; wine bears 14 %, 10 % and 13 %."""
    desk = await Desk.open(shared_house, "CustomsDeclaration", "DCL-4", **IMPORT)
    wine = {"goods": "Wine", "hs_code": "2204210000", "origin_country": "FR", "price": "CNY 100000"}
    priced = {"price_data": {"terms": "CFR", "total": "CNY 100000"}}
    await desk.do("zhang.wei", "classifying", "clear", items=[wine], **priced)
    await desk.do("zhang.wei", "entering", "work_out", items=[{**wine, "price": None}])
    assert "no invoice price for Wine" in (await worked_out(desk))["gaps"]
    await desk.do("zhang.wei", "entering", "work_out", items=[wine])
    assert (await worked_out(desk))["gaps"] is None
    entry: dict[str, Any] = {"transport_data": TRANSPORT, "origin_data": ORIGIN, "software_ref": "SW-4"}
    await desk.do("zhang.wei", "entering", "entered", **entry)
    data = (await desk.view()).data
    assert (data["customs_value"]["amount"], data["items"][0]["duty_rate"]) == ("100300.00", "0.14")


async def test_a_rate_of_vat_that_there_is_not_comes_back_to_who_entered_it(shared_house: House) -> None:
    desk = await Desk.open(shared_house, "CustomsDeclaration", "DCL-5", **IMPORT)
    await desk.do("zhang.wei", "classifying", "clear", items=[{**ITEMS[0], "vat_rate": "0.12"}])
    entry: dict[str, Any] = {"transport_data": TRANSPORT, "price_data": PRICE, "origin_data": ORIGIN}
    await desk.do("zhang.wei", "entering", "entered", software_ref="SW-5", **entry)
    assert "0.12 is no rate of import VAT" in (await worked_out(desk))["gaps"]


async def worked_out(desk: Desk) -> dict[str, Any]:
    await desk.task("entering")
    return (await desk.view()).data


async def test_a_returned_declaration_is_corrected_and_checked_by_another(shared_house: House) -> None:
    desk = await Desk.open(shared_house, "CustomsDeclaration", "DCL-2", **IMPORT)
    await paths.declared(desk)
    await desk.hear("customs.returned", problem="Wrong origin")
    await desk.do("wang.fang", "correcting", "corrected", cause="Typing error", action="Origin corrected")
    await desk.task("checking")
    four_eyes = await shared_house.refused(
        "DCL-2", "complete_task", actor="wang.fang", outcome="agreed", data={"check_result": "Equal"}
    )
    assert four_eyes.kind == "NotPermitted"
    await desk.do("liu.yang", "checking", "agreed", check_result="Equal")
    await desk.do("zhang.wei", "submitting", "submitted")
    await desk.task("awaiting_receipt")
    await desk.hear("customs.released", released_at="2093-11-22T09:00+08:00")
    await desk.do("zhang.wei", "dating_acceptance", "dated", declared_on="2093-11-20")
    assert await desk.ended() == "declared"
    assert (await desk.view()).data["receipt_status"] == "released"


async def test_an_inspection_is_passed(shared_house: House) -> None:
    desk = await Desk.open(shared_house, "CustomsInspection", "INS-1", **INSPECTION)
    await paths.inspection_ready(desk)
    times = {"started_at": "2093-11-22T09:00+08:00", "finished_at": "2093-11-22T10:00+08:00"}
    await desk.do("zhang.wei", "inspecting", "passed", **times)
    assert await desk.ended() == "passed"
    assert set(desk.told("inspection_ordered")) > {"deng.hui", "ma.chao", "zhou.jie", paths.CUSTOMER_MAIL}


async def test_a_discrepancy_has_the_declaration_amended(shared_house: House) -> None:
    desk = await Desk.open(shared_house, "CustomsInspection", "INS-2", **INSPECTION)
    await paths.inspection_ready(desk)
    await desk.task("inspecting")
    await desk.hear("customs.inspection_failed", finding="Twelve pieces too many")
    moved_at = (await desk.house.now()).isoformat()
    await desk.do("zhang.wei", "discrepancy", "inspect_again", remedy="supplement_document", started_at=moved_at)
    await desk.do("zhang.wei", "preparing_papers", "ready", document_list=["list"], person_attending="Zhang Wei")
    found = {"started_at": "2093-11-22T09:00+08:00", "finding": "Still twelve too many"}
    await desk.do("zhang.wei", "inspecting", "discrepancy", **found)
    await desk.do("zhang.wei", "discrepancy", "amend", remedy="amend_declaration", cost="CNY 800", cost_payee="Yard 3")
    assert await desk.ended() == "amend_declaration"
    assert desk.told("inspection_discrepancy") == [paths.CUSTOMER_MAIL] * 2


async def test_cargo_is_released(shared_house: House) -> None:
    desk = await Desk.open(shared_house, "CustomsRelease", "REL-1", **TO_CHINA, voucher_no="V-1")
    await paths.released(desk)
    assert await desk.ended() == "released"
    assert sorted(await desk.documents()) == ["delivery_order", "release_notice"]
    assert {clock.clock: clock.status for clock in (await desk.view()).clocks}["informing#1"] == "met"


async def test_a_refused_release_is_told_and_ends_the_case(shared_house: House) -> None:
    desk = await Desk.open(shared_house, "CustomsRelease", "REL-2", **TO_CHINA, voucher_no="V-1")
    await desk.do("zhang.wei", "requesting", "requested", inspection_closed=True)
    await desk.task("awaiting_release")
    await desk.hear("customs.refused", problem="Licence missing")
    assert await desk.ended() == "refused"
    assert (await desk.view()).data["problem"] == "Licence missing"


async def test_tax_is_paid_for_the_customer_and_posted(shared_house: House) -> None:
    desk = await Desk.open(shared_house, "TaxPayment", "TAX-1", **paths.TAX_DATA, declared_on="2093-11-20")
    await paths.tax_notice(desk, paid_by="us_on_behalf")
    # Duty 8 % of 1 000 000 = 80 000; VAT 13 % of 1 080 000 = 140 400.
    amount = "CNY 220400"
    await desk.do("hu.jing", "awaiting_payment", "voucher_received", paid_amount=amount, **MONEY)
    await paths.voucher_checked(desk, amount)
    assert await desk.ended() == "paid"
    assert desk.balances() == {"1221": Decimal(220_400), "1002": Decimal(-220_400)}
    assert await desk.documents() == ["tax_payment_notice"]


async def test_a_late_import_bears_a_fee_by_the_reading_of_its_case(shared_house: House) -> None:
    desk = await Desk.open(shared_house, "CustomsDeclaration", "DCL-3", **{**IMPORT, "arrived_on": "2026-02-01"})
    await paths.declared(desk)
    await desk.do(
        "zhang.wei",
        "awaiting_receipt",
        "received",
        receipt_status="released",
        declared_on="2026-02-27",
        fee_reading="B",
    )
    assert await desk.ended() == "declared"
    data = (await desk.view()).data
    # 100 000 × 0.05 % × 4 days from 24 February = 200; by reading A it would be 3 days.
    assert (data["fee_reading"], data["fee_starts_on"]) == ("B", "2026-02-24")
    assert data["late_declaration_fee"]["amount"] == "200.00"


async def test_a_deposit_in_place_of_tax_is_settled_in_a_case_of_its_own(shared_house: House) -> None:
    desk = await Desk.open(shared_house, "TaxPayment", "TAX-3", **paths.TAX_DATA, declared_on="2093-11-20")
    await paths.tax_notice(desk, paid_by="us_on_behalf")
    lodged = {"deposit": "CNY 230000", "deposit_no": "DP-1", "deposited_on": "2093-11-22"}
    await desk.do("hu.jing", "awaiting_payment", "deposit_lodged", **lodged)
    await desk.do("guo.qiang", "confirming_deposit", "confirmed")
    assert await desk.ended() == "paid"
    settlement = Desk(shared_house, "TAX-3.deposit")
    await settlement.do(
        "zhang.wei", "awaiting_determination", "determined", due="CNY 220400", determined_on="2093-11-22"
    )
    back = {"received": "CNY 9600", "received_on": "2093-11-22", "is_charged": False}
    await settlement.do("hu.jing", "awaiting_return", "received", **back)
    assert await settlement.ended() == "settled"
    assert desk.balances() == {"1221": Decimal(230000), "1002": Decimal(-230000)}
    assert settlement.balances() == {"1002": Decimal(9600), "1221": Decimal(-9600)}
    assert settlement.told("tax_deposit_settled") == [paths.CUSTOMER_MAIL]


async def test_a_refund_is_claimed_granted_and_collected(shared_house: House) -> None:
    opening = {"declaration_no": paths.DECLARATION_NO, "kind": "overpaid", "paid_on": "2092-11-27"}
    desk = await Desk.open(shared_house, "TaxAdjustment", "ADJ-1", **CUSTOMER, **opening)
    claim = {"paid": "CNY 220400", "due": "CNY 200400", "grounds": "Wrong code", "claimed_on": "2093-11-22"}
    await desk.do("zhang.wei", "applying", "claimed", **claim)
    await desk.do("zhang.wei", "awaiting_customs", "granted")
    # 360 days at 0.05 % a year of 360 days on 20 000 = 10.00.
    await desk.do("hu.jing", "collecting", "received", received="CNY 20010", received_on="2093-11-22")
    assert await desk.ended() == "refunded"
    assert (await desk.view()).data["claim_by_on"] == "2095-11-27"


async def test_a_refund_of_tax_that_we_paid_is_booked_as_the_customers(shared_house: House) -> None:
    opening = {"declaration_no": paths.DECLARATION_NO, "kind": "overpaid", "paid_on": "2092-11-27"}
    customer = {**CUSTOMER, "customer_name": "Refund Traders"}
    desk = await Desk.open(shared_house, "TaxAdjustment", "ADJ-2", **customer, **opening, paid_by="us_on_behalf")
    claim = {"paid": "CNY 220400", "due": "CNY 200400", "grounds": "Wrong code", "claimed_on": "2093-11-22"}
    await desk.do("zhang.wei", "applying", "claimed", **claim)
    await desk.do("zhang.wei", "awaiting_customs", "granted")
    back = {"received": "CNY 20010", "received_on": "2093-11-22", "is_charged": True}
    await desk.do("hu.jing", "collecting", "received", **back)
    assert await desk.ended() == "refunded"
    assert desk.balances() == {"1002": Decimal(20010), "1122": Decimal(-20010)}
    # Nobody opened it: what is the customer's is in the hands of a clerk already.
    money = desk.child("owed")
    await money.task("allocating")
    assert (await money.view()).data["left"] == {"amount": "20010.00", "currency": "CNY"}
    await money.do("hu.jing", "allocating", "returned", remarks="The customer wants it back")
    for approver in ("sun.lihua", "qian.li"):
        await money.do(approver, "approving_return", "approved")
    await money.do("hu.jing", "returning_money", "paid", returned_on="2093-11-23", return_ref="OUT-ADJ-2")
    assert await money.ended() == "returned"
    assert money.balances() == {"1122": Decimal(20010), "1002": Decimal(-20010)}


async def test_a_refund_that_the_books_refuse_is_judged_again_and_opens_nothing_before(shared_house: House) -> None:
    opening = {"declaration_no": paths.DECLARATION_NO, "kind": "overpaid", "paid_on": "2092-11-27"}
    customer = {**CUSTOMER, "customer_name": "Dollar Refunds"}
    desk = await Desk.open(shared_house, "TaxAdjustment", "ADJ-3", **customer, **opening, paid_by="us_on_behalf")
    claim = {"paid": "CNY 220400", "due": "CNY 200400", "grounds": "Wrong code", "claimed_on": "2093-11-22"}
    await desk.do("zhang.wei", "applying", "claimed", **claim)
    await desk.do("zhang.wei", "awaiting_customs", "granted")
    back = {"received_on": "2093-11-22", "is_charged": True}
    await desk.do("hu.jing", "collecting", "received", received="USD 20010", **back)
    await desk.do("qian.li", "judging_difference", "accepted", remarks="As it came")
    await desk.task("judging_difference")
    view = await desk.view()
    assert "values.rate: is missing for an amount in USD" in view.data["remarks"]
    assert (view.children, desk.balances()) == ((), {})
    await desk.do("qian.li", "judging_difference", "corrected", received="CNY 20010")
    assert await desk.ended() == "refunded"
    await desk.child("owed").task("allocating")


async def test_overdue_tax_is_called_in_daily_and_bears_a_surcharge(house: House) -> None:
    await house.pass_until(china("2094-01-21 09:00"))
    desk = await Desk.open(house, "TaxPayment", "TAX-2", **paths.TAX_DATA, declared_on="2094-01-21")
    await paths.tax_notice(desk)
    await desk.task("awaiting_payment")
    # 15 days after 21 January: Friday 5 February, a statutory day off like those up to Monday the 8th; so Tuesday the
    # 9th, 24:00. No notice for 2027 is out: the date is provisional.
    deadline = await desk.clock("tax_deadline#1")
    assert (on_the_minute(deadline.due_at), deadline.provisional) == ("2094-02-10 00:00", True)
    await house.pass_until(china("2094-02-11 12:00"))
    await desk.settled()
    # At risk: 21 January 09:00 to 10 February 00:00 = 471 h; 80 % = 376.8 h = 15 d 16 h 48 min.
    assert reached_at(await desk.rungs("tax_deadline")) == {
        "five_days_before": "2094-02-04 00:00",
        "at_risk": "2094-02-06 01:48",
        "two_days_before": "2094-02-07 00:00",
        "day_before": "2094-02-08 00:00",
        "last_day": "2094-02-09 00:00",
        "breached": "2094-02-10 00:00",
    }
    assert told_at(desk.notices("tax_reminder")) == {
        f"2094-02-0{day} 00:00": [paths.CUSTOMER_MAIL] for day in (4, 7, 8, 9)
    }
    managers = ["he.ping", "huang.tao", "lin.yue", paths.CUSTOMER_MAIL, "tang.wei"]
    assert told_at(desk.notices("tax_overdue")) == {
        "2094-02-10 00:00": managers,
        "2094-02-11 00:00": [paths.CUSTOMER_MAIL],
    }
    await desk.do("zhang.wei", "overdue", "paid", paid_on="2094-02-11", paid_amount="CNY 220620.40", voucher_no="V-2")
    # Two days late, the 10th and the 11th: 220 400 x 0.05 % x 2 = 220.40.
    await paths.voucher_checked(desk, "CNY 220620.40")
    assert await desk.ended() == "paid"
    assert (await desk.view()).data["late_charge"]["amount"] == "220.40"
