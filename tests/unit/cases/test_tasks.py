"""Tasks of people: claim, assign, delegate, release, suspend, skip, complete; forms, checks and four eyes."""

from datetime import timedelta
from typing import Any

import pytest

from sop_engine.basis.faults import InvalidInput, NotFound, NotPermitted, Refused
from tests.unit.cases.casework_samples import Played

ONE = """
data: {a: {type: integer}, b: {type: text, required: true}, c: {type: text}}
states:
  doing:
    task:
      form: [{field: a, required: true}, b, {field: c, read_only: true}]
      checklist: [seen]
      outcomes: {done: {}, returned: {require: [a]}, given_up: {require: []}}
      checks:
        positive: {rule: a > 0, outcomes: [done]}
        small: {rule: a < 100, outcomes: [done], blocks: false}
    on: {doing.done: end, doing.returned: doing, doing.given_up: end}
  end: {final: ended}
"""


def one() -> Played:
    return Played(ONE, b="text")


def test_a_task_is_claimed_by_one_and_released() -> None:
    case = one()
    case.act("claim_task", "ann")
    assert case.tasks["doing#1"].status == "claimed"
    with pytest.raises(Refused, match="claimed by ann"):
        case.act("claim_task", "bob")
    with pytest.raises(NotPermitted, match="claimed by ann"):
        case.complete(actor="bob", outcome="given_up")
    with pytest.raises(NotPermitted):
        case.act("release_task", "bob")
    case.act("release_task", "ann")
    assert case.tasks["doing#1"].assignee is None
    case.complete("given_up", actor="bob")
    assert case.state.status == "completed"


@pytest.mark.parametrize(
    ("name", "actor", "given", "error"),
    [
        ("assign_task", "ann", {"to": "bob"}, NotPermitted),
        ("assign_task", "dan", {"to": "eve"}, NotPermitted),
        ("delegate_task", "eve", {"to": "bob"}, NotPermitted),
        ("skip_task", "ann", {"outcome": "done", "reason": "r"}, NotPermitted),
        ("skip_task", "dan", {"outcome": "flown", "reason": "r"}, Refused),
        ("skip_task", "dan", {"outcome": "done"}, InvalidInput),
        ("suspend_task", "eve", {"until": "2026-03-03T01:00Z", "reason": "r"}, NotPermitted),
        ("suspend_task", "ann", {"until": "2026-03-02T01:00Z", "reason": "r"}, InvalidInput),
        ("suspend_task", "ann", {"until": "2026-03-03T01:00", "reason": "r"}, InvalidInput),
        ("claim_task", "nobody", {}, NotPermitted),
        ("claim_task", "ann", {"task": "elsewhere"}, NotFound),
        ("release_task", "dan", {}, Refused),
        ("complete_task", "dan", {"outcome": "done"}, NotPermitted),
    ],
)
def test_what_is_refused(name: str, actor: str, given: dict[str, str], error: type[Exception]) -> None:
    case = one()
    before = case.state
    with pytest.raises(error):
        case.act(name, actor, **given)
    assert case.state == before


def test_assign_delegate_suspend_skip() -> None:
    case = one()
    case.act("assign_task", "dan", to="ann")
    with pytest.raises(NotPermitted):
        case.act("delegate_task", "bob", to="cai")
    case.act("delegate_task", "ann", to="bob")
    assert case.tasks["doing#1"].assignee == "bob"
    case.act("suspend_task", "bob", until="2026-03-03T09:00+08:00", reason="away")
    assert case.tasks["doing#1"].suspended_until is not None
    case.act("skip_task", "dan", outcome="done", reason="by phone")
    assert (case.state.status, case.state.last_completed_by) == ("completed", {"doing": "dan"})
    assert case.journal("skipped")[0].note == "by phone"


def test_every_fault_of_a_form_is_listed() -> None:
    case = one()
    with pytest.raises(InvalidInput) as caught:
        case.act("complete_task", "ann", outcome="done", data={"a": "x", "c": "y", "zz": 1}, checklist=["other"])
    assert [fault.where for fault in caught.value.faults] == ["a", "c", "zz", "other", "seen"]


