"""Commission, booking, documents, delivery, and the shipment that joins them."""

from datetime import timedelta
from typing import Any

import pytest

from sop_engine.basis.faults import InvalidInput, NotPermitted
from sop_engine.cases.contracts.acts import CancelInput
from sop_engine.documents.notices import NoticeTemplates
from tests.unit.content.content_house import House, RuledHouse, shipped
from tests.unit.content.exact_house import local
from tests.unit.content.freight_samples import (
    COMMISSION,
    CRITERIA,
    CUSTOMER,
    GOODS,
    OPENING,
    PAPERS,
    WEIGHED,
    at_the_door,
    differing,
    documents,
    go_out,
    made,
    planned,
    shipment,
    states,
)

CONFIRMED = {
    "booking_no": "NSL1",
    "vessel_or_flight": "AURORA",
    "voyage_or_service": "047W",
    "etd_at": "2026-03-20T08:00+08:00",
    "eta_at": "2026-04-20T08:00+08:00",
    "cut_off_at": "2026-03-18T12:00+08:00",
    "space_allocation": "1 x 40HC",
}


def commission(**data: Any) -> House:
    house = RuledHouse()
    house.open("CommissionIntake", "CI", COMMISSION | data)
    house.do("CI", "zhou.jie", "received", "recorded")
    return house


# -- commission --------------------------------------------------------------------------------------------------------


def test_totals_that_do_not_add_up_are_refused() -> None:
    house = commission(total_pieces=6, total_weight_kg="100")
    house.do("CI", "zhou.jie", "checking", "complete")
    with pytest.raises(InvalidInput) as refused:
        house.do("CI", "zhou.jie", "reviewing", "clean")
    assert [fault.where for fault in refused.value.faults] == ["pieces_agree"]


def test_what_is_missing_is_asked_reminded_and_decided_by_the_supervisor_after_three_days() -> None:
    house = commission()
    house.do("CI", "zhou.jie", "checking", "missing")
    house.do("CI", "zhou.jie", "asking", "asked", {"question": "How many?"})
    house.pass_time(timedelta(hours=5))
    assert len(house.told("commission_question")) == 2
    house.pass_time(timedelta(days=2))
    assert len(house.told("commission_question")) == 3
    house.pass_time(timedelta(days=2))
    assert states(house, "CI") == ("supervisor_deciding",)


def test_prohibited_goods_are_refused_with_an_explanation() -> None:
    house = RuledHouse()
    ivory = GOODS[0] | {"name": "Ivory carvings"}
    house.open("CommissionIntake", "CI", COMMISSION | {"goods": [ivory]})
    house.do("CI", "zhou.jie", "received", "recorded")
    house.do("CI", "zhou.jie", "checking", "complete")
    house.do("CI", "zhou.jie", "refusing", "refused", {"reject_reason": "banned"})
    assert house.states["CI"].outcome == "rejected"
    assert house.told("commission_rejected") == ["shipping@donglan.example"]


# -- booking -----------------------------------------------------------------------------------------------------------


def booking(budget: str = "CNY 900.00") -> House:
    house = RuledHouse()
    house.open("Booking", "BK", CUSTOMER | {"goods": GOODS, "customer_budget": budget})
    option = {"mode": "sea", "carrier": "NSL", "route": "direct", "cost": "CNY 1000.00", "transit_days": 30, **WEIGHED}
    weighed = {"options": [option], **CRITERIA, "no_budget_named": False}
    house.do("BK", "zhou.jie", "planning", "proposed", weighed, reason="Only one line serves the port")
    return house


def test_a_plan_over_the_budget_needs_the_customer() -> None:
    house = booking()
    choice = {"selected_option": 1, "reason": "Only one"}
    with pytest.raises(InvalidInput):
        house.do("BK", "zhou.jie", "choosing", "chosen", choice)
    house.do("BK", "zhou.jie", "choosing", "chosen", choice | {"customer_agreed": True})
    assert states(house, "BK") == ("requesting",)


