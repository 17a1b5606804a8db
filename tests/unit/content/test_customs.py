"""Declaration, inspection, tax and release: statutory deadlines, four eyes, what blocks."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from sop_engine.basis.faults import InvalidInput, NotPermitted
from tests.unit.content.content_house import House, RuledHouse
from tests.unit.content.customs_samples import CUSTOMER, ITEM, NOTICE, NUMBER, data, declaration, enter, submitted, tax


def due(house: House, case_id: str, clock: str) -> datetime | None:
    return house.states[case_id].clocks[clock].due_at


def at(house: House, case_id: str) -> str:
    return house.states[case_id].snapshot.configuration[-1]


# -- declaration -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arrived_on", "last_day"),
    [
        ("2026-01-19", "2026-02-02"),
        ("2026-02-01", "2026-02-24"),
        ("2026-04-20", "2026-05-06"),
        ("2026-06-06", "2026-06-22"),
    ],
)
def test_an_import_is_declared_within_fourteen_days_of_arrival(arrived_on: str, last_day: str) -> None:
    arrived = datetime.fromisoformat(f"{arrived_on}T02:00+00:00")
    house = declaration(arrived, arrived_on=arrived_on)
    midnight = datetime.fromisoformat(f"{last_day}T00:00+08:00") + timedelta(days=1)
    assert due(house, "D", "import_limit#1") == midnight


def test_an_export_is_declared_a_day_before_loading() -> None:
    house = declaration(direction="export", loading_at="2026-03-06T10:00+08:00")
    assert due(house, "D", "export_limit#1") == datetime(2026, 3, 5, 2, 0, tzinfo=UTC)


def test_supervision_conditions_need_permits_and_a_difficult_code_needs_evidence() -> None:
    house = declaration()
    watched = [ITEM | {"supervision_condition": "A"}]
    permits = [{"condition": "A", "no": "P1"}]
    with pytest.raises(InvalidInput):
        house.do("D", "wang.fang", "classifying", "clear", {"items": watched})
    house.do("D", "wang.fang", "classifying", "difficult", {"items": watched, "permits": permits})
    with pytest.raises(InvalidInput) as refused:
        house.do("D", "wang.fang", "difficult_code", "decided", {"method": "precedent", "decision": "8481"})
    assert [fault.where for fault in refused.value.faults] == ["evidence"]


@pytest.mark.parametrize("gap", ["duty_rate", "vat_rate"])
def test_an_import_keeps_its_rates_wherever_its_items_are_changed(gap: str) -> None:
    short = [{name: value for name, value in ITEM.items() if name != gap}]
    house = declaration()
    house.do("D", "wang.fang", "classifying", "difficult", {"items": [ITEM]})
    found = {"method": "precedent", "decision": "8481", "evidence": "ruling.pdf", "items": short}
    house.do("D", "wang.fang", "difficult_code", "decided", found)
    with pytest.raises(InvalidInput, match="An import has its rates"):
        enter(house)
    enter(house, items=[ITEM])
    house.do("D", "liu.yang", "checking", "agreed", {"check_result": "Equal"})
    house.do("D", "wang.fang", "submitting", "submitted", {"declaration_no": NUMBER})
    house.signal("D", "customs.returned", {"problem": "Wrong price"})
    with pytest.raises(InvalidInput, match="An import has its rates"):
        house.do("D", "wang.fang", "correcting", "corrected", {"cause": "Typing", "action": "Price", "items": short})
    with pytest.raises(InvalidInput, match=gap):
        tax(item=short[0])


def test_a_corrected_price_corrects_the_customs_value() -> None:
    house = declaration()
    submitted(house)
    house.signal("D", "customs.returned", {"problem": "Wrong price"})
    cheaper = {"cause": "Typing", "action": "Price changed", "items": [ITEM | {"value": "CNY 900000.00"}]}
    house.do("D", "wang.fang", "correcting", "corrected", cheaper)
    assert house.states["D"].snapshot.data["customs_value"]["amount"] == Decimal("900000.00")


def test_the_draft_is_made_for_the_check_and_again_when_it_goes_to_customs_and_when_they_accept_it() -> None:
    house = declaration(arrived_on="2026-03-02")
    house.do("D", "wang.fang", "classifying", "clear", {"items": [ITEM]})
    enter(house)
    assert house.documents == ["declaration_draft"]
    taxed = [(line["kind"], line["basis"]["amount"], line["amount"]["amount"]) for line in data(house)["line_taxes"]]
    assert taxed == [
        ("duty", Decimal("1000000.00"), Decimal("50000.00")),
        ("vat", Decimal("1050000.00"), Decimal("136500.00")),
    ]
    house.do("D", "liu.yang", "checking", "agreed", {"check_result": "Equal"})
    house.do("D", "wang.fang", "submitting", "submitted", {"declaration_no": NUMBER})
    house.signal("D", "customs.accepted", {"customs_ref": "C1", "declared_on": "2026-03-18"})
    house.signal("D", "customs.released")
    assert house.documents == ["declaration_draft"] * 3
    accepted = house.papers[-1].facts.data
    # 14 days after 2 March end on the 16th; the 17th and the 18th are late: 1,000,000 x 0.05 % x 2.
    assert (accepted["late_days"], accepted["late_declaration_fee"]["amount"]) == (2, "1000.00")
    assert house.papers[1].facts.data["late_days"] is None


def test_the_rest_of_the_form_is_there_for_each_item_or_for_none() -> None:
    house = declaration()
    house.do("D", "wang.fang", "classifying", "clear", {"items": [ITEM, ITEM]})
    with pytest.raises(InvalidInput, match="for each item"):
        enter(house, line_details=[{"ciq_code": "999"}])
    enter(house, line_details=[{"ciq_code": "999"}, {"ciq_code": "101", "duty_mode": "levied"}])
    assert at(house, "D") == "checking"


def test_who_entered_does_not_check() -> None:
    house = declaration()
    house.do("D", "wang.fang", "classifying", "clear", {"items": [ITEM]})
    enter(house)
    with pytest.raises(NotPermitted):
        house.do("D", "wang.fang", "checking", "agreed", {"check_result": "Equal"})


def test_a_returned_declaration_is_corrected_checked_again_and_resubmitted() -> None:
    house = declaration()
    submitted(house)
    house.signal("D", "customs.returned", {"problem": "Wrong weight"})
    house.do("D", "wang.fang", "correcting", "corrected", {"cause": "Typing", "action": "Weight changed"})
    with pytest.raises(NotPermitted):
        house.do("D", "wang.fang", "checking", "agreed", {"check_result": "Equal"})
    house.do("D", "liu.yang", "checking", "agreed", {"check_result": "Equal"})
    house.do("D", "wang.fang", "submitting", "submitted")
    house.signal("D", "customs.accepted", {"declared_on": "2026-03-02"})
    house.signal("D", "customs.tax_assessed", {"assessed_tax": "CNY 186500.00"})
    result = house.states["D"].snapshot.result
    assert (house.states["D"].outcome, result["assessed_tax"]["amount"]) == ("declared", Decimal("186500.00"))
    assert result["customs_value"] == {"amount": Decimal("1000000.00"), "currency": "CNY"}


def test_a_receipt_recorded_by_hand_does_what_the_system_would() -> None:
    house = declaration()
    submitted(house)
    house.do("D", "wang.fang", "awaiting_receipt", "received", {"receipt_status": "query", "problem": "Use?"})
    house.do("D", "wang.fang", "answering_query", "answered", {"action": "Packaging machines"})
    with pytest.raises(InvalidInput):
        house.do("D", "wang.fang", "awaiting_receipt", "received", {"receipt_status": "inspection_ordered"})
    ordered = {"receipt_status": "inspection_ordered", "instruction_no": "CY1", "declared_on": "2026-03-02"}
    house.do("D", "wang.fang", "awaiting_receipt", "received", ordered)
    assert house.states["D"].snapshot.result["inspection_ordered"] is True


# -- inspection --------------------------------------------------------------------------------------------------------


def inspection() -> House:
    house = RuledHouse()
    opening = CUSTOMER | {
        "instruction_no": "CY1",
        "inspection_site": "Shed 3",
        "appointed_at": "2026-03-03T10:00+08:00",
    }
    house.open("CustomsInspection", "I", opening)
    return house


def test_all_parties_are_told_and_the_cargo_is_due_two_hours_before() -> None:
    house = inspection()
    house.do("I", "wang.fang", "instructed", "announced")
    told = house.told("inspection_ordered")
    assert told == ["warehouse_keeper", "dispatcher", "operator", "logistics@qiming.example"]
    assert due(house, "I", "in_place#1") == datetime(2026, 3, 3, 0, 0, tzinfo=UTC)


def test_a_discrepancy_is_told_at_once_and_may_be_inspected_again_or_amended() -> None:
    house = inspection()
    house.do("I", "wang.fang", "instructed", "announced")
    house.do("I", "deng.hui", "preparing", "in_position", {"cargo_moved_at": house.now.isoformat(), "position": "B1"})
    papers = {"document_list": ["invoice"], "person_attending": "Wang Fang"}
    for outcome in ("inspect_again", "amend"):
        house.do("I", "wang.fang", "preparing_papers", "ready", papers)
        house.signal("I", "customs.inspection_failed", {"finding": "One carton more"})
        attended = {"started_at": house.now.isoformat(), "remedy": "amend_declaration"}
        house.do("I", "wang.fang", "discrepancy", outcome, attended)
    assert house.states["I"].outcome == "amend_declaration"
    assert len(house.told("inspection_discrepancy")) == 2


# -- tax ---------------------------------------------------------------------------------------------------------------


PAID = {"paid_on": "2026-03-20", "paid_amount": "CNY 186500.00", "voucher_no": "V1"}


def test_nothing_due_ends_at_once() -> None:
    house = tax(item=ITEM | {"duty_rate": 0, "vat_rate": 0})
    assert house.states["T"].outcome == "nothing_due"


def test_a_figure_other_than_the_assessment_is_not_noticed() -> None:
    house = tax(assessed="CNY 190000.00")
    with pytest.raises(InvalidInput):
        house.do("T", "wang.fang", "notifying", "issued", NOTICE)


@pytest.mark.parametrize(
    ("declared_on", "last_day"),
    [("2026-02-05", "2026-02-24"), ("2026-09-18", "2026-10-08"), ("2026-09-24", "2026-10-09")],
)
def test_tax_is_due_fifteen_days_after_the_declaration(declared_on: str, last_day: str) -> None:
    house = tax(declared_on)
    house.do("T", "wang.fang", "notifying", "issued", NOTICE | {"noticed_on": declared_on})
    midnight = datetime.fromisoformat(f"{last_day}T00:00+08:00") + timedelta(days=1)
    assert due(house, "T", "tax_deadline#1") == midnight


def test_the_customer_is_reminded_four_times_then_daily_and_pays_a_surcharge() -> None:
    house = tax()
    house.do("T", "wang.fang", "notifying", "issued", NOTICE)
    house.pass_time(timedelta(days=15))
    assert len(house.told("tax_reminder")) == 4
    house.pass_time(timedelta(days=3))
    assert at(house, "T") == "overdue"
    told = house.told("tax_overdue")
    assert told[:3] == ["operations_manager", "sales_rep", "logistics@qiming.example"]
    assert told.count("logistics@qiming.example") == 3
    house.signal("T", "payment.received", PAID)
    seen = {"amount_match": True, "voucher": "v.pdf"}
    with pytest.raises(InvalidInput):
        house.do("T", "liu.yang", "checking_voucher", "matched", seen)
    house.do("T", "liu.yang", "checking_voucher", "matched", seen | {"paid_amount": "CNY 186779.75"})
    house.do("T", "guo.qiang", "confirming_voucher", "confirmed")
    assert house.states["T"].outcome == "paid"
    assert house.postings == []


def test_the_surcharge_of_each_tax_is_waived_by_itself() -> None:
    house = tax(assessed="CNY 141300.00", item=ITEM | {"duty_rate": "0.01"})
    house.do("T", "wang.fang", "notifying", "issued", NOTICE)
    house.pass_time(timedelta(days=18))
    house.signal("T", "payment.received", PAID)
    # Three days late: 10 000 of duty bear 15.00, below the 50 that are charged; 131 300 of VAT bear 196.95.
    assert house.states["T"].snapshot.data["late_charge"]["amount"] == Decimal("196.95")


def test_tax_paid_for_the_customer_is_posted_after_two_people_saw_the_voucher() -> None:
    house = tax()
    house.do("T", "wang.fang", "notifying", "issued", NOTICE | {"paid_by": "us_on_behalf"})
    house.do(
        "T", "hu.jing", "awaiting_payment", "voucher_received", PAID | {"paid_on": "2026-03-02", "voucher": "v.pdf"}
    )
    house.do("T", "liu.yang", "checking_voucher", "matched", {"amount_match": True})
    with pytest.raises(NotPermitted):
        house.do("T", "hu.jing", "confirming_voucher", "confirmed")
    house.do("T", "guo.qiang", "confirming_voucher", "confirmed")
    assert [posting.entry for posting in house.postings] == ["tax_paid_for_customer"]


# -- release -----------------------------------------------------------------------------------------------------------


def test_release_waits_for_the_voucher() -> None:
    house = RuledHouse()
    house.open("CustomsRelease", "R", CUSTOMER | {"direction": "import", "tax_total": "CNY 186500.00"})
    with pytest.raises(InvalidInput):
        house.do("R", "wang.fang", "requesting", "requested")
    house.do("R", "wang.fang", "requesting", "requested", {"voucher_no": "V1"})
    house.signal("R", "customs.released", {"released_at": house.now.isoformat()})
    assert due(house, "R", "informing#1") == house.now + timedelta(hours=1)
    with pytest.raises(InvalidInput):
        house.do("R", "wang.fang", "storing_evidence", "stored", {"release_notice": "r.pdf"})
    both = {"release_notice": "r.pdf", "stamped_delivery_order": "d.pdf"}
    house.do("R", "wang.fang", "storing_evidence", "stored", both)
    assert house.told("released") == ["logistics@qiming.example", "operator"]
    pickup = {"pickup_vehicle": "V1", "pickup_on": "2026-03-03", "delivery_order_no": "DO-1"}
    due_back = {"free_time_end_on": "2026-03-09", "return_depot": "Waigaoqiao 3"}
    house.do("R", "xu.ming", "arranging_pickup", "arranged", pickup | due_back)
    assert house.documents == ["release_notice", "delivery_order"]
