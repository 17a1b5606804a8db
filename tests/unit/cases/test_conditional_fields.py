"""Fields of a form that are asked for only while a condition holds."""

from typing import Any

import pytest

from sop_engine.basis.faults import InvalidInput
from sop_engine.cases.running.compiling import compile_procedure
from sop_engine.cases.written.filling import Filling
from sop_engine.cases.written.procedure import DefinitionError
from tests.unit.cases.casework_samples import Played, bundle, procedure
from tests.unit.cases.lint_samples import found, found_by

RECEIPT = """
data:
  status: {type: choice, of: [accepted, returned, inspected]}
  level: {type: integer}
  problem: {type: text}
  site: {type: text}
  meter: {type: integer, max: 9}
  remarks: {type: text}
states:
  receiving:
    task:
      form:
        - {field: status, required: true}
        - {field: problem, required: true, when: status == 'returned'}
        - {field: level, when: status == 'inspected'}
        - {field: site, required: true, when: status == 'inspected' and level is not none and level > 2}
        - {field: meter, required: true, when: site is not none}
        - remarks
      outcomes: {received: {}, put_off: {require: [problem, remarks]}}
    on: {receiving.received: {when: status != 'returned', to: end}, receiving.put_off: receiving}
  end: {final: true}
"""


def refused(case: Played, outcome: str = "received", **told: Any) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        case.complete(outcome, **told)
    return [f"{fault.where}: {fault.what}" for fault in caught.value.faults]


def test_what_is_not_asked_for_is_not_missing() -> None:
    case = Played(RECEIPT)
    case.complete("received", status="accepted")
    assert (case.state.is_closed, case.data["problem"]) == (True, None)


def test_an_answer_makes_the_next_field_asked_for() -> None:
    case = Played(RECEIPT)
    assert refused(case) == ["status: is missing"]
    assert refused(case, status="returned") == ["problem: is missing"]
    assert refused(case, status="inspected", level=3) == ["site: is missing"]
    assert refused(case, status="inspected", level=3, site="Gate 2") == ["meter: is missing"]
    case.complete("received", status="inspected", level=3, site="Gate 2", meter=1)
    assert case.state.is_closed


def test_what_is_not_asked_for_may_not_be_told() -> None:
    case = Played(RECEIPT)
    with pytest.raises(
        InvalidInput, match=r"problem: is not asked for \(allowed: nothing, unless status == 'returned'"
    ):
        case.complete("received", status="accepted", problem="torn")
    assert refused(case, status="accepted", level="much") == ["level: is not asked for"]
    case.complete("received", status="accepted", problem=" ", level=None)
    assert case.state.is_closed


def test_what_is_not_asked_for_stays_as_it_was() -> None:
    case = Played(RECEIPT, problem="told before", site="Gate 1")
    case.complete("received", status="accepted", meter=3)
    assert (case.data["problem"], case.data["meter"]) == ("told before", 3)


def test_what_is_asked_for_is_judged() -> None:
    case = Played(RECEIPT)
    assert refused(case, status="inspected", level=3, site="A", meter=10) == ["meter: 10 is too large"]


def test_behind_a_wrong_answer_nothing_is_said_of_what_hangs_on_it() -> None:
    case = Played(RECEIPT)
    (only,) = refused(case, status="lost", problem="torn")
    assert only == "status: 'lost' is not among the choices"


def test_an_outcome_requires_a_field_only_where_it_is_asked_for() -> None:
    case = Played(RECEIPT)
    assert refused(case, "put_off", status="returned") == ["problem: is missing", "remarks: is missing"]
    assert refused(case, "put_off", status="accepted") == ["remarks: is missing"]


def test_who_skips_tells_nothing_that_is_not_asked_for() -> None:
    case = Played(RECEIPT)
    with pytest.raises(InvalidInput, match="problem: is not asked for"):
        case.act("skip_task", "dan", outcome="received", data={"status": "accepted", "problem": "x"}, reason="r")


def test_a_condition_that_fails_is_told() -> None:
    case = Played(RECEIPT.replace("and level is not none and", "and"))
    (only,) = refused(case, status="inspected")
    assert only == "site: whether it is asked for cannot be said: level is not filled"


def test_a_condition_of_a_task_for_each_entry_sees_the_entry() -> None:
    case = Played(
        """
data:
  lines: {type: list, item: {type: text, title: {en: Line, zh: 行}}, default: [plain, odd]}
  why: {type: text}
states:
  each:
    task: {for_each: lines, form: [{field: why, required: true, when: item == 'odd'}]}
    on: {each.all: end}
  end: {final: true}
"""
    )
    case.complete(task="each#1.1")
    assert refused(case, "done", task="each#1.2") == ["why: is missing"]
    case.complete(task="each#1.2", why="torn")
    assert case.state.is_closed


def test_the_chart_does_not_count_on_it_but_where_it_asks_the_same() -> None:
    text = RECEIPT.replace(
        "receiving.received: {when: status != 'returned', to: end}",
        "receiving.received: [{when: level != 7 and status == 'returned', to: mending}, {to: end}]",
    ).replace("  end:", "  mending: {task: {}, on: {mending.done: end}}\n  end:")
    filling = Filling(compile_procedure(bundle(text)))
    assert {"status", "problem"} <= filling.entered["mending"]
    assert "problem" not in filling.entered["end"]


@pytest.mark.parametrize(
    ("was", "becomes", "place", "message"),
    [
        ("when: status == 'returned'", "when: statsu == 'returned'", 1, "unknown name statsu, did you mean status?"),
        ("when: status == 'returned'", "when: status == 3", 1, "text never equals integer"),
        ("when: status == 'returned'", "when: meter == 3", 1, "hangs on 'meter', which is asked for after it"),
        ("when: status == 'returned'", "when: problem is none", 1, "whether 'problem' is asked for hangs on 'problem'"),
        ("status, required: true", "status, when: problem is none", 0, "hangs on 'problem', which is asked for after"),
    ],
)
def test_lint_names_what_a_condition_cannot_hang_on(was: str, becomes: str, place: int, message: str) -> None:
    (finding,) = [each for each in found(RECEIPT.replace(was, becomes)) if each.severity == "error"]
    assert finding.path == ("states", "receiving", "task", "form", place, "when")
    assert message in finding.text


def test_lint_finds_nothing_in_a_form_that_asks_in_order() -> None:
    assert found_by(RECEIPT, "work") == []


def test_a_field_that_is_only_shown_is_not_asked_for() -> None:
    with pytest.raises(DefinitionError, match="one that is only shown is not asked for"):
        procedure(RECEIPT.replace("status == 'returned'}", "status == 'returned', read_only: true}"))
