"""The month end: when its promises sound if nobody moves. Opened on Monday 2 March 2026 at 09:00."""

from tests.unit.content.exact_house import ExactHouse, Scenario, nothing
from tests.unit.content.exact_spans import ONE_WORKING_DAY, OPENED

MONTH = {"month": "2026-02"}

# Monday is not counted, so until Thursday 17:00. Budget 8 h on Monday + 3 x 8.5 h = 33.5 h. 80 % = 26.8 h: Thursday
# 08:30 + 1.8 h. 150 % = 50.25 h: Friday, and 8.25 h of Monday. 200 % = 67 h: until Tuesday, and 8 h of Wednesday.
THREE_WORKING_DAYS = {
    "at_risk": "2026-03-05 10:18",
    "breached": "2026-03-05 17:00",
    "department_manager": "2026-03-09 16:45",
    "general_manager": "2026-03-11 16:30",
}


def prepared(house: ExactHouse) -> None:
    house.complete("hu.jing", "preparing", "prepared")


def asked(house: ExactHouse) -> None:
    house.complete("qian.li", "asking", "asked", reason="A bill of February came late")


SCENARIOS = (
    Scenario(
        "nobody asks for the opening of a closed month",
        "MonthEnd",
        OPENED,
        nothing,
        "2026-03-20 09:00",
        {**MONTH, "wanted": "reopen"},
        {"asking": ONE_WORKING_DAY},
    ),
    Scenario(
        "nobody prepares the month",
        "MonthEnd",
        OPENED,
        nothing,
        "2026-03-20 09:00",
        MONTH,
        {"preparing": THREE_WORKING_DAYS},
    ),
    Scenario(
        "nobody checks the month",
        "MonthEnd",
        OPENED,
        prepared,
        "2026-03-20 09:00",
        MONTH,
        {"checking": ONE_WORKING_DAY},
    ),
    Scenario(
        "nobody approves the opening of a closed month",
        "MonthEnd",
        OPENED,
        asked,
        "2026-03-20 09:00",
        {**MONTH, "wanted": "reopen"},
        {"approving": ONE_WORKING_DAY},
    ),
)
