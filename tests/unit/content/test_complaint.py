"""The complaint procedure: promises, escalation, four eyes, reopening."""

from datetime import UTC, datetime, timedelta

import pytest

from sop_engine.basis.faults import InvalidInput, NotPermitted
from sop_engine.cases.contracts.acts import SkipTaskInput
from tests.unit.content.complaint_samples import CASE, OPENING, registered
from tests.unit.content.content_house import House

PLAN = {"facts": "Truck broke down", "cause": "No spare vehicle", "plan": "Free redelivery and a letter"}


def investigating(severity: str = "normal") -> House:
    house = registered()
    house.do(CASE, "feng.xue", "classified", "done", {"kind": "delay", "severity": severity, "legal_risk": False})
    officer = "feng.xue" if severity == "normal" else "zhao.min"
    house.do(CASE, officer, "assigned", "done", {"responsible_unit": "operations_manager"})
    return house


def revisiting() -> House:
    house = investigating()
    house.do(CASE, "huang.tao", "investigating", "plan_proposed", PLAN)
    house.do(CASE, "feng.xue", "approving_plan", "approved")
    house.do(CASE, "feng.xue", "plan_told", "accepted", {"answer": "Fine"})
    actions = [{"what": "Redeliver", "who": "Ma Chao", "done_on": "2026-03-02"}]
    house.do(CASE, "huang.tao", "handling", "done", {"actions": actions, "result_text": "Redelivered"})
    return house


def status(house: House, clock: str) -> str:
    return house.states[CASE].clocks[clock].clock.status


def test_a_complaint_is_acknowledged_only_with_its_four_facts_and_the_soothing_step() -> None:
    house = House()
    house.open("Complaint", CASE, OPENING)
    with pytest.raises(InvalidInput) as refused:
        house.do(CASE, "li.na", "registered", "acknowledged", {}, tick=())
    assert {fault.where for fault in refused.value.faults} == {"event_at", "business_no", "soothed"}


def test_the_first_response_is_due_after_two_hours() -> None:
    house = House()
    house.open("Complaint", CASE, OPENING)
    house.pass_time(timedelta(hours=2, minutes=1))
    assert status(house, "first_response#1") == "breached"
    assert house.told("clock_rung") == [
        "customer_service_agent",
        "customer_service_agent",
        "customer_service_supervisor",
    ]


@pytest.mark.parametrize(
    ("severity", "role"),
    [
        ("normal", "complaint_officer"),
        ("difficult", "customer_service_supervisor"),
        ("critical", "customer_service_supervisor"),
    ],
)
def test_severity_decides_who_is_in_charge(severity: str, role: str) -> None:
    house = registered()
    house.do(CASE, "feng.xue", "classified", "done", {"kind": "loss", "severity": severity, "legal_risk": True})
    assert [task.role for task in house.states[CASE].open_tasks()] == [role]
    assert house.told("critical_complaint") == (["general_manager"] if severity == "critical" else [])


def test_a_late_plan_climbs_to_the_head_of_the_unit_and_the_service_centre() -> None:
    house = investigating()
    house.pass_time(timedelta(hours=49))
    told = [notice.recipient for notice in house.notices if notice.values.get("clock") == "plan#1"]
    assert "complaint_officer" in told
    assert told[-1] == "service_centre_manager"


def test_the_plan_clock_rests_while_the_complainant_is_asked() -> None:
    house = investigating()
    house.pass_time(timedelta(hours=10))
    house.do(CASE, "huang.tao", "investigating", "ask_complainant", {"question": "Which carton?"})
    house.pass_time(timedelta(hours=30))
    assert status(house, "plan#1") == "paused"
    house.signal(CASE, "complainant.answered", {"answer": "The third"})
    house.pass_time(timedelta(hours=13))
    assert status(house, "plan#1") == "running"
    house.pass_time(timedelta(hours=2))
    assert status(house, "plan#1") == "breached"


def test_the_investigator_does_not_approve_the_plan() -> None:
    house = investigating("critical")
    house.do(CASE, "huang.tao", "investigating", "plan_proposed", PLAN)
    with pytest.raises(NotPermitted):
        house.do(CASE, "huang.tao", "approving_plan", "approved")


def test_the_revisit_is_due_within_three_working_days_of_handling() -> None:
    house = investigating()
    house.do(CASE, "huang.tao", "investigating", "plan_proposed", PLAN)
    house.do(CASE, "feng.xue", "approving_plan", "approved")
    house.do(CASE, "feng.xue", "plan_told", "accepted", {"answer": "Fine"})
    actions = [{"what": "Redeliver", "who": "Ma Chao", "done_on": "2026-03-02"}]
    house.do(CASE, "huang.tao", "handling", "done", {"actions": actions, "result_text": "Redelivered"})
    due = house.states[CASE].clocks["revisiting#1"].due_at
    assert due == datetime(2026, 3, 5, 9, 0, tzinfo=UTC)


