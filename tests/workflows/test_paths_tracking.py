"""Cargo that is watched, on a server: where it is, what is late, who is told."""

from datetime import timedelta
from typing import Any

from tests.kept_files import kept
from tests.workflows import paths
from tests.workflows.desk import Desk
from tests.workflows.harness import House
from tests.workflows.paths_cargo import CUSTOMER, in_hours


async def test_cargo_is_followed_and_a_silent_departure_is_an_exception(house: House) -> None:
    way = {"origin": "CNNGB", "destination": "DEHAM", "etd_at": await in_hours(house, 20)}
    facts = {"shipment_no": "SHP-1", "bill_no": "COSU1", "cargo_class": "general", "eta_at": await in_hours(house, 200)}
    desk = await Desk.open(house, "CargoTracking", "TRK-1", **facts, **way, **CUSTOMER)
    means = {"vessel_or_flight": "COSCO TAURUS", "planned_route": "Ningbo to Hamburg", "unit_codes": ["U-1", "U-2"]}
    await desk.do("jin.hao", "setting_up", "set_up", carrier_phone="+8657486001122", word_source="carrier", **means)
    await house.pass_time(timedelta(hours=21))
    assert (await desk.clock("departure#1")).status == "breached"
    await desk.report("jin.hao", "carrier.schedule_changed", etd_at=await in_hours(house, 24))
    late = {"deviation_kind": "delay", "deviation_severity": "minor", "deviation_note": "It leaves a day later"}
    await desk.do("jin.hao", "looking_into", "confirmed", **late)
    exception = desk.child("deviation")
    await exception.task("reporting")
    await desk.hear("transport.departed", departed_at=await in_hours(house, 0))
    await desk.reaches("under_way", "in_touch")
    await house.pass_time(timedelta(hours=25))
    word = {"happened_at": await in_hours(house, 0), "place_now": "East China Sea", "word": "On schedule"}
    await desk.do("qin.lan", "contacting", "as_planned", word_source="supplier_site", **word)
    seen = {"happened_at": await in_hours(house, 0), "place_now": "Singapore", "word_source": "tms"}
    await desk.hear("cargo.reported", status_now="transferred", vessel_or_flight="COSCO LIBRA", **seen)
    await desk.report("pan.hong", "entry.corrected", corrects=2, word="It was off Taiwan", word_source="gps")
    await desk.do("jin.hao", "under_way", "arrived", arrived_at=await in_hours(house, 0), word_source="carrier")
    assert await desk.ended() == "arrived"
    assert exception.told("exception_reported").count(paths.CUSTOMER_MAIL) == 1
    for template in ("departed", "cargo_transferred", "arrived"):
        assert desk.told(template).count(paths.CUSTOMER_MAIL) == 1, template
    entries = (await desk.view()).data["entries"]
    assert [entry["status"] for entry in entries] == ["departed", "seen", "transferred", "corrected", "arrived"]


async def test_cargo_is_stored_and_leaves_with_both_signatures(shared_house: House) -> None:
    facts = {"shipment_no": "SHP-1", "pieces_expected": 20}
    desk = await Desk.open(shared_house, "WarehouseStorage", "STO-1", **facts, **CUSTOMER)
    place = {"cargo_class": "general", "warehouse": "Beilun 2", "zone": "general", "zone_reason": "Room"}
    await desk.do("xie.lan", "choosing", "chosen", **place)
    now = await in_hours(shared_house, 0)
    came = {"stored_at": now, "vehicle": "B-12345", "delivered_by": "Shi Lei", "location": "B-07"}
    found = {"packing_state": "broken", "damage_note": "One carton open", "photos_off_vehicle": ["off.jpg"]}
    await desk.do("deng.hui", "receiving", "received", pieces_stored=20, weight_stored="900", **came, **found)
    await desk.do("deng.hui", "repacking", "repacked", photos_off_vehicle=["taped.jpg"])
    await desk.child("abnormal").task("reporting")
    await desk.report("xie.lan", "outbound.ordered", pieces_to_leave=20)
    await desk.do("pei.jun", "numbering", "numbered", outbound_no="CK-1", labels=20)
    await desk.do("hua.ting", "inspecting", "passed")
    await desk.do("ma.chao", "dispatcher_signing", "signed")
    await desk.do("huang.tao", "manager_signing", "signed")
    left = {"pieces_left": 20, "picked_by": "Shi Lei", "signature": "sign.png"}
    await desk.do("deng.hui", "leaving", "left", out_at=await in_hours(shared_house, 0), **left)
    assert await desk.ended() == "left"
    assert await desk.documents() == ["warehouse_receipt"] * 2
    assert [desk.told(each) for each in ("stored", "left_store")] == [[paths.CUSTOMER_MAIL]] * 2


