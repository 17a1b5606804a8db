"""Cases of the service SOPs, played up to where other tests go on."""

from typing import Any

from tests.unit.content.exact_house import ExactHouse

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
