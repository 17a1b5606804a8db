"""What closes a clock: with its promise kept, with nothing more to promise, or not at all."""

import pytest

from sop_engine.cases.written.procedure import DefinitionError
from tests.unit.cases.casework_samples import Played

PLAN = """
events: {withdrawn: , approved: }
clocks:
  plan:
    {within: 10 hours, start: opened, stop: {met: approved, ended: [withdrawn, asking.no_plan]}}
states:
  asking: {task: {outcomes: [no_plan, told]}, on: {asking.no_plan: waiting, asking.told: waiting}}
  waiting: {task: {outcomes: [done]}, on: {waiting.done: end}}
  end: {final: true}
"""


@pytest.mark.parametrize(
    ("hours", "event", "status"),
    [
        (9, "approved", "met"),
        (9, "withdrawn", "cancelled"),
        (11, "approved", "breached"),
        (11, "withdrawn", "breached"),
    ],
)
def test_what_ends_a_clock_says_nothing_of_its_promise(hours: int, event: str, status: str) -> None:
    case = Played(PLAN)
    case.pass_time(hours=hours)
    case.signal(event)
    clock = case.clock("plan#1")
    assert (clock.clock.status, clock.next_rung_at) == (status, None)


def test_an_outcome_ends_a_clock_of_the_sop() -> None:
    case = Played(PLAN)
    case.complete("no_plan")
    assert case.clock("plan#1").clock.status == "cancelled"


def test_a_list_of_what_stops_a_clock_says_that_its_promise_is_kept() -> None:
    case = Played(PLAN.replace("{met: approved, ended: [withdrawn, asking.no_plan]}", "[approved, withdrawn]"))
    case.signal("withdrawn")
    assert case.clock("plan#1").clock.status == "met"


RETURNED = """
data: {answer: {type: text}}
initial: telling
states:
  telling:
    task:
      within: 2 hours
      outcomes: {told: , returned: {clock: goes_on}, dropped: {clock: ended}}
    on: {telling.told: end, telling.returned: mending, telling.dropped: mending}
  mending: {task: {outcomes: [mended, gave_up]}, on: {mending.mended: telling, mending.gave_up: end}}
  end: {final: true}
"""


def test_a_clock_goes_on_through_an_outcome_that_keeps_no_promise() -> None:
    case = Played(RETURNED)
    due = case.clock("telling#1").due_at
    case.pass_time(hours=1)
    case.complete("returned")
    case.pass_time(minutes=30)
    case.complete("mended")
    assert [key for key, clock in case.state.clocks.items() if clock.is_open] == ["telling#1"]
    assert case.clock("telling#1").due_at == due
    case.pass_time(hours=1)
    assert [step.name for step in case.journal("rung")][-1] == "telling.breached"
    case.complete("told")
    assert case.clock("telling#1").clock.status == "breached"


def test_a_clock_that_goes_on_sounds_while_its_state_is_left_and_ends_with_the_case() -> None:
    case = Played(RETURNED)
    case.complete("returned")
    case.pass_time(hours=1, minutes=50)
    assert [step.name for step in case.journal("rung")] == ["telling.at_risk"]
    case.complete("gave_up")
    assert case.clock("telling#1").clock.status == "cancelled", "nobody was told"


def test_a_clock_that_is_ended_begins_anew() -> None:
    case = Played(RETURNED)
    case.complete("dropped")
    assert case.clock("telling#1").clock.status == "cancelled"
    case.pass_time(hours=1)
    case.complete("mended")
    assert case.clock("telling#2").due_at is not None
    assert "telling#1" in case.state.clocks


def test_what_is_skipped_closes_the_clock_as_its_outcome_says() -> None:
    case = Played(RETURNED)
    case.act("skip_task", "dan", task="telling", outcome="returned", reason="r")
    assert case.clock("telling#1").goes_on


def test_a_clock_ends_with_the_state_that_it_could_come_back_to() -> None:
    inside = """
events: {out: }
initial: box
states:
  box:
    states:
      telling: {task: {within: 2 hours, outcomes: {returned: {clock: goes_on}}}, on: {telling.returned: mending}}
      mending: {task: {outcomes: [mended]}, on: {mending.mended: telling}}
    on: {out: beyond}
  beyond: {task: {outcomes: [done]}, on: {beyond.done: end}}
  end: {final: true}
"""
    case = Played(inside)
    case.complete("returned")
    case.signal("out")
    assert case.clock("telling#1").clock.status == "cancelled"


def test_only_a_clock_until_an_instant_may_expect_none() -> None:
    wrong = PLAN.replace("within: 10 hours", "within: 10 hours, expects: maybe")
    with pytest.raises(DefinitionError, match="is of a clock with `until`"):
        Played(wrong)
    case = Played("""
data: {limit_at: {type: datetime}}
clocks: {limit: {until: limit_at, expects: maybe, start: opened}}
states: {a: {task: {}, on: {a.done: end}}, end: {final: true}}
""")
    assert case.state.clocks == {}
