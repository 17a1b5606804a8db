"""Clocks that follow what the case says: pauses as long as they stand, fields that are amended, filled or empty."""

import pytest

from sop_engine.cases.engine_version import FOUNDATION, HARDENED
from tests.unit.casework_samples import Played

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
