"""Clocks of a case: what starts, pauses, resets and stops them, and the rungs they reach."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sop_engine.basis.faults import InvalidInput, NotFound
from sop_engine.cases import casework
from sop_engine.cases.running.effects.document import MakeDocument
from sop_engine.cases.running.effects.notify import Notify
from sop_engine.cases.running.effects.post import Post
from sop_engine.cases.running.state import RunningClock
from sop_engine.cases.seen.recent import Recent
from sop_engine.cases.seen.views import case_view
from sop_engine.timekeeping.periods import parse_period
from tests.unit.cases.casework_samples import MONDAY, Played, ladders

EVENTS = "events: {go: , stop: , pause: , resume: , reset: , move: {data: {limit_at: {type: datetime}}}}"

CLOCK = f"""
{EVENTS}
parameters: {{promise: {{default: 10 hours, mark: P}}}}
data: {{limit_at: {{type: datetime}}, urgent: {{type: boolean, default: false}}}}
clocks:
  plan:
    {{within: promise, start: go, stop: stop, pause: [pause, in waiting, when urgent], resume: resume, reset: reset}}
initial: working
states:
  working: {{task: {{outcomes: [wait, done]}}, on: {{working.wait: waiting, working.done: end}}}}
  waiting: {{task: {{outcomes: [back]}}, on: {{waiting.back: working}}}}
  end: {{final: true}}
"""


def used(running: RunningClock, case: Played) -> timedelta:
    from sop_engine.timekeeping.clocks import elapsed

    return elapsed(running.clock, case.procedure.calendar, case.now)


def test_triggers_start_pause_resume_reset_and_stop() -> None:
    case = Played(CLOCK)
    assert case.state.clocks == {}
    case.signal("stop")  # nothing to stop
    case.signal("go")
    case.signal("go")  # runs already
    assert list(case.state.clocks) == ["plan#1"]
    case.pass_time(hours=1)
    case.signal("pause")
    case.pass_time(hours=5)
    assert (case.clock("plan#1").clock.status, case.clock("plan#1").due_at) == ("paused", None)
    case.signal("resume")
    case.pass_time(hours=1)
    assert used(case.clock("plan#1"), case) == timedelta(hours=2)
    case.complete("wait")
    case.pass_time(hours=3)
    case.complete("back")
    assert used(case.clock("plan#1"), case) == timedelta(hours=2)
    case.act("amend", "dan", data={"urgent": True}, reason="r")
    case.pass_time(hours=3)
    case.act("amend", "dan", data={"urgent": False}, reason="r")
    assert case.clock("plan#1").due_at == case.now + timedelta(hours=8)
    case.signal("reset")
    assert case.clock("plan#1").due_at == case.now + timedelta(hours=10)
    case.signal("stop")
    assert case.clock("plan#1").clock.status == "met"
    case.signal("go")
    assert list(case.state.clocks) == ["plan#1", "plan#2"]


def test_a_clock_that_starts_while_its_pause_stands_begins_paused() -> None:
    case = Played(CLOCK)
    case.complete("wait")
    case.signal("go")
    assert case.clock("plan#1").pauses == ("in waiting",)
    case.signal("reset")
    assert case.clock("plan#1").clock.is_paused
    case.act("amend", "dan", data={"urgent": True}, reason="r")
    case.complete("back")
    assert case.clock("plan#1").pauses == ("when urgent",)
    case.act("amend", "dan", data={"urgent": False}, reason="r")
    assert case.clock("plan#1").clock.status == "running"


def test_an_event_heard_late_counts_from_when_it_happened() -> None:
    case = Played(CLOCK)
    case.signal("go")
    case.pass_time(hours=11)
    assert case.clock("plan#1").clock.status == "breached"
    assert [rung.key for rung in case.clock("plan#1").clock.rungs] == ["at_risk", "breached"]
    case.signal("stop", at=MONDAY + timedelta(hours=9))
    clock = case.clock("plan#1").clock
    assert (clock.status, clock.stopped_at) == ("met", MONDAY + timedelta(hours=9))
    assert [rung.withdrawn for rung in clock.rungs] == [False, True]
    assert case.journal("event")[-1].happened_at == MONDAY + timedelta(hours=9)
    assert case.journal("event")[-1].at == MONDAY + timedelta(hours=11)


def test_a_pause_heard_late_withdraws_the_rungs_it_proves_false() -> None:
    case = Played(CLOCK)
    case.signal("go")
    case.pass_time(hours=11)
    case.signal("pause", at=MONDAY + timedelta(hours=9))
    clock = case.clock("plan#1").clock
    assert clock.status == "paused"
    assert [(rung.key, rung.withdrawn) for rung in clock.rungs] == [("at_risk", False), ("breached", True)]
    case.signal("resume")
    assert case.clock("plan#1").due_at == case.now + timedelta(hours=1)


def test_an_instant_in_the_future_is_not_believed() -> None:
    case = Played(CLOCK)
    case.signal("go", at=MONDAY + timedelta(hours=1))
    assert case.clock("plan#1").clock.opened_at == MONDAY
    assert "cannot be" in str(case.journal("event")[-1].note)
    with pytest.raises(InvalidInput):
        case.act("event", "dan", name="stop", at="2026-03-02T20:00+08:00", reason="r")
    with pytest.raises(InvalidInput, match="reason"):
        case.act("event", "dan", name="stop", at="2026-03-02T09:00+08:00")


def test_stopped_on_the_dot_it_is_met() -> None:
    case = Played(CLOCK)
    case.signal("go")
    case.now += timedelta(hours=10)
    case.signal("stop")
    assert case.clock("plan#1").clock.status == "met"
    assert all(rung.withdrawn or rung.at < case.now for rung in case.clock("plan#1").clock.rungs)


@pytest.mark.parametrize("late", [0, 5])
def test_a_delay_comes_before_a_rung_of_the_same_instant(late: int) -> None:
    """What leaves the state when the clock runs out meets it on the dot, handled at once or after an outage."""
    case = Played("states: {a: {task: {within: 10 hours}, after: {10 hours: b}}, b: {final: true}}")
    case.sleep(hours=10 + late)
    assert case.states == ("b",)
    assert [step.name for step in case.journal("rung")] == ["a.at_risk"]
    running = case.clock("a#1")
    assert (running.clock.status, running.clock.stopped_at) == ("met", MONDAY + timedelta(hours=10))


TOLD = """
events: {go: }
clocks: {promise: {within: 4 hours, start: in waiting, ladder: plain}}
states:
  idle: {on: {go: waiting}}
  waiting:
    entry:
      - {notify: owner}
      - {document: delivery_proof}
      - {post: money_received, with: {business_key: "'B-1'"}}
    task: {within: 2 hours}
    on: {waiting.done: end}
  end: {final: true}
