from typing import Any

import pytest

from sop_engine.statechart.expressions import FieldType
from sop_engine.statechart.parse import ChartError, parse
from tests.unit.statechart.statechart_samples import EFFECTS, chart_of, opened


def faults_of(mapping: Any, **options: Any) -> dict[str, str]:
    with pytest.raises(ChartError) as caught:
        parse(mapping, effects=EFFECTS, **options)
    return {".".join(map(str, fault.path)): fault.message for fault in caught.value.faults}


def test_every_fault_is_told_with_its_place() -> None:
    faults = faults_of(
        {
            "initial": "zz",
            "states": {
                "a": {
                    "on": {"go": "bb", "x": {"when": "1 +", "tw": 3}, "not an event": "b"},
                    "entry": [{"notfy": "x"}, {"log": 5}],
                    "after": {"30 minutes": "b"},
                    "always": {"do": []},
                },
                "b": {"final": True, "on": {}},
                "c": {"wehn": 1},
            },
        }
    )
    assert list(faults) == [
        "initial",
        "states.a.on.go.to",
        "states.a.on.x.tw",
        "states.a.on.x.when",
        "states.a.on.not an event",
        "states.a.after.30 minutes",
        "states.a.always",
        "states.a.entry.0",
        "states.a.entry.1.log",
        "states.b.on",
        "states.c.wehn",
    ]
    assert faults["states.a.on.go.to"] == "unknown state 'bb', did you mean b?"
    assert "did you mean notify?" in faults["states.a.entry.0"]
    assert faults["states.a.after.30 minutes"].endswith("is not an ISO 8601 duration such as PT30M or P1DT12H")


def test_the_error_reads_line_by_line() -> None:
    with pytest.raises(ChartError, match=r"^states\.a\.entry\[0\]\.set\.x: unknown name y"):
        parse({"states": {"a": {"entry": [{"set": {"x": "y"}}]}}}, data={"x": FieldType("text")})


@pytest.mark.parametrize(
    ("state", "place", "message"),
    [
        ({"history": "deep"}, "states.s", "says in `to`"),
        ({"history": "wide", "to": "a"}, "states.s.history", "expected deep or shallow"),
        ({"final": 3}, "states.s.final", "expected text"),
        ({"final": True, "states": {"x": {}}}, "states.s.states", "unknown key"),
        ({"parallel": True}, "states.s", "has states that are active together"),
        ({"parallel": True, "states": {"x": {"final": True}}}, "states.s.states.x", "cannot be final itself"),
        ({"parallel": "yes", "states": {"x": {}}}, "states.s.parallel", "expected true or false"),
        ({"parallel": True, "initial": "x", "states": {"x": {}}}, "states.s.initial", "unknown key"),
        ({"states": {}}, "states.s.states", "no state to be in"),
        ({"states": [1]}, "states.s.states", "expected a mapping of states"),
        ({"states": {"a": {}}}, "states.s.states.a", "the name 'a' is taken by states.a"),
        ({"states": {"x": {}}, "initial": "a"}, "states.s.initial", "'a' is not inside 's'"),
        ({"initial": "a"}, "states.s.initial", "unknown key"),
        ({"done": "a"}, "states.s.done", "unknown key"),
        ({"on": {"go": None}}, "states.s.on.go", "expected a mapping"),
        ({"on": [{"to": "a"}]}, "states.s.on.0.event", "expected text"),
        ({"on": {"go": ["a", {"to": ["a", "s"]}]}}, "states.s.on.go.1.to", "never active together"),
        ({"on": {"go": {"to": "a", "internal": "yes"}}}, "states.s.on.go.internal", "expected true or false"),
        ({"on": {"go": {"to": "a", "when": "in_state('q')"}}}, "states.s.on.go.when", "unknown state 'q'"),
        ({"on": "go"}, "states.s.on", "expected a mapping"),
        ({"entry": "set"}, "states.s.entry", "expected a list of actions"),
        ({"entry": [{"raise": "a b"}]}, "states.s.entry.0.raise", "not an event name"),
        ({"entry": [{"raise": "*"}]}, "states.s.entry.0.raise", "not an event name"),
        ({"entry": [{"send": "go", "after": 5}]}, "states.s.entry.0.after", "expected text"),
        ({"entry": [{"send": "go", "delay": "PT1H"}]}, "states.s.entry.0.delay", "unknown key"),
        ({"entry": [{"set": {"_x": 1}}]}, "states.s.entry.0.set._x", "not the name of a field"),
        ({"entry": [{"set": {"a.b.c.d.e.f.g.h.i": 1}}]}, "states.s.entry.0.set.a.b.c.d.e.f.g.h.i", "8 records deep"),
        ({"entry": [{"set": {"limit": 1}}]}, "states.s.entry.0.set.limit", "is a constant"),
        ({"entry": [{"if": "x", "than": []}]}, "states.s.entry.0.than", "did you mean then?"),
        ({"entry": [{"log": "x", "with": {"k": "1 +"}}]}, "states.s.entry.0.with.k", "in: 1 +"),
        ({"entry": [{"log": "x", "extra": float("nan")}]}, "states.s.entry.0.extra", "not a finite number"),
        ({"entry": [{"set": {3: 1}}]}, "states.s.entry.0.set", "the key 3 is not text"),
        ({"on": {3: "a"}}, "states.s.on", "the key 3 is not text"),
        (5, "states.s", "expected a mapping"),
    ],
)
def test_faults_of_a_state(state: Any, place: str, message: str) -> None:
    faults = faults_of({"states": {"a": {}, "s": state}}, constants={"limit": 3})
    assert message in faults[place]