def test_a_required_field_cannot_be_blanked() -> None:
    case = one()
    with pytest.raises(InvalidInput, match="b: is missing"):
        case.act("complete_task", "ann", outcome="done", data={"a": 1, "b": " "}, checklist=["seen"])


def test_an_outcome_may_require_other_fields() -> None:
    case = one()
    with pytest.raises(InvalidInput, match="a: is missing"):
        case.complete("returned")
    case.complete("returned", a=5)
    case.complete("given_up")
    assert case.state.outcome == "ended"


def test_a_check_blocks_and_another_only_warns() -> None:
    case = one()
    given: dict[str, Any] = {"outcome": "done", "checklist": ["seen"]}
    with pytest.raises(InvalidInput, match="positive"):
        case.act("complete_task", data={"a": 0}, reason="because", **given)
    with pytest.raises(InvalidInput, match="give a reason"):
        case.act("complete_task", data={"a": 500}, **given)
    case.act("complete_task", data={"a": 500}, reason="agreed", **given)
    assert case.journal("task")[0].note == "agreed (passed: small)"


def test_a_task_done_earlier_says_so_with_a_reason() -> None:
    case = one()
    case.now += timedelta(hours=2)
    for at, reason in (
        ("2026-03-02T12:00+08:00", "r"),
        ("2026-03-02T08:00+08:00", "r"),
        ("2026-03-02T10:00+08:00", ""),
    ):
        with pytest.raises(InvalidInput):
            case.act("complete_task", outcome="given_up", happened_at=at, reason=reason)
    with pytest.raises(InvalidInput, match="zone"):
        case.act("complete_task", outcome="given_up", happened_at="2026-03-02T10:00", reason="r")
    case.act("complete_task", outcome="given_up", happened_at="2026-03-02T10:00+08:00", reason="r")
    step = case.journal("task")[0]
    assert step.happened_at is not None
    assert (step.at - step.happened_at) == timedelta(hours=1)


def test_a_closed_case_says_so() -> None:
    case = one()
    case.complete("given_up")
    refused: dict[str, dict[str, Any]] = {
        "claim_task": {},
        "amend": {"data": {"a": 1}, "reason": "r"},
        "hold": {"reason": "r"},
    }
    for name, given in refused.items():
        with pytest.raises(Refused, match="closed"):
            case.act(name, "dan", **given)
    case.act("comment", text="still possible")


EYES = """
data: {n: {type: integer, default: 0}}
states:
  preparing:
    task: {outcomes: [done]}
    on: {preparing.done: checking}
  checking:
    task: {distinct_from: preparing, outcomes: [agreed, returned]}
    on: {checking.agreed: end, checking.returned: preparing}
  end: {final: true}
"""


def test_four_eyes_through_loops() -> None:
    case = Played(EYES)
    case.complete("done", "ann")
    for name, given in (("claim_task", {}), ("complete_task", {"outcome": "agreed"})):
        with pytest.raises(NotPermitted, match="four eyes"):
            case.act(name, "ann", **given)
    with pytest.raises(NotPermitted, match="four eyes"):
        case.act("assign_task", "dan", to="ann")
    case.complete("returned", "bob")
    # Who checked may prepare the next round: the rule names only the check.
    case.complete("done", "bob")
    with pytest.raises(NotPermitted, match="four eyes"):
        case.complete("agreed", "bob")
    case.complete("agreed", "ann")
    assert case.state.status == "completed"


def test_four_eyes_counts_a_skip() -> None:
    case = Played(EYES)
    case.act("skip_task", "dan", outcome="done", reason="r")
    with pytest.raises(NotPermitted, match="four eyes"):
        case.act("skip_task", "dan", outcome="agreed", reason="r")


@pytest.mark.parametrize(("first", "second"), [("one", "two"), ("two", "one")])
def test_of_two_open_tasks_the_later_completion_is_refused(first: str, second: str) -> None:
    case = Played(
        """
states:
  both:
    parallel: true
    states:
      left: {states: {one: {task: {}, on: {one.done: over}}, over: {final: true}}}
      right: {states: {two: {task: {distinct_from: [one]}, on: {two.done: past}}, past: {final: true}}}
    done: end
  end: {final: true}
"""
    )
    case.complete("done", "ann", task=first)
    with pytest.raises(NotPermitted, match="four eyes"):
        case.complete("done", "ann", task=second)
    case.complete("done", "bob", task=second)
    assert case.state.status == "completed"


