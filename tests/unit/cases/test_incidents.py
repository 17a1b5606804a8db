"""What fails technically: in work, events, delays, rungs, effects and acts. A person mends it; the case lives on."""

from datetime import timedelta
from typing import Any, get_args

import pytest

from sop_engine.basis.faults import InvalidInput, NotFound, Refused
from sop_engine.cases import casework
from sop_engine.cases.contracts.commands import CancelWork, RunWork
from sop_engine.cases.contracts.limits import KEPT_COMMAND_BYTES
from sop_engine.cases.running.effects.post import Post
from sop_engine.cases.told.messages import CommandFailed, Message
from sop_engine.cases.written.engine_version import HARDENED
from tests.unit.cases.casework_samples import MONDAY, Played

WORK = """
events: {away: }
data: {amount: {type: money}, rate: {type: decimal, default: 1.5}, tax: {type: decimal}}
states:
  computing:
    work: {activity: tax, with: {base: amount, rate: rate, fixed: 3}, store: {tax: result}, attempts: 2}
    on: {computing.done: computed, away: gone}
  computed: {task: {}, on: {computed.done: end}}
  gone: {task: {}, on: {gone.done: computing}}
  end: {final: true}
"""


def failed() -> Played:
    case = Played(WORK, amount="CNY 10.50")
    case.failed("computing#1", "no tariff")
    return case


def resolve(case: Played, incident: str, how: str, **data: Any) -> None:
    case.act("resolve_incident", "dan", incident=incident, how=how, data=data, reason="r")


def test_work_gets_typed_values_and_its_result_is_stored() -> None:
    case = Played(WORK, amount="CNY 10.50")
    (work,) = case.asked(RunWork)
    assert str(work.values["base"]["amount"]) == "10.50"
    assert (work.activity, work.attempts, work.values["fixed"]) == ("tax", 2, 3)
    case.done("computing#1", result="12.5")
    assert (case.states, str(case.data["tax"])) == (("computed",), "12.5")


def test_failed_work_is_retried() -> None:
    case = failed()
    assert (case.state.status, case.states) == ("blocked", ("computing",))
    with pytest.raises(NotFound, match="computing#1"):
        resolve(case, "other", "retry")
    resolve(case, "computing#1", "retry")
    assert (case.state.status, len(case.asked(RunWork))) == ("open", 2)
    assert case.state.works["computing#1"].attempt == 2
    case.done("computing#1", result="1")
    assert case.states == ("computed",)


def test_failed_work_is_corrected_and_retried() -> None:
    case = failed()
    with pytest.raises(InvalidInput, match="did you mean rate"):
        resolve(case, "computing#1", "correct", rte=2)
    resolve(case, "computing#1", "correct", rate="2.5")
    assert str(case.asked(RunWork)[-1].values["rate"]) == "2.5"
    assert case.journal("incident_correct")[0].changes[0]["new"] == "2.5"


def test_failed_work_is_skipped_with_a_result() -> None:
    case = failed()
    resolve(case, "computing#1", "skip", result="7")
    assert (case.states, str(case.data["tax"]), case.state.status) == (("computed",), "7", "open")


def test_a_result_that_does_not_fit_opens_an_incident() -> None:
    case = Played(WORK)
    case.done("computing#1", result="much")
    assert "is not a number" in case.state.incidents["computing#1"].message
    assert case.data["tax"] is None


def test_a_result_without_what_is_stored_fails_the_work() -> None:
    """It is a fault of the work and no empty field; a case of the first engine keeps what it did."""
    case = Played(WORK, bundle_changes={"engine_version": HARDENED})
    case.done("computing#1", reslt="1")
    assert case.state.incidents["computing#1"].message == "the result has no result (it has: reslt)"
    assert case.states == ("computing",)
    before = Played(WORK)
    before.done("computing#1", reslt="1")
    assert (before.states, before.data["tax"]) == (("computed",), None)


def test_what_a_person_leaves_out_of_a_skipped_result_stays_as_it_was() -> None:
    case = Played(WORK, bundle_changes={"engine_version": HARDENED}, tax="3")
    case.failed("computing#1", "no connection")
    resolve(case, "computing#1", "skip")
    assert (case.states, str(case.data["tax"])) == (("computed",), "3")


def test_leaving_the_state_takes_its_incident_along() -> None:
    case = failed()
    case.signal("away")
    assert (case.state.status, case.state.incidents, case.state.works) == ("open", {}, {})
    case.complete()
    case.signal("away")
    assert [cancel.key for cancel in case.asked(CancelWork)] == ["computing#2"]
    case.done("computing#2", result="1")
    assert case.states == ("gone",)


