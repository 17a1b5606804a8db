"""Clocks that follow what the case says: pauses as long as they stand, fields that are amended, filled or empty."""

from datetime import datetime
from typing import Any

import pytest

from sop_engine.basis.faults import InvalidInput, Refused
from sop_engine.cases.lint.linting import Surroundings, lint
from sop_engine.cases.running.effects.kinds import EFFECTS
from sop_engine.cases.written.engine_version import FOUNDATION, HARDENED
from tests.unit.cases.casework_samples import OFFICE, Played, ladders, procedure

AROUND = Surroundings(ladders=ladders(), calendars=(OFFICE,), effects=EFFECTS, sops={})
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


FOLLOWED = """
events: {go: , stop: , again: }
data:
  terms: {type: text, default: 14 days}
  reported_at: {type: datetime}
  note: {type: text}
clocks:
  answer:
    {within: terms, since: reported_at, start: go, stop: stop, reset: again, roll: next_working_day, ladder: standard}
states: {working: {task: {}}}
"""
FEBRUARY = datetime.fromisoformat("2026-02-06T10:00+08:00")


def followed(engine: dict[str, int] = HARDENED_CASE, **data: Any) -> Played:
    case = Played(FOLLOWED, now=FEBRUARY, bundle_changes=engine, **data)
    case.signal("go")
    return case


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00")


def test_an_amended_within_field_moves_the_deadline_as_until_does() -> None:
    case = followed()
    assert case.clock("answer#1").due_at == at("2026-02-25T00:00")
    case.pass_time(days=1)
    case.act("amend", "dan", data={"terms": "3 working days"}, reason="agreed")
    # 02-06 is a Friday: Monday, Tuesday, Wednesday
    assert case.clock("answer#1").due_at == at("2026-02-11T17:00")
    case.act("amend", "dan", data={"terms": "5 days"}, reason="agreed")
    assert case.clock("answer#1").due_at == at("2026-02-12T00:00")
    moves = case.clock("answer#1").clock.moved
    assert [(move.kind, move.reason, move.actor) for move in moves] == [("allowance", "terms", "case")] * 2


def test_an_amended_since_field_moves_the_deadline_as_until_does() -> None:
    case = followed(reported_at="2026-02-05T16:00+08:00")
    assert case.clock("answer#1").due_at == at("2026-02-25T00:00")
    case.act("amend", "dan", data={"reported_at": "2026-01-20T16:00+08:00"}, reason="the letter lay about")
    clock = case.clock("answer#1")
    # fourteen days from 01-20 are over: the clock is breached at once, at the instant that the date gives
    assert (clock.due_at, clock.clock.status) == (at("2026-02-04T00:00"), "breached")
    case.act("amend", "dan", data={"reported_at": "2026-02-01T16:00+08:00"}, reason="that was another letter")
    clock = case.clock("answer#1")
    # 02-15 is the first day of the festival
    assert (clock.due_at, clock.clock.status) == (at("2026-02-25T00:00"), "running")
    assert [move.kind for move in clock.clock.moved] == ["since", "since"]


def test_a_since_field_that_is_filled_later_counts_from_then_on() -> None:
    case = followed()
    case.act("amend", "dan", data={"reported_at": "2026-01-26T16:00+08:00"}, reason="forgotten")
    assert case.clock("answer#1").due_at == at("2026-02-10T00:00")


def test_time_held_stays_on_top_of_an_amended_length_and_beginning() -> None:
    case = followed(reported_at="2026-02-06T10:00+08:00")
    case.pass_time(hours=1)
    case.act("hold", "dan", reason="r")
    case.pass_time(hours=2)
    case.act("amend", "dan", data={"terms": "96 hours"}, reason="r")
    case.act("resume", "dan", reason="r")
    assert case.clock("answer#1").due_at == at("2026-02-10T12:00")
    case.act("amend", "dan", data={"reported_at": "2026-02-06T09:30+08:00"}, reason="r")
    assert case.clock("answer#1").due_at == at("2026-02-10T11:30")
    # a beginning inside the hold: what was held before it does not count
    case.act("amend", "dan", data={"reported_at": "2026-02-06T12:00+08:00"}, reason="r")
    assert case.clock("answer#1").due_at == at("2026-02-10T13:00")


