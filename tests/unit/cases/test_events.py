"""Events from people and machines, and amendments: what is taken, refused, recorded and remembered."""

from decimal import Decimal
from typing import Any

import pytest

from sop_engine.basis.faults import InvalidInput, NotPermitted, Refused
from sop_engine.cases import casework
from sop_engine.cases.contracts.acts import ACT_MODELS, CommentInput
from sop_engine.cases.told.opening import read_opening
from tests.unit.cases.casework_samples import Played, organization, procedure

EVENTS = """
events:
  news: {data: {total: {type: money, required: true}, extra: {type: text}}, roles: [clerk]}
  other: {store: false, data: {total: {type: money}}}
  unheard:
data: {total: {type: money}, limit_at: {type: datetime}, rate: {type: decimal, default: 1}, day: {type: date}}
states:
  a:
    task: {outcomes: [done]}
    on: {news: {to: b, when: total.amount > 10}, other: c, a.done: c}
    always: {when: rate > 5, to: c}
  b: {task: {}, on: {b.done: c}}
  c: {final: true}
"""


def test_values_are_stored_before_the_chart_sees_the_event() -> None:
    case = Played(EVENTS)
    case.signal("news", total="EUR 12.30", message_id="1")
    assert (case.states, case.data["total"]["amount"]) == (("b",), Decimal("12.30"))
    change = case.journal("event")[0].changes[0]
    assert (change["field"], change["old"], change["new"]["amount"]) == ("total", None, "12.30")


@pytest.mark.parametrize(
    ("name", "data", "note"),
    [
        ("a.done", {}, "reserved"),
        ("b", {}, "reserved"),
        ("case.cancel", {}, "reserved"),
        ("done.state.a", {}, "reserved"),
        ("news", {}, "total: is missing"),
        ("news", {"total": "much", "x": 1}, "not an amount"),
        ("odd", {"x": float("nan")}, "finite"),
    ],
)
def test_what_a_machine_may_not_say_is_recorded_and_refused(name: str, data: dict[str, Any], note: str) -> None:
    case = Played(EVENTS)
    case.signal(name, **data)
    (step,) = case.journal("event_refused")
    assert (step.name, case.states) == (name, ("a",))
    assert note in str(step.note)


def test_an_event_that_nobody_waits_for_is_recorded() -> None:
    case = Played(EVENTS)
    case.signal("unheard")
    case.signal("never.declared", x=1)
    assert [step.name for step in case.journal("event")] == ["unheard", "never.declared"]
    assert case.states == ("a",)


def test_the_same_message_is_heard_once() -> None:
    case = Played(EVENTS)
    case.signal("news", total="EUR 1", message_id="m")
    case.signal("news", total="EUR 2", message_id="m")
    assert case.data["total"]["amount"] == 1


@pytest.mark.parametrize(
    ("actor", "given", "error", "words"),
    [
        ("dan", {"name": "never"}, Refused, "declares no event"),
        ("ann", {"name": "never"}, Refused, "declares no event"),
        ("ann", {"name": "unheard"}, NotPermitted, "ann may not report unheard to a Sample"),
        ("dan", {"name": "unheard"}, Refused, "allowed now: news, other"),
        ("dan", {"name": "a.done"}, Refused, "only the engine"),
        ("ann", {"name": "news", "data": {"x": 1}}, InvalidInput, "total: is missing"),
        ("eve", {"name": "news", "data": {"total": "EUR 1"}}, NotPermitted, "manager"),
        ("dan", {"name": "other", "at": "2026-03-02T09:00"}, InvalidInput, "zone"),
        ("dan", {"name": "other", "colour": 1}, InvalidInput, "colour"),
    ],
)
def test_what_a_person_may_not_report(actor: str, given: dict[str, Any], error: type[Exception], words: str) -> None:
    case = Played(EVENTS)
    with pytest.raises(error, match=words):
        case.act("event", actor, **given)


def test_an_amendment_keeps_old_and_new_and_judges_transitions_anew() -> None:
    case = Played(EVENTS, rate="1.10")
    with pytest.raises(InvalidInput) as caught:
        case.act("amend", "dan", data={"rte": 1, "day": "soon"}, reason="r")
    assert len(caught.value.faults) == 2
    with pytest.raises(InvalidInput, match="changes nothing"):
        case.act("amend", "dan", data={}, reason="r")
    with pytest.raises(NotPermitted, match="ann may not amend a Sample"):
        case.act("amend", "ann", data={"rate": 6}, reason="r")
    with pytest.raises(NotPermitted, match="ann may not move a deadline of a Sample"):
        case.act("move_deadline", "ann", clock="never", to="2026-03-03T01:00Z", reason="r")
    case.act("amend", "dan", data={"rate": "6.50"}, reason="typed wrong")
    (step,) = case.journal("amended")
    assert (step.changes, step.note) == (({"field": "rate", "old": "1.10", "new": "6.50"},), "typed wrong")
    assert case.state.status == "completed"