def test_a_chart_may_take_the_failure_itself() -> None:
    case = Played(
        "states: {a: {work: {activity: x}, on: {a.done: b, a.failed: c}}, b: {final: true}, c: {final: true}}"
    )
    case.failed("a#1", "no")
    assert case.state.outcome == "c"


BAD = """
events: {hit: {data: {x: {type: integer}}}}
data: {x: {type: integer}, y: {type: integer}, role: {type: text, default: nobody}}
states:
  a:
    task: {outcomes: [go, stay, done], form: [y], within: 10 hours}
    on:
      a.go: {to: b, when: x > 1}
      a.at_risk: {do: [{set: {y: x + 1}}]}
      hit: {do: [{set: {y: y + x}}]}
      a.done: end
    after: {1 hour: {do: [{set: {y: x + 1}}]}, 2 hours: {to: c}}
  b: {task: {}, on: {b.done: end}}
  c: {task: {role: role}, on: {c.done: end}}
  end: {final: true}
"""


def test_an_act_whose_expressions_fail_leaves_an_incident_and_nothing_else() -> None:
    case = Played(BAD)
    before = case.state
    with pytest.raises(Refused, match="the SOP itself failed"):
        case.complete("go", y=5)
    assert (case.states, case.data["y"], list(case.tasks)) == (("a",), None, ["a#1"])
    assert case.state.last_completed_by == before.last_completed_by
    assert case.state.status == "blocked"
    (key,) = case.state.incidents
    with pytest.raises(Refused, match="do again, or by hand"):
        resolve(case, key, "retry")
    resolve(case, key, "skip")
    case.act("amend", "dan", data={"x": 2}, reason="r")
    case.complete("go")
    assert case.states == ("b",)


def test_an_act_that_failed_may_be_repeated_under_its_id() -> None:
    case = Played(BAD)
    for _ in range(2):
        with pytest.raises(Refused, match="the SOP itself failed"):
            case.act("complete_task", outcome="go", id="same")
    case.act("amend", "dan", data={"x": 2}, reason="r")
    assert case.act("complete_task", outcome="go", id="same").duplicate is False


def test_a_failing_signal_is_kept_with_its_values_and_retried() -> None:
    case = Played(BAD)
    case.signal("hit", x=4, message_id="m1")
    assert (case.data["x"], case.state.status) == (None, "blocked")
    (key,) = case.state.incidents
    with pytest.raises(Refused, match="fails again"):
        resolve(case, key, "retry")
    assert list(case.state.incidents) == [key]
    resolve(case, key, "correct", y=10)
    assert (case.data["x"], case.data["y"], case.state.status) == (4, 14, "open")


def test_a_failing_delay_is_parked_and_the_next_one_comes() -> None:
    case = Played(BAD)
    case.pass_time(hours=1)
    (key,) = case.state.incidents
    assert case.state.incidents[key].kind == "delay"
    assert casework.next_instant(case.state) == (MONDAY + timedelta(hours=2), "delay")
    with pytest.raises(Refused, match="fails again"):
        resolve(case, key, "retry")
    resolve(case, key, "correct", x=1)
    assert (case.data["y"], case.state.status) == (2, "open")


def test_a_delay_into_a_state_that_cannot_be_armed_is_parked() -> None:
    case = Played(BAD, x=1)
    case.sleep(hours=3)
    assert (case.states, case.data["y"]) == (("a",), 2)
    (key,) = case.state.incidents
    assert "no role" in case.state.incidents[key].message
    with pytest.raises(Refused, match="fails again"):
        resolve(case, key, "retry")
    resolve(case, key, "correct", role="clerk")
    assert (case.states, case.state.incidents) == (("c",), {})


def test_a_parked_delay_is_dropped_or_goes_with_its_state() -> None:
    case = Played(BAD)
    case.pass_time(hours=1)
    resolve(case, next(iter(case.state.incidents)), "skip")
    assert [delay.key for delay in case.state.snapshot.delays] == ["2 hours"]
    case.pass_time(hours=1)
    assert case.state.status == "blocked"
    case.act("amend", "dan", data={"x": 2}, reason="r")
    case.complete("go")
    assert (case.state.status, case.state.incidents) == ("open", {})