"""


def test_what_a_step_asks_for_names_the_deadlines_that_the_step_starts() -> None:
    """Of the state's own clock and of the case's, which both start after the state's effects."""
    case = Played(TOLD)
    case.pass_time(hours=1)
    case.signal("go")
    due = {"waiting": MONDAY + timedelta(hours=3), "promise": MONDAY + timedelta(hours=5)}
    for kind in (Notify, MakeDocument, Post):
        (asked,) = case.asked(kind)
        assert isinstance(asked, Notify | MakeDocument | Post)
        told = {name: datetime.fromisoformat(at) for name, at in asked.facts.clocks.items()}
        assert told == due


def test_rungs_of_an_outage_come_each_at_its_instant_with_one_notice() -> None:
    case = Played(CLOCK)
    case.signal("go")
    case.sleep(hours=20)
    assert [(step.name, step.at - MONDAY) for step in case.journal("rung")] == [
        ("plan.at_risk", timedelta(hours=8)),
        ("plan.breached", timedelta(hours=10)),
        ("plan.late", timedelta(hours=15)),
    ]
    assert [(notice.recipient, notice.values["rung"]) for notice in case.asked(Notify)] == [("manager", "late")]


STATE_CLOCK = """
events: {news: }
data: {limit_at: {type: datetime}}
states:
  doing:
    task: {within: 10 hours}
    clocks: {limit: {until: limit_at - 2 hours, ladder: plain}}
    on: {doing.done: end, doing.at_risk: hurried, news: doing}
  hurried: {task: {}, on: {hurried.done: end}}
  end: {final: true}
"""


def test_a_rung_that_moves_the_case_still_tells_in_an_outage() -> None:
    case = Played(STATE_CLOCK)
    case.sleep(hours=20)
    assert case.states == ("hurried",)
    assert [notice.values["rung"] for notice in case.asked(Notify)] == ["at_risk"]
    assert case.clock("doing#1").clock.status == "met"


def test_a_ladder_hands_the_task_over_even_where_it_tells_nobody() -> None:
    case = Played("states: {a: {task: {within: 10 hours}, on: {a.done: b}}, b: {final: true}}")
    case.act("claim_task", "ann")
    case.sleep(hours=16)
    task = case.tasks["a#1"]
    assert (task.role, task.priority, task.assignee, task.status) == ("manager", 1, None, "ready")


