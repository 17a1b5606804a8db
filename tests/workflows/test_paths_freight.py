"""Commission, booking, papers and delivery on a server: the main path and what goes wrong on it."""

from datetime import timedelta
from decimal import Decimal

from sqlmodel import Session

from sop_engine.records.ledger.costs import CostRow
from tests.unit.content.exact_freight import CUSTOMER, GOODS, PAPER, PARTY
from tests.workflows import paths
from tests.workflows.desk import Desk
from tests.workflows.harness import House


async def test_a_commission_is_accepted(shared_house: House) -> None:
    desk = await Desk.open(shared_house, "CommissionIntake", "INT-1", **CUSTOMER)
    await paths.intake(desk)
    assert await desk.ended() == "accepted"
    assert await desk.documents() == ["acceptance"]
    assert desk.told("commission_accepted") == ["he.ping", "lin.yue", paths.CUSTOMER_MAIL]


async def test_a_prohibited_commission_is_refused_with_an_explanation(shared_house: House) -> None:
    desk = await Desk.open(shared_house, "CommissionIntake", "INT-2", **CUSTOMER)
    await desk.do("zhou.jie", "received", "recorded", commission_form="email", source_document="order.pdf")
    await desk.do("zhou.jie", "checking", "missing")
    await desk.do("zhou.jie", "asking", "asked", question="What is in the crates?")
    await desk.task("clarifying")
    await desk.hear("customer.answered", answer="Carved ivory")
    parties = {"shipper": PARTY, "consignee": PARTY, "notify_party": PARTY, "goods": [{**GOODS[0], "name": "Ivory"}]}
    cargo = {"cargo_class": "general", "freight_payment": "prepaid", "planned_ship_on": "2093-12-10"}
    way = {"origin": "CNNGB", "destination": "DEHAM", "transport_mode": "sea"}
    await desk.do("xu.ming", "checking", "complete", **parties, **cargo, **way)
    await desk.do("xu.ming", "refusing", "refused", reject_reason="prohibited", explanation="Ivory may not be carried")
    assert await desk.ended() == "rejected"
    assert desk.told("commission_rejected") == [paths.CUSTOMER_MAIL]


async def test_a_booking_is_confirmed_by_the_carrier(shared_house: House) -> None:
    desk = await Desk.open(shared_house, "Booking", "BKG-1", **CUSTOMER, goods=GOODS)
    await paths.booking(desk)
    assert await desk.ended() == "confirmed"
    assert await desk.documents() == ["booking_confirmation", "booking_note"]
    assert (await desk.view()).data["booking_no"] == "COSU6123456789"
    assert desk.told("booking_request") == ["desk@cosco.example"]
    assert paths.CUSTOMER_MAIL in desk.told("booking_confirmed")


async def test_a_rolled_booking_goes_to_the_next_supplier(shared_house: House) -> None:
    desk = await Desk.open(shared_house, "Booking", "BKG-2", **CUSTOMER, goods=GOODS)
    await paths.booking_requested(desk)
    await desk.task("awaiting_confirmation")
    await desk.hear("carrier.refused", refusal="Rolled to the next vessel")
    await desk.do("zhou.jie", "planning", "proposed")
    await desk.do("zhou.jie", "choosing", "chosen", selected_option=2, reason="COSCO rolled us")
    await desk.do("zhou.jie", "requesting", "requested", supplier_email="desk@evergreen.example")
    sailing = {name: value for name, value in paths.SAILING.items() if name != "booking_no"}
    await desk.do("zhou.jie", "awaiting_confirmation", "confirmed", booking_no="EGLV001", **sailing)
    assert await desk.ended() == "confirmed"
    data = (await desk.view()).data
    assert (data["supplier"], data["booking_no"]) == ("Evergreen", "EGLV001")
    assert desk.told("booking_refused") == ["xu.ming", "zhou.jie"]
    assert desk.told("booking_request") == ["desk@cosco.example", "desk@evergreen.example"]


async def test_papers_are_handed_over(shared_house: House) -> None:
    desk = await Desk.open(shared_house, "DocumentPreparation", "DOC-1", **paths.PREPARATION_DATA)
    await paths.papers_collected(desk)
    await paths.papers_made(desk, PAPER, PAPER)
    await paths.papers_handed_over(desk)
    assert await desk.ended() == "handed_over"
    assert desk.told("document_request") == [paths.CUSTOMER_MAIL]


async def test_papers_that_differ_are_made_again_and_a_return_is_reviewed_again(shared_house: House) -> None:
    desk = await Desk.open(shared_house, "DocumentPreparation", "DOC-2", **paths.PREPARATION_DATA)
    await paths.papers_collected(desk)
    await paths.papers_made(desk, {**PAPER, "pieces": 99}, PAPER)
    again = await desk.task("making_transport_documents")
    difference = {"field": "pieces", "consignment": "100", "declaration": "99", "transport_document": "100"}
    assert again.task == "making_transport_documents#2"
    assert (await desk.view()).data["differences"] == [difference]
    await paths.papers_made(desk, PAPER, PAPER)
    await desk.do("wang.fang", "second_review", "returned_papers", remarks="The invoice is not signed")
    await paths.papers_collected(desk)
    await paths.papers_made(desk, PAPER, PAPER)
    await paths.papers_handed_over(desk)
    assert await desk.ended() == "handed_over"


