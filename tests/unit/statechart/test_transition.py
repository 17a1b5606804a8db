from decimal import Decimal
from typing import Any

import pytest

from sop_engine.statechart.snapshot import Event, Snapshot, StepError
from sop_engine.statechart.transition import atomic, enabled_events, start, transition
from tests.unit.statechart.statechart_samples import OPENED_AT, chart_of, log_of, logging, minutes, opened, play, send


def test_the_first_child_is_initial_and_entry_goes_down_to_a_leaf() -> None:
    chart = chart_of(states={"a": {"states": {"a1": {}, "a2": {}}}, "b": {}})
    assert opened(chart).configuration == ("a", "a1")
    assert atomic(chart, opened(chart)) == ("a1",)


def test_a_list_of_initial_states_reaches_into_regions() -> None:
    regions: dict[str, Any] = {name: {"states": {f"{name}1": {}, f"{name}2": {}}} for name in "xy"}
    chart = chart_of(initial=["x2", "y2"], states={"p": {"parallel": True, "states": regions}})
    assert opened(chart).configuration == ("p", "x", "x2", "y", "y2")


def test_actions_run_in_the_order_exit_transition_entry_initial() -> None:
    inner = {"initial": {"to": "b1", "do": [{"log": "initial"}]}, "states": {"b1": logging({}, "b1")}}
    a1 = logging({"on": {"go": {"to": "b", "do": [{"log": "do"}]}}}, "a1")
    chart = chart_of(states={"a": logging({"states": {"a1": a1}}, "a"), "b": logging(inner, "b")})
    step = send(chart, opened(chart), "go")
    assert log_of(step) == ["-a1", "-a", "do", "+b", "initial", "+b1"]
    assert step.exited == ("a1", "a")
    assert step.entered == ("b", "b1")
    assert [(taken.source, taken.event, taken.to, taken.index) for taken in step.taken] == [("a1", "go", ("b",), 0)]


def test_an_effect_carries_its_data_as_it_was_and_its_options_as_written() -> None:
    action = {"notify": "agent", "template": "told", "with": {"n": "n + 1", "deep": [{"k": "n"}], "flat": 5}}
    chart = chart_of(states={"a": {"on": {"go": {"do": [action, {"set": {"n": "n * 10"}}, action]}}}})
    first, second = send(chart, opened(chart, n=1), "go").effects
    assert (first.kind, first.target, first.options, first.state) == ("notify", "agent", {"template": "told"}, "a")
    assert first.data == {"n": 2, "deep": [{"k": 1}], "flat": 5}
    assert second.data == {"n": 11, "deep": [{"k": 10}], "flat": 5}


def test_sets_are_seen_at_once_and_leave_the_old_snapshot_alone() -> None:
    fields: dict[str, Any] = {"x": "x + 1", "y": "x * 2", "box.deep.z": "y", "box.rate": 1.50}
    chart = chart_of(states={"a": {"on": {"go": {"do": {"set": fields}}}}})
    before = opened(chart, x=1, box={"keep": "k"})
    after = send(chart, before, "go").snapshot
    assert after.data == {"x": 2, "y": 4, "box": {"keep": "k", "deep": {"z": 4}, "rate": Decimal("1.5")}}
    assert before.data == {"x": 1, "box": {"keep": "k"}}


def test_if_chooses_between_actions() -> None:
    choice = {"if": "x > 1", "then": [{"set": {"size": "'big'"}}], "else": {"set": {"size": "'small'"}}}
    chart = chart_of(states={"a": {"entry": [choice]}})
    assert opened(chart, x=2).data["size"] == "big"
    assert opened(chart, x=1).data["size"] == "small"


def test_the_first_enabled_transition_in_written_order_wins_not_the_most_specific() -> None:
    chart = chart_of(
        states={
            "a": {"on": {"customs.*": {"to": "b", "when": "x == 1"}, "customs.released": "c", "*": "d"}},
            "b": {},
            "c": {},
            "d": {},
        }
    )
    assert play(chart, "customs.released", x=1).configuration == ("b",)
    assert play(chart, "customs.released", x=2).configuration == ("c",)
    assert play(chart, "customs", x=1).configuration == ("b",)
    assert play(chart, "customsx", x=1).configuration == ("d",)