def test_a_clock_until_an_instant_appears_moves_and_says_why() -> None:
    case = Played(STATE_CLOCK)
    assert "limit#1" not in case.state.clocks
    case.act("amend", "dan", data={"limit_at": "2026-03-03T09:00+08:00"}, reason="told")
    assert case.clock("limit#1").due_at == datetime(2026, 3, 2, 23, tzinfo=UTC)
    case.act("amend", "dan", data={"limit_at": "2026-03-04T09:00+08:00"}, reason="moved")
    running = case.clock("limit#1")
    assert running.due_at == datetime(2026, 3, 3, 23, tzinfo=UTC)
    assert [(move.kind, move.to_at) for move in running.clock.moved] == [("until", running.due_at)]


def test_a_waiting_clock_is_numbered_once() -> None:
    case = Played(
        f"""
{EVENTS}
data: {{limit_at: {{type: datetime}}}}
clocks: {{cut: {{until: limit_at, start: go, stop: stop}}}}
states: {{a: {{task: {{}}, on: {{a.done: b, move: a}}}}, b: {{final: true}}}}
"""
    )
    case.signal("go")
    case.signal("go")
    case.signal("move", limit_at="2026-03-05T09:00+08:00")
    assert list(case.state.clocks) == ["cut#1"]
    case.signal("stop")
    case.signal("go")
    assert list(case.state.clocks) == ["cut#1", "cut#2"]


def test_an_after_never_moves() -> None:
    case = Played(
        """
data: {limit_at: {type: datetime}}
states:
  a: {task: {}, on: {a.done: c}, after: {limit_at - 1 hour: b}}
  b: {task: {}, on: {b.done: c}}
  c: {final: true}
""",
        limit_at="2026-03-02T12:00+08:00",
    )
    case.act("amend", "dan", data={"limit_at": "2026-03-09T12:00+08:00"}, reason="moved")
    case.pass_time(hours=2)
    assert case.states == ("b",)


def test_state_clocks_count_from_when_the_event_happened_tasks_open_now() -> None:
    case = Played(
        """
events: {arrived: }
states:
  coming: {on: {arrived: unloading}}
  unloading: {task: {within: 4 hours}, on: {unloading.done: end}}
  end: {final: true}
"""
    )
    case.now += timedelta(hours=3)
    case.signal("arrived", at=MONDAY + timedelta(hours=1))
    assert case.clock("unloading#1").due_at == MONDAY + timedelta(hours=5)
    assert case.tasks["unloading#1"].opened_at == case.now


RAISED = """
events: {go: }
clocks: {plan: {within: 1 hour, start: begun, stop: in b, ladder: plain}}
states:
  s: {on: {go: {to: a, do: [{raise: begun}]}}}
  a: {on: {begun: b}}
  b: {always: [{to: c, when: "true"}]}
  c: {task: {}, on: {c.done: end}}
  end: {final: true}
"""


def test_a_raised_event_acts_on_a_clock_once() -> None:
    case = Played(RAISED)
    case.signal("go")
    assert case.states == ("c",)
    assert [(key, running.clock.status) for key, running in case.state.clocks.items()] == [("plan#1", "met")]


def test_a_sent_event_starts_a_clock() -> None:
    case = Played(
        """
clocks: {plan: {within: 1 hour, start: begun, ladder: plain}}
states:
  a: {entry: [{send: begun, after: 10 minutes}], on: {begun: b}}
  b: {task: {}, on: {b.done: end}}
  end: {final: true}
"""
    )
    case.pass_time(minutes=30)
    assert case.clock("plan#1").clock.opened_at == MONDAY + timedelta(minutes=10)
    case.complete()
    assert case.clock("plan#1").clock.status == "met"


def test_a_deadline_is_moved_with_a_reason() -> None:
    case = Played(CLOCK)
    case.signal("go")
    for given, error in (
        ({"clock": "plan", "to": "2026-03-01T09:00+08:00", "reason": "r"}, InvalidInput),
        ({"clock": "plan", "to": "2026-03-05T09:00", "reason": "r"}, InvalidInput),
        ({"clock": "other", "to": "2026-03-05T09:00+08:00", "reason": "r"}, NotFound),
    ):
        with pytest.raises(error):
            case.act("move_deadline", "dan", **given)
    case.act("move_deadline", "dan", clock="plan", to="2026-03-05T09:00+08:00", reason="agreed")
    assert case.clock("plan#1").due_at == datetime(2026, 3, 5, 1, tzinfo=UTC)
    assert [(move.reason, move.actor) for move in case.clock("plan#1").clock.moved] == [("agreed", "dan")]


