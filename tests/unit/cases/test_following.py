"""A child follows its parent's fields, and a person's own values are never replaced in silence."""

from datetime import timedelta
from typing import Any

import pytest

from sop_engine.cases.contracts.base import ParentRef
from sop_engine.cases.contracts.commands import StartCase, TellCase
from sop_engine.cases.running.effects.notify import Notify
from sop_engine.cases.told.messages import EngineWord
from tests.unit.cases.casework_samples import MONDAY, Played

PARENT = """
events: {moved: {data: {cut_off_at: {type: datetime}}}}
data: {cut_off_at: {type: datetime}, n: {type: integer, default: 1}}
states:
  papers:
    case: {sop: Papers, id: papers, with: {cut_off_at: cut_off_at, count: n}, follow: [cut_off_at, count]}
    on: {papers.done: done, moved: {}}
  done: {final: true}
"""

CHILD = """
data: {cut_off_at: {type: datetime}, count: {type: integer}}
clocks: {cut_off: {until: cut_off_at, start: in working, ladder: standard}}
states:
  working: {task: {}, on: {working.done: over}}
  over: {final: true}
"""

TUESDAY, FRIDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=4)


def told(case: Played) -> list[dict[str, Any]]:
    return [command.body for command in case.asked(TellCase) if command.signal == "case.follow"]


def follow(case: Played, before: dict[str, Any], **values: Any) -> None:
    case.hear(EngineWord("case.follow", {"values": values, "before": before, "sent_by": "run"}))


def child() -> Played:
    parent = ParentRef(case_id="PARENT-1", key="papers#1")
    return Played(CHILD, parent=parent, bundle_changes={"engine_version": 2}, cut_off_at=TUESDAY.isoformat(), count=1)


def test_a_child_is_told_what_changed_and_nothing_else() -> None:
    case = Played(PARENT, cut_off_at=TUESDAY.isoformat())
    assert case.asked(StartCase)[0].data == {"cut_off_at": TUESDAY.isoformat(), "count": 1}
    case.start_children()
    assert told(case) == []
    case.signal("moved", cut_off_at=FRIDAY.isoformat())
    assert told(case) == [{"values": {"cut_off_at": FRIDAY.isoformat()}, "before": {"cut_off_at": TUESDAY.isoformat()}}]
    case.signal("moved", cut_off_at=FRIDAY.isoformat())
    case.act("comment", text="nothing moved")
    assert len(told(case)) == 1
    case.act("amend", "dan", data={"n": 2}, reason="counted again")
    assert told(case)[1] == {"values": {"count": 2}, "before": {"count": 1}}


def test_what_moves_while_the_parent_is_held_or_the_child_starts_is_told_too() -> None:
    case = Played(PARENT, cut_off_at=TUESDAY.isoformat())
    case.signal("moved", cut_off_at=FRIDAY.isoformat())
    assert len(told(case)) == 1, "it waits for the start of the child, and is not lost"
    case.start_children()
    case.act("hold", "dan", reason="a question")
    case.act("amend", "dan", data={"n": 3}, reason="counted again")
    assert told(case)[-1]["values"] == {"count": 3}


def test_a_field_that_is_emptied_is_empty_in_the_child() -> None:
    case = Played(PARENT, cut_off_at=TUESDAY.isoformat())
    case.start_children()
    case.act("amend", "dan", data={"cut_off_at": None}, reason="no cut-off any more")
    assert told(case) == [{"values": {"cut_off_at": None}, "before": {"cut_off_at": TUESDAY.isoformat()}}]


def test_a_child_takes_over_what_its_parent_says() -> None:
    case = child()
    follow(case, {"cut_off_at": TUESDAY.isoformat()}, cut_off_at=FRIDAY.isoformat())
    assert case.clock("cut_off#1").due_at == FRIDAY
    (step,) = case.journal("followed")
    assert (step.actor, step.note) == ("case PARENT-1", None)
    assert case.asked(Notify) == []
    follow(case, {"cut_off_at": TUESDAY.isoformat()}, cut_off_at=FRIDAY.isoformat())
    assert len(case.journal("followed")) == 1, "what it says already changes nothing"


def test_what_a_person_set_is_replaced_and_the_owner_told_with_both_values() -> None:
    case = child()
    case.act("amend", "dan", data={"count": 7}, reason="seven, I counted")
    follow(case, {"count": 1}, count=2)
    assert case.data["count"] == 2
    (step,) = case.journal("followed")
    assert step.note == "count: 7 was set here, 2 holds"
    (notice,) = case.asked(Notify)
    assert notice.template == "value_followed"
    assert notice.values["replaced"] == [{"field": "count", "set": "7", "holds": "2"}]


def test_a_held_child_takes_it_over_at_once() -> None:
    case = child()
    case.act("hold", "dan", reason="a question")
    follow(case, {"count": 1}, count=2)
    assert case.data["count"] == 2


@pytest.mark.parametrize("values", [{"cut_off_at": "soon"}, {"elsewhere": 1}])
def test_what_does_not_fit_changes_nothing(values: dict[str, Any]) -> None:
    case = child()
    before = dict(case.data)
    follow(case, {}, **values)
    assert dict(case.data) == before
    assert case.journal("followed") == []
