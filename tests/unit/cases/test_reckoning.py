"""What a procedure reckons: scores of a list, days of its calendar, lists of figures."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from sop_engine.cases.written.procedure import DefinitionError
from tests.unit.cases.casework_samples import Played, procedure
from tests.unit.cases.lint_samples import found

REVIEW = """
parameters:
  answer_in: {default: 5, mark: P}
  kept_grades: {default: [A, B], mark: P}
  limits: {default: [1, 2.5], mark: P}
data:
  reviewed_on: {type: date, required: true}
  received_at: {type: datetime, required: true}
  grade: {type: text, default: A}
  scores:
    type: list
    required: true
    fields:
      of: {type: text, required: true, title: {en: Of, zh: 项}}
      points: {type: decimal, required: true, title: {en: Points, zh: 分}}
      weight: {type: decimal, required: true, title: {en: Weight, zh: 权重}}
  total: {type: decimal}
  mean: {type: decimal}
  weak:
    type: list
    item: {type: text, title: {en: Weak, zh: 弱项}}
  answer_on: {type: date}
  attended_at: {type: datetime}
  highest: {type: decimal}
clocks:
  seen:
    title: {en: Seen, zh: 已阅}
    within: 2 working hours
    since: next_opening(received_at)
    start: opened
    stop: looking.done
initial: reckoning
states:
  reckoning:
    entry:
      - set:
          total: scores | sum(attribute='points', weight='weight')
          mean: scores | average(attribute='points', weight='weight')
          weak: >-
            scores | averages(by='of', attribute='points') | selectattr('average', 'lt', 3)
            | map(attribute='group')
          answer_on: reviewed_on + working_days(answer_in)
          attended_at: next_opening(received_at)
          highest: limits | max
    always:
      - {when: quarter(reviewed_on) == 4 and weekday(reviewed_on) < 6, to: at_year_end}
      - {when: grade in kept_grades, to: looking}
      - {to: ended}
  at_year_end: {task: {}, on: {at_year_end.done: ended}}
  looking: {task: {}, on: {looking.done: ended}}
  ended: {final: ended}
"""
SCORES = [
    {"of": "care", "points": "4.5", "weight": "0.6"},
    {"of": "price", "points": 2, "weight": "0.3"},
    {"of": "price", "points": 3, "weight": "0.1"},
]
SATURDAY = datetime(2026, 3, 7, 4, tzinfo=UTC)
"""Noon in Shanghai; the office opens on Monday at 08:30."""


def reviewed(**changed: Any) -> Played:
    data = {"reviewed_on": "2026-03-06", "received_at": SATURDAY.isoformat(), "scores": SCORES}
    return Played(REVIEW, **data | changed)


def test_scores_are_weighed_and_averaged_by_what_they_are_of() -> None:
    case = reviewed()
    assert (case.data["total"], case.data["mean"]) == (Decimal("3.60"), Decimal("3.6"))
    assert case.data["weak"] == ["price"]
    assert case.data["highest"] == Decimal("2.5")


def test_days_are_those_of_the_calendar_that_the_case_was_opened_with() -> None:
    case = reviewed()
    assert case.data["answer_on"] == date(2026, 3, 13)
    assert case.data["attended_at"] == datetime(2026, 3, 9, 0, 30, tzinfo=UTC)
    assert case.clock("seen#1").due_at == datetime(2026, 3, 9, 2, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changed", "state"),
    [
        ({}, "looking"),
        ({"grade": "C"}, "ended"),
        ({"reviewed_on": "2026-10-08"}, "at_year_end"),
        ({"reviewed_on": "2026-10-10"}, "looking"),
    ],
)
def test_a_guard_asks_for_the_quarter_the_day_and_a_list_of_figures(changed: dict[str, str], state: str) -> None:
    assert reviewed(**changed).states == (state,)


def test_lint_finds_nothing_in_it() -> None:
    assert [finding.text for finding in found(REVIEW)] == []


def test_a_length_of_working_days_is_nothing_that_a_case_keeps() -> None:
    with pytest.raises(DefinitionError, match="the field is date, the value working_days"):
        procedure(REVIEW.replace("reviewed_on + working_days(answer_in)", "working_days(answer_in)"))


@pytest.mark.parametrize(
    ("default", "what"),
    [
        ("[A, 1]", "a list of figures holds texts, none of them empty, or numbers"),
        ("[A, ' ']", "a list of figures holds texts, none of them empty, or numbers"),
        ("[true, 2]", "a list of figures holds texts, none of them empty, or numbers"),
        ("[[A]]", "a list of figures holds texts, none of them empty, or numbers"),
        (str(["x"] * 1_001), "1001 figures are too many: a list has up to 1000"),
    ],
)
def test_a_list_of_figures_is_of_one_kind(default: str, what: str) -> None:
    with pytest.raises(DefinitionError, match=what):
        procedure(REVIEW.replace("[A, B]", default))
