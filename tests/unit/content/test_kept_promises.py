"""What counts as a promise kept where work comes back, and what is asked of whoever skips a task."""

from collections.abc import Callable
from typing import Any

import pytest

from sop_engine.basis.faults import InvalidInput, Refused
from tests.unit.content import exact_customs, exact_finance, exact_freight, exact_service
from tests.unit.content.exact_house import CASE, OPENED, ExactHouse


def played(sop: str, data: dict[str, Any], play: Callable[[ExactHouse], None]) -> ExactHouse:
    house = ExactHouse(OPENED)
    house.start(sop, **data)
    play(house)
    return house


def status(house: ExactHouse, clock: str) -> str:
    return house.states[CASE].clocks[clock].clock.status


def test_a_postponed_delivery_keeps_no_promise_and_a_new_appointment_has_its_time() -> None:
    house = played("Delivery", exact_freight.DELIVERY_DATA, exact_freight.on_the_way)
    house.complete("shi.lei", "on_the_way", "postponed", delay_reason="Snow")
    assert (status(house, "window#1"), status(house, "late_call#1")) == ("cancelled", "cancelled")
    assert house.due("appointing#2") == "2026-03-03 17:00"


def test_an_appointment_is_not_skipped() -> None:
    house = played("Delivery", exact_freight.DELIVERY_DATA, lambda _: None)
    house.complete("deng.hui", "arrival_check", "accepted", condition="good", pieces_received=100)
    with pytest.raises(Refused, match="may not be skipped"):
        house.act("skip_task", actor="zhao.min", task="appointing", outcome="agreed", reason="Later")


def test_tax_that_was_paid_late_is_not_skipped() -> None:
    house = played("TaxPayment", exact_customs.TAX_DATA, overdue)
    with pytest.raises(Refused, match="may not be skipped as paid"):
        house.act("skip_task", actor="huang.tao", task="overdue", outcome="paid", reason="The bank called")


def test_a_returned_plan_is_worked_on_in_what_is_left_of_its_time() -> None:
    house = played("Complaint", exact_service.DATA, exact_service.planned)
    assert status(house, "plan#1") == "paused"
    house.at("2026-03-02 11:00")
    house.complete("feng.xue", "approving_plan", "returned", remarks="Who pays?")
    assert house.due("plan#1") == "2026-03-03 11:00"
    words = {"facts": "Rain", "cause": "No sheet", "plan": "Replace and pay"}
    house.complete("huang.tao", "investigating", "plan_proposed", **words)
    house.complete("feng.xue", "approving_plan", "approved")
    assert status(house, "plan#1") == "met"


def test_a_unit_without_a_plan_has_kept_no_promise_and_the_time_goes_on() -> None:
    house = played("Complaint", exact_service.DATA, exact_service.investigating)
    house.complete("huang.tao", "investigating", "no_plan", facts="Not our truck")
    assert (status(house, "plan#1"), house.due("plan#1")) == ("running", "2026-03-03 09:00")


def test_a_notice_that_is_computed_again_has_no_new_time() -> None:
    house = played("TaxPayment", exact_customs.TAX_DATA, lambda _: None)
    house.at("2026-03-02 10:00")
    house.complete("zhang.wei", "notifying", "recalculate")
    assert (house.tasks, house.due("notifying#1")) == (("notifying",), "2026-03-02 11:00")
    exact_customs.notice_issued(house)
    assert status(house, "notifying#1") == "met"


def revisited(house: ExactHouse) -> None:
    exact_service.handled(house)
    house.at("2026-03-06 09:00")


def overdue(house: ExactHouse) -> None:
    exact_customs.notice_issued(house)
    house.at("2026-03-18 12:00")


SKIPPED = [
    ("Booking", exact_freight.CUSTOMER, exact_freight.booking_proposed, "huang.tao", "choosing.chosen"),
    ("TaxAdjustment", exact_customs.OVERPAID, exact_customs.refund_granted, "qian.li", "collecting.received"),
    ("Invoicing", exact_finance.INVOICE_DATA, exact_finance.invoice_requested, "qian.li", "drafting.drafted"),
    ("Complaint", exact_service.DATA, revisited, "zhao.min", "revisiting.heard"),
]
ASKED = {
    "Booking": {"selected_option"},
    "TaxAdjustment": {"received"},
    "Invoicing": set(),
    "Complaint": {"satisfied"},
}


@pytest.mark.parametrize(("sop", "data", "play", "actor", "outcome"), SKIPPED, ids=[row[0] for row in SKIPPED])
def test_who_skips_a_task_says_what_the_case_needs_or_leaves_no_incident(
    sop: str, data: dict[str, Any], play: Callable[[ExactHouse], None], actor: str, outcome: str
) -> None:
    house = played(sop, data, play)
    task, name = outcome.split(".")
    skipping = {"actor": actor, "task": task, "outcome": name, "reason": "Known"}
    if ASKED[sop]:
        with pytest.raises(InvalidInput, match="the case needs it further on") as refused:
            house.act("skip_task", **skipping)
        assert {fault.where for fault in refused.value.faults} >= ASKED[sop]
    else:
        house.act("skip_task", **skipping)
        assert house.states[CASE].incidents == {}
