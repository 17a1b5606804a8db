"""A hold moves deadlines by exactly the held time, each in its own unit; statutory clocks go on.

Office day 08:30-17:00; 7 and 8 March 2026 are a weekend.
"""

from datetime import timedelta

import pytest

from sop_engine.basis.faults import Refused
from sop_engine.cases.casework import next_instant
from tests.unit.content.exact_customs import ITEMS, TAX_DATA, notice_issued
from tests.unit.content.exact_freight import CUSTOMER, GOODS, booking_requested, customer_asked
from tests.unit.content.exact_house import CASE, ExactHouse
from tests.unit.content.exact_service import DATA, handled, investigating

OPERATIONS = "huang.tao"
SERVICE = "zhao.min"


def held(house: ExactHouse, from_at: str, to_at: str, actor: str = OPERATIONS) -> None:
    house.at(from_at)
    house.act("hold", actor=actor, reason="customer asks to wait")
    house.at(to_at)
    house.act("resume", actor=actor)


def planning(opened: str) -> ExactHouse:
    house = ExactHouse(opened)
    house.start("Booking", **CUSTOMER, goods=GOODS)
    return house


@pytest.mark.parametrize(
    ("from_at", "to_at", "due"),
    [
        # 4 working hours from Friday 15:00: 2 h on Friday, 2 h on Monday, due on Monday 10:30.
        ("2026-03-06 16:00", "2026-03-09 09:30", "2026-03-09 12:30"),  # 1 h on Friday + 1 h on Monday are held
        ("2026-03-06 16:00", "2026-03-06 16:20", "2026-03-09 10:50"),  # 20 min
        ("2026-03-06 17:00", "2026-03-09 08:30", "2026-03-09 10:30"),  # the weekend holds no working time
        ("2026-03-06 20:00", "2026-03-08 20:00", "2026-03-09 10:30"),  # nor does a part of it
        ("2026-03-07 12:00", "2026-03-10 09:00", "2026-03-10 11:00"),  # 8.5 h on Monday + 0.5 h on Tuesday
        ("2026-03-06 15:00", "2026-03-09 08:30", "2026-03-09 12:30"),  # held as it began: 2 h on Friday
    ],
)
def test_a_working_clock_moves_by_the_held_working_time(from_at: str, to_at: str, due: str) -> None:
    house = planning("2026-03-06 15:00")
    assert house.due("planning#1") == "2026-03-09 10:30"
    held(house, from_at, to_at)
    assert house.due("planning#1") == due
    house.at("2026-03-20 09:00")
    assert house.rungs("planning")["breached"] == due


@pytest.mark.parametrize(
    ("from_at", "to_at", "due"),
    [
        # 24 hours from Friday 15:00, due on Saturday 15:00.
        ("2026-03-06 16:00", "2026-03-09 09:30", "2026-03-10 08:30"),  # 65.5 h
        ("2026-03-07 14:59:59", "2026-03-07 15:00:00", "2026-03-07 15:00:01"),  # 1 s
    ],
)
def test_an_elapsed_clock_moves_by_the_held_time(from_at: str, to_at: str, due: str) -> None:
    house = ExactHouse("2026-03-06 15:00")
    house.start("Complaint", **DATA)
    investigating(house)
    assert house.due("plan#1") == "2026-03-07 15:00"
    held(house, from_at, to_at, SERVICE)
    assert house.due("plan#1") == due
    house.at("2026-03-20 09:00")
    assert house.rungs("plan")["breached"] == due


def test_several_holds_add_up() -> None:
    house = planning("2026-03-06 15:00")
    held(house, "2026-03-06 15:30", "2026-03-06 16:00")
    held(house, "2026-03-06 16:30", "2026-03-09 09:00")
    held(house, "2026-03-09 10:00", "2026-03-09 10:15")
    # 0.5 h + 0.5 h on Friday and 0.5 h on Monday + 0.25 h = 1.75 h after Monday 10:30.
    assert house.due("planning#1") == "2026-03-09 12:15"


def test_a_rung_sounds_once_and_later_ones_move() -> None:
    house = planning("2026-03-06 15:00")
    # 80 % of 4 h = 3 h 12 min: Monday 09:42. Then 1 h is held: 100 %, 150 % (6 h) and 200 % (8 h) move by it.
    held(house, "2026-03-09 10:20", "2026-03-09 11:20")
    house.at("2026-03-20 09:00")
    assert house.rung_notices("planning") == [
        ("2026-03-09 09:42", "at_risk", "operator"),
        ("2026-03-09 11:30", "breached", "operator"),
        ("2026-03-09 11:30", "breached", "operations_manager"),
        ("2026-03-09 13:30", "department_manager", "department_manager"),
        ("2026-03-09 15:30", "general_manager", "general_manager"),
    ]


def test_a_breached_clock_escalates_later_for_a_hold() -> None:
    house = planning("2026-03-02 09:00")
    # Breached at 13:00; 150 % at 15:00 moves by the hour from 14:00 to 15:00, 200 % from 17:00 to 09:30 on Tuesday.
    held(house, "2026-03-02 14:00", "2026-03-02 15:00")
    house.at("2026-03-20 09:00")
    assert house.rungs("planning")["department_manager"] == "2026-03-02 16:00"
    assert house.rungs("planning")["general_manager"] == "2026-03-03 09:30"


