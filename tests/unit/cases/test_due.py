"""What a task is due by: every clock that counts for it, and how a deadline is written that ends with its day."""

from datetime import datetime, timedelta, timezone

import pytest

from sop_engine.basis.faults import InvalidInput
from sop_engine.cases.seen.card import case_card
from sop_engine.cases.seen.recent import Recent
from sop_engine.cases.seen.views import case_view, publication
from sop_engine.console.arguments import read_moment
from sop_engine.console.render_values import deadline
from tests.unit.cases.casework_samples import Played

CHINA = timezone(timedelta(hours=8))

DUE = """
data: {due_on: {type: date}, early_on: {type: date}}
events: {paid: , disputed: , settled: }
clocks:
  receivable: {until: due_on, start: opened, stop: paid, pause: disputed, resume: settled}
states:
  file:
    parallel: true
    states:
      money:
        clocks: {window: {until: early_on}}
        states:
          following: {task: {outcomes: [call]}}
      papers:
        states:
          copying: {task: {within: 5 days, outcomes: [copied]}}
"""


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00")


def dues(case: Played) -> dict[str, datetime | None]:
    view = case_view(case.procedure, case.state, Recent(), case.now)
    listed = publication(case.procedure, case.state, (), (), "run", case.now).task_deadlines
    assert {task.task: task.due_at for task in view.tasks if task.due_at is not None} == listed
    return {task.state: task.due_at for task in view.tasks}


def test_a_deadline_of_the_case_counts_for_each_of_its_tasks() -> None:
    assert dues(Played(DUE)) == {"following": None, "copying": at("2026-03-08T00:00")}
    assert dues(Played(DUE, due_on="2026-03-05")) == {
        "following": at("2026-03-06T00:00"),
        "copying": at("2026-03-06T00:00"),
    }
    assert dues(Played(DUE, due_on="2026-03-31")) == {
        "following": at("2026-04-01T00:00"),
        "copying": at("2026-03-08T00:00"),
    }


def test_a_clock_of_a_state_counts_for_the_tasks_inside_it_and_no_others() -> None:
    case = Played(DUE, due_on="2026-03-31", early_on="2026-03-03")
    assert dues(case) == {"following": at("2026-03-04T00:00"), "copying": at("2026-03-08T00:00")}


def test_a_deadline_that_is_met_or_paused_counts_no_longer() -> None:
    case = Played(DUE, due_on="2026-03-05")
    case.signal("disputed")
    assert dues(case)["following"] is None
    case.signal("settled")
    assert dues(case)["following"] == at("2026-03-06T00:00")
    case.signal("paid")
    assert dues(case) == {"following": None, "copying": at("2026-03-08T00:00")}


def test_a_deadline_that_ends_with_a_day_is_shown_as_that_day() -> None:
    assert deadline(at("2026-02-25T00:00"), CHINA) == "2026-02-24 24:00+08:00"
    assert deadline(at("2026-03-01T00:00"), CHINA) == "2026-02-28 24:00+08:00"
    assert deadline(at("2026-02-24T17:00"), CHINA) == "2026-02-24 17:00+08:00"
    assert deadline(at("2026-02-25T00:00"), timezone(timedelta(hours=1))) == "2026-02-24 17:00+01:00"
    case = Played(DUE, due_on="2026-03-05")
    card = case_card(case.procedure, case.state)
    assert "running, due 2026-03-05 24:00+08:00" in card
    assert "`clerk`, due 2026-03-05 24:00+08:00" in card
    assert "00:00+08:00" not in card.replace("24:00+08:00", "")


@pytest.mark.parametrize("text", ["2026-02-24 24:00+08:00", "2026-02-24T24:00+08:00", "2026-02-24T24:00:00+08:00"])
def test_what_is_shown_can_be_typed(text: str) -> None:
    assert read_moment(text, "--to") == at("2026-02-25T00:00")


@pytest.mark.parametrize(
    "text", ["2026-02-30 24:00+08:00", "2026-02-24 24:00", "2026-02-24 24:01+08:00", "9999-12-31 24:00Z"]
)
def test_what_is_no_end_of_a_day_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        read_moment(text, "--to")
