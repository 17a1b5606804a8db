"""Complaint and VisitFollowUp: when each of their promises sounds if nobody moves.

Each case opens on Monday 2 March 2026 at 09:00; no holiday is near.
"""

from typing import Any

from tests.unit.content.exact_house import ExactHouse, Scenario, nothing
from tests.unit.content.exact_spans import ONE_HOUR, ONE_WORKING_DAY, OPENED, TWO_HOURS

DATA = {
    "complainant": "Wang Lei",
    "contact": "+8613800000000",
    "contact_email": "wang.lei@buyer.example",
    "event": "Two cartons arrived wet",
    "event_at": "2026-02-27T10:00+08:00",
    "business_no": "SHP-2026-0001",
}
ACTIONS = [{"what": "Replace the cartons", "who": "zhou.jie", "done_on": "2026-02-10"}]


def acknowledged(house: ExactHouse) -> None:
    house.complete("li.na", "registered", "acknowledged")


def classified(house: ExactHouse) -> None:
    acknowledged(house)
    house.complete("feng.xue", "classified", "done", kind="damage", severity="normal")


def investigating(house: ExactHouse) -> None:
    classified(house)
    house.complete("feng.xue", "assigned", "done", responsible_unit="operations_manager")


def planned(house: ExactHouse) -> None:
    investigating(house)
    house.complete("huang.tao", "investigating", "plan_proposed", facts="Rain", cause="No sheet", plan="Replace")


def handled(house: ExactHouse) -> None:
    planned(house)
    house.complete("feng.xue", "approving_plan", "approved")
    house.complete("feng.xue", "plan_told", "accepted", answer="Agreed")
    house.complete("huang.tao", "handling", "done", actions=ACTIONS, result_text="Replaced")


VISIT: dict[str, Any] = {
    "visit_no": "V-2026-0001",
    "customer_name": "Blue Lake Trading",
    "customer_email": "ops@blue-lake.example",
    "left_at": "2026-03-02T09:00+08:00",
    "questions": [{"question": "How long does a sailing to Hamburg take?"}],
    "proposal_promised": True,
}
PROPOSED = {
    "process": "FCL, port to port",
    "cost_breakdown": "OF 9000, THC 900",
    "transit_guarantee": "32 days",
    "risk_measures": "A second carrier stands by",
    "proposal": "proposal.pdf",
}
# 24 hours on the wall: 80 % = 19 h 12 min, 150 % = 36 h, 200 % = 48 h.
A_DAY_AFTER = {
    "at_risk": "2026-03-03 04:12",
    "breached": "2026-03-03 09:00",
    "department_manager": "2026-03-03 21:00",
    "general_manager": "2026-03-04 09:00",
}
# Monday is not counted, so until Thursday 17:00: 8 h and three days of 8.5 h are 33.5 h. 80 % = 26.8 h = 25 + 1.8.
# 150 % = 50.25 h = 33.5 + 8.5 (Friday) + 8.25 (Monday). 200 % = 67 h = 50.5 + 8.5 (Tuesday) + 8 (Wednesday).
THREE_WORKING_DAYS_AFTER = {
    "at_risk": "2026-03-05 10:18",
    "breached": "2026-03-05 17:00",
    "department_manager": "2026-03-09 16:45",
    "general_manager": "2026-03-11 16:30",
}


SCENARIOS = (
    Scenario(
        "nobody approves the plan",
        "Complaint",
        OPENED,
        planned,
        "2026-03-12 09:00",
        DATA,
        {"approving_plan": ONE_WORKING_DAY},
    ),
    Scenario(
        "nobody follows a visit up",
        "VisitFollowUp",
        OPENED,
        nothing,
        "2026-03-12 09:00",
        VISIT,
        {
            "thanks": A_DAY_AFTER,
            "answers": A_DAY_AFTER,
            "proposal_time": THREE_WORKING_DAYS_AFTER,
            "file_time": THREE_WORKING_DAYS_AFTER,
        },
    ),
    Scenario(
        "nobody answers",
        "Complaint",
        OPENED,
        nothing,
        "2026-03-12 09:00",
        DATA,
        {"first_response": TWO_HOURS},
    ),
    Scenario(
        "the public reports and nobody answers",
        "Complaint",
        OPENED,
        nothing,
        "2026-03-12 09:00",
        {**DATA, "source": "public"},
        {"public_reply": ONE_WORKING_DAY},
    ),
    Scenario(
        "nobody tells the complainant how it stands",
        "Complaint",
        OPENED,
        acknowledged,
        "2026-03-12 09:00",
        DATA,
        # 24 hours on the wall: 80 % = 19 h 12 min, 150 % = 36 h, 200 % = 48 h.
        {
            "feedback": {
                "at_risk": "2026-03-03 04:12",
                "breached": "2026-03-03 09:00",
                "department_manager": "2026-03-03 21:00",
                "general_manager": "2026-03-04 09:00",
            }
        },
    ),
    Scenario(
        "nobody assigns",
        "Complaint",
        OPENED,
        classified,
        "2026-03-12 09:00",
        DATA,
        {"assigned": ONE_HOUR},
    ),
    Scenario(
        "nobody investigates",
        "Complaint",
        OPENED,
        investigating,
        "2026-03-12 09:00",
        DATA,
        # 24 hours on the wall, ladder of the unit: 80 % = 19 h 12 min, 200 % = 48 h.
        {
            "plan": {
                "at_risk": "2026-03-03 04:12",
                "breached": "2026-03-03 09:00",
                "service_centre_manager": "2026-03-04 09:00",
            }
        },
    ),
    Scenario(
        "nobody asks whether the complainant is content",
        "Complaint",
        OPENED,
        handled,
        "2026-03-12 09:00",
        DATA,
        # The task opens on Thursday 17:00, at close of business. 1 working day is Friday, 8.5 h: 80 % = 6 h 48 min from
        # 08:30; 150 % = 12.75 h: 4 h 15 min on Monday 9 March; 200 % = 17 h: the end of that Monday.
        {
            "revisiting": {
                "at_risk": "2026-03-06 15:18",
                "breached": "2026-03-06 17:00",
                "department_manager": "2026-03-09 12:45",
                "general_manager": "2026-03-09 17:00",
            }
        },
        # 3 working days after Monday: Tuesday, Wednesday, Thursday.
        {"after.revisit_due.revisit_after": ("2026-03-05 17:00",)},
    ),
)
