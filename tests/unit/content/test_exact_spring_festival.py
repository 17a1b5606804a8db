"""A complaint that nobody answers across the Spring Festival of 2026, by the official calendar.

Friday 13 February is worked, and so is Saturday 14 February, a make-up day; 15-23 February are holidays; Tuesday
24 February is worked again. Office day 08:30-17:00 = 8.5 h.
"""

import pytest

from sop_engine.timekeeping.ladders import STILL_OVERDUE
from tests.unit.content.exact_house import ExactHouse
from tests.unit.content.exact_service import DATA, acknowledged, classified, handled, investigating

SILENCE = "2026-03-02 09:00"


def test_first_response_and_public_reply_nobody_gives() -> None:
    house = ExactHouse("2026-02-13 16:00")
    house.start("Complaint", **DATA, source="public")
    house.at(SILENCE)
    # 2 hours on the wall from Friday 16:00: 80 % = 1 h 36 min, 150 % = 3 h, 200 % = 4 h. The agent has the task.
    assert house.rung_notices("first_response") == [
        ("2026-02-13 17:36", "at_risk", "customer_service_agent"),
        ("2026-02-13 18:00", "breached", "customer_service_agent"),
        ("2026-02-13 18:00", "breached", "customer_service_supervisor"),
        ("2026-02-13 19:00", "department_manager", "department_manager"),
        ("2026-02-13 20:00", "general_manager", "general_manager"),
    ]
    # 1 working day is Saturday, until 17:00. Budget 1 h on Friday + 8.5 h = 9.5 h.
    # 80 % = 7.6 h: 1 + 6.6 (Sat 15:06). 150 % = 14.25 h: 9.5 + 4.75 on the 24th. 200 % = 19 h: 18 + 1 on the 25th.
    assert house.rung_notices("public_reply") == [
        ("2026-02-14 15:06", "at_risk", "complaint_officer"),
        ("2026-02-14 17:00", "breached", "complaint_officer"),
        ("2026-02-14 17:00", "breached", "customer_service_supervisor"),
        ("2026-02-24 13:15", "department_manager", "department_manager"),
        ("2026-02-25 09:30", "general_manager", "general_manager"),
    ]
    rungs = [notice for notice in house.notices if notice.template == "clock_rung"]
    assert len([notice for notice in rungs if notice.values["rung"] != STILL_OVERDUE]) == 10


def test_the_customer_is_not_told_how_it_stands() -> None:
    house = ExactHouse("2026-02-14 16:30")
    house.start("Complaint", **DATA)
    acknowledged(house)
    house.at(SILENCE)
    # 24 hours on the wall from Saturday 16:30: 80 % = 19 h 12 min, 150 % = 36 h, 200 % = 48 h. Holidays count.
    assert house.rung_notices("feedback") == [
        ("2026-02-15 11:42", "at_risk", "complaint_officer"),
        ("2026-02-15 16:30", "breached", "complaint_officer"),
        ("2026-02-15 16:30", "breached", "customer_service_supervisor"),
        ("2026-02-16 04:30", "department_manager", "department_manager"),
        ("2026-02-16 16:30", "general_manager", "general_manager"),
    ]


@pytest.mark.parametrize(
    ("opened", "instants"),
    [
        # 30 min on Friday, 30 min on make-up Saturday: 80 % = 48 min, 150 % = 90 min, 200 % = 2 h.
        ("2026-02-13 16:30", ("2026-02-14 08:48", "2026-02-14 09:00", "2026-02-14 09:30", "2026-02-14 10:00")),
        # 30 min on make-up Saturday, 30 min after the holiday.
        ("2026-02-14 16:30", ("2026-02-24 08:48", "2026-02-24 09:00", "2026-02-24 09:30", "2026-02-24 10:00")),
        # Nothing of a holiday counts.
        ("2026-02-18 12:00", ("2026-02-24 09:18", "2026-02-24 09:30", "2026-02-24 10:00", "2026-02-24 10:30")),
    ],
)
def test_assignment_counts_only_the_open_office(opened: str, instants: tuple[str, str, str, str]) -> None:
    house = ExactHouse(opened)
    house.start("Complaint", **DATA)
    classified(house)
    house.at(SILENCE)
    at_risk, breached, department, general = instants
    assert house.rung_notices("assigned") == [
        (at_risk, "at_risk", "complaint_officer"),
        (breached, "breached", "complaint_officer"),
        (breached, "breached", "customer_service_supervisor"),
        (department, "department_manager", "department_manager"),
        (general, "general_manager", "general_manager"),
    ]


def test_the_unit_and_its_head_are_told_of_a_late_plan() -> None:
    house = ExactHouse("2026-02-14 17:00")
    house.start("Complaint", **DATA)
    investigating(house)
    house.at(SILENCE)
    # 24 hours on the wall: 80 % = 19 h 12 min, 200 % = 48 h. The unit in charge is operations.
    assert house.rung_notices("plan") == [
        ("2026-02-15 12:12", "at_risk", "operations_manager"),
        ("2026-02-15 17:00", "breached", "operations_manager"),
        ("2026-02-15 17:00", "breached", "department_manager"),
        ("2026-02-15 17:00", "breached", "complaint_officer"),
        ("2026-02-16 17:00", "service_centre_manager", "service_centre_manager"),
    ]


def test_the_revisit_comes_three_working_days_later() -> None:
    house = ExactHouse("2026-02-13 16:45")
    house.start("Complaint", **DATA)
    handled(house)
    # After Friday: Saturday 14, Tuesday 24, Wednesday 25 February; a working day ends at 17:00.
    house.at("2026-02-25 16:59:59")
    assert not house.tasks
    house.at("2026-02-25 17:00")
    assert house.tasks == ("revisiting",)
    assert house.due("revisiting#1") == "2026-02-26 17:00"


def test_a_claimed_task_tells_its_holder_alone() -> None:
    house = ExactHouse("2026-02-13 16:30")
    house.start("Complaint", **DATA)
    classified(house)
    house.act("claim_task", actor="feng.xue")
    house.at("2026-02-14 08:48")
    told = [notice for notice in house.notices if notice.template == "clock_rung"]
    assert [(notice.recipient, notice.people) for notice in told if notice.values["clock"] == "assigned#1"] == [
        ("assignee", ("feng.xue",))
    ]