def test_a_pause_and_a_hold_that_overlap_count_once() -> None:
    house = ExactHouse("2026-03-02 09:00")
    house.start("Complaint", **DATA)
    investigating(house)
    house.at("2026-03-02 10:00")
    house.complete("huang.tao", "investigating", "ask_complainant", question="When?")
    held(house, "2026-03-02 11:00", "2026-03-02 13:00", SERVICE)
    house.at("2026-03-02 14:00")
    house.complete("li.na", "waiting_for_complainant", "answered", answer="On Friday")
    # 24 hours from Monday 09:00, still from 10:00 to 14:00.
    assert house.due("plan#1") == "2026-03-03 13:00"


def test_statutory_clocks_go_on() -> None:
    house = ExactHouse("2026-03-02 09:00")
    house.start("CustomsDeclaration", **CUSTOMER, direction="import", arrived_on="2026-03-02")
    # 14 days after Monday 2 March: Monday 16 March, 24:00. Data entry: 4 working hours, of which 1 is used when held.
    held(house, "2026-03-02 10:00", "2026-03-12 10:00", "zhang.wei")
    assert house.rung_notices("import_limit") == [("2026-03-11 00:00", "five_days_before", "customs_declarant")]
    assert house.due("import_limit#1") == "2026-03-17 00:00"
    assert house.due("entry#1") == "2026-03-12 13:00"


def test_tax_falls_overdue_in_a_held_case() -> None:
    house = ExactHouse("2026-03-02 09:00")
    house.start("TaxPayment", **{**TAX_DATA, "items": ITEMS})
    notice_issued(house)
    house.at("2026-03-10 12:00")
    house.act("hold", actor="zhang.wei", reason="customer disputes the notice")
    house.at("2026-03-20 12:00")
    # 15 days after 2 March: 17 March, 24:00; the ladder tells people while the case is held.
    assert house.rung_notices("tax_deadline")[-3:] == [
        ("2026-03-18 00:00", "breached", "customs_declarant"),
        ("2026-03-18 00:00", "breached", "operations_manager"),
        ("2026-03-18 00:00", "breached", "sales_rep"),
    ]
    house.act("resume", actor="zhang.wei")
    assert house.tasks == ("overdue",)
    # The daily call is armed when the case goes on, and comes a day later.
    house.at("2026-03-23 12:00")
    assert house.delays("overdue_day.passed") == ["2026-03-21 12:00", "2026-03-22 12:00", "2026-03-23 12:00"]


@pytest.mark.parametrize(
    ("from_at", "to_at", "chased_at"),
    [
        # 4 working hours from Friday 15:00: Monday 10:30.
        ("2026-03-06 16:00", "2026-03-09 09:30", "2026-03-09 12:30"),
        ("2026-03-06 17:00", "2026-03-09 08:30", "2026-03-09 10:30"),
        ("2026-03-09 10:29:59", "2026-03-09 16:59:59", "2026-03-09 17:00"),
    ],
)
def test_a_delayed_transition_moves_in_its_working_unit(from_at: str, to_at: str, chased_at: str) -> None:
    house = planning("2026-03-06 15:00")
    booking_requested(house)
    held(house, from_at, to_at)
    house.at("2026-03-09 17:00")
    assert house.delays("after.awaiting_confirmation.chase_after") == [chased_at]
    assert (chased_at, "operator") in house.notices_of("booking_chase")


def test_working_days_move_by_working_time() -> None:
    house = ExactHouse("2026-03-02 09:00")
    house.start("Complaint", **DATA)
    handled(house)
    # 3 working days: Thursday 17:00. Held from Tuesday 10:00 to Wednesday 10:00: 7 h + 1.5 h, one office day.
    held(house, "2026-03-03 10:00", "2026-03-04 10:00", SERVICE)
    house.at("2026-03-06 16:59:59")
    assert not house.tasks
    house.at("2026-03-06 17:00")
    assert house.tasks == ("revisiting",)


def test_two_delays_of_one_state_move_each_in_its_unit() -> None:
    house = ExactHouse("2026-03-02 09:00")
    house.start("CommissionIntake", **CUSTOMER)
    customer_asked(house)
    # 4 working hours: 13:00; 1 working day: Tuesday 17:00; the answer is due on Thursday 17:00. 1 h is held.
    held(house, "2026-03-02 10:00", "2026-03-02 11:00")
    house.at("2026-03-12 09:00")
    assert house.delays("after.clarifying.remind_after") == ["2026-03-02 14:00"]
    assert house.delays("after.clarifying.remind_again_after") == ["2026-03-04 09:30"]
    assert house.rungs("clarifying")["breached"] == "2026-03-06 09:30"


def test_an_event_sent_daily_moves_by_the_held_time() -> None:
    house = ExactHouse("2026-03-02 09:00")
    house.start("TaxPayment", **{**TAX_DATA, "items": ITEMS})
    notice_issued(house)
    # Overdue on 18 March 00:00; the next call, on 19 March 00:00, moves by 5 hours, and those after it too.
    held(house, "2026-03-18 10:00", "2026-03-18 15:00", "zhang.wei")
    house.at("2026-03-20 12:00")
    assert house.delays("overdue_day.passed") == ["2026-03-19 05:00", "2026-03-20 05:00"]


def test_a_held_case_sleeps_and_takes_no_outcome() -> None:
    house = planning("2026-03-02 09:00")
    house.act("hold", actor=OPERATIONS, reason="customer asks to wait")
    assert next_instant(house.states[CASE]) is None
    house.pass_time(timedelta(days=30))
    with pytest.raises(Refused, match="is held"):
        house.complete("zhou.jie", "planning", "proposed", options=[])
    assert house.notices == []