async def test_goods_are_delivered_and_signed_for(shared_house: House) -> None:
    desk = await Desk.open(shared_house, "Delivery", "DEL-1", **paths.DELIVERY_DATA)
    await paths.delivery(desk)
    assert await desk.ended() == "signed"
    assert [milestone["code"] for milestone in (await desk.view()).milestones] == ["delivered"]
    assert desk.told("delivery_appointment") == ["door@elbe.example"]


async def test_a_container_kept_too_long_is_a_cost_of_the_shipment(shared_house: House) -> None:
    box = {"container_no": "CSQU3054383", "equipment": "20GP"}
    stay = {"carrier": "EXAMPLE", "discharge_port": "CNSHA", "discharged_on": "2026-03-02", "containers": [box]}
    desk = await Desk.open(shared_house, "Delivery", "DEL-4", **paths.DELIVERY_DATA, **stay, shipment_no="SHP-4")
    await paths.delivery(desk)
    returned = [{**box, "returned_on": "2026-03-22"}]
    await desk.do("ma.chao", "returning_containers", "returned", containers=returned)
    assert await desk.ended() == "signed"
    with Session(shared_house.engine) as session:
        cost = session.get(CostRow, ("SHP-4", "EXAMPLE", "DET"))
    # Day 21: ten days at 40 and the first at 80.
    assert cost is not None
    assert (cost.contracted, cost.currency, cost.case_id) == (Decimal(480), "CNY", "DEL-4")
    assert "10 × 40.00 + 1 × 80.00" in cost.basis


async def test_nobody_there_twice_leaves_the_decision_to_the_customer(house: House) -> None:
    desk = await Desk.open(house, "Delivery", "DEL-2", **paths.DELIVERY_DATA)
    await desk.do("deng.hui", "arrival_check", "accepted", condition="good", pieces_received=100)
    await paths.delivery_under_way(desk)
    await desk.do("shi.lei", "handing_over", "nobody_there")
    await desk.do("shi.lei", "second_delivery", "registered", registered_at=(await house.now()).isoformat())
    await house.pass_time(timedelta(days=1))
    await paths.delivery_under_way(desk)
    await desk.do("tian.yu", "handing_over", "nobody_there")
    await desk.do("li.na", "customer_deciding", "returned", remarks="Send it back")
    assert await desk.ended() == "refused"
    assert desk.told("delivery_failed") == [paths.CUSTOMER_MAIL]


async def test_refused_goods_go_back_after_the_origin_was_asked(shared_house: House) -> None:
    desk = await Desk.open(shared_house, "Delivery", "DEL-3", **paths.DELIVERY_DATA)
    await desk.do("deng.hui", "arrival_check", "accepted", condition="good", pieces_received=100)
    await paths.delivery_under_way(desk)
    await desk.do("shi.lei", "handing_over", "refused", refusal_reason="Wrong colour")
    await desk.do("zhou.jie", "refusal", "contacted", goods_state="Sealed", photos=["sealed.jpg"])
    await desk.do("zhou.jie", "settling_refusal", "returned", remarks="The shipper takes them back")
    assert await desk.ended() == "refused"
    assert desk.told("delivery_refused") == ["he.ping", "lin.yue", paths.CUSTOMER_MAIL]
    clocks = {clock.clock: clock.status for clock in (await desk.view()).clocks}
    assert clocks["refusal#1"] == "met"


async def test_a_late_consignee_is_telephoned_while_the_delivery_is_planned_anew(shared_house: House) -> None:
    home = {**paths.DELIVERY_DATA["consignee"], "phone": "+8613800000000"}
    desk = await Desk.open(shared_house, "Delivery", "DEL-5", **{**paths.DELIVERY_DATA, "consignee": home})
    await desk.do("deng.hui", "arrival_check", "accepted", condition="good", pieces_received=100)
    now = await shared_house.now()
    window = {"window_from_at": now + timedelta(hours=1), "window_to_at": now + timedelta(days=3)}
    agreed = {name: at.isoformat() for name, at in window.items()}
    await desk.do("li.na", "appointing", "agreed", address="5 Elbe Street", contact="Max", **agreed)
    await desk.do("ma.chao", "assigning_vehicle", "assigned", vehicle="B-12345", driver="shi.lei")
    await desk.do("huang.tao", "outbound_review", "approved")
    await desk.task("on_the_way")
    await desk.hear("vehicle.delayed", delay_reason="Flat tyre")
    call = Desk(shared_house, "DEL-5.notice.lateness#1.call")
    await call.do("li.na", "calling", "told", told_at=(await shared_house.now()).isoformat(), told_whom="Max")

    async def is_called() -> bool:
        return (await desk.clock("called#1")).status == "met"

    await shared_house.until(is_called, "the word that the consignee was called")
    eta = {"eta_at": (now + timedelta(hours=2)).isoformat()}
    await desk.do("ma.chao", "replanning", "another_vehicle", vehicle="B-67890", driver="tian.yu", **eta)
    await desk.do("shi.lei", "on_the_way", "arrived", departed_at=now.isoformat())
    await desk.task("handing_over")
    assert (await desk.view()).data["vehicle"] == "B-67890"