def test_the_person_complained_about_does_not_revisit() -> None:
    house = registered()
    about = {"kind": "attitude", "severity": "normal", "legal_risk": False, "person_concerned": "wu.fang"}
    house.do(CASE, "feng.xue", "classified", "done", about)
    house.do(CASE, "feng.xue", "assigned", "done", {"responsible_unit": "operations_manager"})
    house.do(CASE, "huang.tao", "investigating", "plan_proposed", PLAN)
    house.do(CASE, "feng.xue", "approving_plan", "approved")
    house.do(CASE, "feng.xue", "plan_told", "accepted", {"answer": "Fine"})
    actions = [{"what": "Apologise", "who": "Li Na", "done_on": "2026-03-02"}]
    house.do(CASE, "huang.tao", "handling", "done", {"actions": actions, "result_text": "Apologised"})
    with pytest.raises(NotPermitted):
        house.do(CASE, "wu.fang", "revisiting", "heard", {"satisfied": 5})
    house.do(CASE, "li.na", "revisiting", "heard", {"satisfied": 5})


def test_dissatisfaction_reopens_and_counts() -> None:
    house = revisiting()
    house.do(CASE, "wu.fang", "revisiting", "heard", {"satisfied": 2})
    state = house.states[CASE]
    assert state.snapshot.configuration == ("classified",)
    assert state.snapshot.data["reopened"] == 1
    assert house.told("complaint_escalated") == ["customer_service_supervisor"]


def test_the_complainant_of_a_reopened_complaint_is_told_how_it_stands() -> None:
    house = revisiting()
    # Nobody has told the result, so the promise to tell how it stands goes on.
    assert house.states[CASE].clocks["feedback#1"].clock.status == "running"
    house.do(CASE, "wu.fang", "revisiting", "heard", {"satisfied": 2})
    house.pass_time(timedelta(hours=20))
    house.tell(CASE, "li.na", "complainant.informed", {"progress": "It is being looked at again"})
    assert house.states[CASE].clocks["feedback#1"].due_at == house.now + timedelta(hours=24)


def test_a_repeated_cause_needs_an_improvement_before_the_case_closes() -> None:
    house = revisiting()
    house.do(CASE, "wu.fang", "revisiting", "heard", {"satisfied": 4})
    with pytest.raises(InvalidInput):
        house.do(CASE, "zhao.min", "closing", "done", {"root_cause": "No spare vehicle", "repeated_cause": True})
    closing = {"root_cause": "No spare vehicle", "repeated_cause": True, "improvement": "IMP-7"}
    house.do(CASE, "zhao.min", "closing", "done", closing)
    assert house.states[CASE].outcome == "closed"


def test_the_public_is_answered_within_a_working_day() -> None:
    house = registered(source="public")
    assert "public_reply#1" in house.states[CASE].clocks


def test_the_responsible_unit_is_told_as_the_role_that_the_field_holds() -> None:
    house = investigating()
    told = [notice for notice in house.notices if notice.template == "complaint_assigned"]
    assert [(notice.recipient, notice.address) for notice in told] == [("operations_manager", None)]


def test_only_roles_that_can_take_a_complaint_are_put_in_charge_of_it() -> None:
    house = House()
    with pytest.raises(InvalidInput) as refused:
        house.open("Complaint", CASE, OPENING | {"handler": "feng.xue"})
    (fault,) = refused.value.faults
    assert (fault.where, fault.allowed) == ("handler", "complaint_officer, customer_service_supervisor")
    house = registered()
    house.do(CASE, "feng.xue", "classified", "done", {"kind": "delay", "severity": "normal", "legal_risk": False})
    with pytest.raises(InvalidInput) as refused:
        house.do(CASE, "feng.xue", "assigned", "done", {"responsible_unit": "operations"})
    (fault,) = refused.value.faults
    assert fault.where == "responsible_unit"
    assert "operations_manager, logistics_manager, branch_clerk" in str(fault.allowed)


def test_an_assignment_skipped_before_a_unit_is_named_opens_again() -> None:
    house = registered()
    house.do(CASE, "feng.xue", "classified", "done", {"kind": "delay", "severity": "normal", "legal_risk": False})
    skipped = SkipTaskInput(actor="zhao.min", task="assigned", outcome="done", reason="In a hurry")
    house._perform(CASE, "skip_task", skipped)
    assert [task.state for task in house.states[CASE].open_tasks()] == ["assigned"]
    assert not house.states[CASE].incidents
    house.do(CASE, "feng.xue", "assigned", "done", {"responsible_unit": "operations_manager"})
    assert [task.role for task in house.states[CASE].open_tasks()] == ["operations_manager"]