def test_rungs_and_delays_come_in_the_order_of_their_instants() -> None:
    case = Played(
        """
states:
  a: {task: {within: 10 hours}, on: {a.done: c, a.at_risk: {do: []}}, after: {9 hours: b}}
  b: {task: {}, clocks: {short: {within: 30 minutes}}, on: {b.done: c}}
  c: {final: true}
"""
    )
    case.sleep(hours=30)
    assert [(step.kind, step.name, step.at - MONDAY) for step in case.steps[1:4]] == [
        ("rung", "a.at_risk", timedelta(hours=8)),
        ("timer", "after.a.9 hours", timedelta(hours=9)),
        ("rung", "short.at_risk", timedelta(hours=9, minutes=24)),
    ]
    assert case.clock("a#1").clock.status == "met"


def test_a_delay_due_at_the_instant_of_an_event_comes_after_it() -> None:
    case = Played(
        """
events: {word: }
states:
  a: {on: {word: heard}, after: {1 hour: silent}}
  heard: {final: true}
  silent: {final: true}
"""
    )
    case.now += timedelta(hours=1)
    case.signal("word")
    assert case.state.outcome == "heard"


def test_clocks_that_start_each_other_for_ever_are_ended() -> None:
    case = Played(
        """
data: {limit_at: {type: datetime}}
states:
  a: {task: {}, clocks: {limit: {until: limit_at}}, on: {a.done: b, limit.breached: a}}
  b: {final: true}
""",
        limit_at="2026-03-01T09:00+08:00",
    )
    assert case.state.status == "blocked"
    assert case.states == ("a",)
    assert casework.next_instant(case.state) is None


REMINDED = {
    name: ladder.model_copy(update={"every": parse_period("1 working day")}) if name == "standard" else ladder
    for name, ladder in ladders().items()
}


def test_reminders_that_nobody_could_tell_come_as_one_at_the_last_instant() -> None:
    """A case opened years late, or woken after an outage, makes up for no reminder, and passes nothing else over."""
    text = """
data: {promised_at: {type: datetime}, other_at: {type: datetime}}
clocks:
  plan: {within: 4 working hours, since: promised_at, start: opened, stop: asked.done}
  other: {within: 4 working hours, since: other_at, start: opened, stop: asked.done}
states:
  working: {task: {}, after: {9 days: asked}}
  asked: {task: {}, on: {asked.done: end}}
  end: {final: true}
"""
    long_ago: dict[str, Any] = {"promised_at": "2019-03-04T10:00+08:00", "other_at": "2016-03-04T11:00+08:00"}
    case = Played(text, bundle_changes={"ladders": REMINDED}, **long_ago)

    def reminders() -> list[tuple[str, str]]:
        steps = (step for step in case.journal("rung") if step.name.endswith(".still_overdue"))
        return [(step.name.partition(".")[0], f"{step.at:%Y-%m-%d %H:%M}") for step in steps]

    opened = [("other", "2019-03-01 09:00"), ("plan", "2026-02-28 08:00"), ("other", "2026-02-28 09:00")]
    assert reminders() == opened, "one before the other clock had anything to tell, and one each up to the opening"
    told = len(case.asked(Notify))
    case.sleep(days=30)
    assert reminders()[3:] == [
        ("plan", "2026-03-11 08:00"),
        ("other", "2026-03-11 09:00"),
        ("plan", "2026-03-31 08:00"),
        ("other", "2026-03-31 09:00"),
    ], "one each before the delay, and one each after it"
    assert case.states == ("asked",)
    assert len(case.asked(Notify)) == told + 2
    assert [rung.times for rung in case.clock("plan#1").clock.rungs][-1] == 3


def test_a_clock_past_its_last_rung_reminds_until_it_is_met() -> None:
    text = """
clocks: {plan: {within: 4 working hours, start: opened, stop: working.done, on_hold: run}}
states:
  working: {task: {}, on: {working.done: end, plan.still_overdue: {do: [{notify: auditor, template: hello}]}}}
  end: {final: true}
"""
    case = Played(text, bundle_changes={"ladders": REMINDED})
    case.pass_time(days=9)
    reminders = [step for step in case.journal("rung") if step.name == "plan.still_overdue"]
    assert len(reminders) == 6, "one a working day"
    told = [notice.recipient for notice in case.asked(Notify)]
    assert told[-2:] == ["auditor", "manager"], "the event, and whom the last rung told"
    assert (told.count("auditor"), told.count("manager")) == (6, 8)
    view = case_view(case.procedure, case.state, Recent(), case.now)
    assert view.clocks[0].notes[-1] == "reminded 6 times, every 1 working day"
    size = len(case.clock("plan#1").model_dump_json())
    case.act("hold", "dan", reason="r")
    case.pass_time(days=7)
    assert case.state.held_events == ()
    assert len(case.clock("plan#1").model_dump_json()) <= size + 2, "the clock grows no more"
    case.act("resume", "dan")
    case.complete(actor="dan")
    assert (case.state.is_closed, case.clock("plan#1").next_rung_at) == (True, None)
