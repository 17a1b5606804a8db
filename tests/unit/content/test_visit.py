"""VisitFollowUp: what was promised is sent, reviewed by a second person, and counted from the visit's end."""

from datetime import date
from typing import Any

import pytest

from sop_engine.basis.faults import InvalidInput, NotPermitted
from sop_engine.cases.running.compiling import compile_procedure
from tests.unit.content.exact_house import CASE, ExactHouse, shipped_library
from tests.unit.content.exact_service import PROPOSED, VISIT

REP, SUPERVISOR, ARCHIVIST = "lin.yue", "tang.jie", "mo.han"
CUSTOMER = "ops@blue-lake.example"
ANSWER = "32 days, port to port"
QUESTION = f"{CASE}.answering-1"


def visited(opened: str = "2026-03-02 10:00", **changed: Any) -> ExactHouse:
    house = ExactHouse(opened)
    house.start("VisitFollowUp", **VISIT | changed)
    return house


def thank(house: ExactHouse) -> None:
    house.complete(REP, "thanking", "sent", needs="Hamburg each week", next_actions="Proposal by Thursday")


def keep_file(house: ExactHouse) -> None:
    house.complete(REP, "updating_file", "updated", file_changes="New buyer")
    house.complete(SUPERVISOR, "checking_file", "agreed")


def test_a_visit_is_followed_up_in_all_four_parts() -> None:
    house = visited()
    thank(house)
    house.do(QUESTION, REP, "writing", "written", {"answer": ANSWER})
    house.do(QUESTION, SUPERVISOR, "reviewing", "approved", {})
    assert house.states[CASE].snapshot.data["answers"] == [
        {"no": None, "question": "How long does a sailing to Hamburg take?", "answer": ANSWER}
    ]
    house.complete(REP, "proposing", "sent", **PROPOSED)
    assert house.states[CASE].outcome is None
    house.complete(REP, "viewing", "heard", is_proposal_read=True, proposal_feedback="They will try it")
    keep_file(house)
    assert house.states[CASE].outcome is None
    house.complete(ARCHIVIST, "archiving", "archived")
    assert house.states[CASE].outcome == "followed_up"
    assert all(clock.clock.status == "met" for clock in house.states[CASE].clocks.values())
    for template in ("visit_thanks", "visit_answer", "visit_proposal"):
        assert house.notices_of(template) == [("2026-03-02 10:00", CUSTOMER)]


@pytest.mark.parametrize(
    ("part", "promise"),
    [("transit_guarantee", "ZERO DELAY, always"), ("risk_measures", "保证百分百清关"), ("process", "100% Clearance")],
)
def test_what_nobody_can_keep_is_promised_in_no_part_of_a_proposal(part: str, promise: str) -> None:
    house = visited()
    with pytest.raises(InvalidInput, match="No such promise as 100 % clearance or zero delay"):
        house.complete(REP, "proposing", "sent", **PROPOSED | {part: promise})
    house.complete(REP, "proposing", "sent", **PROPOSED)


def test_nothing_is_answered_before_the_supervisor_reviewed_it() -> None:
    house = visited()
    with pytest.raises(InvalidInput, match="answer"):
        house.do(QUESTION, REP, "writing", "written", {})
    house.do(QUESTION, REP, "writing", "written", {"answer": ANSWER})
    assert house.notices_of("visit_answer") == []
    with pytest.raises(NotPermitted):
        house.do(QUESTION, REP, "reviewing", "approved", {})
    house.do(QUESTION, SUPERVISOR, "reviewing", "approved", {})
    assert house.notices_of("visit_answer") == [("2026-03-02 10:00", CUSTOMER)]


def test_the_proposal_has_all_four_parts() -> None:
    house = visited()
    for part in PROPOSED:
        with pytest.raises(InvalidInput, match=part):
            house.complete(
                REP, "proposing", "sent", **{name: value for name, value in PROPOSED.items() if name != part}
            )


def test_who_brought_the_file_up_to_date_does_not_check_it() -> None:
    house = visited()
    house.complete(REP, "updating_file", "updated", file_changes="New buyer")
    with pytest.raises(NotPermitted):
        house.complete(REP, "checking_file", "agreed")
    house.complete(SUPERVISOR, "checking_file", "returned", file_remarks="Telephone?")
    assert "updating_file" in house.tasks
    assert house.states[CASE].clocks["file_time#1"].is_open


def test_without_open_questions_and_a_promised_proposal_nothing_waits_for_them() -> None:
    house = visited(questions=[], proposal_promised=False)
    assert set(house.tasks) == {"thanking", "updating_file"}
    assert sorted(house.states[CASE].clocks) == ["file_time#1", "thanks#1"]
    thank(house)
    keep_file(house)
    assert set(house.tasks) == {"archiving"}
    house.complete(ARCHIVIST, "archiving", "archived")
    assert house.states[CASE].outcome == "followed_up"


def test_a_case_opened_late_counts_from_the_end_of_the_visit() -> None:
    house = visited("2026-03-03 11:00")
    house.at("2026-03-03 11:01")
    assert house.due("thanks#1") == "2026-03-03 09:00"
    assert house.states[CASE].clocks["thanks#1"].clock.status == "breached"
    assert house.due("proposal_time#1") == "2026-03-05 17:00"


def test_a_visit_is_kept_for_three_years() -> None:
    house = visited()
    thank(house)
    assert house.notices[0].facts.kept_for == "3 years"
    procedure = compile_procedure(shipped_library().bundle("VisitFollowUp", date(2026, 3, 2)))
    assert procedure.definition.retention == "3 years"
