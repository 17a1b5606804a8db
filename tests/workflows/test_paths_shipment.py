"""A whole shipment with its children on a server, and shipments that end early."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sop_engine.freight.rules import CHINA
from tests.integration.ledger_office import Office
from tests.unit.content.exact_freight import CRITERIA, CUSTOMER, GOODS, OPTIONS
from tests.workflows import paths
from tests.workflows.desk import Desk
from tests.workflows.harness import House
from tests.workflows.paths_shipment import COSTS, RECKONED, SERVICES, SHIPMENT, collected, costed, delivered, reported
from tests.workflows.receivables import closed


def booked(desk: Desk) -> dict[str, Decimal]:
    """Account -> balance of what the shipment and all its parts posted."""
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for part in (desk, *(desk.child(name) for name in ("invoicing", "collection", "supplier-1", "supplier-2"))):
        for account, balance in part.balances().items():
            sums[account] += balance
    return {account: balance for account, balance in sums.items() if balance}


async def test_a_domestic_shipment_runs_from_commission_to_money(shared_house: House) -> None:
    desk = await delivered(shared_house, "SHP-1")
    await costed(desk, COSTS, SERVICES)
    supplier = desk.child("supplier-1")
    invoice = desk.child("invoicing")
    await invoice.do("lin.yue", "requested", "requested")
    await paths.invoice_sent(invoice)
    await invoice.hear("customer.confirmed_invoice", received_by="Ms Chen")
    await paths.bill_entered(supplier, "CB-1", ("Ocean freight", "9000"))
    await paths.bill_paid(supplier, "sun.lihua")
    collection = desk.child("collection")
    await collection.task("open")
    await paths.money_booked(collection, "CNY 12720", "BK-SHP-1")
    await closed(collection)

    assert await desk.ended() == "paid"
    view = await desk.view()
    assert (view.data["margin"], view.data["margin_percent"]) == ({"amount": "3000.00", "currency": "CNY"}, "25.0")
    assert {child.outcome for child in view.children} == {
        "accepted",
        "confirmed",
        "handed_over",
        "signed",
        "recovered",
        "costed",
        "invoiced",
        "paid",
        "settled",
    }
    assert booked(desk) == {
        "6001": Decimal(-12000),
        "2221.02": Decimal(-720),
        "6401": Decimal(9000),
        "2221.01": Decimal(540),
        "1002": Decimal(3180),
    }
    assert desk.told("shipment_closed") == [paths.CUSTOMER_MAIL]


async def test_cash_goes_to_its_sender_while_the_customer_is_billed(shared_house: House) -> None:
    desk = await delivered(shared_house, "SHP-20", cash="CNY 800")
    cash = desk.child("cod")
    await paths.cash_handed_in(cash, "CNY 800", "2093-11-22")
    await costed(desk, COSTS, SERVICES)
    await collected(desk, "CNY 12720")
    await desk.child("supplier-1").do("hu.jing", "entering_bill", "no_more", close_reason="Waived")
    # Everything else is done; the file waits for the sender's money.
    await desk.reaches("closing", "settling_cash")
    out = {"cod_paid_on": "2093-11-23", "cod_voucher_no": "V-1"}
    await cash.do("hu.jing", "settling_cod", "settled", **out, cod_paid="CNY 801")
    await cash.task("settling_cod")
    assert "at most CNY 800" in (await cash.view()).data["cod_remarks"]
    await cash.do("hu.jing", "settling_cod", "settled", **out, cod_paid="CNY 500")
    await cash.task("settling_cod")
    assert (await cash.view()).data["cod_owed"]["amount"] == "300.00"
    rest = {"cod_paid": "CNY 290", "cod_fee": "CNY 10", "cod_voucher_no": "V-2", "cod_paid_on": "2093-11-23"}
    await cash.do("hu.jing", "settling_cod", "settled", **rest)
    assert await desk.ended() == "paid"
    assert cash.balances() == {"1002": Decimal(10), "6001": Decimal(-10)}
    # The fee is revenue too.
    assert (await desk.view()).data["margin"]["amount"] == "12010.00"
    assert (reported(desk)["revenue"], reported(desk)["margin"]) == ("12010.00", "12010.00")


async def test_a_cost_beyond_the_quotation_and_what_is_passed_on(shared_house: House) -> None:
    quoted = [{"charge": "OF", "side": "payable", "amount": "CNY 8000"}]
    desk = await delivered(shared_house, "SHP-21", quoted_lines=quoted)
    wrong = [{**COSTS[0], "charge": "Sea fare"}]
    costing = desk.child("costing")
    await costing.do("hu.jing", "collecting_costs", "costed", cost_lines=wrong, revenue_lines=SERVICES)
    await costing.task("collecting_costs")
    assert "cost_lines.0: there is no charge 'Sea fare'" in (await costing.view()).data["costing_remarks"]
    duty = {**RECKONED, "charge": "DUTY", "type": "customs_fee", "payee": "Broker", "amount": "CNY 4000"}
    await costed(desk, [*COSTS, duty], SERVICES)
    await costing.task("deciding_margin")
    view = await costing.view()
    assert view.data["margin_doubts"] == "Ocean freight (OF): CNY 1000.00 above the quotation"
    assert view.data["compared_charges"][0] == {
        "charge": "OF",
        "side": "payable",
        "quoted": {"amount": "8000.00", "currency": "CNY"},
        "booked": {"amount": "9000.00", "currency": "CNY"},
        "actual": {"amount": "9000.00", "currency": "CNY"},
        "change": {"amount": "1000.00", "currency": "CNY"},
        "percent": "12.5",
    }
    await costing.do("sun.lihua", "deciding_margin", "approved", margin_reason="The season's surcharge")
    # 12000 with 6 % VAT, and the duty as it is.
    await collected(desk, "CNY 16720")
    for number, charge, amount in (("1", "OF", "9000"), ("2", "DUTY", "4000")):
        supplier = desk.child(f"supplier-{number}")
        rate = "0.06" if charge == "OF" else "0"
        vat = Decimal(amount) * Decimal(rate)
        bill = {"bill_no": f"CB-21-{number}", "billed_on": "2093-11-22", "bill_due_on": "2093-12-22"}
        bill |= paths.BILL_PAPERS
        lines = [{"service": charge, "amount": f"CNY {amount}", "vat_rate": rate}]
        figures = {"bill_vat": f"CNY {vat}", "bill_total": f"CNY {Decimal(amount) + vat}"}
        await supplier.do("hu.jing", "entering_bill", "entered", **bill, bill_lines=lines, **figures)
        await paths.bill_paid(supplier, "sun.lihua")
    assert await desk.ended() == "paid"
    assert booked(desk) == {
        "6001": Decimal(-12000),
        "2221.02": Decimal(-720),
        "6401": Decimal(9000),
        "2221.01": Decimal(540),
        "1002": Decimal(3180),
    }
    assert (await desk.view()).data["margin"]["amount"] == "3000.00"
    assert (reported(desk)["margin"], reported(desk)["disbursements"]) == ("3000.00", "0.00")


async def test_a_refused_commission_rejects_the_shipment(shared_house: House) -> None:
    desk = await Desk.open(shared_house, "FreightShipment", "SHP-2", **SHIPMENT)
    intake = desk.child("intake")
    await intake.task("received")
    await intake.hear("customer.cancelled")
    assert await desk.ended() == "rejected"
    assert (await desk.view()).data["reject_reason"] == "customer_cancel"


async def today(house: House) -> date:
    return (await house.now()).astimezone(CHINA).date()


async def held_for_credit(house: House, case_id: str, customer: str) -> Desk:
    """A shipment of a customer with an invoice in the books that is 50 days late, planned."""
    due_on = (await today(house)) - timedelta(days=50)
    late: dict[str, Any] = {"issued_on": due_on, "due_on": due_on}
    Office(house.engine).invoice(f"INV-{case_id}", customer=customer, key=f"{case_id}:late", **late)
    desk = await Desk.open(house, "FreightShipment", case_id, **{**SHIPMENT, "customer_name": customer})
    await paths.intake(desk.child("intake"))
    await paths.booking_planned(desk.child("booking"))
    await desk.child("booking").task("approving_credit")
    return desk


async def test_an_overdue_customer_books_once_the_finance_manager_let_it(shared_house: House) -> None:
    desk = await held_for_credit(shared_house, "SHP-10", "Slow Payers")
    booking, until_on = desk.child("booking"), (await today(shared_house)) + timedelta(days=7)
    assert (await booking.view()).data["credit_hindrance"] == "1060.00 overdue, the oldest by 50 days"
    let = {"credit_reason": "Pays on Friday", "credit_until_on": until_on.isoformat()}
    await booking.do("qian.li", "approving_credit", "granted", **let)
    await booking.do("zhou.jie", "requesting", "replanned")
    # The approval is in the books: the same booking is not held a second time.
    await paths.booking(booking)
    assert await booking.ended() == "confirmed"
    assert booking.told("booking_credit_held") == ["he.ping", "lin.yue", "xu.ming", "zhou.jie"]


async def test_a_booking_refused_for_credit_rejects_the_shipment(shared_house: House) -> None:
    desk = await held_for_credit(shared_house, "SHP-12", "Never Payers")
    await desk.child("booking").do("qian.li", "approving_credit", "refused", credit_reason="Broke two promises")
    assert await desk.ended() == "rejected"
    view = await desk.view()
    assert view.data["reject_reason"] == "Broke two promises"
    assert [child.outcome for child in view.children] == ["accepted", "credit_refused"]


async def test_the_general_manager_lets_a_customer_on_hold_who_owes_nothing_book(shared_house: House) -> None:
    Office(shared_house.engine).work("set_credit_terms", "held", customer="Newly Held", standing="on_hold")
    mine = {**CUSTOMER, "customer_name": "Newly Held"}
    booking = await Desk.open(shared_house, "Booking", "BKG-10", **mine, goods=GOODS)
    await booking.do(
        "zhou.jie", "planning", "proposed", options=[{**OPTIONS[0], "cost": "CNY 0.00"}, OPTIONS[1]], **CRITERIA
    )
    await booking.do("zhou.jie", "choosing", "chosen", selected_option=1, reason="Free carriage")
    await booking.task("approving_credit")
    await booking.report("chen.guodong", "credit.raised")
    until_on = (await today(shared_house)).isoformat()
    let = {"credit_reason": "Nothing is at risk", "credit_until_on": until_on}
    await booking.do("chen.guodong", "approving_credit", "granted", **let)
    await booking.do("zhou.jie", "requesting", "requested", supplier_email="desk@cosco.example")
    # The next supplier wants money, and the approval was for none.
    other = {"other_supplier": "Evergreen", "other_cost": "CNY 9400"}
    await booking.do("zhou.jie", "awaiting_confirmation", "next_supplier", **other)
    await booking.do("qian.li", "approving_credit", "refused", credit_reason="Now something is")
    assert await booking.ended() == "credit_refused"


async def test_a_booking_in_a_currency_without_a_rate_waits_for_a_decision(shared_house: House) -> None:
    Office(shared_house.engine).work("set_credit_terms", "limit", customer="Dollar Payers", limit=100_000)
    mine = {**CUSTOMER, "customer_name": "Dollar Payers"}
    booking = await Desk.open(shared_house, "Booking", "BKG-11", **mine, goods=GOODS)
    options = [{**option, "cost": "USD 900"} for option in OPTIONS]
    await booking.do("zhou.jie", "planning", "proposed", options=options, **CRITERIA)
    await booking.do("zhou.jie", "choosing", "chosen", selected_option=1, reason="cheapest", customer_agreed=True)
    await booking.task("approving_credit")
    day = (await today(shared_house)).isoformat()
    hindrance = (await booking.view()).data["credit_hindrance"]
    assert hindrance == f"no rate on {day} tells what the booking adds to 0; the limit is 100000"


async def test_a_withdrawn_shipment_cancels_its_booking(shared_house: House) -> None:
    desk = await Desk.open(shared_house, "FreightShipment", "SHP-3", **SHIPMENT)
    await paths.intake(desk.child("intake"))
    booking = desk.child("booking")
    await paths.booking_requested(booking)
    await desk.report("zhou.jie", "exception.reported", exception_note="Customer may withdraw")
    await desk.hear("customer.withdrew", withdrawal_reason="Order lost")
    assert await desk.ended() == "cancelled"
    assert await booking.ended() == "cancelled"
    assert booking.told("booking_cancelled") == ["desk@cosco.example"]
    assert desk.told("shipment_cancelled") == [paths.CUSTOMER_MAIL, "xu.ming", "zhou.jie"]
