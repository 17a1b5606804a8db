"""Collection: reminders, dunning by levels, promises, disputes, write-offs, and what is paid too much."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from sop_engine.basis.faults import InvalidInput, NotPermitted
from tests.unit.content.collection_house import (
    MONEY,
    Receipts,
    booked,
    clock,
    collection,
    data,
    dunned,
    leaf,
    money_leaf,
    pay,
    promised,
    report,
)
from tests.unit.content.content_house import House
from tests.unit.content.finance_samples import CUSTOMER


def test_reminders_before_dunning_after_and_escalation_at_thirty_days() -> None:
    house = collection("2026-03-16")
    house.pass_time(timedelta(days=14))
    assert len(house.told("payment_reminder")) == 3
    assert leaf(house) == "reminded"
    house.pass_time(timedelta(days=2))
    assert (leaf(house), house.documents) == ("overdue", ["dunning_notice"])
    house.pass_time(timedelta(days=14))
    assert data(house)["level"] == 3
    house.pass_time(timedelta(days=15))
    assert (leaf(house), data(house)["level"], data(house)["overdue_days"]) == ("escalated", 4, 30)
    assert data(house)["late_fee"] == {"amount": Decimal("15.00"), "currency": "CNY"}
    assert house.told("collection_escalated") == ["sales_rep"]


def test_a_part_payment_leaves_the_rest_open_and_the_rest_closes() -> None:
    house = collection()
    pay(house, "CNY 400.00", "B1")
    assert (leaf(house), house.told("payment_short")) == ("reminded", ["money@qiming.example"])
    pay(house, "CNY 600.00", "B2")
    house.do("C", "hu.jing", "closing", "closed", {"closing_entry": "Paid"})
    assert house.states["C"].outcome == "paid"
    assert booked(house) == [("B1", "400.00"), ("B2", "600.00")]


def test_nothing_is_closed_while_the_books_are_being_asked() -> None:
    refused: list[str] = []
    houses: list[House] = []

    def books(values: Mapping[str, Any]) -> Mapping[str, Any]:
        for house in (each for each in houses if leaf(each) == "closing"):
            with pytest.raises(InvalidInput, match="the books are not being asked") as refusal:
                house.do("C", "hu.jing", "closing", "closed", {"closing_entry": "Paid"})
            refused.append(refusal.value.text())
        return {"lines": []}

    house = collection(allocated_money=books)
    houses.append(house)
    pay(house, "CNY 1000.00", "B1")
    assert leaf(house) == "closing"
    told = {"allocated_ref": "TOLD", "allocated_amount": "CNY 100", "allocated_on": "2026-03-02"}
    house.tell("C", "qian.li", "allocation.booked", told)
    assert len(refused) == 1
    house.do("C", "hu.jing", "closing", "closed", {"closing_entry": "Paid"})
    assert house.states["C"].outcome == "paid"


def test_too_much_is_returned() -> None:
    house = collection()
    pay(house, "CNY 1200.00", "B1")
    house.do("C", "hu.jing", "crediting", "refund", {"credit_action": "Refund by bank"})
    house.do("C", "qian.li", "approving_refund", "approved", {"approval": "Agreed"})
    with pytest.raises(InvalidInput, match="2026-03-03 lies ahead"):
        house.do("C", "hu.jing", "refunding", "refunded", {"refunded_on": "2026-03-03"})
    house.do("C", "hu.jing", "refunding", "refunded", {"refunded_on": "2026-03-02"})
    assert leaf(house) == "closing"
    (returned,) = house.postings
    assert (returned.entry, returned.values["amount"]["amount"]) == ("money_returned", "200.00")
    assert returned.values["paid_on"] == "2026-03-02"


def test_a_dispute_opens_a_complaint_and_rests_the_clock_until_it_is_settled() -> None:
    house = collection()
    house.tell("C", "hu.jing", "customer.disputed", {"dispute": "Charged twice"})
    assert clock(house) == "paused"
    assert house.states["C.complaint"].sop == "Complaint"
    house.signal("C.complaint", "complainant.withdrew")
    assert clock(house) == "running"
    assert leaf(house) == "open"


def test_a_dispute_that_is_right_lessens_the_invoice_once_the_manager_approves() -> None:
    house = collection()
    house.tell("C", "hu.jing", "customer.disputed", {"dispute": "Waiting time was not agreed"})
    conceded = {"customer_answer": "They are right", "credit_net": "CNY 1000.01", "credit_tax_rate": "0"}
    with pytest.raises(InvalidInput, match="not more than the invoice"):
        house.do("C", "hu.jing", "disputed", "conceded", conceded)
    house.do("C", "hu.jing", "disputed", "conceded", conceded | {"credit_net": "CNY 300.00"})
    assert clock(house) == "paused"
    house.do("C", "qian.li", "approving_credit", "approved", {"approval": "Agreed"})
    assert (leaf(house), clock(house)) == ("open", "running")
    pay(house, "CNY 700.00", "B1")
    assert leaf(house) == "closing"


@pytest.mark.parametrize(("until", "broken_after", "level"), [("2026-03-07", 3, 1), ("2026-03-20", 16, 3)])
def test_a_broken_promise_is_dunned_at_the_level_that_is_due(until: str, broken_after: int, level: int) -> None:
    house = promised(until)
    house.pass_time(timedelta(days=broken_after - 1))
    assert (leaf(house), dunned(house)) == ("promised", [1])
    house.pass_time(timedelta(days=1))
    assert (leaf(house), dunned(house)) == ("overdue", [1, level])


def test_a_promise_that_outlasts_the_escalation_holds_it_back() -> None:
    house = promised("2026-04-10")
    house.pass_time(timedelta(days=36))
    assert (leaf(house), dunned(house)) == ("promised", [1])
    house.pass_time(timedelta(days=1))
    assert (leaf(house), dunned(house)) == ("escalated", [1, 4])


def test_a_part_payment_leaves_the_promise_standing() -> None:
    house = promised("2026-03-20")
    house.pass_time(timedelta(days=9))
    pay(house, "CNY 400.00", "B1")
    assert (leaf(house), dunned(house)) == ("promised", [1])
    house.pass_time(timedelta(days=7))
    assert (leaf(house), dunned(house)) == ("overdue", [1, 3])


@pytest.mark.parametrize(
    ("days", "state", "levels"), [(9, "overdue", [1, 2]), (20, "overdue", [1, 3]), (50, "escalated", [1, 5])]
)
def test_a_level_reached_while_money_is_booked_follows_when_it_is_not_ours(
    days: int, state: str, levels: list[int]
) -> None:
    house = collection("2026-03-04")
    house.pass_time(timedelta(days=3))
    house.signal("C", "payment.received", MONEY)
    house.pass_time(timedelta(days=days))
    assert (leaf(house), money_leaf(house), dunned(house)) == ("overdue", "posting", [1])
    house.do("C", "hu.jing", "posting", "not_ours")
    assert (leaf(house), dunned(house)) == (state, levels)


def test_a_level_reached_while_money_is_booked_lapses_with_the_debt() -> None:
    house = collection("2026-03-04")
    house.signal(
        "C", "payment.received", {"received_amount": "CNY 1000.00", "received_on": "2026-03-05", "bank_ref": "B1"}
    )
    house.pass_time(timedelta(days=20))
    house.do("C", "hu.jing", "posting", "posted")
    assert (leaf(house), dunned(house)) == ("closing", [])


def test_a_part_payment_leaves_the_dispute_open_and_its_clock_at_rest() -> None:
    house = collection("2026-03-04")
    house.tell("C", "hu.jing", "customer.disputed", {"dispute": "Charged twice"})
    money = {"received_amount": "CNY 400.00", "received_on": "2026-03-05", "bank_ref": "B1"}
    house.signal("C", "payment.received", money)
    house.pass_time(timedelta(days=20))
    assert clock(house) == "paused"
    house.do("C", "hu.jing", "posting", "posted")
    assert (leaf(house), clock(house), dunned(house)) == ("disputed", "paused", [])


def test_a_dispute_that_is_settled_while_money_is_booked_is_over() -> None:
    house = collection()
    house.tell("C", "hu.jing", "customer.disputed", {"dispute": "Charged twice"})
    house.signal(
        "C", "payment.received", {"received_amount": "CNY 400.00", "received_on": "2026-03-05", "bank_ref": "B1"}
    )
    house.signal("C.complaint", "complainant.withdrew")
    assert clock(house) == "running"
    house.do("C", "hu.jing", "posting", "posted")
    assert leaf(house) == "reminded"


def test_money_for_another_invoice_leaves_the_escalation_to_be_decided() -> None:
    house = collection("2026-03-04")
    house.pass_time(timedelta(days=35))
    house.signal("C", "payment.received", MONEY)
    house.do("C", "hu.jing", "posting", "not_ours")
    assert (leaf(house), dunned(house)) == ("escalated", [1, 2, 3, 4])
    house.do("C", "sun.lihua", "escalated", "decided", {"action": "legal", "approval": "Hand to counsel"})
    house.do("C", "chen.guodong", "general_manager_deciding", "approved", {"approval": "Agreed"})
    assert (leaf(house), dunned(house)) == ("overdue", [1, 2, 3, 4, 4])


def test_a_write_off_needs_finance_manager_and_general_manager() -> None:
    house = collection("2026-03-04")
    house.pass_time(timedelta(days=3))
    house.do("C", "hu.jing", "overdue", "escalated", {"customer_answer": "Insolvent"})
    house.do("C", "sun.lihua", "escalated", "decided", {"action": "write_off", "approval": "No assets"})
    house.do("C", "qian.li", "approving_write_off", "approved", {"approval": "Agreed"})
    with pytest.raises(NotPermitted):
        house.do("C", "qian.li", "confirming_write_off", "approved")
    house.do("C", "chen.guodong", "confirming_write_off", "approved")
    assert house.states["C"].outcome == "written_off"
    assert house.postings[-1].entry == "write_off"


def test_a_dispute_after_the_due_date_holds_the_letters_back_until_it_is_over() -> None:
    house = collection("2026-03-04")
    house.pass_time(timedelta(days=3))
    house.tell("C", "hu.jing", "customer.disputed", {"dispute": "Charged twice"})
    house.pass_time(timedelta(days=9))
    assert (leaf(house), dunned(house)) == ("disputed", [1])
    house.signal("C.complaint", "complainant.withdrew")
    assert (leaf(house), dunned(house)) == ("overdue", [1, 2])


def test_a_dispute_leaves_an_escalation_to_be_decided() -> None:
    house = collection("2026-03-04")
    house.pass_time(timedelta(days=32))
    house.do("C", "sun.lihua", "escalated", "decided", {"action": "legal", "approval": "Hand to counsel"})
    house.tell("C", "hu.jing", "customer.disputed", {"dispute": "Charged twice"})
    house.do("C", "hu.jing", "disputed", "resolved", {"customer_answer": "They accept it"})
    assert leaf(house) == "escalated"


def test_a_dispute_settled_while_a_credit_is_decided_is_over_when_it_is_refused() -> None:
    house = collection()
    house.tell("C", "hu.jing", "customer.disputed", {"dispute": "Waiting time was not agreed"})
    credit = {"customer_answer": "They are right", "credit_net": "CNY 300.00", "credit_tax_rate": "0"}
    house.do("C", "hu.jing", "disputed", "conceded", credit)
    house.signal("C.complaint", "complainant.withdrew")
    house.do("C", "qian.li", "approving_credit", "refused", {"approval": "It was agreed"})
    assert (leaf(house), clock(house)) == ("open", "running")


def test_a_complaint_about_an_earlier_dispute_does_not_end_the_present_one() -> None:
    house = collection()
    for words in ("Waiting time was not agreed", "Nor was the detour"):
        house.tell("C", "hu.jing", "customer.disputed", {"dispute": words})
        if words.startswith("Waiting"):
            house.do("C", "hu.jing", "disputed", "resolved", {"customer_answer": "They accept it"})
    house.signal("C.complaint", "complainant.withdrew")
    assert (leaf(house), clock(house)) == ("disputed", "paused")
    house.signal("C.complaint.2", "complainant.withdrew")
    assert (leaf(house), clock(house)) == ("open", "running")


def test_more_that_is_disputed_takes_a_credit_back_to_the_clerk() -> None:
    house = collection()
    house.tell("C", "hu.jing", "customer.disputed", {"dispute": "Waiting time was not agreed"})
    credit = {"customer_answer": "They are right", "credit_net": "CNY 300.00", "credit_tax_rate": "0"}
    house.do("C", "hu.jing", "disputed", "conceded", credit)
    house.tell("C", "hu.jing", "customer.disputed", {"dispute": "Nor was the detour"})
    assert (leaf(house), data(house)["dispute"]) == ("disputed", "Nor was the detour")
    assert [name for name in house.states if name.startswith("C.")] == ["C.complaint"]


@pytest.mark.parametrize("promise", ["2026-03-07", "2026-03-20"])
def test_a_promise_that_ends_while_money_is_booked_is_dunned_only_if_money_was_not_ours(promise: str) -> None:
    house = promised(promise)
    report(house, "CNY 1000.00", "B1")
    house.pass_time(timedelta(days=20))
    assert (leaf(house), dunned(house)) == ("overdue", [1])
    other = promised(promise)
    report(other, "CNY 1000.00", "B1")
    other.pass_time(timedelta(days=20))
    house.do("C", "hu.jing", "posting", "posted")
    assert (leaf(house), dunned(house)) == ("closing", [1])
    other.do("C", "hu.jing", "posting", "not_ours")
    assert (leaf(other), dunned(other)) == ("overdue", [1, 3])


def test_a_promise_that_breaks_at_its_level_while_money_waits_is_dunned_once() -> None:
    house = promised("2026-03-06")
    report(house, "CNY 1000.00", "B1")
    house.pass_time(timedelta(days=3))
    assert (leaf(house), dunned(house)) == ("overdue", [1])
    house.do("C", "hu.jing", "posting", "not_ours")
    assert (leaf(house), dunned(house)) == ("overdue", [1, 1])


def test_the_clerk_corrects_what_is_booked_and_a_known_reference_is_refused() -> None:
    house = collection()
    pay(house, "CNY 100.00", "B1")
    report(house, "CNY 10.00", "B2")
    with pytest.raises(InvalidInput, match="The bank reference is not booked yet"):
        house.do("C", "hu.jing", "posting", "posted", {"booking_ref": "B1"})
    house.do("C", "hu.jing", "posting", "posted", {"booking_ref": "B3", "booking_amount": "CNY 11.00"})
    assert booked(house) == [("B1", "100.00"), ("B3", "11.00")]


def test_a_skipped_task_neither_closes_nor_books_what_its_checks_would_refuse() -> None:
    house = collection()
    report(house, "USD 100.00", "B1")
    house.skip("C", "qian.li", "posting", "posted")
    assert (money_leaf(house), booked(house)) == ("posting", [])
    house.do("C", "hu.jing", "posting", "not_ours")
    pay(house, "CNY 1000.00", "B2")
    report(house, "CNY 1.00", "B3")
    house.skip("C", "qian.li", "closing", "closed")
    assert (leaf(house), house.states["C"].outcome) == ("closing", None)


def test_a_payment_without_an_amount_is_no_payment() -> None:
    house = collection()
    report(house, "CNY 0.00", "B1")
    report(house, "CNY -5.00", "B2")
    assert money_leaf(house) == "no_money"


def test_a_dispute_leaves_the_booking_of_money_alone() -> None:
    house = collection()
    report(house, "CNY 1000.00", "B1")
    house.tell("C", "hu.jing", "customer.disputed", {"dispute": "Charged twice"})
    assert leaf(house) == "disputed"
    assert {task.key for task in house.states["C"].open_tasks()} == {"disputed#1", "posting#1"}


def test_money_in_another_currency_is_booked_at_the_rate_of_its_day() -> None:
    entered = Receipts()
    house = House(record_receipt=entered)
    owed = {"invoice_no": "INV-1", "amount_due": "USD 1000.00", "due_on": "2026-03-31", "rate": "7.10"}
    house.open("Collection", "C", CUSTOMER | owed)
    report(house, "USD 1000.00", "B1")
    with pytest.raises(InvalidInput, match="has its rate"):
        house.do("C", "hu.jing", "posting", "posted")
    house.do("C", "hu.jing", "posting", "posted", {"booking_rate": "7.15"})
    assert [str(values["rate"]) for values in entered] == ["7.15"]
    assert leaf(house) == "closing"


@pytest.mark.parametrize("again", ["tt 1", "ＴＴ-1", "Tt\u20111 "])
def test_money_told_twice_in_two_spellings_is_counted_once(again: str) -> None:
    house = collection()
    pay(house, "CNY 400.00", "TT-1")
    pay(house, "CNY 400.00", again)
    assert booked(house) == [("TT-1", "400.00")]
    assert (leaf(house), data(house)["balance"]["amount"], money_leaf(house)) == ("reminded", 600, "no_money")
    pay(house, "CNY 600.00", "TT-2")
    assert leaf(house) == "closing"
