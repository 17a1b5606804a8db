"""A held case: clocks and delays stand still, events wait in order, nothing moves until it is resumed."""

from datetime import timedelta
from typing import Any

import pytest

from sop_engine.basis.faults import Refused
from sop_engine.cases.contracts.commands import TellCase
from sop_engine.cases.running.effects.notify import Notify
from sop_engine.cases.told.messages import EngineWord
from sop_engine.timekeeping.clocks import elapsed
from tests.unit.cases.casework_samples import MONDAY, Played

HELD = """
events: {first: {data: {n: {type: integer}}}, second: , begin: , end_of_it: }
data: {n: {type: integer, default: 0}, seen: {type: text, default: '-'}}
clocks:
  promise: {within: 10 hours, start: opened, stop: end_of_it}
  statutory: {within: 10 hours, start: opened, stop: end_of_it, on_hold: run}
  begun: {within: 10 hours, start: begin}
states:
  a:
    task: {form: [n], outcomes: [done, noted]}
    on:
      first: {do: [{set: {seen: "seen ~ '1:' ~ n ~ ' '"}}]}
      second: {do: [{set: {seen: "seen ~ '2 '"}}]}
      statutory.breached: b
      a.done: end
    always: {when: n > 100, to: b}
  b: {task: {}, on: {b.done: end}}
  end: {final: true}
"""


def test_task_outcomes_are_refused_while_held_and_what_is_allowed_is_said() -> None:
    case = Played(HELD)
    case.act("hold", "dan", reason="customer asks")
    assert case.state.status == "held"
    with pytest.raises(Refused, match="allowed now: resume"):
        case.complete("done")
    with pytest.raises(Refused, match="held already"):
        case.act("hold", "dan", reason="again")
    case.act("claim_task")
    case.act("comment", text="waiting")
    case.act("resume", "dan")
    assert (case.state.status, case.state.held_at, case.state.hold_reason) == ("open", None, None)
    with pytest.raises(Refused, match="not held"):
        case.act("resume", "dan")


def test_events_are_recorded_at_once_and_handled_on_resume_in_order() -> None:
    case = Played(HELD)
    case.act("hold", "dan", reason="r")
    case.pass_time(hours=1)
    case.signal("first", n=7)
    case.signal("second")
    case.act("event", "dan", name="first", data={"n": 8})
    assert (case.data["seen"], case.data["n"]) == ("-", 0)
    assert [step.name for step in case.journal("event_held")] == ["first", "second", "first"]
    case.pass_time(hours=1)
    case.act("resume", "dan")
    assert case.data["seen"] == "-1:7 2 1:8 "
    heard = case.journal("event")[0]
    assert (heard.at, heard.happened_at) == (MONDAY + timedelta(hours=2), MONDAY + timedelta(hours=1))


def test_clocks_pause_but_for_those_that_run_on_hold() -> None:
    case = Played(HELD)
    case.pass_time(hours=2)
    case.act("hold", "dan", reason="r")
    case.pass_time(hours=30)
    assert case.states == ("a",), "a rung is told on resume"
    assert case.clock("statutory#1").clock.status == "breached"
    assert [n.values["rung"] for n in case.asked(Notify)] == ["at_risk", "breached", "breached", "late"]
    assert case.clock("promise#1").clock.status == "paused"
    case.act("resume", "dan")
    assert case.states == ("b",)
    assert case.clock("promise#1").due_at == MONDAY + timedelta(hours=40)


def test_an_event_heard_while_held_stops_a_running_clock_when_it_was_heard() -> None:
    case = Played(HELD)
    case.act("hold", "dan", reason="r")
    case.pass_time(hours=9)
    case.signal("begin")
    case.signal("end_of_it")
    case.pass_time(hours=9)
    assert case.clock("statutory#1").clock.status == "breached"
    case.act("resume", "dan")
    assert case.clock("statutory#1").clock.status == "met"
    assert all(r.withdrawn for r in case.clock("statutory#1").clock.rungs if r.at > MONDAY + timedelta(hours=9))
    begun = case.clock("begun#1")
    assert begun.clock.opened_at == MONDAY + timedelta(hours=9)
    assert begun.due_at == case.now + timedelta(hours=10), "held time does not count"


def test_an_amendment_waits_with_its_transitions_but_not_with_its_values() -> None:
    case = Played(HELD)
    case.act("hold", "dan", reason="r")
    case.act("amend", "dan", data={"n": 500}, reason="r")
    assert (case.states, case.data["n"]) == (("a",), 500)
    assert case.journal("amended")[0].changes[0]["new"] == 500
    case.act("resume", "dan")
    assert case.states == ("b",)


DELAYS = """
data: {{due_at: {{type: datetime}}, terms: {{type: text, default: 2 hours}}}}
states:
  a: {{after: {{{delay}: b}}}}
  b: {{final: true}}
"""