UNIT = """
data: {unit: {type: text}, other: {type: text}}
states:
  a: {task: {role: clerk, outcomes: [done]}, on: {a.done: b}}
  b: {task: {role: unit, outcomes: [done]}, on: {b.done: c}}
  c: {task: {role: "other if other is not none else unit"}, on: {c.done: d}}
  d: {final: true}
"""


@pytest.mark.parametrize("wrong", [None, "nobody"])
def test_an_amendment_leaves_no_task_to_nobody(wrong: str | None) -> None:
    case = Played(UNIT, unit="auditor")
    with pytest.raises(InvalidInput, match="cannot be amended") as caught:
        case.act("amend", "dan", data={"unit": wrong}, reason="r")
    told = {fault.where: fault.what for fault in caught.value.faults}
    assert told == {
        "unit": "would give no role any more, and b would be nobody's work",
        "other if other is not none else unit": "would give no role any more, and c would be nobody's work",
    }
    assert "clerk" in str(caught.value.faults[0].allowed)
    case.act("amend", "dan", data={"unit": "clerk"}, reason="another unit")
    case.complete()
    assert (case.states, case.tasks["b#1"].role) == (("b",), "clerk")


def test_a_unit_that_was_not_known_yet_stays_open() -> None:
    case = Played(UNIT)
    case.act("amend", "dan", data={"unit": None, "other": "auditor"}, reason="r")
    with pytest.raises(InvalidInput, match="c would be nobody's work"):
        case.act("amend", "dan", data={"other": None}, reason="r")


def test_what_nobody_may_do_is_not_permitted() -> None:
    case = Played(UNIT)
    act = CommentInput(actor="dan", text="t")
    with pytest.raises(NotPermitted, match="nobody may 'migrate'") as caught:
        casework.read_act("migrate", {"actor": "dan"})
    assert set(caught.value.allowed) == {model.update for model in ACT_MODELS}
    with pytest.raises(NotPermitted, match="nobody may 'migrate'"):
        casework.check(case.procedure, case.state, "migrate", act, organization(), case.now)
    with pytest.raises(NotPermitted, match="nobody may 'migrate'"):
        casework.perform(case.procedure, case.state, "migrate", act, case.now)


@pytest.mark.parametrize("name", sorted(casework.ACTS))
def test_an_act_that_cannot_be_read_lists_its_faults(name: str) -> None:
    bodies: tuple[Any, ...] = (None, [], "text", {"unknown": 1})
    for body in bodies:
        with pytest.raises(InvalidInput) as caught:
            casework.read_act(name, body)
        assert caught.value.faults


def test_values_survive_as_they_are() -> None:
    values = {
        "m": {"type": "money"},
        "d": {"type": "decimal"},
        "i": {"type": "integer"},
        "on": {"type": "date"},
        "at": {"type": "datetime"},
        "long": {"type": "duration"},
        "l": {"type": "list", "fields": {"n": {"type": "decimal", "title": {"en": "N", "zh": "数"}}}},
        "f": {"type": "file"},
    }
    written = "".join(f"  {name}: {body}\n" for name, body in values.items()).replace("'", "")
    case = Played(
        f"data:\n{written}states: {{a: {{task: {{}}, on: {{a.done: b}}}}, b: {{final: true}}}}",
        m="CNY 1,250.10",
        d=0.1,
        i="7",
        on="2026-03-02",
        at="2026-03-02T09:00+08:00",
        long="PT90M",
        l=[{"n": "1.0"}],
        f={"name": "a.pdf", "size": 3},
    )
    assert (str(case.data["m"]["amount"]), str(case.data["d"]), case.data["i"]) == ("1250.10", "0.1", 7)
    assert (str(case.data["at"]), str(case.data["long"])) == ("2026-03-02 01:00:00+00:00", "1:30:00")
    assert (case.data["l"], case.data["on"].day) == ([{"n": Decimal("1.0")}], 2)


@pytest.mark.parametrize("text", ["1,5", "1_000", "1e3", "NaN", "١٢", "", "--1", "1.", "12,34,567"])
def test_a_number_that_could_be_meant_otherwise_is_refused(text: str) -> None:
    definition = procedure("data: {n: {type: decimal, required: true}}\nstates: {a: {final: true}}").definition
    with pytest.raises(InvalidInput):
        read_opening(definition, {"n": text})


def test_an_opening_lists_every_fault() -> None:
    text = "data: {a: {type: integer, required: true}, b: {type: date, required: true}}\nstates: {s: {final: true}}"
    with pytest.raises(InvalidInput) as caught:
        read_opening(procedure(text).definition, {"b": "soon", "cc": 1})
    assert [fault.where for fault in caught.value.faults] == ["b", "cc", "a"]
