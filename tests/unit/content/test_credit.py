"""The credit hold before a booking: allowed, granted by the finance manager or above, refused, checked again."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from sop_engine.basis.faults import InvalidInput, NotPermitted
from tests.unit.content.collection_house import collection, data, dunned, leaf
from tests.unit.content.content_house import Answer, House, RuledHouse
from tests.unit.content.freight_samples import SHIPMENT, planned, shipment, states


def overdue(values: Mapping[str, Any]) -> Mapping[str, Any]:
    exposure = Decimal(10_600) + values["amount"]["amount"]
    return {"allowed": False, "reason": "10600 overdue, the oldest by 35 days", "exposure": exposure}


def recorded_nowhere(values: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"approval": "A-1"}


def held_for_credit(approve: Answer = recorded_nowhere) -> House:
    house = RuledHouse(credit_check=overdue, approve_credit=approve)
    house.open("FreightShipment", "S", SHIPMENT | {"direction": "export"})
    planned(house)
    return house


LET = {"credit_reason": "Pays on Friday", "credit_until_on": "2026-03-06"}


def test_a_customer_within_its_credit_books_without_being_asked_about() -> None:
    house = shipment()
    planned(house)
    assert states(house, "S.booking") == ("requesting",)
    assert house.told("booking_credit_held") == []


def test_an_overdue_customer_books_once_the_finance_manager_let_it_up_to_what_was_checked() -> None:
    recorded: list[Mapping[str, Any]] = []

    def record(values: Mapping[str, Any]) -> Mapping[str, Any]:
        recorded.append(values)
        return {"approval": "A-1"}

    house = held_for_credit(record)
    assert states(house, "S.booking") == ("approving_credit",)
    assert house.told("booking_credit_held") == ["operator", "sales_rep"]
    with pytest.raises(InvalidInput, match="not_yet_expired"):
        house.do("S.booking", "qian.li", "approving_credit", "granted", LET | {"credit_until_on": "2026-03-01"})
    with pytest.raises(NotPermitted):
        house.do("S.booking", "lin.yue", "approving_credit", "granted", LET)
    house.do("S.booking", "qian.li", "approving_credit", "granted", LET)
    assert states(house, "S.booking") == ("requesting",)
    assert [(each["person"], each["for_case"], each["up_to"]) for each in recorded] == [
        ("qian.li", "S.booking", Decimal(11_600))
    ]
    assert house.told("booking_credit_granted") == ["operator", "sales_rep"]


def test_a_booking_refused_for_credit_rejects_the_shipment_with_the_reason() -> None:
    house = held_for_credit()
    house.do("S.booking", "qian.li", "approving_credit", "refused", {"credit_reason": "Broke two promises"})
    assert house.states["S.booking"].outcome == "credit_refused"
    assert house.states["S"].outcome == "rejected"
    assert house.states["S"].snapshot.result["reject_reason"] == "Broke two promises"
    assert house.told("booking_credit_refused") == ["operator", "sales_rep"]
    assert house.told("shipment_cancelled") == ["shipping@donglan.example"]


def test_the_general_manager_decides_where_it_is_raised_and_the_approval_is_recorded_as_his() -> None:
    recorded: list[Mapping[str, Any]] = []

    def record(values: Mapping[str, Any]) -> Mapping[str, Any]:
        recorded.append(values)
        return {"approval": "A-1"}

    house = held_for_credit(record)
    with pytest.raises(NotPermitted):
        house.do("S.booking", "chen.guodong", "approving_credit", "granted", LET)
    with pytest.raises(NotPermitted):
        house.tell("S.booking", "lin.yue", "credit.raised")
    house.tell("S.booking", "chen.guodong", "credit.raised")
    with pytest.raises(NotPermitted):
        house.do("S.booking", "qian.li", "approving_credit", "granted", LET)
    house.do("S.booking", "chen.guodong", "approving_credit", "granted", LET)
    assert states(house, "S.booking") == ("requesting",)
    assert [(each["person"], each["role"]) for each in recorded] == [("chen.guodong", "general_manager")]


def test_a_decision_that_is_not_taken_in_twice_its_time_goes_to_the_general_manager_once() -> None:
    house = held_for_credit()
    (task,) = house.states["S.booking"].open_tasks()
    assert (task.role, task.key) == ("finance_manager", "approving_credit#1")
    house.pass_time(timedelta(hours=24))  # Monday 09:30 + 8 working hours: Tuesday 09:00
    (task,) = house.states["S.booking"].open_tasks()
    assert (task.role, task.key) == ("general_manager", "approving_credit#2")
    house.pass_time(timedelta(days=7))
    assert [task.key for task in house.states["S.booking"].open_tasks()] == ["approving_credit#2"]


@pytest.mark.parametrize("again", ["next_supplier", "changed"])
def test_a_cost_that_grew_is_checked_again(again: str) -> None:
    checked: list[Decimal] = []

    def up_to_two_thousand(values: Mapping[str, Any]) -> Mapping[str, Any]:
        amount = values["amount"]["amount"]
        checked.append(amount)
        return {"allowed": amount <= 2_000, "reason": f"exposure of {amount}", "exposure": amount}

    house = RuledHouse(credit_check=up_to_two_thousand)
    house.open("FreightShipment", "S", SHIPMENT | {"direction": "export"})
    planned(house)
    house.do("S.booking", "zhou.jie", "requesting", "requested", {"supplier_email": "desk@nsl.example"})
    if again == "next_supplier":
        with pytest.raises(InvalidInput, match="other_cost"):
            house.do("S.booking", "zhou.jie", "awaiting_confirmation", again, {"other_supplier": "Evergreen"})
        other = {"other_supplier": "Evergreen", "other_cost": "CNY 2600.00"}
        house.do("S.booking", "zhou.jie", "awaiting_confirmation", again, other)
    else:
        house.signal("S.booking", "customer.changed", {"change_reason": "Two boxes"})
        house.do("S.booking", "zhou.jie", "amending", again, {"booked_cost": "CNY 2600.00"})
    assert checked == [Decimal(1_000), Decimal(2_600)]
    assert states(house, "S.booking") == ("approving_credit",)
    house.do("S.booking", "qian.li", "approving_credit", "granted", LET)
    assert states(house, "S.booking") == ("requesting",)
    data = house.states["S.booking"].snapshot.data
    assert data["supplier"] == ("Evergreen" if again == "next_supplier" else "NSL")
    assert data["supplier_email"] == (None if again == "next_supplier" else "desk@nsl.example")


class Terms(list[Mapping[str, Any]]):
    """What the books were asked to keep."""

    def __call__(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        self.append(values)
        return {}


PROPOSED = {"customer_name": "Acme", "standing": "good", "limit": "100000", "reason": "Pays on time for a year"}


def test_credit_terms_are_proposed_by_one_and_decided_by_another() -> None:
    terms = Terms()
    house = House(set_credit_terms=terms)
    house.open("CreditTerms", "T", {"customer_name": "Acme"})
    house.do("T", "hu.jing", "proposing", "proposed", PROPOSED)
    with pytest.raises(NotPermitted):
        house.do("T", "hu.jing", "deciding", "approved")
    house.do("T", "qian.li", "deciding", "returned", {"remarks": "Less"})
    house.do("T", "hu.jing", "proposing", "proposed", {**PROPOSED, "limit": "50000"})
    assert terms == []
    house.do("T", "qian.li", "deciding", "approved")
    (kept,) = terms
    assert house.states["T"].outcome == "agreed"
    assert (kept["customer"], kept["standing"], kept["limit"], kept["person"]) == ("Acme", "good", 50_000, "qian.li")


def test_terms_with_a_limit_and_without_one_are_refused() -> None:
    house = House(set_credit_terms=Terms())
    house.open("CreditTerms", "T", {"customer_name": "Acme"})
    with pytest.raises(InvalidInput, match="one_limit"):
        house.do("T", "hu.jing", "proposing", "proposed", {**PROPOSED, "without_limit": True})


@pytest.mark.parametrize(("action", "standing"), [("stop_credit", "on_hold"), ("hold_new_booking", "on_hold")])
def test_credit_that_the_general_manager_stops_is_stopped_in_the_books(action: str, standing: str) -> None:
    terms = Terms()
    house = collection("2026-03-04", set_credit_terms=terms)
    house.pass_time(timedelta(days=35))
    house.do("C", "sun.lihua", "escalated", "decided", {"action": action, "approval": "30 days late"})
    assert terms == []
    house.do("C", "chen.guodong", "general_manager_deciding", "approved", {"approval": "Agreed"})
    (kept,) = terms
    assert (kept["customer"], kept["standing"], kept["person"]) == ("Qiming", standing, "chen.guodong")
    assert (leaf(house), house.told("collection_action")) == ("overdue", ["sales_rep"])
    assert dunned(house)[-1] == data(house)["level"]
