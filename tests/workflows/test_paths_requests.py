"""Requests of customers, on a server: an order opens a shipment, what is passed on is followed."""

from tests.workflows.desk import Desk
from tests.workflows.harness import House
from tests.workflows.paths_cargo import GOODS, in_hours


async def test_an_order_opens_a_shipment_and_is_acknowledged(shared_house: House) -> None:
    desk = await Desk.open(shared_house, "ServiceRequest", "REQ-1", request_channel="web_order")
    asked = {"asker": "Wang Lei", "asker_contact": "+8613800000000", "question": "Pumps to Hamburg"}
    kind = {"request_kind": "order", "asker_firm": "Blue Lake Trading", "asked_at": await in_hours(shared_house, 0)}
    await desk.do("li.na", "registering", "registered", **asked, **kind)
    way = {"direction": "export", "transport_mode": "sea", "origin": "CNNGB", "destination": "DEHAM"}
    cargo = {"cargo_class": "general", "goods": [GOODS], "in_network": True, "is_new_customer": False}
    who = {"customer_no": "C-1001", "asker_firm": "Blue Lake Trading", "asker_email": "ops@blue-lake.example"}
    await desk.do("li.na", "accepting", "accepted", **way, **cargo, **who)
    await desk.do("tian.yu", "handing_over", "acknowledged")
    await desk.do("li.na", "closing", "closed", outcome_told="The order was taken", is_satisfied=True)
    assert await desk.ended() == "closed"
    assert desk.told("request_order") == ["tian.yu"]
    assert (await desk.clock("replied#1")).status == "met"
    await desk.child("shipment").reaches("intake")


async def test_a_question_is_passed_on_and_its_answer_told(shared_house: House) -> None:
    desk = await Desk.open(shared_house, "ServiceRequest", "REQ-2", request_channel="phone")
    asked = {"asker": "Wang Lei", "asker_contact": "+8613800000000", "question": "Which duty", "ring_count": 2}
    kind = {"request_kind": "consultation", "asker_email": "wang.lei@buyer.example"}
    await desk.do("li.na", "registering", "registered", asked_at=await in_hours(shared_house, 0), **asked, **kind)
    await desk.do("li.na", "consulting", "passed_on", passed_to="customs_declarant")
    await desk.do("zhang.wei", "following_through", "done", answer="Five percent")
    await desk.do("li.na", "closing", "closed", outcome_told="Answered")
    assert await desk.ended() == "closed"
    assert desk.told("request_answered") == ["wang.lei@buyer.example"]
    assert (await desk.clock("answered_at_the_latest#1")).status == "met"