@pytest.mark.parametrize(
    ("delay", "held_after", "held", "expected"),
    [
        ("4 hours", 1, 20, 24),
        ("terms", 1, 20, 22),
        ("4 hours", 0, 20, 24),
        # An hour of it worked, held until 05:00 of the next day: three more from 08:30 on.
        ("4 working hours", 1, 19, 26.5),
        ("due_at", 1, 2, 5),
        ("due_at", 1, 20, 21),
    ],
)
def test_a_delay_moves_by_the_held_time_in_its_unit(delay: str, held_after: int, held: int, expected: float) -> None:
    case = Played(DELAYS.format(delay=delay), due_at="2026-03-02T14:00+08:00")
    case.pass_time(hours=held_after)
    case.act("hold", "dan", reason="r")
    case.pass_time(hours=held)
    assert case.states == ("a",)
    case.act("resume", "dan")
    case.pass_time(hours=48)
    assert case.state.closed_at is not None
    fired = max(case.journal("timer")[0].at, MONDAY + timedelta(hours=held_after + held))
    assert fired == MONDAY + timedelta(hours=expected)


@pytest.mark.parametrize(("delay", "expected"), [("4 hours", 24), ("4 working hours", 26.5), ("due_at", 21)])
def test_a_sent_event_moves_likewise(delay: str, expected: float) -> None:
    case = Played(
        f"""
data: {{due_at: {{type: datetime}}}}
states:
  a: {{entry: [{{send: ring, id: bell, after: {delay}}}], on: {{ring: b}}}}
  b: {{final: true}}
""",
        due_at="2026-03-02T14:00+08:00",
    )
    case.pass_time(hours=1)
    case.act("hold", "dan", reason="r")
    held = 20 if delay != "4 working hours" else 19
    case.pass_time(hours=held)
    case.act("resume", "dan")
    case.pass_time(hours=48)
    fired = max(case.journal("timer")[0].at, MONDAY + timedelta(hours=1 + held))
    assert fired == MONDAY + timedelta(hours=expected)


def test_a_working_clock_moves_by_the_working_time_held() -> None:
    case = Played("states: {a: {task: {within: 8 working hours}, on: {a.done: b}}, b: {final: true}}")
    before = case.clock("a#1").due_at
    assert before is not None
    case.act("hold", "dan", reason="r")
    case.pass_time(hours=3)
    case.act("resume", "dan")
    running = case.clock("a#1")
    assert elapsed(running.clock, case.procedure.calendar, case.now) == timedelta(0)
    calendar = case.procedure.calendar
    assert running.due_at is not None
    assert calendar.between(before, running.due_at) == calendar.between(MONDAY, case.now)


def test_children_are_held_resumed_and_cancelled_with_their_parent() -> None:
    case = Played("states: {a: {case: {sop: Child}, on: {a.ok: b}}, b: {final: true}}")
    case.start_children()
    case.act("hold", "dan", reason="r")
    case.act("resume", "dan")
    case.act("cancel", "dan", reason="r")
    assert [(told.case_id, told.signal) for told in case.asked(TellCase)] == [
        ("CASE-1.a", "case.hold"),
        ("CASE-1.a", "case.resume"),
        ("CASE-1.a", "case.cancel"),
    ]


def test_a_parent_tells_a_child_twice_without_harm() -> None:
    case = Played(HELD)
    body: dict[str, Any] = {"actor": "dan", "reason": "r"}
    for what in ("case.hold", "case.hold", "case.resume", "case.resume", "case.cancel", "case.cancel"):
        case.hear(EngineWord(what, body))
    assert case.state.status == "cancelled"
    assert [step.name for step in case.journal("event_refused")] == ["case.hold", "case.resume", "case.cancel"]


def test_results_that_come_while_held_wait_too() -> None:
    case = Played(
        """
data: {x: {type: integer}}
states:
  both:
    parallel: true
    states:
      l: {states: {run: {work: {activity: sums, store: {x: x}}, on: {run.done: ran}}, ran: {final: true}}}
      r: {states: {kid: {case: {sop: Child, store: {x: y}}, on: {kid.ok: came}}, came: {final: true}}}
    done: end
  end: {final: true}
"""
    )
    case.start_children()
    case.act("hold", "dan", reason="r")
    case.done("run#1", x=5)
    case.done("run#1", x=6)
    case.child_report("kid#1", "ok", y=7)
    assert ("run" in case.states, "kid" in case.states, case.data["x"]) == (True, True, 7)
    case.act("resume", "dan")
    assert case.state.status == "completed"


def test_a_kept_event_that_fails_does_not_keep_the_case_held() -> None:
    case = Played(
        """
events: {bad: , good: }
data: {x: {type: integer}, y: {type: integer}}
states:
  a: {on: {bad: {do: [{set: {x: y + 1}}]}, good: b}}
  b: {task: {}, on: {b.done: c}}
  c: {final: true}
"""
    )
    case.hear(EngineWord("case.hold", {}))
    case.signal("bad")
    case.signal("good")
    case.hear(EngineWord("case.resume", {}))
    assert (case.states, case.state.status) == (("b",), "blocked")


def test_a_held_case_can_be_cancelled() -> None:
    case = Played(HELD)
    case.act("hold", "dan", reason="r")
    case.signal("second")
    case.act("cancel", "dan", reason="r")
    assert (case.state.status, case.state.hold_reason, case.state.held_events) == ("cancelled", None, ())
