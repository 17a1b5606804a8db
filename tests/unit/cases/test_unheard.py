"""Events that no transition takes: said in the journal with the nearest name, and to the owner without a flood."""

from typing import Any

import pytest

from sop_engine.cases.contracts.commands import StartCase, TellCase
from sop_engine.cases.running.effects.notify import Notify
from sop_engine.cases.running.unheard import NAMES_TOLD
from sop_engine.cases.told.messages import Unreadable
from sop_engine.cases.written.engine_version import FOUNDATION, HARDENED
from tests.unit.cases.casework_samples import Played

TALK = """
events:
  customer.withdrew: {roles: [clerk], machines: true}
  customer.answered: {data: {answer: {type: text}}}
  customer.called: {data: {total: {type: integer, required: true}}}
  customer.moved: {data: {address: {type: text}}}
  customer.nudged:
data: {answer: {type: text}, total: {type: integer}, address: {type: text}}
clocks:
  patience: {within: 1 day, start: opened, reset: customer.nudged, title: {en: Patience, zh: 耐心}}
states:
  a:
    task: {outcomes: [done]}
    on: {a.done: b, customer.called: {when: total > 10, do: [{set: {answer: "'called'"}}]}}
  b: {task: {outcomes: [done]}, on: {b.done: c, customer.answered: c}}
  c: {final: true}
on: {customer.withdrew: c}
"""


def talk(version: int = HARDENED) -> Played:
    return Played(TALK, bundle_changes={"engine_version": version})


def unheard(case: Played) -> list[tuple[str, str | None]]:
    return [(step.name, step.note) for step in case.journal("event_unheard")]


def test_an_undeclared_event_is_said_to_be_taken_by_nothing_with_the_nearest_name() -> None:
    case = talk()
    case.signal("customer.withdrawn", x=1)
    case.signal("carrier.confirmed")
    assert unheard(case) == [
        (
            "customer.withdrawn",
            "no transition takes it: Sample declares no such event, did you mean customer.withdrew?",
        ),
        ("carrier.confirmed", "no transition takes it: Sample declares no such event"),
    ]
    assert (case.journal("event"), case.states) == ([], ("a",))
    assert case.journal("event_unheard")[0].data == {"x": 1}


def test_a_declared_event_out_of_its_time_says_where_nothing_took_it_and_that_its_values_are_kept() -> None:
    case = talk()
    case.signal("customer.answered", answer="yes")
    assert unheard(case) == [("customer.answered", "no transition takes it in a; its values are kept")]
    assert case.data["answer"] == "yes"


def test_the_owner_hears_of_each_name_once() -> None:
    case = talk()
    for _ in range(3):
        case.signal("customer.withdrawn")
        case.signal("carrier.confirmed")
    told = case.asked(Notify)
    assert [(notice.recipient, notice.template, notice.values["event"]) for notice in told] == [
        ("manager", "event_unheard", "customer.withdrawn"),
        ("manager", "event_unheard", "carrier.confirmed"),
    ]
    assert "did you mean customer.withdrew?" in told[0].values["why"]
    assert len(unheard(case)) == 6


def test_a_sender_of_many_names_cannot_flood_the_owner() -> None:
    case = talk()
    for number in range(NAMES_TOLD * 3):
        case.signal(f"noise.of{number}")
    told = case.asked(Notify)
    assert [notice.values["is_last"] for notice in told] == [False] * (NAMES_TOLD - 1) + [True]
    assert len(unheard(case)) == NAMES_TOLD * 3
    assert len(case.state.truths) <= NAMES_TOLD + 1


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("customer.withdrew", {}),
        ("customer.called", {"total": 11}),
        ("customer.moved", {"address": "Shanghai"}),
        ("customer.nudged", {}),
    ],
    ids=["taken by a transition", "taken by a guarded one", "there to be kept", "heard by a clock"],
)
def test_what_is_heard_is_not_called_unheard(name: str, data: dict[str, Any]) -> None:
    case = talk()
    case.signal(name, **data)
    assert (unheard(case), len(case.journal("event")), case.asked(Notify)) == ([], 1, [])


def test_a_guard_that_turns_an_event_away_leaves_it_unheard() -> None:
    case = talk()
    case.signal("customer.called", total=5)
    assert unheard(case) == [("customer.called", "no transition takes it in a; its values are kept")]


def test_a_person_is_told_in_the_answer_that_nothing_came_of_an_event() -> None:
    case = talk()
    answer = case.act("event", "dan", name="customer.called", data={"total": 5})
    assert answer.message == "customer.called is in the journal, but no transition takes it in a; its values are kept"
    assert case.asked(Notify) == []


def test_an_event_that_was_kept_for_a_held_case_is_judged_when_it_goes_on() -> None:
    case = talk()
    case.act("hold", "dan", reason="wait")
    case.signal("customer.withdrawn")
    assert unheard(case) == []
    case.act("resume", "dan")
    assert [name for name, _ in unheard(case)] == ["customer.withdrawn"]
    assert len(case.asked(Notify)) == 1


def test_an_event_that_a_child_takes_is_heard() -> None:
    parent = """
    states:
      a: {case: {sop: Child}, on: {a.done: b}}
      b: {final: true}
    """
    events = {"Child": ("carrier.confirmed",)}
    case = Played(parent, bundle_changes={"engine_version": HARDENED, "child_events": events})
    assert len(case.asked(StartCase)) == 1
    case.start_children()
    case.signal("carrier.confirmed")
    case.signal("carrier.confirmd")
    assert len(case.asked(TellCase)) == 1
    assert [name for name, _ in unheard(case)] == ["carrier.confirmd"]


def test_a_case_of_the_first_engine_has_taken_what_it_has_taken() -> None:
    case = talk(FOUNDATION)
    case.signal("customer.withdrawn")
    assert (unheard(case), len(case.journal("event")), case.asked(Notify)) == ([], 1, [])


REFUSALS: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("customer.called", {"total": "many"}, "not a whole number"),
    ("customer.answered", {"nothing": 1}, "nothing"),
    ("a.done", {}, "reserved for the engine"),
)


@pytest.mark.parametrize(("name", "data", "why"), REFUSALS, ids=["unreadable data", "undeclared data", "reserved"])
def test_the_owner_hears_once_of_a_message_that_was_refused(name: str, data: dict[str, Any], why: str) -> None:
    case = talk()
    for _ in range(3):
        case.signal(name, **data)
    (told,) = case.asked(Notify)
    assert (told.recipient, told.template, told.values["event"]) == ("manager", "event_unheard", name)
    assert why in told.values["why"]
    assert len(case.journal("event_refused")) == 3


def test_the_owner_hears_of_a_signal_without_a_readable_body() -> None:
    case = talk()
    case.hear(Unreadable("customer.called", "a payload that nobody reads"))
    (told,) = case.asked(Notify)
    assert (told.values["event"], told.values["why"]) == ("customer.called", "a payload that nobody reads")


def test_refused_and_unheard_messages_are_told_of_ten_names_together() -> None:
    case = talk()
    for number in range(NAMES_TOLD):
        case.signal(f"noise.of{number}")
        case.signal(f"case.of{number}")
    assert len(case.journal("event_refused")) == NAMES_TOLD
    assert [notice.values["is_last"] for notice in case.asked(Notify)] == [False] * (NAMES_TOLD - 1) + [True]


def test_a_case_of_the_first_engine_tells_nobody_of_what_it_refuses() -> None:
    case = talk(FOUNDATION)
    case.signal("a.done")
    assert (len(case.journal("event_refused")), case.asked(Notify)) == (1, [])
