"""The cargo on a server: dispatched, fetched, brought back, receipted; and what goes wrong with it."""

from datetime import timedelta
from typing import Any

from tests.workflows import paths
from tests.workflows.desk import Desk
from tests.workflows.harness import House
from tests.workflows.paths_cargo import CUSTOMER, GOODS, in_hours


async def agreed(desk: Desk, **given: Any) -> None:
    """A window from 30 to 32 hours ahead, and a vehicle."""
    window = {name: await in_hours(desk.house, hours) for name, hours in (("window_from_at", 30), ("window_to_at", 32))}
    place = {"pickup_address": "1 Lake Road, Ningbo", "pickup_contact": "Chen Yi", "instructions": "Gate 3"}
    await desk.do("ma.chao", "agreeing", "agreed", **place, **window, **given)
    task = await desk.task("assigning")
    who = {"vehicle": "B-12345", "driver": "shi.lei", "fetched_by": "courier"}
    await desk.house.complete(
        desk.case_id, "ma.chao", "assigned", task.task, data=who, checklist=tuple(task.checklist), reason="A friend's"
    )


async def test_cargo_is_fetched_and_handed_over(house: House) -> None:
    desk = await Desk.open(house, "GoodsPickup", "PCK-1", pieces_ordered=20, **CUSTOMER)
    await agreed(desk, tariff_charge={"amount": "120", "currency": "CNY"})
    await house.pass_time(timedelta(hours=31, minutes=40))
    assert desk.told("pickup_late") == ["luo.bin", "ma.chao"], "half an hour before the window ends"
    window = {name: await in_hours(house, hours) for name, hours in (("window_from_at", 1), ("window_to_at", 2))}
    called = {"called_at": await in_hours(house, 0), "customer_answer": "We wait"}
    await desk.do("ma.chao", "calling", "waits", **called, **window)
    await desk.do("tian.yu", "on_the_way", "arrived", departed_at=await in_hours(house, -2))
    taken = {"items_examined": True, "pieces_fetched": 20, "weight_fetched": "900", "condition_fetched": "good"}
    charge = {"charge": {"amount": "120", "currency": "CNY"}, "fetched_at": await in_hours(house, 0)}
    await desk.do("tian.yu", "collecting", "loaded", **taken, **charge)
    given = {"pieces_handed": 20, "handed_to": "Deng Hui", "handed_at": await in_hours(house, 0)}
    await desk.do("tian.yu", "handing_over", "handed_over", signature="sign.png", **given)
    assert await desk.ended() == "handed_over"
    assert await desk.documents() == ["pickup_sheet"]
    assert desk.told("pickup_agreed") == [paths.CUSTOMER_MAIL] * 2
    assert desk.told("pickup_order") == ["shi.lei", "tian.yu"]


async def test_a_pick_up_that_is_cancelled_recalls_the_vehicle(shared_house: House) -> None:
    desk = await Desk.open(shared_house, "GoodsPickup", "PCK-2", **CUSTOMER)
    await agreed(desk)
    await desk.reaches("on_the_way")
    await shared_house.act("PCK-2", "cancel", actor="ma.chao", reason="The customer brings it")
    await desk.settled()
    assert desk.told("pickup_recalled") == [paths.CUSTOMER_MAIL, "shi.lei", "tian.yu"]


