"""A notice to several addressees is one promise: kept when the last was told, as of the latest instant."""

from datetime import timedelta
from typing import Any

import pytest

from sop_engine.cases.contracts.commands import SendNotice
from sop_engine.cases.told.messages import EngineWord
from tests.unit.cases.casework_samples import MONDAY, Played

TWO = [{"name": "Ms Shen", "email": "shen@a.example"}, {"name": "Mr Qin", "email": "qin@b.example"}]

TELLING = """
data:
  people:
    type: list
    default: []
    title: {en: P, zh: 人}
    fields:
      name: {type: text, title: {en: N, zh: 名}}
      email: {type: text, title: {en: E, zh: 邮}}
clocks:
  promise: {title: {en: P, zh: 诺}, within: 4 hours, start: opened, stop: told.kept}
states:
  telling:
    entry: [{notify: people, as: told, counts: delivered, template: complaint_received}]
    task: {}
    on: {told.kept: {do: [{set: {kept: kept + 1}}]}FAILED}
"""


def telling(people: list[dict[str, Any]] = TWO, *, hears_failed: bool = True) -> Played:
    failed = ", told.failed: {do: [{set: {lost: lost + 1}}]}" if hears_failed else ""
    counts = "data:\n  kept: {type: integer, default: 0}\n  lost: {type: integer, default: 0}"
    return Played(TELLING.replace("data:", counts).replace("FAILED", failed), people=people)


def hours(number: float) -> Any:
    return MONDAY + timedelta(hours=number)


def tells(case: Played, key: str, number: int, word: str, at: float, now: float | None = None) -> None:
    """A notice reports; `at` and `now` are hours after the opening."""
    case.now = hours(at if now is None else now)
    report = {"key": key, "case_id": f"CASE-1.notice.{key}", "run_id": "r", "number": number, "word": word}
    case.hear(EngineWord("case.notice", {**report, "at": hours(at).isoformat(), "note": word}))


def status(case: Played) -> str:
    return str(case.state.clocks["promise#1"].clock.status)


def test_each_gets_a_notice_and_the_promise_is_kept_with_the_last() -> None:
    case = telling()
    assert [sent.given.key for sent in case.asked(SendNotice)] == ["told#1.1", "told#1.2"]
    tells(case, "told#1.2", 1, "kept", at=1)
    assert (case.data["kept"], status(case)) == (0, "running")
    assert case.steps[-1].note == "the others are waited for"
    tells(case, "told#1.1", 1, "kept", at=2)
    assert (case.data["kept"], status(case)) == (1, "met")


def test_the_latest_instant_judges_whichever_word_comes_last() -> None:
    """The first was told after five hours, which is too late; the word of the second, told in time, comes last."""
    case = telling()
    tells(case, "told#1.1", 1, "kept", at=5)
    assert status(case) == "breached"
    tells(case, "told#1.2", 1, "kept", at=2, now=6)
    assert (case.data["kept"], status(case)) == (1, "breached")
    late = telling()
    tells(late, "told#1.1", 1, "kept", at=1)
    tells(late, "told#1.2", 1, "kept", at=3, now=6)
    assert status(late) == "met"


def test_who_is_told_twice_is_no_second_one() -> None:
    case = telling()
    tells(case, "told#1.1", 1, "kept", at=1)
    tells(case, "told#1.1", 1, "kept", at=1)
    tells(case, "told#1.1", 2, "kept", at=2)
    assert (case.data["kept"], status(case)) == (0, "running")


def test_what_comes_back_of_one_takes_the_promise_back() -> None:
    case = telling()
    tells(case, "told#1.1", 1, "kept", at=1)
    tells(case, "told#1.2", 1, "kept", at=2)
    tells(case, "told#1.1", 2, "withdrawn", at=3)
    assert status(case) == "running"
    tells(case, "told#1.1", 3, "kept", at=3.5)
    assert (case.data["kept"], status(case)) == (2, "met")


def test_the_first_that_fails_breaks_the_promise_and_the_second_is_no_second_breach() -> None:
    case = telling()
    tells(case, "told#1.1", 1, "failed", at=1)
    tells(case, "told#1.2", 1, "failed", at=2)
    assert (case.data["lost"], case.data["kept"]) == (1, 0)
    assert case.steps[-1].note == "failed; it was broken before"
    assert status(case) == "running"


def test_whom_a_person_mends_completes_the_promise() -> None:
    case = telling(hears_failed=False)
    tells(case, "told#1.1", 1, "kept", at=1)
    tells(case, "told#1.2", 1, "failed", at=2)
    assert list(case.state.incidents) == ["told#1.2"]
    tells(case, "told#1.2", 2, "kept", at=3)
    assert (case.data["kept"], status(case), case.state.incidents) == (1, "met", {})


def test_a_list_without_anybody_is_no_promise_that_nobody_breaks() -> None:
    with pytest.raises(ValueError, match="people names nobody whom told could tell"):
        telling([])