def test_a_list_of_transitions_keeps_the_order_across_events() -> None:
    entries = [{"event": ["foo", "bar"], "to": "b", "when": "ready"}, {"event": "foo", "to": "c"}]
    chart = chart_of(states={"a": {"on": entries}, "b": {}, "c": {}})
    assert play(chart, "bar", ready=True).configuration == ("b",)
    assert play(chart, "foo", ready=False).configuration == ("c",)
    assert send(chart, opened(chart, ready=False), "bar").ignored


def test_inner_states_come_before_outer_ones_and_the_root_last() -> None:
    chart = chart_of(
        on={"go": "z", "leave": "z"},
        states={
            "a": {"on": {"go": "y"}, "states": {"a1": {"on": {"go": {"to": "x", "when": "x"}}}}},
            "x": {},
            "y": {},
            "z": {},
        },
    )
    assert play(chart, "go", x=True).configuration == ("x",)
    assert play(chart, "go", x=False).configuration == ("y",)
    assert play(chart, "leave", x=False).configuration == ("z",)


def test_a_transition_of_the_root_leaves_everything_but_the_root() -> None:
    chart = chart_of(
        entry=[{"log": "+root"}], exit=[{"log": "-root"}], on={"again": "a"}, states={"a": logging({}, "a")}
    )
    assert log_of(send(chart, opened(chart), "again")) == ["-a", "+a"]


def test_a_transition_is_external_unless_it_says_internal() -> None:
    on = {"out": "a2", "in": {"to": "a2", "internal": True}, "stay": {"do": [{"log": "stay"}]}}
    chart = chart_of(states={"a": logging({"on": on, "states": {"a1": {}, "a2": {}}}, "a")})
    assert log_of(send(chart, opened(chart), "out")) == ["-a", "+a"]
    assert log_of(send(chart, opened(chart), "in")) == []
    assert log_of(send(chart, opened(chart), "stay")) == ["stay"]
    assert send(chart, opened(chart), "in").snapshot.configuration == ("a", "a2")


def test_an_internal_transition_to_what_is_remembered_inside_does_not_leave_either() -> None:
    on = {"in": {"to": "h", "internal": True}, "out": {"to": "h"}}
    inner = {"h": {"history": "deep", "to": "a2"}, "a1": logging({}, "a1"), "a2": logging({}, "a2")}
    chart = chart_of(states={"a": logging({"on": on, "initial": "a1", "states": inner}, "a")})
    assert log_of(send(chart, opened(chart), "in")) == ["-a1", "+a2"]
    assert log_of(send(chart, opened(chart), "out")) == ["-a1", "-a", "+a", "+a1"]


def test_an_internal_transition_of_a_parallel_state_leaves_it_all_the_same() -> None:
    regions: dict[str, Any] = {"x": {"states": {"x1": {}, "x2": {}}}, "y": logging({}, "y")}
    on = {"in": {"to": "x2", "internal": True}}
    chart = chart_of(states={"p": logging({"parallel": True, "on": on, "states": regions}, "p")})
    assert log_of(send(chart, opened(chart), "in")) == ["-y", "-p", "+p", "+y"]


def test_an_event_tells_when_it_happened_or_else_when_it_is_handled() -> None:
    chart = chart_of(states={"a": {"on": {"go": {"do": {"set": {"at": "_event.at"}}}}}})
    told = transition(chart, opened(chart), Event(name="go", at=minutes(-30)), OPENED_AT)
    assert told.snapshot.data["at"] == minutes(-30)
    assert send(chart, opened(chart), "go", at=5).snapshot.data["at"] == minutes(5)


def test_raised_events_come_after_eventless_transitions_in_the_same_macrostep() -> None:
    chart = chart_of(
        states={
            "a": {"on": {"go": {"to": "b", "do": [{"raise": "ready", "with": {"n": "2 + 3"}}]}}},
            "b": {"always": {"to": "c", "when": "true"}, "on": {"ready": "d"}},
            "c": {"on": {"ready": {"to": "e", "do": {"set": {"n": "_event.data.n", "name": "_event.name"}}}}},
            "d": {},
            "e": {},
        }
    )
    step = send(chart, opened(chart), "go")
    assert step.snapshot.configuration == ("e",)
    assert step.snapshot.data == {"n": 5, "name": "ready"}
    assert [len(microstep.taken) for microstep in step.microsteps] == [1, 1, 1]
    assert [taken.event for taken in step.taken] == ["go", None, "ready"]


