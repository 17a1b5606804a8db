"""A whole shipment with its children on a server, and shipments that end early."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sop_engine.freight.rules import CHINA
from tests.integration.ledger_office import Office
from tests.unit.exact_freight import CUSTOMER, GOODS, OPTIONS, PAPER
from tests.workflows import paths
from tests.workflows.desk import Desk
from tests.workflows.harness import House

SHIPMENT: dict[str, Any] = {
    **CUSTOMER,
    "customer": "C-100",
    "direction": "domestic",
    "taxpayer_no": "91110000600037341L",
}
COSTS = [{"charge": "Ocean freight", "payee": "COSCO", "amount": "CNY 7000"}]
SERVICES = [{"service": "Ocean freight", "amount": "CNY 9000"}]


async def test_a_domestic_shipment_runs_from_commission_to_money(shared_house: House) -> None:
    desk = await Desk.open(shared_house, "FreightShipment", "SHP-1", **SHIPMENT)
    await paths.intake(desk.child("intake"))
    await paths.booking(desk.child("booking"))
    papers = desk.child("documents")
    await paths.papers_collected(papers, ("consignment_note",))
    consignment = (await papers.view()).data["consignment"]
    await paths.papers_made(papers, consignment, consignment)
    await paths.papers_handed_over(papers)
    pickup = {"pickup_place": "Gate 1", "pickup_at": "2026-11-22T09:00+08:00", "pickup_vehicle": "B-1"}
    await desk.do("ma.chao", "arranging_pickup", "picked_up", **pickup)
    await desk.task("awaiting_departure")
    await desk.hear("transport.departed", departed_at="2026-11-22T10:00+08:00")
    await desk.do("zhou.jie", "under_way", "arrived", arrived_at="2026-11-22T11:00+08:00")
    await paths.delivery(desk.child("delivery"))
    await desk.do("song.yan", "recovering_receipt", "recovered")
    await desk.do("hu.jing", "collecting_costs", "costed", cost_lines=COSTS, revenue_lines=SERVICES)
    await desk.do("guo.qiang", "checking_costs", "agreed")
    invoice = desk.child("invoicing")
    await invoice.do("lin.yue", "requested", "requested")
    await paths.invoice_sent(invoice)
    await invoice.hear("customer.confirmed_invoice", received_by="Ms Chen")
    bill = {"bill_no": "CB-1", "bill_net": "CNY 6604", "bill_vat": "CNY 396", "bill_total": "CNY 7000"}
    await desk.do("hu.jing", "verifying_bill", "verified", **bill)
    await desk.do("qian.li", "approving_bill", "approved")
    await desk.do("hu.jing", "paying_bill", "paid", bill_paid_on="2026-11-22", payment_ref="PAY-1")
    collection = desk.child("collection")
    await collection.task("open")
    await paths.money_booked(collection, "CNY 9540", "BK-SHP-1")
    await collection.do("hu.jing", "closing", "closed", closing_entry="E-1")

    assert await desk.ended() == "paid"
    view = await desk.view()
    assert view.data["margin"] == {"amount": "2000", "currency": "CNY"}
    assert {child.outcome for child in view.children} == {
        "accepted",
        "confirmed",
        "handed_over",
        "signed",
        "invoiced",
        "paid",
    }
    # The supplier's bill is accepted and paid; the customer's money is in the collection's own postings.
    assert desk.balances() == {"6401": Decimal(6604), "2221.01": Decimal(396), "1002": Decimal(-7000)}
    assert desk.told("shipment_closed") == [paths.CUSTOMER_MAIL]
    assert PAPER["goods"] == consignment["goods"]


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
    """A shipment of a customer with an invoice in the books that is 40 days late, planned."""
    due_on = (await today(house)) - timedelta(days=40)
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
    assert (await booking.view()).data["credit_hindrance"] == "1060.00 overdue, the oldest by 40 days"
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
    await booking.do("zhou.jie", "planning", "proposed", options=[{**OPTIONS[0], "cost": "CNY 0.00"}, OPTIONS[1]])
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
    await booking.do("zhou.jie", "planning", "proposed", options=options)
    await booking.do("zhou.jie", "choosing", "chosen", selected_option=1, reason="cheapest")
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