@pytest.mark.parametrize(
    ("to", "message"),
    [
        (["x1", "y1"], ""),
        (["x1", "hy"], ""),
        (["x1", "x"], "never active together"),
        (["x", "x1"], "never active together"),
        (["x1", "x1"], "never active together"),
        (["x1", "x2"], "never active together"),
        (["hp", "x1"], "never active together"),
        (["x1", "hx"], "never active together"),
        (["x1", "a"], "never active together"),
    ],
)
def test_targets_must_fit_together(to: list[str], message: str) -> None:
    regions = {
        name: {"states": {f"{name}1": {}, f"{name}2": {}, f"h{name}": {"history": "deep", "to": f"{name}1"}}}
        for name in "xy"
    }
    states = {
        "a": {"on": {"go": {"to": to}}},
        "p": {"parallel": True, "states": {**regions, "hp": {"history": "deep", "to": "x"}}},
    }
    if message:
        assert message in faults_of({"states": states})["states.a.on.go.to"]
    else:
        parse({"states": states})


def test_a_history_state_cannot_lead_to_itself() -> None:
    faults = faults_of({"states": {"a": {"states": {"a1": {}, "h": {"history": "deep", "to": "h"}}}}})
    assert faults == {"states.a.states.h.to": "a history state cannot stand in for another"}


def test_what_is_no_mapping_is_no_chart() -> None:
    assert faults_of(["states"]) == {"": "expected a mapping, found ['states']"}


def test_expressions_and_fields_are_checked_against_the_data() -> None:
    data = {
        "weight_kg": FieldType("decimal"),
        "pieces": FieldType("integer"),
        "box": FieldType("record", fields={"mark": FieldType("text")}),
    }
    fields: dict[str, Any] = {"wieght_kg": 1, "pieces": "weight_kg", "box.mark": 5, "box.size": 1, "pieces.x": 1}
    actions = [{"set": fields}, {"set": {"weight_kg": "pieces + limit", "box.mark": "'x'"}}]
    faults = faults_of(
        {"states": {"a": {"entry": actions, "on": {"go": {"when": "wieght_kg > 3"}}}}},
        data=data,
        constants={"limit": 5},
    )
    assert faults == {
        "states.a.entry.0.set.wieght_kg": "unknown name wieght_kg, did you mean weight_kg?",
        "states.a.entry.0.set.pieces": "the field is integer, the value decimal",
        "states.a.entry.0.set.box.mark": "the field is text, the value integer",
        "states.a.entry.0.set.box.size": "unknown name size",
        "states.a.entry.0.set.pieces.x": "integer has no field 'x'",
        "states.a.on.go.when": "unknown name wieght_kg, did you mean weight_kg? (in: wieght_kg > 3)",
    }


def test_constants_are_read_beside_the_data() -> None:
    chart = parse({"states": {"a": {"entry": {"set": {"x": "limit * 2"}}}}}, constants={"limit": 1.5})
    assert str(opened(chart).data["x"]) == "3.0"


def test_short_forms_and_long_forms_mean_the_same() -> None:
    short = chart_of(
        states={"a": {"on": {"go": "b"}, "always": "b", "after": {"PT1M": "b"}, "entry": {"raise": "x"}}, "b": None}
    )
    long = chart_of(
        states={
            "a": {
                "on": [{"event": ["go"], "to": ["b"]}],
                "always": [{"to": "b"}],
                "after": {"PT1M": [{"to": "b"}]},
                "entry": [{"raise": "x"}],
            },
            "b": {},
        }
    )
    for one, other in zip(short.states["a"].transitions, long.states["a"].transitions, strict=True):
        assert (one.events, one.delay, one.to, one.index) == (other.events, other.delay, other.to, other.index)
    assert [transition.index for transition in short.states["a"].transitions] == [0, 1, 2]


def test_names_may_be_chinese() -> None:
    chart = chart_of(
        states={
            "已登记": {"on": {"清关.放行": {"to": "结案", "do": {"set": {"次数": "次数 + 1"}}}}},
            "结案": {"final": "完成"},
        }
    )
    assert chart.states["已登记"].on[0].matches("清关.放行")