def test_a_silent_carrier_is_chased_and_a_wrong_confirmation_is_not_taken() -> None:
    house = booking("CNY 1000.00")
    house.do("BK", "zhou.jie", "choosing", "chosen", {"selected_option": 1, "reason": "Only one"})
    house.do("BK", "zhou.jie", "requesting", "requested", {"supplier_email": "desk@nsl.example"})
    house.pass_time(timedelta(hours=5))
    assert house.told("booking_chase") == ["desk@nsl.example", "operator"]
    house.pass_time(timedelta(days=2))
    assert house.told("booking_unanswered") == ["operator"]
    house.signal("BK", "carrier.confirmed", CONFIRMED | {"eta_at": "2026-03-01T08:00+08:00"})
    assert states(house, "BK") == ("awaiting_confirmation",)
    too_late = {"cut_offs": [{"code": "DCO", "at": CONFIRMED["etd_at"]}]}
    house.signal("BK", "carrier.confirmed", CONFIRMED | too_late)
    assert states(house, "BK") == ("awaiting_confirmation",)
    house.signal("BK", "carrier.confirmed", CONFIRMED | {"cut_offs": []})
    assert house.states["BK"].outcome == "confirmed"
    assert house.documents == ["booking_note", "booking_confirmation"]


# -- documents ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["transport_mode", "cargo_class"])
def test_papers_cannot_be_listed_without_mode_and_class(field: str) -> None:
    opening = {name: value for name, value in OPENING.items() if name != field}
    with pytest.raises(InvalidInput, match=field):
        RuledHouse().open("DocumentPreparation", "DP", opening)


def test_expired_and_missing_documents_are_refused() -> None:
    house = documents()
    expired = [{"type": "permit", "valid_to": "2026-03-01"}]
    with pytest.raises(InvalidInput) as refused:
        house.do("DP", "zhou.jie", "collecting", "complete", {"documents": expired})
    assert {fault.where for fault in refused.value.faults} == {"nothing_missing", "as_files", "in_date"}


def test_the_customer_is_reminded_at_half_and_four_fifths_of_the_time_left() -> None:
    house = documents()
    house.pass_time(timedelta(days=5, hours=1))
    assert len(house.told("document_reminder")) == 1
    house.pass_time(timedelta(days=3))
    assert len(house.told("document_reminder")) == 2


def test_differing_papers_go_back_and_the_author_does_not_review() -> None:
    house = differing(pieces=4)
    assert house.documents == ["document_differences"]
    assert states(house, "DP") == ("making_transport_documents",)
    assert [each["field"] for each in house.states["DP"].snapshot.data["differences"]] == ["pieces"]
    made(house)
    good = {"complete": True, "accurate": True, "consistent": True}
    with pytest.raises(NotPermitted):
        house.do("DP", "zhou.jie", "second_review", "passed", good)
    with pytest.raises(InvalidInput):
        house.do("DP", "zhang.wei", "second_review", "passed", good | {"accurate": False})
    house.do("DP", "zhang.wei", "second_review", "passed", good)
    assert states(house, "DP") == ("sorting",)


# -- delivery ----------------------------------------------------------------------------------------------------------


def test_the_consignee_is_called_half_an_hour_before_a_late_vehicle() -> None:
    house = at_the_door()
    house.pass_time(timedelta(hours=2, minutes=29))
    assert "as_planned" in states(house, "DL")
    house.pass_time(timedelta(minutes=2))
    assert house.states["DL"].clocks["called#1"].is_open
    assert house.told("vehicle_delayed") == ["dispatcher"]


def test_cash_must_equal_the_order_and_goods_be_examined_before_the_signature_counts() -> None:
    house = at_the_door()
    house.do("DL", "shi.lei", "on_the_way", "arrived", {"departed_at": house.now.isoformat()})
    signed = {
        "signature": "s.png",
        "signer": "Shen",
        "signed_at": house.now.isoformat(),
        "inspected_by_consignee": False,
    }
    with pytest.raises(InvalidInput) as refused:
        house.do(
            "DL", "tian.yu", "handing_over", "accepted", signed | {"cod_collected": "CNY 99.00", "rights_told": False}
        )
    assert {fault.where for fault in refused.value.faults} == {"examined", "cash_agrees", "rights_told"}
    good = signed | {"inspected_by_consignee": True, "cod_collected": "CNY 100.00", "rights_told": True}
    house.do("DL", "tian.yu", "handing_over", "accepted", good)
    assert house.states["DL"].outcome == "signed"


def test_after_two_free_attempts_the_customer_decides() -> None:
    house = at_the_door()
    house.do("DL", "shi.lei", "on_the_way", "arrived", {"departed_at": house.now.isoformat()})
    house.do("DL", "tian.yu", "handing_over", "nobody_there")
    house.do("DL", "tian.yu", "second_delivery", "registered", {"registered_at": house.now.isoformat()})
    assert states(house, "DL") == ("appointing",)
    assert house.states["DL"].clocks["repeated#1"].is_open
    go_out(house)
    house.do("DL", "shi.lei", "on_the_way", "arrived", {"departed_at": house.now.isoformat()})
    house.do("DL", "tian.yu", "handing_over", "nobody_there")
    assert states(house, "DL") == ("customer_deciding",)