async def photographed(desk: Desk, who: str, state: str, outcome: str, *kinds: str, **data: Any) -> None:
    """Completes a task that asks for photos with one of each kind."""
    task, now = await desk.task(state), await desk.house.now()
    photos = kept(desk.house.engine, {kind: [f"{desk.case_id}-{who}-{kind}.jpg"] for kind in kinds}, now)
    given = {"data": data, "checklist": tuple(task.checklist), "attachments": photos}
    await desk.house.complete(desk.case_id, who, outcome, task.task, **given)


async def test_a_key_account_s_cargo_is_held_until_the_head_office_has_spoken(shared_house: House) -> None:
    facts = {"shipment_no": "SHP-1", "origin_unit": "shanghai"}
    desk = await Desk.open(shared_house, "KeyAccountTracking", "KAT-1", **facts, **CUSTOMER)
    parts = (("shanghai", "departure", 20), ("chengdu", "arrival", 70))
    legs = [{"unit": u, "part": p, "expected_at": await in_hours(shared_house, h)} for u, p, h in parts]
    plan = {"legs": legs, "planned_arrival_at": await in_hours(shared_house, 90), "special_care": "Keep dry"}
    await photographed(desk, "yu.fei", "pre_alerting", "sent", "cargo_photo", **plan)
    await desk.reaches("acknowledging")
    for who, number in (("qin.lan", 1), ("lei.ting", 2)):
        await shared_house.complete("KAT-1", who, "acknowledged", f"acknowledging#1.{number}")
    ready = {"cleaned": True, "dry": True, "rain_protection": True, "theft_protection": True}
    loaded = {"preparation": {**ready, "supervisor": "Lu", "load_plan": "Heavy below"}, "condition_seen": "good"}
    both = ("off_vehicle", "on_vehicle")
    now = await in_hours(shared_house, 0)
    await photographed(desk, "yu.fei", "handling", "handled", *both, passed_on_at=now, **loaded)
    await desk.do("yu.fei", "feeding_back", "sent", feedback="Loaded and left")
    found = {"unloaded_at": now, "condition_seen": "abnormal", "abnormal_at": now}
    task = await desk.task("handling")
    elsewhere = await shared_house.refused("KAT-1", "complete_task", actor="jin.hao", outcome="handled", task=task.task)
    assert "jin.hao" in str(elsewhere)
    await photographed(desk, "lei.ting", "handling", "handled", *both, **found)
    await photographed(desk, "lei.ting", "reporting", "reported", "abnormality", facts_found="A carton is crushed")
    await desk.do("fan.rui", "advising", "given", hq_opinion="Re-pack it")
    await desk.do("lei.ting", "curing", "solved", cure="Re-packed")
    await desk.do("lei.ting", "feeding_back", "sent", feedback="Arrived, one carton re-packed")
    signed = {"delivered_at": await in_hours(shared_house, 0), "signer": "Zhao", "feedback": "Content"}
    await desk.do("lei.ting", "delivering", "signed", **signed)
    await desk.do("pan.hong", "reviewing", "closed", review="More cartons")
    assert await desk.ended() == "closed"
    assert (await desk.clock("report#1")).status == "met"
    assert await desk.documents() == ["tracking_sheet"] * 2
    assert "fan.rui" in desk.told("ka_abnormality")
