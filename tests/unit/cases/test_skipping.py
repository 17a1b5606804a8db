"""Skipping a task: with which outcomes, and what the case needs although the work is not done."""

import pytest

from sop_engine.basis.faults import InvalidInput, Refused
from tests.unit.cases.casework_samples import Played
from tests.unit.cases.lint_samples import found_by

REVISIT = """
data: {satisfied: {type: integer}, fee: {type: integer}, note: {type: text}, later: {type: integer}}
initial: asking
states:
  asking:
    task:
      form: [{field: satisfied, required: true}, {field: note, required: true}, {field: later, required: true}, fee]
      outcomes: {heard: {}, unreached: {require: []}}
      skip: [heard]
    on:
      asking.heard: [{when: satisfied >= 3, to: mending}, {to: end}]
      asking.unreached: end
  mending:
    task: {form: [{field: fee, required: true}]}
    on: {mending.done: [{when: note is not none and fee + 1 > 2, to: end}, {to: adding}]}
  adding: {entry: [{set: {fee: later + 1}}], task: {}, on: {adding.done: end}}
  end: {final: true}
"""


def test_who_skips_is_asked_for_what_is_needed_further_on_and_for_nothing_else() -> None:
    case = Played(REVISIT)
    with pytest.raises(InvalidInput) as refused:
        case.act("skip_task", "dan", outcome="heard", reason="r")
    assert [fault.where for fault in refused.value.faults] == ["satisfied", "later"]
    with pytest.raises(InvalidInput, match=r"satisfied: .* is not a whole number"):
        case.act("skip_task", "dan", outcome="heard", data={"satisfied": "much", "later": 1}, reason="r")
    case.act("skip_task", "dan", outcome="heard", data={"satisfied": 4, "later": 1}, reason="r")
    assert (case.states, case.data["satisfied"], case.state.incidents) == (("mending",), 4, {})


def test_what_the_case_knows_is_not_asked_for() -> None:
    case = Played(REVISIT, satisfied=4, later=1)
    case.act("skip_task", "dan", outcome="heard", reason="r")
    assert case.states == ("mending",)


def test_only_a_field_of_the_form_is_given() -> None:
    case = Played(REVISIT.replace("skip: [heard]", "skip: [heard]\n      priority: 1"), satisfied=1, later=1)
    with pytest.raises(InvalidInput, match="unknown field"):
        case.act("skip_task", "dan", outcome="heard", data={"other": 1}, reason="r")


def test_an_outcome_that_may_not_be_skipped() -> None:
    with pytest.raises(Refused, match="may not be skipped as unreached") as refused:
        Played(REVISIT).act("skip_task", "dan", outcome="unreached", reason="r")
    assert refused.value.allowed == ("heard",)


def test_an_sop_that_says_nothing_asks_for_nothing() -> None:
    case = Played(REVISIT.replace("      skip: [heard]\n", ""))
    case.act("skip_task", "dan", outcome="unreached", reason="r")
    assert case.state.is_closed


SKIPPED = """
data: {{count: {{type: integer}}}}
initial: asking
states:
  asking:
    task: {{form: [{{field: count, required: true}}], outcomes: [heard, given_up], skip: {skip}}}
    on: {{asking.heard: {heard}, asking.given_up: end}}
  end: {{final: true}}
"""


def test_lint_says_where_skip_says_nothing() -> None:
    def told(skip: str, heard: str = "end") -> list[str]:
        findings = found_by(SKIPPED.format(skip=skip, heard=heard), "filled")
        return [f"{each.severity}: {each.message}" for each in findings if each.path[-1] == "skip"]

    (text,) = told("[heard, given_up]")
    assert text.startswith("error: silences nothing: it names every outcome")
    assert told("[heard]") == told("[]") == []
    assert told("[heard, given_up]", "[{when: count > 3, to: end}, {to: end}]") == []
