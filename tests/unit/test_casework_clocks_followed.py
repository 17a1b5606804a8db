"""Clocks that follow what the case says: pauses as long as they stand, fields that are amended, filled or empty."""

from datetime import datetime

import pytest

from sop_engine.cases.engine_version import FOUNDATION, HARDENED
from sop_engine.cases.faults import Refused
from sop_engine.cases.lint import Surroundings, lint
from tests.unit.casework_samples import OFFICE, Played, ladders, procedure

AROUND = Surroundings(ladders=ladders(), calendars=(OFFICE,), sops={})
HARDENED_CASE = {"engine_version": HARDENED}
FIRST_CASE = {"engine_version": FOUNDATION}

PAUSED = """
events: {go: , pause: , resume: , stay: }
data: {urgent: {type: boolean, default: false}}
clocks:
  plan: {within: 10 hours, start: go, pause: [pause, in waiting, when urgent], resume: [resume, waiting.resumed]}
initial: working
states:
  working: {task: {outcomes: [wait]}, on: {working.wait: waiting}}
  waiting: {task: {outcomes: [resumed, back]}, on: {waiting.resumed: working, waiting.back: working}}
"""


def paused(changes: dict[str, int]) -> Played:
    case = Played(PAUSED, bundle_changes=changes)
    case.signal("go")
    case.complete("wait")
    return case


def test_a_resume_event_leaves_the_pause_of_a_state_that_is_still_active() -> None:
    case = paused(HARDENED_CASE)
    case.signal("pause")
    assert case.clock("plan#1").pauses == ("in waiting", "trigger")
    case.signal("resume")
    assert case.clock("plan#1").pauses == ("in waiting",)
    assert case.clock("plan#1").clock.is_paused
    case.pass_time(hours=3)
    case.complete("back")
    assert case.clock("plan#1").pauses == ()
    assert case.clock("plan#1").due_at == case.now.replace(hour=14)


def test_a_resume_event_leaves_the_pause_of_a_condition_that_still_holds() -> None:
    case = Played(PAUSED, bundle_changes=HARDENED_CASE)
    case.signal("go")
    case.act("amend", "dan", data={"urgent": True}, reason="r")
    case.signal("resume")
    assert case.clock("plan#1").pauses == ("when urgent",)
    case.act("amend", "dan", data={"urgent": False}, reason="r")
    assert case.clock("plan#1").pauses == ()


def test_a_resume_event_that_leaves_the_state_ends_its_pause() -> None:
    case = paused(HARDENED_CASE)
    case.pass_time(hours=3)
    case.complete("resumed")
    assert (case.states, case.clock("plan#1").pauses) == (("working",), ())
    assert case.clock("plan#1").clock.spans[-1].from_at == case.now


def test_a_case_of_the_first_engine_resumes_as_it_did() -> None:
    case = paused(FIRST_CASE)
    case.signal("resume")
    assert case.clock("plan#1").pauses == ()


TERMS = """
data: {terms: {type: %s}, opens_at: {type: datetime}}
events: {fill: {data: {terms: {type: %s}}}}
initial: drafting
states:
  drafting: {task: {outcomes: [send]}, on: {drafting.send: sent}}
  sent: {task: {within: terms, outcomes: [done]}, on: {sent.done: end}}
  end: {final: true}
"""


@pytest.mark.parametrize("kind", ["text", "duration"])
def test_an_empty_within_field_is_said_to_be_not_filled(kind: str) -> None:
    case = Played(TERMS % (kind, kind), bundle_changes=HARDENED_CASE)
    with pytest.raises(Refused, match="the clock sent cannot count: 'terms' is not filled"):
        case.complete("send")
    assert "is not a length of time" not in str(case.state.incidents)


@pytest.mark.parametrize(
    ("field", "delay", "missing"),
    [("text", "terms", "terms"), ("duration", "terms", "terms"), ("datetime", "terms - 24 hours", "terms")],
)
def test_an_empty_field_behind_a_delay_is_said_to_be_not_filled(field: str, delay: str, missing: str) -> None:
    text = f"""
    data: {{terms: {{type: {field}}}}}
    initial: drafting
    states:
      drafting: {{task: {{outcomes: [send]}}, on: {{drafting.send: sent}}}}
      sent: {{after: {{{delay}: end}}}}
      end: {{final: true}}
    """
    case = Played(text, bundle_changes=HARDENED_CASE)
    with pytest.raises(Refused, match=f"gives no instant: '{missing}' is not filled"):
        case.complete("send")


@pytest.mark.parametrize(
    ("written", "due"),
    [
        ("PT2H30M", "2026-03-02T11:30+08:00"),
        ("P3D", "2026-03-05T09:00+08:00"),
        ("PT1H0M20S", "2026-03-02T10:00:20+08:00"),
    ],
)
def test_a_within_field_of_type_duration_counts_elapsed_time(written: str, due: str) -> None:
    case = Played(TERMS % ("duration", "duration"), bundle_changes=HARDENED_CASE, terms=written)
    case.complete("send")
    assert case.clock("sent#1").due_at == datetime.fromisoformat(due)


def test_a_delay_by_a_field_of_type_duration_is_moved_by_a_hold() -> None:
    text = """
    data: {terms: {type: duration}}
    initial: waiting
    states: {waiting: {after: {terms: end}}, end: {final: true}}
    """
    case = Played(text, bundle_changes=HARDENED_CASE, terms="PT5H")
    case.pass_time(hours=1)
    case.act("hold", "dan", reason="r")
    case.pass_time(hours=10)
    case.act("resume", "dan", reason="r")
    case.pass_time(hours=3.5)
    assert case.states == ("waiting",)
    case.pass_time(hours=0.5)
    assert case.states == ("end",)


@pytest.mark.parametrize("kind", ["text", "choice, of: [3 days, 5 days]", "duration"])
def test_lint_takes_every_field_that_holds_a_length_of_time(kind: str) -> None:
    text = TERMS % (kind, kind)
    found = lint(procedure(text + "  waiting: {after: {terms: end}}\n"), AROUND)
    assert [finding for finding in found if "terms" in finding.message or "length" in finding.message] == []


def test_lint_refuses_a_field_that_holds_no_length_of_time() -> None:
    found = lint(procedure(TERMS % ("integer", "integer")), AROUND)
    assert next(f.message for f in found if f.path[-1] == "within").startswith("'terms' is not a length of time")


DECLARED = """
clocks: {limit: {within: 14 days, start: opened, roll: next_working_day, calendar: cn_office}}
states: {working: {task: {}}}
"""


@pytest.mark.parametrize(
    ("engine", "due"),
    [(HARDENED_CASE, "2026-02-25T00:00+08:00"), (FIRST_CASE, "2026-02-25T01:00+08:00")],
    ids=["hardened", "first engine"],
)
def test_fourteen_days_over_the_spring_festival_held_an_hour_end_with_the_rolled_day(
    engine: dict[str, int], due: str
) -> None:
    case = Played(DECLARED, now=datetime.fromisoformat("2026-02-06T10:00+08:00"), bundle_changes=engine)
    assert case.clock("limit#1").due_at == datetime.fromisoformat("2026-02-25T00:00+08:00")
    case.pass_time(hours=1)
    case.act("hold", "dan", reason="r")
    case.pass_time(hours=1)
    case.act("resume", "dan", reason="r")
    assert case.clock("limit#1").due_at == datetime.fromisoformat(due)
