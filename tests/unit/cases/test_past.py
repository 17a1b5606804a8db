"""Dates of what has happened: nobody may enter one that lies ahead, wherever it stands in what a person sends."""

from typing import Any

import pytest
from pydantic import ValidationError

from sop_engine.basis.faults import InvalidInput
from sop_engine.cases.written.engine_version import FOUNDATION
from sop_engine.cases.written.fields import FieldSpec
from tests.unit.cases.casework_samples import MONDAY, Played
from tests.unit.cases.lint_samples import GOOD, found

ARRIVAL = """
data:
  arrived_at: {type: datetime, past: true}
  arrived_on: {type: date, past: true}
  leaves_at: {type: datetime}
  boxes: {type: list, fields: {back_on: {type: date, past: true, title: {en: Back, zh: 还箱}}}}
events:
  ship.came: {data: {arrived_at: {type: datetime}, seen_on: {type: date, past: true}}, roles: [clerk], machines: true}
states:
  a:
    task: {form: [arrived_at, arrived_on, leaves_at, boxes], outcomes: [done]}
    on: {a.done: b, ship.came: b}
  b: {task: {outcomes: [done]}, on: {b.done: c}}
  c: {final: true}
"""
TODAY = str(MONDAY.date())


def refused(act: str, **given: Any) -> dict[str, str]:
    case = Played(ARRIVAL)
    with pytest.raises(InvalidInput) as told:
        case.act(act, "ann" if act != "amend" else "dan", **given)
    assert all(
        "lies ahead, and what is entered here has happened 日期在将来" in fault.what for fault in told.value.faults
    )
    return {fault.where: fault.allowed for fault in told.value.faults}


@pytest.mark.parametrize("data", [{"arrived_at": "2093-03-02T09:00+08:00"}, {"arrived_on": "2093-03-02"}], ids=str)
def test_a_form_takes_no_date_of_what_has_not_happened(data: dict[str, str]) -> None:
    (allowed,) = refused("complete_task", outcome="done", data=data).values()
    assert allowed.startswith(f"up to {TODAY}")


def test_every_entry_of_a_list_is_looked_at() -> None:
    boxes = [{"back_on": TODAY}, {"back_on": "2093-03-02"}]
    assert list(refused("complete_task", outcome="done", data={"boxes": boxes})) == ["boxes.1.back_on"]


def test_an_amendment_takes_none_either() -> None:
    assert list(refused("amend", data={"arrived_on": "2093-03-02"}, reason="typing")) == ["arrived_on"]


def test_nor_does_an_event_that_a_person_reports() -> None:
    told = {"arrived_at": "2093-03-02T09:00+08:00", "seen_on": "2093-03-02"}
    assert list(refused("event", name="ship.came", data=told)) == ["arrived_at", "seen_on"]


def test_today_and_now_have_come_and_what_is_planned_may_lie_ahead() -> None:
    case = Played(ARRIVAL)
    given = {"arrived_at": MONDAY.isoformat(), "arrived_on": TODAY, "leaves_at": "2093-03-02T09:00+08:00"}
    case.complete(**given)
    assert case.states == ("b",)


def test_today_is_that_of_the_calendars_zone() -> None:
    """17:00 in Greenwich is the next day in China."""
    case = Played(ARRIVAL, now=MONDAY.replace(hour=17))
    case.complete(arrived_on=str(MONDAY.date().replace(day=MONDAY.day + 1)))
    assert case.states == ("b",)


def test_what_a_machine_reports_is_kept() -> None:
    case = Played(ARRIVAL)
    case.signal("ship.came", arrived_at="2093-03-02T09:00+08:00")
    assert (case.states, case.data["arrived_at"].year) == (("b",), 2093)


def test_cases_of_every_engine_are_asked_the_same() -> None:
    case = Played(ARRIVAL, bundle_changes={"engine_version": FOUNDATION})
    with pytest.raises(InvalidInput, match="lies ahead"):
        case.complete(arrived_on="2093-03-02")


def test_only_dates_can_be_past() -> None:
    with pytest.raises(ValidationError, match="only a date or a datetime can be `past`"):
        FieldSpec.model_validate({"type": "text", "title": {"en": "T", "zh": "题"}, "past": True})


DATED = GOOD.replace("  limit_at: {type: datetime}", "  limit_at: {type: datetime}\n  told_at: {type: datetime}")
SET = "      plan.breached: {do: [{set: {total: total + 1}}]}"


@pytest.mark.parametrize(
    ("effect", "why"),
    [
        ("{set: {told_at: now}}", "is set to `now`"),
        ("{set: {told_at: told_at | default(now)}}", "is set to `told_at | default(now)`"),
        ("{milestone: told, at: told_at}", "is when the milestone told was reached"),
    ],
)
def test_lint_finds_a_date_that_has_happened_and_does_not_say_so(effect: str, why: str) -> None:
    text = DATED.replace(SET, f"      plan.breached: {{do: [{effect}]}}")
    [finding] = found(text)
    assert finding.path == ("data", "told_at")
    assert finding.message == f"{why}, so it has happened: `past: true` refuses one that lies ahead"
    assert found(text.replace("told_at: {type: datetime}", "told_at: {type: datetime, past: true}")) == ()


@pytest.mark.parametrize(
    "effect", ["{milestone: told, at: told_at, kind: planned}", "{set: {told_at: limit_at or now}}"]
)
def test_a_date_that_may_be_planned_need_not_say_so(effect: str) -> None:
    assert found(DATED.replace(SET, f"      plan.breached: {{do: [{effect}]}}")) == ()
