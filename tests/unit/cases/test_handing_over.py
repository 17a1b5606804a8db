"""Handing over what a person holds: who may order it, and that an act told twice hands over once."""

import pytest

from sop_engine.basis.faults import InvalidInput, NotPermitted, Refused
from sop_engine.cases.contracts.handing_over import HandOverInput, HeldTask
from sop_engine.cases.told.handing_over import judge_hand_over
from tests.unit.cases.casework_samples import Played, organization

PAIR = """
states:
  doing: {task: {outcomes: {done: {}}}, on: {doing.done: checking}}
  checking: {task: {distinct_from: [doing], outcomes: {done: {}}}, on: {checking.done: end}}
  end: {final: ended}
"""
KEY = "order-1"


def order(actor: str = "dan", held_by: str = "ann", to: str = "bob") -> HandOverInput:
    return HandOverInput(actor=actor, held_by=held_by, to=to, reason="leaves the firm")


def hand(case: Played, task: str, given: HandOverInput, key: str = KEY) -> str:
    act = HeldTask(case_id="CASE-1", sop="Sample", task=task, role="clerk").act(given, key)
    values = act.model_dump(exclude={"actor"})
    return case.act(act.update, act.actor, **values).message or ""


def test_who_supervises_one_of_the_roles_may_order_it_for_all() -> None:
    judge_hand_over(organization(), order(), {"clerk", "manager"})
    judge_hand_over(organization(), order("bob"), ())
    with pytest.raises(NotPermitted, match="bob may not hand over what ann has") as refused:
        judge_hand_over(organization(), order("bob"), {"clerk"})
    assert refused.value.allowed == ("manager", "an administrator")
    with pytest.raises(NotPermitted, match="nobody called 'zed'"):
        judge_hand_over(organization(), order("zed"), {"clerk"})


@pytest.mark.parametrize(("to", "what"), [("ann", "is the person who has the tasks"), ("bobb", "nobody called 'bobb'")])
def test_a_successor_is_somebody_else(to: str, what: str) -> None:
    with pytest.raises(InvalidInput, match=what):
        judge_hand_over(organization(), order(to=to), {"clerk"})


def test_a_case_judges_its_task_as_ever() -> None:
    case = Played(PAIR)
    case.act("claim_task", "ann")
    with pytest.raises(NotPermitted, match="eve has not the role"):
        hand(case, "doing#1", order(to="eve"))
    assert hand(case, "doing#1", order()) == "doing#1 assigned to bob"
    assert (case.steps[-1].name, case.steps[-1].note) == ("doing#1", "leaves the firm")
    case.complete(actor="bob")
    case.act("claim_task", "ann")
    with pytest.raises(NotPermitted, match="four eyes: bob completed doing"):
        hand(case, "checking#1", order(), "order-2")


def test_told_again_it_hands_nothing_over_and_what_another_has_taken_stays() -> None:
    case = Played(PAIR)
    case.act("claim_task", "ann")
    hand(case, "doing#1", order())
    case.act("assign_task", "dan", to="cai", task="doing#1")
    assert hand(case, "doing#1", order()) == "done already"
    assert case.tasks["doing#1"].assignee == "cai"
    with pytest.raises(Refused, match="is not with ann any more, but with cai"):
        hand(case, "doing#1", order(), "order-2")