def test_a_conflict_goes_to_the_inner_source_else_to_the_first_in_document_order() -> None:
    regions = {
        "x": {"states": {"x1": {"on": {"go": "out"}}}},
        "y": {"states": {"y1": {"on": {"go": "y2", "both": "y2"}}, "y2": {}}},
    }
    chart = chart_of(states={"p": {"parallel": True, "on": {"both": "out"}, "states": regions}, "out": {}})
    assert play(chart, "go").configuration == ("out",)
    assert atomic(chart, play(chart, "both")) == ("x1", "y2")


def test_a_parallel_state_is_done_when_all_its_regions_are_at_any_depth() -> None:
    def region(name: str) -> dict[str, Any]:
        return {"states": {f"{name}1": {"on": {name: f"{name}9"}}, f"{name}9": {"final": True, "with": {"by": "who"}}}}

    inner = {"parallel": True, "states": {"b": region("b"), "c": region("c")}}
    chart = chart_of(
        states={
            "p": {"parallel": True, "states": {"a": region("a"), "q": inner}, "done": "end"},
            "end": {"final": "completed", "with": {"who": "who"}},
        }
    )
    assert not play(chart, "a", "b", who="we").done
    snapshot = play(chart, "a", "b", "c", who="we")
    assert (snapshot.done, snapshot.outcome, snapshot.result) == (True, "completed", {"who": "we"})


def test_the_result_of_a_final_state_travels_in_the_done_event() -> None:
    inner = {"states": {"a1": {"on": {"go": "a2"}}, "a2": {"final": True, "with": {"fee": "fee * 2"}}}}
    done = {"to": "b", "do": {"set": {"paid": "_event.data.fee"}}}
    chart = chart_of(states={"a": {**inner, "done": done}, "b": {}})
    assert play(chart, "go", fee=4).data["paid"] == 8


def test_a_done_chart_keeps_its_configuration_runs_its_exits_and_ignores_what_comes() -> None:
    chart = chart_of(
        exit=[{"log": "-root"}],
        states={
            "a": {"entry": [{"send": "late", "after": "PT1H"}], "on": {"go": "z"}},
            "z": logging({"final": True}, "z"),
        },
    )
    step = send(chart, opened(chart), "go")
    assert log_of(step) == ["+z", "-z", "-root"]
    assert step.snapshot.configuration == ("z",)
    assert (step.snapshot.outcome, step.snapshot.delays) == ("z", ())
    after = send(chart, step.snapshot, "go")
    assert after.ignored
    assert after.snapshot == step.snapshot
    assert enabled_events(chart, step.snapshot) == ()


def test_a_parallel_root_is_done_with_all_its_regions() -> None:
    region = {name: {"states": {f"{name}1": {"on": {name: f"{name}9"}}, f"{name}9": {"final": True}}} for name in "xy"}
    chart = chart_of(parallel=True, states=region)
    assert not play(chart, "x").done
    assert play(chart, "x", "y").outcome == "done"


@pytest.mark.parametrize(("kind", "leaf"), [("deep", "a22"), ("shallow", "a21")])
def test_history_remembers(kind: str, leaf: str) -> None:
    inner = {
        "h": {"history": kind, "to": "a1", "do": [{"log": "default"}]},
        "a1": {"on": {"down": "a22"}},
        "a2": {"states": {"a21": {}, "a22": {}}},
    }
    chart = chart_of(states={"a": {"states": inner, "on": {"leave": "b"}}, "b": {"on": {"back": "h"}}})
    assert atomic(chart, play(chart, "down", "leave", "back")) == (leaf,)


def test_history_that_remembers_nothing_takes_its_default() -> None:
    inner = {"h": {"history": "deep", "to": "a2", "do": [{"log": "default"}]}, "a1": {}, "a2": logging({}, "a2")}
    chart = chart_of(initial="b", states={"a": logging({"states": inner}, "a"), "b": {"on": {"go": "h"}}})
    assert log_of(send(chart, opened(chart), "go")) == ["+a", "default", "+a2"]


def test_history_within_a_state_that_stays_does_not_enter_it_again() -> None:
    c = logging({"states": {"c1": {"on": {"move": "c2", "recall": "h"}}, "c2": {}}}, "c")
    inner = {"h": {"history": "deep", "to": "c"}, "c": c}
    chart = chart_of(states={"p": {"states": inner, "on": {"leave": "q"}}, "q": {"on": {"back": "c1"}}})
    step = send(chart, play(chart, "move", "leave", "back"), "recall")
    assert log_of(step) == []
    assert step.entered == ("c2",)
    assert step.snapshot.configuration == ("p", "c", "c2")