async def test_damage_at_the_pick_up_is_an_exception_until_somebody_answers_for_it(house: House) -> None:
    pickup = await Desk.open(house, "GoodsPickup", "PCK-3", **CUSTOMER)
    await agreed(pickup)
    await pickup.do("shi.lei", "on_the_way", "arrived", departed_at=await in_hours(house, 0))
    found = {"damage_note": "One carton crushed", "photos": ["crushed.jpg"], "fetched_at": await in_hours(house, 0)}
    taken = {"items_examined": True, "pieces_fetched": 20, "weight_fetched": "900", "condition_fetched": "damaged"}
    await pickup.do("shi.lei", "collecting", "loaded", **taken, **found)

    desk = pickup.child("damage")
    facts = {"kind": "damage", "found_at": await in_hours(house, 0), "place": "Ningbo", "finder": "Shi Lei"}
    await desk.do("zhou.jie", "reporting", "recorded", **facts)
    told = {"informed_at": await in_hours(house, 0), "informed_via": "phone", "message": "One carton is crushed"}
    await desk.do("li.na", "informing", "informed", **told)
    asked = {"parties": [{"party": "Shipper", "asked": "Pack it again"}], "options": "Re-pack"}
    await desk.do("zhou.jie", "coordinating", "coordinated", **asked)
    measure = {"what": "Re-pack", "who": "warehouse_keeper", "due_at": await in_hours(house, 4)}
    decided = {"opinion": "Re-pack", "cause": "customer", "investigation": "Packed badly"}
    await desk.do("huang.tao", "deciding", "decided", actions=[measure], **decided)
    below = desk.child("acting-1")
    await below.do("deng.hui", "taking", "done", done_at=await in_hours(house, 0), done_note="Re-packed")
    await desk.task("telling_result")
    await house.pass_time(timedelta(hours=24))
    await desk.do("li.na", "updating", "told", progress="Re-packed")
    told_at = await in_hours(house, 0)
    await desk.do("zhou.jie", "telling_result", "told", result="Re-packed", told_customer_at=told_at)
    await desk.do("tang.wei", "closing", "closed", lesson="Look at the packing first", concealed=False)
    assert await desk.ended() == "closed"
    assert await desk.documents() == ["abnormality_report"] * 2
    mail = [paths.CUSTOMER_MAIL]
    assert [desk.told(each) for each in ("exception_update", "exception_result")] == [mail, mail]
    assert desk.told("exception_claim") == ["feng.xue"]


async def test_goods_come_back_counted_by_two_and_a_difference_is_an_exception(shared_house: House) -> None:
    desk = await Desk.open(shared_house, "GoodsReturn", "RET-1", shipment_no="SHP-1", **CUSTOMER)
    wanted = {"return_reason": "quality", "reason_note": "Rusty", "goods": [GOODS], "pieces_to_return": 5}
    await desk.do("zhou.jie", "requesting", "requested", **wanted)
    now = await in_hours(shared_house, 0)
    await desk.do("zhou.jie", "contacting", "contacted", contacted_at=now, contacted_whom="Chen Yi")
    await desk.do("zhou.jie", "deciding", "decided", decision="bring_back", decided_by="Chen Yi")
    cost = {"cost_bearer": "supplier", "estimated_cost": {"amount": "300", "currency": "CNY"}}
    await desk.do("huang.tao", "approving", "approved", **cost)
    way = {"vehicle": "B-12345", "waybill_no": "WB-1", "departed_at": now, "back_at": await in_hours(shared_house, 9)}
    await desk.do("ma.chao", "sending_back", "sent", **way)
    back = {"pieces_returned": 4, "condition_returned": "good", "returned_at": await in_hours(shared_house, 0)}
    await desk.do("deng.hui", "coming_back", "counted", **back)
    task = await desk.task("checking")
    same = await shared_house.refused("RET-1", "complete_task", actor="deng.hui", outcome="approved", task=task.task)
    assert "deng.hui" in str(same)
    await desk.do("song.yan", "checking", "approved")
    await desk.do("hu.jing", "settling", "settled", settlement="restocked")
    assert await desk.ended() == "settled"
    assert await desk.documents() == ["return_sheet"]
    difference = desk.child("difference")
    await difference.task("reporting")
    assert (await difference.view()).data["description"] == "Return RET-1: 4 / 5"