AGAIN = """
data: {n: {type: integer, default: 0}}
states:
  doing:
    task: {form: [n], outcomes: [done, noted], within: 2 hours, distinct_from: doing}
    on:
      doing.noted: {do: [{set: {n: n + 1}}]}
      doing.done: {when: n > 1, to: end}
  end: {final: true}
"""


def test_an_outcome_that_leads_nowhere_opens_the_task_again() -> None:
    case = Played(AGAIN)
    opened = case.clock("doing#1").clock.opened_at
    case.now += timedelta(minutes=5)
    case.complete("noted", "ann")
    assert list(case.tasks) == ["doing#2"]
    assert case.clock("doing#1").clock.opened_at == opened
    with pytest.raises(NotPermitted, match="four eyes"):
        case.complete("noted", "ann")
    refused = case.complete("done", "bob")  # the guard does not hold
    assert (
        refused.message
        == "doing#2 completed as done, but no transition takes it now: the task is open again as doing#3"
    )
    assert case.complete("noted", "cai").message == "doing#3 completed as noted"
    assert case.complete("done", "ann").message == "doing#4 completed as done"
    assert case.state.status == "completed"
    assert case.clock("doing#1").clock.status == "met"


MANY = """
data: {{names: {{type: list, item: {{type: decimal, title: {{en: N, zh: 数}}}}}}, note: {{type: text}}}}
states:
  asking:
    task:
      role: "'auditor' if item == 2 else 'clerk'"
      for_each: names
      until: {until}
      form: [note]
      outcomes: [yes, no]
    on:
      asking.all:
        to: counted
        do: [{{set: {{note: "_event.data.results | map(attribute='outcome') | join(',')"}}}}]
  counted: {{task: {{}}, on: {{counted.done: end}}}}
  end: {{final: true}}
"""


@pytest.mark.parametrize(("until", "completions"), [("all", 3), ("any", 1), ("2", 2), ("9", 3)])
def test_a_task_for_each(until: str, completions: int) -> None:
    case = Played(MANY.format(until=until), names=[1, 2, "3.5"])
    assert [task.role for task in case.tasks.values()] == ["clerk", "auditor", "clerk"]
    with pytest.raises(Refused, match="3 open tasks"):
        case.complete("yes")
    for number in range(1, completions + 1):
        assert case.states == ("asking",)
        case.complete("yes", "cai", task=f"asking#1.{number}")
    assert case.states == ("counted",)
    assert list(case.tasks) == ["counted#1"]
    assert case.data["note"] == ",".join(["yes"] * completions)


def test_a_task_for_each_of_nothing_is_done_at_once() -> None:
    case = Played(MANY.format(until="all"), names=[])
    assert case.states == ("counted",)


def test_a_list_that_nobody_filled_is_not_an_empty_one() -> None:
    with pytest.raises(ValueError, match="not a list"):
        Played(MANY.format(until="all"))


def test_candidates_are_who_it_is_offered_to() -> None:
    case = Played("states: {a: {task: {candidates: [bob]}, on: {a.done: b}}, b: {final: true}}")
    with pytest.raises(NotPermitted, match="offered to others"):
        case.act("claim_task", "ann")
    case.complete("done", "bob")


def test_the_same_id_is_carried_out_once() -> None:
    case = Played(EYES)
    case.act("complete_task", "ann", outcome="done", id="7")
    answer = case.act("complete_task", "ann", outcome="done", id="7")
    assert (answer.duplicate, case.states) == (True, ("checking",))


def test_a_thousand_ids_are_remembered() -> None:
    case = Played(EYES)
    for number in range(1_005):
        case.state.remember(str(number))
    assert len(case.state.seen) == 1_000
    assert "4" not in case.state.seen
    assert "5" in case.state.seen