# -- the shipment ------------------------------------------------------------------------------------------------------


def booked(house: House) -> None:
    planned(house)
    house.do("S.booking", "zhou.jie", "requesting", "requested", {"supplier_email": "desk@nsl.example"})
    house.signal("S.booking", "carrier.confirmed", CONFIRMED)


def picked_up(house: House) -> None:
    now = house.now
    window = {
        "window_from_at": (now + timedelta(days=1)).isoformat(),
        "window_to_at": (now + timedelta(days=2)).isoformat(),
    }
    house.do("S.pickup", "ma.chao", "agreeing", "agreed", {"instructions": "Gate 3", **window})
    vehicle = {"vehicle": "V1", "driver": "Shi Lei", "fetched_by": "driver"}
    house.do("S.pickup", "ma.chao", "assigning", "assigned", vehicle, reason="It was bought today")
    house.do("S.pickup", "shi.lei", "on_the_way", "arrived", {"departed_at": now.isoformat()})
    fetched = {"items_examined": True, "pieces_fetched": 5, "weight_fetched": 100, "condition_fetched": "good"}
    house.do("S.pickup", "shi.lei", "collecting", "loaded", fetched | {"fetched_at": now.isoformat()})
    handed = {"pieces_handed": 5, "handed_to": "Deng Hui", "handed_at": now.isoformat(), "signature": "sign.png"}
    house.do("S.pickup", "shi.lei", "handing_over", "handed_over", handed)


def prepared(house: House) -> None:
    booked(house)
    picked_up(house)
    house.do("S.documents", "zhou.jie", "collecting", "complete", {"documents": PAPERS})
    house.do("S.documents", "zhou.jie", "first_check", "agreed", {"goods_match": True})
    note = house.states["S.documents"].snapshot.data["consignment"]
    papers = {"declaration": note, "transport_document": note, "bill_of_lading_no": "BL1"}
    house.do("S.documents", "zhou.jie", "making_transport_documents", "made", papers)
    good = {"complete": True, "accurate": True, "consistent": True}
    house.do("S.documents", "zhang.wei", "second_review", "passed", good)
    house.do(
        "S.documents", "zhang.wei", "sorting", "handed_over", {"document_order": ["invoice"], "set_file": "set.pdf"}
    )


def test_the_cut_offs_of_the_booking_are_watched_in_the_shipment() -> None:
    house = shipment()
    planned(house)
    house.do("S.booking", "zhou.jie", "requesting", "requested")
    cut_offs = [{"code": "DCO", "at": "2026-03-09T17:00+08:00"}, {"code": "FCO", "at": "2026-03-10T09:00+08:00"}]
    house.signal("S.booking", "carrier.confirmed", CONFIRMED | {"cut_offs": cut_offs})
    watched = {key: local(running.due_at) for key, running in house.states["S"].clocks.items() if running.due_at}
    assert watched["si_cut_off#1"] == "2026-03-09 17:00"
    assert watched["full_cut_off#1"] == "2026-03-10 09:00"
    assert house.told("booking_confirmed") == ["shipping@donglan.example", "customs_declarant", "dispatcher"]
    notice = next(notice for notice in house.notices if notice.template == "booking_confirmed")
    notices = NoticeTemplates(shipped().root / "notices")
    text = notices.render("booking_confirmed", notice.facts, {}, shipped().organization).text
    assert "Cut-off DCO: 2026-03-09 17:00 +08:00\nCut-off FCO: 2026-03-10 09:00 +08:00" in text


def test_a_rejected_commission_ends_the_shipment() -> None:
    house = shipment()
    house.signal("S.intake", "customer.cancelled")
    assert house.states["S"].outcome == "rejected"
    assert house.states["S"].snapshot.result["reject_reason"] == "customer_cancel"


@pytest.mark.parametrize(
    ("direction", "stage"), [("export", "clearance"), ("import", "transit"), ("domestic", "transit")]
)
def test_the_direction_decides_the_route(direction: str, stage: str) -> None:
    house = shipment(direction)
    prepared(house)
    assert stage in states(house, "S")