def test_a_date_that_a_person_set_stands_until_the_field_behind_it_changes() -> None:
    case = followed(reported_at="2026-02-06T10:00+08:00")
    case.act("move_deadline", "dan", clock="answer", to="2026-02-12T12:00+08:00", reason="agreed")
    case.act("amend", "dan", data={"note": "another field"}, reason="r")
    assert case.clock("answer#1").due_at == at("2026-02-12T12:00")
    case.act("amend", "dan", data={"terms": "3 days"}, reason="r")
    assert case.clock("answer#1").due_at == at("2026-02-10T00:00")


def test_a_reset_stands_until_the_field_behind_since_changes() -> None:
    case = followed(reported_at="2026-02-05T10:00+08:00")
    case.pass_time(days=4)
    case.signal("again")
    assert case.clock("answer#1").due_at == at("2026-02-25T00:00")
    assert case.clock("answer#1").clock.opened_at == at("2026-02-10T10:00")
    case.act("amend", "dan", data={"note": "another field"}, reason="r")
    assert case.clock("answer#1").clock.opened_at == at("2026-02-10T10:00")


def test_an_emptied_field_moves_nothing_and_a_closed_clock_stays() -> None:
    case = followed(reported_at="2026-02-05T10:00+08:00")
    before = case.clock("answer#1").due_at
    case.act("amend", "dan", data={"terms": None, "reported_at": None}, reason="r")
    assert case.clock("answer#1").due_at == before
    case.signal("stop")
    case.act("amend", "dan", data={"terms": "1 day"}, reason="r")
    assert case.clock("answer#1").due_at == before


def test_an_amendment_to_what_is_no_length_of_time_is_refused_where_a_clock_counts_by_it() -> None:
    case = followed()
    with pytest.raises(InvalidInput) as refused:
        case.act("amend", "dan", data={"terms": "soon"}, reason="r")
    assert [(fault.where, fault.what) for fault in refused.value.faults] == [
        ("terms", "'soon' is no length of time: it is not a number and a unit")
    ]
    assert (case.state.incidents, case.clock("answer#1").due_at) == ({}, at("2026-02-25T00:00"))


def test_a_case_of_the_first_engine_keeps_the_clocks_it_opened_with() -> None:
    case = followed(FIRST_CASE, reported_at="2026-02-06T10:00+08:00")
    case.act("amend", "dan", data={"terms": "3 days", "reported_at": "2026-02-01T16:00+08:00"}, reason="r")
    assert case.clock("answer#1").due_at == at("2026-02-25T00:00")
    case.procedure = procedure(FOLLOWED, **HARDENED_CASE)
    case.act("amend", "dan", data={"terms": "5 days"}, reason="the run went on under the hardened engine")
    assert case.clock("answer#1").due_at == at("2026-02-25T00:00")
    case.signal("stop")
    case.signal("go")
    assert case.clock("answer#2").due_at == at("2026-02-07T00:00")


@pytest.mark.parametrize(
    ("measure", "is_found"),
    [
        ("within: 3 days, since: reported_at", False),
        ("within: 3 days, since: reported_at | default(now)", True),
        ("until: now + hours(2)", True),
        ("until: reported_at - 24 hours", False),
        ("until: (reported_at if reported_at is not none else today) - 24 hours", True),
    ],
)
def test_lint_refuses_a_clock_that_would_follow_the_present(measure: str, is_found: bool) -> None:
    text = f"data: {{reported_at: {{type: datetime}}}}\nstates: {{a: {{task: {{}}, clocks: {{c: {{{measure}}}}}}}}}"
    told = [str(finding.message) for finding in lint(procedure(text), AROUND) if "every step" in finding.message]
    assert bool(told) == is_found
