"""Lint of guards that are tried against each other: gaps, overlaps, ways that are never taken."""

import pytest

from tests.unit.cases.lint_samples import found_by

ASKED = """
parameters: {{least: {{default: 4, mark: P}}}}
data:
  score: {{type: integer, min: 0, max: 5}}
  note: {{type: text}}
  colour: {{type: choice, of: [red, green]}}
  is_urgent: {{type: boolean}}
  fee: {{type: money}}
initial: asking
states:
  asking:
    task:
      within: 1 hour
      form:
        - {{field: score, required: true}}
        - {{field: colour, required: true}}
        - {{field: is_urgent, required: true}}
        - note
        - fee
      checks: {checks}
    on: {{asking.done: {ways}}}
  one: {{task: {{within: 1 hour}}, on: {{one.done: end}}}}
  two: {{task: {{within: 1 hour}}, on: {{two.done: end}}}}
  end: {{final: true}}
on: {{asking.done: {{when: "{outer}", to: end}}}}
"""
GUARDED = "[{{when: {}, to: one}}, {{when: {}, to: two}}]"


def said(ways: str, checks: str = "{}", outer: str = "false") -> list[str]:
    return [finding.text for finding in found_by(ASKED.format(ways=ways, checks=checks, outer=outer), "gaps")]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("score > least", "score <= least"),
        ("is_urgent", "not is_urgent"),
        ("colour == 'red'", "colour == 'green'"),
        ("note is none", "note is not none"),
        ("fee is none or fee.amount == 0", "fee is not none and fee.amount != 0"),
    ],
)
def test_guards_that_part_all_values_are_in_order(first: str, second: str) -> None:
    assert said(GUARDED.format(f'"{first}"', f'"{second}"')) == []


@pytest.mark.parametrize(
    ("first", "second", "shown"),
    [
        ("score > least", "score < least", "score 4"),
        ("score > least", "score < least - 1", "score 4"),
        ("colour == 'red'", "is_urgent", "colour green, is_urgent False"),
        ("note == 'a'", "note == 'b'", "note plain"),
        ("fee is none", "fee.amount > 10", "fee {'amount': '0', 'currency': 'CNY'}"),
    ],
)
def test_a_gap_is_shown_by_values(first: str, second: str, shown: str) -> None:
    (text,) = said(GUARDED.format(f'"{first}"', f'"{second}"'))
    assert text == (
        f"with {shown} no guard holds, and the task opens again after asking.done; "
        "refuse the outcome by a check, or end with a transition without `when`"
    )


def test_an_outcome_under_a_guard_that_asks_for_a_state_has_a_check_that_asks_for_it() -> None:
    ways = GUARDED.format("in_state('one')", "in_state('one') and is_urgent")
    (text,) = said(ways)
    assert text == (
        "where one is not active, no guard may hold, and the task opens again after asking.done; refuse the outcome by "
        "a check that asks for the same states, or end with a transition without `when`"
    )
    check = "{{settled: {{rule: {}, title: {{en: S, zh: 定}}}}}}"
    assert said(ways, check.format("in_state('one')")) == []
    assert said(ways, check.format("in_state('two')")) == [text]
    assert said(ways.replace("]", ", {to: end}]")) == []


def test_two_guards_of_which_both_hold() -> None:
    (text,) = said(GUARDED.format("score >= least", "score <= least"))
    assert text == (
        "with score 4 both `score >= least` and `score <= least` hold, and the first is taken; "
        "let only one of them hold, or leave out the `when` of the last"
    )


def test_one_guard_after_the_other_is_no_overlap() -> None:
    ways = "[{when: is_urgent and colour == 'red', to: one}, {when: is_urgent, to: two}, {to: end}]"
    assert said(ways) == []
    assert said(ways.replace("{to: end}", "{when: not is_urgent, to: end}")) == []


def test_a_way_that_others_leave_nothing() -> None:
    ways = "[{when: is_urgent, to: one}, {when: not is_urgent, to: end}, {when: colour == 'red', to: two}]"
    (text,) = said(ways)
    assert text == "is never taken: wherever its guard holds, one before it does"
    (other,) = said(ways.replace("colour == 'red'", "score > 2"))
    assert other.startswith("with is_urgent True, score 3 both `is_urgent` and `score > 2` hold")


def test_what_a_check_refuses_is_no_gap() -> None:
    checks = "{named: {rule: score != least}}"
    assert said(GUARDED.format("score > least", "score < least"), checks) == []
    warned = checks.replace("score != least", "score != least, blocks: false")
    assert len(said(GUARDED.format("score > least", "score < least"), warned)) == 1


def test_a_state_around_it_may_take_what_is_left() -> None:
    assert said(GUARDED.format("score > least", "score < least"), outer="score == least") == []


@pytest.mark.parametrize("guard", ["_event.data.x == 1", "actor == 'ann'"])
def test_what_nobody_here_knows_is_not_judged(guard: str) -> None:
    assert said(GUARDED.format(f'"{guard}"', f'"{guard} and is_urgent"')) == []


WORKED = """
data: {{total: {{type: integer}}}}
states:
  adding:
    work: {{activity: sums, with: {{base: "1"}}, store: {{total: sum}}}}
    on: {{adding.done: {ways}}}
  end: {{final: true}}
"""


def test_a_report_of_work_that_guards_take_whatever_it_is_needs_no_other_way() -> None:
    assert found_by(WORKED.format(ways="[{when: total > 3, to: end}, {when: total <= 3, to: end}]"), "gaps") == []
    (gap,) = found_by(WORKED.format(ways="[{when: total > 3, to: end}, {when: total < 3, to: end}]"), "gaps")
    assert gap.message == "with total 3 no guard holds, and nothing takes adding.done"
    (unknown,) = found_by(WORKED.format(ways="[{when: _event.data.x == 1, to: end}]"), "gaps")
    assert unknown.message == "where no guard holds, nothing takes adding.done"