def test_a_customer_who_withdraws_cancels_the_parts_under_way() -> None:
    house = shipment()
    booked(house)
    house.tell("S", "zhou.jie", "customer.withdrew", {"withdrawal_reason": "Order lost"})
    assert states(house, "S") == ("calling_off",)
    assert {house.states[f"S.{part}"].status for part in ("documents", "pickup")} == {"cancelled"}
    assert house.told("shipment_cancelled") == ["shipping@donglan.example", "operator"]
    # The booking is closed long since; the file tells its carrier.
    assert house.told("booking_cancelled") == ["desk@nsl.example"]
    house.do("S", "zhou.jie", "calling_off", "called_off", {"calling_off_note": "NSL took it back"})
    assert house.states["S"].outcome == "cancelled"


def test_a_cancelled_file_tells_the_carrier_who_has_to_give_back_and_who_to_withdraw() -> None:
    house = shipment()
    prepared(house)
    house.cancel("S", CancelInput(actor="huang.tao", reason="Order lost"))
    assert house.told("booking_cancelled") == ["desk@nsl.example"]
    assert house.told("cargo_to_give_back") == ["dispatcher"]
    assert house.states["S.declaration"].status == "cancelled"


def test_a_part_that_was_cancelled_can_be_started_again_where_it_was() -> None:
    house = shipment()
    booked(house)
    house.cancel("S.documents", CancelInput(actor="huang.tao", reason="Wrong papers"))
    assert {"documents_cancelled", "picking_up", "no_exception"} <= set(states(house, "S"))
    house.do("S", "huang.tao", "documents_cancelled", "start_again", {"part_decision": "New papers"})
    assert {"preparing_documents", "picking_up", "no_exception"} <= set(states(house, "S"))
    # The vehicle was not called back for it.
    assert (house.states["S.documents.2"].status, house.states["S.pickup"].status) == ("open", "open")


def test_a_cancelled_declaration_is_made_again_and_not_what_came_before() -> None:
    house = shipment()
    prepared(house)
    house.cancel("S.declaration", CancelInput(actor="huang.tao", reason="Wrong papers"))
    assert "part_cancelled" in states(house, "S")
    house.do("S", "huang.tao", "part_cancelled", "start_again", {"part_decision": "Again"})
    assert "declaring" in states(house, "S")
    assert house.states["S.declaration.2"].status == "open"


def test_an_exception_is_told_to_the_customer_and_worked_on_beside_the_main_line() -> None:
    house = shipment()
    booked(house)
    house.signal("S", "exception.reported", {"exception_note": "Container damaged"})
    assert {"resolving_exception", "preparing_documents"} <= set(states(house, "S"))
    assert "shipping@donglan.example" in house.told("exception_reported")


def unfounded(house: House, case_id: str) -> None:
    found = {"kind": "delay", "found_at": house.now.isoformat(), "place": "Gate", "finder": "Shi Lei"}
    house.do(case_id, "zhou.jie", "reporting", "unfounded", found | {"unfounded_reason": "Nothing was late"})


def test_a_second_exception_is_told_and_kept_beside_the_first_and_the_file_waits_for_both() -> None:
    house = shipment()
    booked(house)
    for note in ("Container damaged", "Truck broke down"):
        house.signal("S", "exception.reported", {"exception_note": note})
    kept = [house.states[case_id].snapshot.data["description"] for case_id in ("S.exception", "S.exception.2")]
    assert kept == ["Container damaged", "Truck broke down"]
    assert house.told("exception_reported").count("shipping@donglan.example") == 2
    unfounded(house, "S.exception")
    assert "resolving_exception" in states(house, "S")
    house.cancel("S.exception.2", CancelInput(actor="huang.tao", reason="Told twice"))
    assert "no_exception" in states(house, "S")


def test_a_cut_off_that_moves_reaches_papers_and_pick_up() -> None:
    house = shipment()
    booked(house)
    house.signal("S", "carrier.schedule_changed", {"cut_off_at": "2026-03-12T12:00+08:00"})
    due = [
        house.states["S.documents"].clocks["collection_time#1"].due_at,
        house.states["S.pickup"].snapshot.data["wanted_at"],
    ]
    assert [local(at) for at in due if at is not None] == ["2026-03-12 12:00"] * 2
    assert house.told("schedule_changed") == ["shipping@donglan.example", "operator", "dispatcher", "customs_declarant"]


def test_a_shipment_that_does_not_move_for_two_days_is_reported() -> None:
    house = shipment()
    house.pass_time(timedelta(hours=73))
    told = [notice.recipient for notice in house.notices if notice.values.get("clock") == "stalled#1"]
    assert told[-1] == "operations_manager"
    assert "operator" in told
