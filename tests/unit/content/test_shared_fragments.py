"""Fragments of charts: states written out where they are used, and every wrong use refused with its line."""

from typing import Any

import pytest

from sop_engine.content.shared.expanding import Expanded, expanded
from sop_engine.content.shared.parts import NOTHING, Parts
from sop_engine.content.shared.reading import parts_of
from sop_engine.content.yaml_files import YamlFault, read_text

FRAGMENTS = """\
review:
  title: {en: Review, zh: 复核}
  takes: [of, then]
  may_take: {verdict: approved, back: <of>, within: null, shown: [a, b]}
  states:
    <state>:
      task:
        role: manager
        distinct_from: <of>
        within: <within>
        form: [x, <shown>, y]
        outcomes: {<verdict>: {en: Yes, zh: 是}}
      on:
        <state>.<verdict>: <then>
        <state>.returned: <back>
    after_<state>:
      work: {activity: tell, with: {to: "<of> or <then>"}}
"""
SOP = """\
sop: Small
states:
  outer:
    states:
      checking:
        title: {en: Check, zh: 核对}
        use: review
        with: {of: writing, then: done, within: 2 hours}
        task: {role: clerk, priority: 1}
        on: {case.told: done}
      done: {final: done}
"""


def parts(fragments: str = FRAGMENTS) -> tuple[Parts, list[str]]:
    faults: list[YamlFault] = []
    read = parts_of(NOTHING, NOTHING, read_text(fragments, "fragments.yaml"), faults)
    return read, [str(fault) for fault in faults]


def written(text: str = SOP) -> tuple[Expanded, list[str]]:
    faults: list[YamlFault] = []
    found = expanded(read_text(text, "Small.yaml"), parts()[0], faults)
    return found, [str(fault) for fault in faults]


def states(text: str = SOP) -> Any:
    found, faults = written(text)
    assert faults == []
    return found.file.value["states"]["outer"]["states"]


def test_its_states_stand_where_it_is_used_filled_and_with_what_stands_beside() -> None:
    assert states() == {
        "checking": {
            "title": {"en": "Check", "zh": "核对"},
            "task": {
                "role": "clerk",
                "priority": 1,
                "distinct_from": "writing",
                "within": "2 hours",
                "form": ["x", "a", "b", "y"],
                "outcomes": {"approved": {"en": "Yes", "zh": "是"}},
            },
            "on": {"checking.approved": "done", "checking.returned": "writing", "case.told": "done"},
        },
        "after_checking": {"work": {"activity": "tell", "with": {"to": "writing or done"}}},
        "done": {"final": "done"},
    }
    assert list(states()) == ["checking", "after_checking", "done"]
    assert written()[0].used == {("fragment", "review")}


def test_what_is_not_given_takes_its_own_value_or_is_left_out() -> None:
    found = states(SOP.replace(", within: 2 hours", ", verdict: agreed, back: outer, shown: [c]"))["checking"]
    assert "within" not in found["task"]
    assert found["task"]["form"] == ["x", "c", "y"]
    assert list(found["on"]) == ["checking.agreed", "checking.returned", "case.told"]
    assert found["on"]["checking.returned"] == "outer"


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (("checking", "task", "outcomes", "approved", "en"), "fragments.yaml:12:32: {}: x (used in Small.yaml:5)"),
        (("checking", "on", "checking.returned"), "fragments.yaml:15:9: {}: x (used in Small.yaml:5)"),
        (("checking", "task", "within"), "Small.yaml:8:41: {}: x"),
        (("checking", "task", "priority"), "Small.yaml:9:29: {}: x"),
        (("checking", "on", "case.told"), "Small.yaml:10:14: {}: x"),
        (("checking", "task", "form", 3), "fragments.yaml:11:28: {}: x (used in Small.yaml:5)"),
        (("after_checking", "work", "with", "to"), "fragments.yaml:17:37: {}: x (used in Small.yaml:5)"),
        (("done", "final"), "Small.yaml:11:14: {}: x"),
    ],
)
def test_a_fault_is_told_where_it_is_written(path: tuple[str | int, ...], place: str) -> None:
    whole = ("states", "outer", "states", *path)
    assert str(written()[0].file.fault(whole, "x")) == place.format(".".join(map(str, whole)))


@pytest.mark.parametrize(
    ("right", "wrong", "fault"),
    [
        ("use: review", "use: reviw", "7:9: {}.use: unknown fragment 'reviw', did you mean review?"),
        ("use: review", "use: [review]", "7:9: {}.use: unknown fragment ['review']"),
        ("of: writing, ", "", "7:9: {}.use: review needs `of` under `with`"),
        (", within:", ", withn:", "8:41: {}.with.withn: unknown place of review 'withn', did you mean within?"),
        (
            "{of: writing, then: done, within: 2 hours}",
            "[of]",
            "8:9: {}.with: a mapping of what review takes",
        ),
        ("of: writing", "of: [writing]", "8:16: {}.with.of: `of` stands within a text; a text is needed for it"),
        (
            "      done: {final",
            "      after_checking: {final",
            "5:7: {}: brings the state after_checking, which",
        ),
        ("task: {role: clerk, priority: 1}", "task: 5", "9:9: {}.task: the shared part has a mapping here"),
        ("on: {case.told: done}", "on: []", "10:9: {}.on: the shared part has a mapping here"),
    ],
)
def test_a_wrong_use_is_refused_with_its_line(right: str, wrong: str, fault: str) -> None:
    assert SOP.count(right) == 1
    found = written(SOP.replace(right, wrong))[1]
    place, message = fault.format("states.outer.states.checking").split(": ", 1)
    assert any(f":{place}: " in each and message.partition(": ")[2] in each for each in found), found


@pytest.mark.parametrize(
    ("right", "wrong", "fault"),
    [
        ("takes: [of, then]", "takes: [of]", "`<then>` is not among what it takes: back, of, shown, state, verdict"),
        ("takes: [of, then]", "takes: [of, then, late]", "3:3: review.takes: `<late>` stands nowhere in the states"),
        ("takes: [of, then]", "takes: [of, then, state]", "3:3: review.takes: `state` has its value already"),
        ("back: <of>", "back: <verdict>", "review.may_take.back: `<verdict>` is not among what every use gives"),
        ("    <state>:\n", "    checking:\n", "5:3: review.states: one of the states is `<state>`"),
        (
            "      work: {",
            "      use: review\n      work: {",
            "17:7: review.states.after_<state>.use: a fragment",
        ),
        ("takes: [of, then]", "takse: [of, then]", "3:3: review.takse: Extra inputs are not permitted"),
        ("  title: {en: Review, zh: 复核}\n", "", "1:1: review.title: Field required"),
    ],
)
def test_a_wrong_fragment_is_refused_though_nobody_uses_it(right: str, wrong: str, fault: str) -> None:
    assert FRAGMENTS.count(right) == 1
    found = parts(FRAGMENTS.replace(right, wrong))[1]
    assert any(fault in each for each in found), found
