"""What differs between two texts of an SOP."""

from copy import deepcopy
from typing import Any

import pytest

from sop_engine.cases.written.difference import Change, about, differences

OLD: dict[str, Any] = {
    "sop": "Complaint",
    "version": 3,
    "title": {"en": "Complaint", "zh": "投诉"},
    "data": {"amount": {"type": "money"}},
    "parameters": {"answer_within": {"default": "24 hours"}},
    "clocks": {"answer": {"within": "answer_within"}},
    "states": {
        "registered": {
            "title": {"en": "Registered", "zh": "已登记"},
            "task": {"role": "complaint_officer", "form": ["amount"]},
            "on": {"registered.done": [{"when": "amount > 5", "to": "large"}, {"to": "closed"}]},
        },
        "large": {"states": {"on": {"title": {"en": "On", "zh": "开"}}}},
        "closed": {"final": "closed"},
    },
}


def changed(**edits: Any) -> tuple[Change, ...]:
    """`a__b__c=value` writes a value at the path a.b.c; an ellipsis takes the place away."""
    new = deepcopy(OLD)
    for path, value in edits.items():
        *above, last = path.split("__")
        place: Any = new
        for key in above:
            place = place[key]
        if value is ...:
            del place[last]
        else:
            place[last] = value
    return differences(OLD, new)


def test_the_same_text_under_another_version_differs_in_nothing() -> None:
    assert changed(version=4) == ()


def test_each_change_says_where_what_and_about_what() -> None:
    found = changed(
        states__registered__task__role="claims_clerk",
        states__registered__title__en="Noted",
        states__large__states__on__task={"role": "claims_clerk"},
        states__closed=...,
        states__shut={"final": "closed"},
        clocks__answer__within="2 days",
        parameters__answer_within__default="12 hours",
        data__number={"type": "text"},
        retention="1 year",
    )
    assert [(change.about, change.kind, change.path) for change in found] == [
        ("field", "added", "data.number"),
        ("figure", "changed", "parameters.answer_within.default"),
        ("clock", "changed", "clocks.answer.within"),
        ("text", "changed", "states.registered.title.en"),
        ("work", "changed", "states.registered.task.role"),
        ("work", "added", "states.large.states.on.task"),
        ("state", "added", "states.shut"),
        ("state", "removed", "states.closed"),
        ("rest", "added", "retention"),
    ]
    assert (found[1].old, found[1].new) == ("24 hours", "12 hours")
    assert (found[-1].old, found[-1].new) == (None, "1 year")


def test_a_transition_before_others_changes_none_of_them() -> None:
    ways = [{"when": "amount > 50", "to": "huge"}, *OLD["states"]["registered"]["on"]["registered.done"]]
    new = deepcopy(OLD)
    new["states"]["registered"]["on"]["registered.done"] = ways
    (change,) = differences(OLD, new)
    assert (change.about, change.kind, change.path) == (
        "transition",
        "added",
        "states.registered.on.registered.done.0",
    )
    assert change.new == ways[0]
    (back,) = differences(new, OLD)
    assert (back.kind, back.old) == ("removed", ways[0])


def test_one_and_true_are_two_things() -> None:
    (change,) = differences({"parameters": {"a": {"default": 1}}}, {"parameters": {"a": {"default": True}}})
    assert (change.old, change.new) == (1, True)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("states", "state"),
        ("states.on", "state"),
        ("states.on.on", "transition"),
        ("states.states.states.title", "text"),
        ("states.a.parallel", "state"),
        ("states.a.task.outcomes.done.zh", "text"),
        ("on.hold", "transition"),
        ("owner", "rest"),
    ],
)
def test_a_state_may_be_called_as_a_key_is(path: str, expected: str) -> None:
    assert about(tuple(path.split("."))) == expected