def test_a_failing_rung_is_entered_and_its_event_retried() -> None:
    case = Played(BAD.replace("after:", "x_after:").split("    x_after")[0] + BAD[BAD.index("  b: {task") :])
    case.pass_time(hours=8)
    assert [rung.key for rung in case.clock("a#1").clock.rungs] == ["at_risk"]
    (key,) = case.state.incidents
    resolve(case, key, "correct", x=1)
    assert case.data["y"] == 2


def test_an_opening_that_fails_says_so() -> None:
    with pytest.raises(ValueError, match="no role"):
        Played("data: {r: {type: text}}\nstates: {a: {task: {role: r}, on: {a.done: b}}, b: {final: true}}")


def test_eventless_loops_are_named() -> None:
    case = Played(
        """
data: {x: {type: integer, default: 0}}
states:
  a: {task: {outcomes: [go]}, on: {a.go: b}}
  b: {always: [{to: c, when: x == 0}]}
  c: {always: [{to: b, when: x == 0}], on: {a.go: d}}
  d: {final: true}
"""
    )
    with pytest.raises(Refused, match="b -> c"):
        case.complete("go")
    assert case.states == ("a",)


def test_empty_lists_in_a_circle_are_an_error() -> None:
    case = Played(
        """
events: {go: }
data: {names: {type: list, item: {type: text, title: {en: N, zh: 名}}}}
states:
  s: {on: {go: a}}
  a: {task: {for_each: names}, on: {a.all: b}}
  b: {task: {for_each: names}, on: {b.all: [{to: a, when: names is not none}, {to: c}]}}
  c: {final: true}
""",
        names=[],
    )
    case.signal("go")
    assert (case.states, case.state.status) == (("s",), "blocked")


def test_a_failed_effect_is_asked_for_again() -> None:
    case = Played(
        """
states:
  a: {task: {}, on: {a.done: {to: b, do: [{post: fee, with: {amount: "'3'"}}]}}}
  b: {task: {}, on: {b.done: c}}
  c: {final: true}
"""
    )
    case.complete()
    (post,) = case.asked(Post)
    case.hear(CommandFailed(post, "no account"))
    resolve(case, "effect#1", "retry")
    assert case.asked(Post) == [post, post]


def test_in_state_is_known_outside_the_chart() -> None:
    case = Played(
        """
clocks: {watch: {within: 1 hour, start: when in_state('b'), ladder: plain}}
states:
  a: {task: {checks: {here: {rule: in_state('a') and not in_state('b')}}}, on: {a.done: b}}
  b: {task: {role: "'clerk' if in_state('b') else 'auditor'"}, on: {b.done: c}}
  c: {final: true}
"""
    )
    case.complete()
    assert (case.tasks["b#1"].role, list(case.state.clocks)) == ("clerk", ["watch#1"])


FEE = """
data: {note: {type: long_text}}
states:
  a: {task: {}, on: {a.done: {to: b, do: [{post: fee, with: {amount: "'3'", note: note}}]}}}
  b: {task: {}, on: {b.done: c}}
  c: {final: true}
"""


def test_a_retry_of_what_was_not_kept_is_refused_with_what_to_do_instead() -> None:
    case = Played(FEE, note="x" * KEPT_COMMAND_BYTES)
    case.complete()
    (post,) = case.asked(Post)
    case.hear(CommandFailed(post, "no account"))
    assert "too large to be asked for again" in case.state.incidents["effect#1"].message
    with pytest.raises(Refused, match="do again, or by hand") as refused:
        resolve(case, "effect#1", "retry")
    assert refused.value.allowed == ("skip",)
    answer = case.act("resolve_incident", "dan", incident="effect#1", how="correct", data={"note": "y"}, reason="r")
    assert (case.data["note"], case.state.incidents) == ("y", {})
    assert "nothing is tried again" in answer.message


def test_a_retry_that_a_history_holds_is_taken_as_it_was() -> None:
    case = Played(FEE, note="x" * KEPT_COMMAND_BYTES)
    case.complete()
    case.hear(CommandFailed(case.asked(Post)[0], "no account"))
    act = casework.read_act("resolve_incident", {"actor": "dan", "incident": "effect#1", "how": "retry", "reason": "r"})
    turn, _ = casework.perform(case.procedure, case.state, "resolve_incident", act, case.now)
    assert (turn.state.incidents, turn.commands) == ({}, [])


def test_every_kind_of_message_is_in_the_catalogue() -> None:
    assert set(casework.MESSAGES) == set(get_args(Message))