def test_a_parallel_root_loses_no_region_when_one_enters_its_own_state_from_outside() -> None:
    regions = {
        "x": logging({"states": {"x1": {}, "x2": {}}, "on": {"again": "x2"}}, "x"),
        "y": logging({"states": {"y1": {"on": {"y": "y2"}}, "y2": {}}}, "y"),
    }
    chart = chart_of(parallel=True, states=regions)
    assert send(chart, play(chart, "y"), "again").snapshot.configuration == ("x", "x2", "y", "y1")


def test_an_event_without_transition_is_ignored() -> None:
    chart = chart_of(states={"a": {"on": {"go": "b"}}, "b": {}})
    step = send(chart, opened(chart), "other")
    assert step.ignored
    assert step.microsteps == ()
    assert step.snapshot == opened(chart)


def test_an_ignored_event_still_lets_eventless_transitions_see_changed_data() -> None:
    chart = chart_of(states={"a": {"always": {"to": "b", "when": "ready"}}, "b": {}})
    amended = opened(chart, ready=False).model_copy(update={"data": {"ready": True}})
    step = send(chart, amended, "case.amended")
    assert step.ignored
    assert step.snapshot.configuration == ("b",)


def test_in_state_sees_every_region() -> None:
    regions = {
        "x": {"states": {"x1": {"on": {"go": {"to": "x2", "when": "in_state('y2') and in_state('p')"}}}, "x2": {}}},
        "y": {"states": {"y1": {"on": {"y": "y2"}}, "y2": {}}},
    }
    chart = chart_of(states={"p": {"parallel": True, "states": regions}})
    assert atomic(chart, play(chart, "go")) == ("x1", "y1")
    assert atomic(chart, play(chart, "y", "go")) == ("x2", "y2")


def test_enabled_events_come_in_document_order_without_what_cannot_happen() -> None:
    chart = chart_of(
        on={"cancel": "b"},
        states={
            "a": {
                "on": {
                    "no": {"to": "b", "when": "x > 5"},
                    "maybe": {"to": "b", "when": "_event.data.ok"},
                    "unfilled": {"to": "b", "when": "y > 5"},
                    "yes.*": [{"to": "b", "when": "x > 5"}, "b"],
                },
                "states": {"a1": {"on": {"inner": "a2", "cancel": "a2"}}, "a2": {"final": True}},
                "done": "b",
            },
            "b": {},
        },
    )
    assert enabled_events(chart, opened(chart, x=1, y=None)) == ("cancel", "maybe", "unfilled", "yes.*", "inner")


def test_a_failing_guard_fails_the_call_and_says_where() -> None:
    chart = chart_of(states={"a": {"on": {"go": {"to": "b", "when": "weight > 5"}}}, "b": {}})
    with pytest.raises(StepError, match="state 'a' on 'go': weight is not filled") as caught:
        play(chart, "go", weight=None)
    assert (caught.value.state, caught.value.event) == ("a", "go")


def test_data_that_wraps_itself_at_every_step_is_stopped_while_it_can_still_be_read_back() -> None:
    chart = chart_of(states={"a": {"on": {"go": {"do": {"set": {"box.a.b.c.d": ["x"], "x": "[box]"}}}}}})

    def wrap_ever_deeper() -> None:
        snapshot = opened(chart, x=None, box=None)
        for _ in range(30):
            snapshot = Snapshot.model_validate_json(send(chart, snapshot, "go").snapshot.model_dump_json())

    with pytest.raises(StepError, match="nests more than"):
        wrap_ever_deeper()


def test_a_circle_of_eventless_transitions_is_named() -> None:
    chart = chart_of(
        states={
            "a": {"on": {"go": "b"}},
            "b": {"always": "c"},
            "c": {"always": "d"},
            "d": {"always": {"to": "b", "when": "true"}},
        }
    )
    with pytest.raises(StepError, match=r"100 microsteps .*b -> c; c -> d; d -> b"):
        play(chart, "go")


def test_a_circle_of_raised_events_is_named() -> None:
    chart = chart_of(states={"a": {"on": {"go": {"do": [{"raise": "go"}]}}}})
    with pytest.raises(StepError, match="a -> no target"):
        play(chart, "go")


def test_data_must_be_values() -> None:
    with pytest.raises(ValueError, match="object cannot be kept"):
        start(chart_of(states={"a": {}}), {"x": object()}, OPENED_AT)
