from typing import Any

import pytest

from sop_engine.statechart.verify import verify
from tests.unit.statechart.statechart_samples import chart_of


def remarks(**mapping: Any) -> dict[str, str]:
    return {".".join(map(str, fault.path)): fault.message for fault in verify(chart_of(**mapping))}


def test_a_sound_chart_has_no_remarks() -> None:
    region = {"states": {"x": {"on": {"go": "y"}}, "y": {"final": True}}}
    inner = {"parallel": True, "states": {"r": region}, "done": "h"}
    past = {"states": {"h": {"history": "deep", "to": "q"}, "q": {"after": {"PT1H": "z"}}}}
    assert remarks(states={"p": inner, "b": past, "z": {"final": True}}) == {}


@pytest.mark.parametrize(
    ("state", "message"),
    [
        (
            {"entry": [{"cancel": "n1"}, {"send": "go", "id": "n2"}], "on": {"go": "z"}},
            "cancels 'n1', which nothing sends",
        ),
        (
            {"exit": [{"if": "x", "then": [{"raise": "nowhere"}]}], "on": {"go": "z"}},
            "no transition waits for the event 'nowhere'",
        ),
        ({}, "nothing leads out of it, and it is not final"),
        (
            {"on": {"go": ["z", "a"]}},
            "the transition on go is never taken: an earlier one without `when` takes its place",
        ),
        (
            {"on": [{"event": ["a", "b.*"], "to": "z"}, {"event": "b.c", "to": "a"}]},
            "the transition on b.c is never taken",
        ),
        ({"on": {"*": "z", "go": "a"}}, "the transition on go is never taken"),
        ({"always": ["z", {"to": "a", "when": "x"}]}, "the transition on always is never taken"),
        ({"states": {"i": {"on": {"go": "z"}}}, "done": "z"}, "it never comes to `done`"),
    ],
)
def test_remarks_on_a_state(state: dict[str, Any], message: str) -> None:
    assert remarks(states={"a": state, "z": {"final": True}})["states.a"].startswith(message)


@pytest.mark.parametrize(
    "on",
    [
        {"go": [{"to": "z", "when": "x"}, "a"]},
        {"a.b": "z", "a": "z"},
        {"a.*": "z", "*": "z"},
    ],
)
def test_what_can_be_taken_is_not_called_shadowed(on: dict[str, Any]) -> None:
    assert remarks(states={"a": {"on": on}, "z": {"final": True}}) == {}


def test_a_history_state_of_the_chart_itself_remembers_nothing() -> None:
    found = remarks(states={"a": {"on": {"go": "h"}}, "h": {"history": "deep", "to": "a"}})
    assert found == {"states.h": "the chart itself is never left, so this remembers nothing"}


def test_states_that_nothing_leads_to_are_found_at_any_depth() -> None:
    found = remarks(
        states={"a": {"states": {"a1": {"on": {"go": "z"}}, "a2": {}}}, "b": {"on": {"go": "a2"}}, "z": {"final": True}}
    )
    assert found == {"states.a.states.a2": "no transition leads here", "states.b": "no transition leads here"}
