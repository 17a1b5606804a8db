"""The shortest ways through a chart, and the states from which some way leads to an end."""

from typing import Any

import pytest

from sop_engine.statechart.model import Chart
from sop_engine.statechart.routes import ending, entered_with, leaving, routes, trigger
from tests.unit.statechart.statechart_samples import chart_of


def sample() -> Chart:
    return chart_of(
        initial="a",
        states={
            "a": {"on": {"go": "b", "far": "c"}, "after": {"PT1H": "late"}},
            "b": {"always": {"to": "c", "when": "true"}},
            "c": {
                "initial": "c1",
                "states": {"c1": {"on": {"on": "c2"}}, "c2": {}, "unseen": {}},
                "on": {"stop": "end"},
            },
            "late": {"on": {"round": "late"}},
            "both": {
                "parallel": True,
                "states": {
                    "left": {"states": {"l1": {"on": {"out": "end"}}}},
                    "right": {"states": {"r1": {}}},
                },
            },
            "lost": {"on": {"go": "both"}},
            "end": {"final": True},
        },
    )


def test_each_state_is_reached_by_the_shortest_way() -> None:
    assert dict(routes(sample())) == {
        "": (),
        "a": (),
        "b": ("go",),
        "c": ("far",),
        "c1": ("far",),
        "c2": ("far", "on"),
        "late": ("after PT1H",),
        "end": ("far", "stop"),
    }


def test_a_state_is_entered_with_its_default_or_all_its_regions() -> None:
    states = sample().states
    assert entered_with(states["c"]) == ("c1",)
    assert entered_with(states["both"]) == ("left", "right")
    assert entered_with(states["a"]) == ()


def test_what_sets_off_a_transition_is_told_in_words() -> None:
    states = sample().states
    assert [trigger(each) for each in states["a"].transitions] == ["go", "far", "after PT1H"]
    assert [trigger(each) for each in states["b"].transitions] == [""]


def test_the_innermost_transition_leaves_first() -> None:
    chart = sample()
    assert [trigger(each) for each in leaving(chart, "c1")] == ["on", "stop"]
    assert leaving(chart, "late") == chart.states["late"].transitions


def test_a_way_to_an_end_leads_through_any_region() -> None:
    assert ending(sample()) == {
        *("", "a", "b", "c", "c1", "c2", "unseen"),
        *("both", "left", "l1", "right", "r1", "lost", "end"),
    }


@pytest.mark.parametrize(
    ("states", "ends"),
    [
        ({"a": {}, "b": {"final": True}}, {"b"}),
        ({"a": {"states": {"x": {"on": {"go": "y"}}, "y": {"final": True}}}}, set()),
        ({"a": {"states": {"x": {"final": True}}, "done": "b"}, "b": {"final": True}}, {"", "a", "x", "b"}),
        (
            {
                "p": {"parallel": True, "states": {"l": {"states": {"l1": {"on": {"go": "l2"}}, "l2": {}}}, "r": {}}},
                "end": {"final": True},
            },
            {"end"},
        ),
    ],
)
def test_only_a_final_state_of_the_chart_itself_is_an_end(states: dict[str, Any], ends: set[str]) -> None:
    assert ending(chart_of(initial=next(iter(states)), states=states)) == ends


def test_of_a_chart_of_regions_each_region_may_end() -> None:
    chart = chart_of(
        parallel=True,
        states={
            "l": {"states": {"l1": {"on": {"go": "l2"}}, "l2": {"final": True}}},
            "r": {"states": {"r1": {}, "r2": {"final": True}}},
        },
    )
    assert {"l1", "l2", "r2"} <= ending(chart)
    assert "r1" not in ending(chart)
