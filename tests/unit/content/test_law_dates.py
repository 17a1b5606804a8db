"""A day from which the law counts is that of what happened, never that of its typing."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import pytest

from sop_engine.basis.faults import InvalidInput
from sop_engine.cases.contracts.acts import AmendInput
from sop_engine.cases.contracts.commands import RunWork
from tests.unit.content.customs_samples import CUSTOMER, NUMBER, data, declaration, submitted
from tests.unit.content.exact_finance import SUPPLIER_DATA, billed
from tests.unit.content.exact_freight import DOCUMENTS
from tests.unit.content.exact_house import CASE, ExactHouse, local
from tests.unit.content.exact_shipment import SHIPMENT_DATA, preparing, report
from tests.unit.content.freight_samples import at_the_door

EXPORT_NUMBER = "223320260000067890"
COD = f"{CASE}.cod"


def under_way(opened: str, **changed: Any) -> ExactHouse:
    house = ExactHouse(opened)
    house.start("FreightShipment", **SHIPMENT_DATA | changed)
    preparing(house)
    report(house, "preparing_documents", "handed_over")
    report(house, "picking_up", "handed_over", fetched_at="2026-11-10T09:00+08:00")
    house.signal(CASE, "transport.departed", {"departed_at": "2026-11-10T09:00+08:00"})
    return house


def shipment(house: ExactHouse) -> Mapping[str, Any]:
    return house.states[CASE].snapshot.data


def limit_of(house: ExactHouse, case_id: str, clock: str) -> str:
    due_at = house.states[case_id].clocks[clock].due_at
    assert due_at is not None
    return local(due_at)


@pytest.mark.parametrize(
    ("arrived_at", "arrived_on"),
    [("2026-11-15T09:00+08:00", date(2026, 11, 15)), ("2026-11-15T20:00+00:00", date(2026, 11, 16))],
)
def test_the_fourteen_days_of_an_import_count_from_the_arrival_and_not_from_its_typing(
    arrived_at: str, arrived_on: date
) -> None:
    house = under_way("2026-11-10 09:00", direction="import", origin="DEHAM", destination="CNSHA")
    house.at("2026-11-29 10:00")
    house.complete("zhou.jie", "under_way", "arrived", arrived_at=arrived_at)
    assert shipment(house)["arrived_on"] == arrived_on
    # The 14th day after the 15th is Sunday 29 November and moves to Monday; after the 16th it is that Monday.
    assert limit_of(house, f"{CASE}.declaration", "import_limit#1") == "2026-12-01 00:00"


def test_an_export_that_arrives_abroad_was_not_declared_inbound_here() -> None:
    house = under_way("2026-11-10 09:00", direction="domestic")
    house.signal(CASE, "transport.arrived", {"arrived_at": "2026-11-15T09:00+08:00"})
    assert shipment(house).get("arrived_on") is None


def test_the_senders_cash_counts_from_the_signature_and_not_from_its_typing() -> None:
    house = under_way("2026-11-10 09:00")
    house.signal(CASE, "transport.arrived", {"arrived_at": "2026-11-12T09:00+08:00"})
    house.at("2026-11-20 09:00")
    report(house, "delivering", "signed", signed_at="2026-11-13T18:00+08:00", cod_collected="CNY 800")
    assert house.states[COD].snapshot.data["cod_collected_on"] == date(2026, 11, 13)


def test_a_hand_over_that_was_skipped_has_a_person_say_what_cash_was_taken_and_when() -> None:
    house = under_way("2026-11-10 09:00")
    house.signal(CASE, "transport.arrived", {"arrived_at": "2026-11-12T09:00+08:00"})
    house.at("2026-11-20 09:00")
    report(house, "delivering", "signed")
    assert (house.states[COD].incidents, "finding_cash" in house.states[COD].snapshot.configuration) == ({}, True)
    with pytest.raises(InvalidInput) as missing:
        house.do(COD, "hu.jing", "finding_cash", "collected")
    assert [fault.where for fault in missing.value.faults] == ["cod_collected", "cod_collected_on"]
    told = {"cod_collected": "CNY 800", "cod_collected_on": "2026-11-13"}
    house.do(COD, "hu.jing", "finding_cash", "collected", told)
    found = house.states[COD].snapshot
    assert (found.data["cod_collected_on"], "counting_cash" in found.configuration) == (date(2026, 11, 13), True)


def test_cash_that_nobody_took_is_not_recorded() -> None:
    house = under_way("2026-11-10 09:00")
    house.signal(CASE, "transport.arrived", {"arrived_at": "2026-11-12T09:00+08:00"})
    report(house, "delivering", "signed")
    house.do(COD, "hu.jing", "finding_cash", "not_collected", {"cod_remarks": "The sender waived it"})
    assert {"telling_receiver", "cash_settled"} <= set(house.states[COD].snapshot.configuration)


def test_a_delivery_whose_hand_over_is_skipped_tells_no_day_of_cash() -> None:
    house = at_the_door()
    house.do("DL", "shi.lei", "on_the_way", "arrived", {"departed_at": house.now.isoformat()})
    taken = AmendInput(actor="huang.tao", data={"cod_collected": "CNY 100.00"}, reason="Told by telephone")
    house.amend("DL", taken)
    house.skip("DL", "huang.tao", "handing_over", "accepted")
    assert (house.states["DL"].incidents, house.states["DL"].outcome) == ({}, "signed")


def test_an_arrival_that_was_skipped_leaves_its_day_to_the_declaration() -> None:
    house = under_way("2026-11-10 09:00", direction="import", origin="DEHAM", destination="CNSHA")
    house.skip(CASE, "huang.tao", "under_way", "arrived")
    assert house.states[CASE].incidents == {}
    assert (shipment(house)["arrived_on"], shipment(house)["arrived_at"]) == (None, None)
    assert "declaring" in house.states[CASE].snapshot.configuration


# -- the day on which customs accepted ---------------------------------------------------------------------------------


def test_an_acceptance_without_its_day_is_dated_by_a_person_before_lateness_is_judged() -> None:
    house = declaration(arrived_on="2026-02-25")
    submitted(house)
    house.signal("D", "customs.accepted", {"customs_ref": "C1"})
    assert data(house)["declared_on"] is None
    house.signal("D", "customs.released")
    assert house.states["D"].snapshot.configuration == ("dating_acceptance",)
    with pytest.raises(InvalidInput, match="declared_on"):
        house.do("D", "wang.fang", "dating_acceptance", "dated")
    house.do("D", "wang.fang", "dating_acceptance", "dated", {"declared_on": "2026-03-01"})
    assert house.states["D"].snapshot.result["declared_on"] == date(2026, 3, 1)


def test_an_acceptance_recorded_by_hand_says_its_day() -> None:
    house = declaration(arrived_on="2026-02-25")
    submitted(house)
    for status in ("accepted", "released"):
        with pytest.raises(InvalidInput, match="declared_on: is missing"):
            house.do("D", "wang.fang", "awaiting_receipt", "received", {"receipt_status": status})
    told = {"receipt_status": "accepted", "declared_on": "2026-03-01"}
    house.do("D", "wang.fang", "awaiting_receipt", "received", told)
    assert data(house)["declared_on"] == date(2026, 3, 1)


@pytest.mark.parametrize("by_hand", [True, False])
def test_an_import_that_is_accepted_stops_its_limit_whoever_says_so(by_hand: bool) -> None:
    house = declaration(arrived_on="2026-02-25")
    submitted(house)
    if by_hand:
        told = {"receipt_status": "accepted", "declared_on": "2026-03-02"}
        house.do("D", "wang.fang", "awaiting_receipt", "received", told)
    else:
        house.signal("D", "customs.accepted", {"declared_on": "2026-03-02"})
    clock = house.states["D"].clocks["import_limit#1"]
    assert (clock.is_open, clock.clock.status) == (False, "met")
    assert house.states["D"].snapshot.configuration == ("awaiting_receipt",)


@pytest.mark.parametrize("accepted_before", [True, False])
def test_an_export_that_customs_return_is_watched_again_until_its_loading(accepted_before: bool) -> None:
    house = declaration(direction="export", loading_at="2026-03-06T10:00+08:00")
    item = {"goods": "Valves", "hs_code": "8481202000", "value": "CNY 1000000.00"}
    submitted(house, item=item, number=EXPORT_NUMBER)
    if accepted_before:
        house.signal("D", "customs.accepted", {"declared_on": "2026-03-02"})
        assert not any(clock.is_open for clock in house.states["D"].clocks.values() if clock.name == "export_limit")
    house.signal("D", "customs.returned", {"problem": "Wrong weight"})
    watching = [clock for clock in house.states["D"].clocks.values() if clock.name == "export_limit" and clock.is_open]
    assert [clock.due_at for clock in watching] == [datetime.fromisoformat("2026-03-05T10:00+08:00")]
    house.do("D", "wang.fang", "correcting", "corrected", {"cause": "Typing", "action": "Weight changed"})
    house.do("D", "liu.yang", "checking", "agreed", {"check_result": "Equal"})
    house.do("D", "wang.fang", "submitting", "submitted")
    house.signal("D", "customs.accepted", {"declared_on": "2026-03-02"})
    assert not any(clock.is_open for clock in house.states["D"].clocks.values() if clock.name == "export_limit")


def test_an_import_opened_alone_says_when_it_arrived_or_why_not() -> None:
    house = declaration(arrived_on=None)
    items = {"items": [{"goods": "Valves", "hs_code": "8481202000"}]}
    with pytest.raises(InvalidInput, match="the day of its arrival"):
        house.do("D", "wang.fang", "classifying", "clear", items)
    house.do("D", "wang.fang", "classifying", "clear", items | {"arrived_on": "2026-02-25"})
    assert house.states["D"].clocks["import_limit#1"].is_open


# -- numbers of declarations -------------------------------------------------------------------------------------------


def test_the_number_of_an_export_is_refused_on_an_import() -> None:
    house = declaration(arrived_on="2026-02-25")
    with pytest.raises(InvalidInput, match="number of an import"):
        submitted(house, number=EXPORT_NUMBER)
    house.do("D", "wang.fang", "submitting", "submitted", {"declaration_no": NUMBER})


def test_the_number_of_an_import_is_refused_on_an_export() -> None:
    house = declaration(direction="export", loading_at="2026-03-06T10:00+08:00")
    item = {"goods": "Valves", "hs_code": "8481202000", "value": "CNY 1000000.00"}
    with pytest.raises(InvalidInput, match="number of an export"):
        submitted(house, item=item, number=NUMBER)


def test_the_law_counts_from_the_day_on_the_notice_and_not_from_its_typing() -> None:
    house = ExactHouse("2026-03-10 09:00")
    case = {"declaration_no": NUMBER, "declared_on": "2026-03-02", "customs_value": "CNY 1000000.00"}
    item = {"goods": "Valves", "hs_code": "8481202000", "value": "CNY 1000000.00", "duty_rate": "0.05", "vat_rate": 0}
    house.start("TaxPayment", **CUSTOMER | case, items=[item])
    notice = {"notice_no": "N1", "pay_method": "Bank transfer", "paid_by": "customer", "due_reading": "B"}
    with pytest.raises(InvalidInput, match="noticed_on"):
        house.complete("wang.fang", "notifying", "issued", **notice)
    house.complete("wang.fang", "notifying", "issued", **notice, noticed_on="2026-03-03")
    assert house.due("tax_deadline#1") == "2026-03-19 00:00"


# -- clocks of imports, answers of the books, and what closes a release ------------------------------------------------


def test_the_papers_of_an_import_without_a_cut_off_are_watched() -> None:
    house = ExactHouse("2026-03-02 09:00")
    house.start("DocumentPreparation", **DOCUMENTS | {"direction": "import", "cut_off_at": None})
    house.at("2026-03-10 09:00")
    assert house.rungs("collection_without_cut_off")["breached"] == "2026-03-04 17:00"
    assert [to for _, to in house.notices_of("document_reminder")] == [DOCUMENTS["customer_email"]]


def test_an_import_is_ready_for_its_departure_where_no_cut_off_is_named() -> None:
    house = ExactHouse("2026-03-02 09:00")
    house.start("FreightShipment", **SHIPMENT_DATA | {"direction": "import", "origin": "DEHAM"})
    report(house, "intake", "accepted", transport_mode="sea", cargo_class="general")
    report(house, "booking", "confirmed", booking_no="COSU6123456789", etd_at="2026-03-14T20:00+08:00")
    assert house.due("cut_off#1") == "2026-03-14 20:00"


class ApprovedBefore(ExactHouse):
    """Its books keep all approvals of each request already."""

    def _work(self, case_id: str, command: RunWork) -> Mapping[str, Any]:
        return {"missing": []} if command.activity == "request_payment" else super()._work(case_id, command)


def test_a_request_for_payment_of_which_no_approval_is_missing_goes_on() -> None:
    house = ApprovedBefore("2026-03-02 09:00")
    house.start("SupplierSettlement", **SUPPLIER_DATA)
    billed(house)
    assert house.states[CASE].snapshot.configuration[-1] == "paying_bill"
    assert not house.states[CASE].incidents


def test_an_import_is_released_with_delivery_order_free_time_and_depot() -> None:
    house = ExactHouse("2026-03-02 09:00")
    boxes = [{"container_no": "MSKU1234565", "equipment": "20GP"}]
    house.start("CustomsRelease", **CUSTOMER, direction="import", voucher_no="V-1", containers=boxes)
    house.complete("wang.fang", "requesting", "requested")
    house.signal(CASE, "customs.released", {"released_at": "2026-03-02T09:00+08:00"})
    both = {"release_notice": "r.pdf", "stamped_delivery_order": "d.pdf"}
    house.complete("wang.fang", "storing_evidence", "stored", **both)
    pickup: dict[str, str] = {"pickup_vehicle": "V1", "pickup_on": "2026-03-03"}
    with pytest.raises(InvalidInput) as refused:
        house.complete("xu.ming", "arranging_pickup", "arranged", **pickup)
    said = str(refused.value)
    assert all(word in said for word in ("delivery order's number", "on which free time ends", "have the depot"))
    named = {"delivery_order_no": "DO-1", "free_time_end_on": "2026-03-09", "return_depot": "Waigaoqiao 3"}
    house.complete("xu.ming", "arranging_pickup", "arranged", **pickup, **named)
    assert house.states[CASE].outcome == "released"


@pytest.mark.parametrize(("direction", "number"), [("import", None), ("export", CASE)])
def test_an_import_whose_pick_up_was_skipped_has_no_number_of_a_delivery_order_that_nobody_gave(
    direction: str, number: str | None
) -> None:
    house = ExactHouse("2026-03-02 09:00")
    house.start("CustomsRelease", **CUSTOMER, direction=direction, voucher_no="V-1")
    house.complete("wang.fang", "requesting", "requested")
    house.signal(CASE, "customs.released", {"released_at": "2026-03-02T09:00+08:00"})
    both = {"release_notice": "r.pdf", "stamped_delivery_order": "d.pdf"}
    house.complete("wang.fang", "storing_evidence", "stored", **both)
    house.skip(CASE, "huang.tao", "arranging_pickup", "arranged")
    assert house.states[CASE].snapshot.result["delivery_order_no"] == number


def test_the_number_of_an_export_does_not_release_an_import() -> None:
    house = ExactHouse("2026-03-02 09:00")
    house.start("CustomsRelease", **CUSTOMER, direction="import", declaration_no=EXPORT_NUMBER)
    with pytest.raises(InvalidInput, match="says its direction"):
        house.complete("wang.fang", "requesting", "requested")