async def test_a_receipt_is_chased_recovered_entered_and_filed(house: House) -> None:
    given = {"shipment_no": "SHP-1", "direction": "domestic", "customer_wants_copy": True}
    desk = await Desk.open(house, "ReturnReceipt", "RCP-1", **given, **CUSTOMER)
    await desk.task("awaited")
    await house.pass_time(timedelta(days=4))
    await desk.do("song.yan", "chasing", "chased", chased_party="Courier", chase_answer="It is on its way")
    now = await in_hours(house, 0)
    await desk.do("tian.yu", "awaited", "sent", sent_at=now, carrier_slip_no="SF-1")
    signed = {"receipt_no": "RR-1", "signer": "Max", "signed_at": now, "damage_remark": "One carton wet"}
    await desk.do("song.yan", "receiving", "received", received_at=now, receipt_scan="rr.pdf", **signed)
    await desk.do("li.na", "auditing", "audited", entered_at=now, uploaded_at=now)
    copy = {"holder": "Cui Hao", "handed_at": now, "signature": "sign.png"}
    await desk.do("song.yan", "filing", "filed", file_place="Shelf 3", copies=[copy])
    assert await desk.ended() == "recovered"
    assert desk.told("receipt_copy") == [paths.CUSTOMER_MAIL]
    assert (await desk.clock("recovered#1")).status == "met"
    await desk.child("damage").task("reporting")


async def test_an_order_is_dispatched_by_who_took_it_and_a_lost_package_is_told(shared_house: House) -> None:
    desk = await Desk.open(shared_house, "DomesticDispatch", "DSP-1", **CUSTOMER)
    money = {"goods_value": {"amount": "30000", "currency": "CNY"}, "cod": False}
    party = {"name": "Chengdu Hardware", "address": "8 River Road", "contact": "Zhou Li"}
    order = {"order_channel": "office", "consignee": party, "goods": [GOODS], "cargo_class": "general", **money}
    await desk.do("jin.qiu", "registering", "registered", **order)
    await desk.do("du.wen", "confirming", "confirmed")
    tomorrow = await in_hours(shared_house, 24)
    day = {"shippable_today": False, "ship_on": tomorrow[:10], "ex_factory_at": tomorrow}
    await desk.do("yao.gang", "asking_workshop", "ready", **day)
    await desk.do("cui.hao", "setting_times", "set", haulier_leaves_at=await in_hours(shared_house, 26))
    await desk.do("ren.hai", "taking", "taken", order_signature="sign.png")
    offer = {"haulier": "Chuanzhe", "price": {"amount": "1600", "currency": "CNY"}, "hours": 48, "service": 4}
    chosen = {"offers": [{**offer, "is_vetted": True}], "haulier": "Chuanzhe", "haulier_reason": "The only one there"}
    await desk.do("ren.hai", "choosing", "chosen", **chosen)
    await desk.do("ren.hai", "checking_papers", "complete")
    await desk.report("ren.hai", "cargo.missed", missing_what="One crate at the dock")
    await desk.do("bai.yun", "reporting_loss", "reported")
    now = await in_hours(shared_house, 0)
    freight = {"waybill_no": "CZ-1", "freight": {"amount": "1600", "currency": "CNY"}, "photos": ["loaded.jpg"]}
    await desk.do("ren.hai", "loading", "sent", pieces_loaded=5, loaded_at=now, **freight)
    kept = {"copies_made": 2, "slip_filed": "Shelf 3", "inspector_signature": "sign.png"}
    slip = {"slip_scan": "slip.pdf", "enquiry_phone": "+862887654321", **kept}
    await desk.do("jin.qiu", "filing_slip", "filed", **slip)
    task = await desk.task("reviewing_freight")
    why = {"outcome": "reviewed", "task": task.task, "reason": "No other haulier goes there"}
    await shared_house.act("DSP-1", "complete_task", actor="cui.hao", **why)
    await desk.do("cui.hao", "feeding_back", "told")
    assert await desk.ended() == "dispatched"
    assert await desk.documents() == ["dispatch_note"]
    assert desk.told("dispatched") == ["he.ping", "lin.yue"]
    await desk.child("loss").task("reporting")
    await desk.child("receipt").task("awaited")
