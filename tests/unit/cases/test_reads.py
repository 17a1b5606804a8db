"""What a case reads of registers: asked when the key changes, stored as a field, told to the chart; nobody else fills
it."""

from typing import Any

import pytest

from sop_engine.basis.faults import InvalidInput, Stale
from sop_engine.cases.contracts.signals import ROW_CHANGED, EventSignal
from sop_engine.cases.running.effects.read import ReadResult, ReadRow
from sop_engine.cases.seen.views import case_record
from sop_engine.cases.told.messages import CommandDone, CommandFailed
from tests.unit.cases.casework_samples import Played
from tests.unit.cases.lint_samples import found

SOP = """
title: {en: Order, zh: 订单}
reference: [number]
retention: 1 year
data:
  number: {type: text}
  client:
    type: record
    fields:
      name: {type: text, title: {en: Name, zh: 名称}}
      grade: {type: choice, of: [A, B], title: {en: Grade, zh: 等级}}
      discount: {type: decimal, title: {en: Discount, zh: 折扣}}
reads:
  client: {register: clients, key: number, fields: [name, grade, discount]}
states:
  waiting:
    task: {form: [number, {field: client, read_only: true}], outcomes: {done: {require: []}, again: {require: []}}}
    on:
      reads.client.found: [{when: "client.grade == 'A'", to: special}, {to: ordinary}]
      reads.client.missing: unknown
      waiting.done: ordinary
      waiting.again: {do: [{read: client}]}
  special: {task: {outcomes: {done: {require: []}}}, on: {special.done: end, reads.client: ordinary}}
  ordinary: {task: {outcomes: {done: {require: []}}}, on: {ordinary.done: end}}
  unknown: {task: {outcomes: {done: {require: []}}}, on: {unknown.done: end, reads.client: ordinary}}
  end: {final: ended}
"""
FILLED = "client is read from the register clients; nothing else fills it"
SEA = {"name": "Sea Trade", "grade": "A", "discount": "0.10"}


def asked(case: Played) -> list[ReadRow]:
    return [command for command in case.commands if isinstance(command, ReadRow)]


def answer(case: Played, values: dict[str, Any] | None, command: ReadRow | None = None, version: int = 1) -> None:
    known = version if values is not None else 0
    case.hear(CommandDone(command or asked(case)[-1], ReadResult(values=values, version=known)))


def opened(number: str | None = "C-1") -> Played:
    return Played(SOP, number=number)


def test_a_row_is_asked_for_once_and_told_to_the_chart() -> None:
    case = opened()
    (command,) = asked(case)
    assert (command.register_name, command.row, command.fields) == ("clients", "C-1", ("name", "grade", "discount"))
    assert command.facts.data == {}, "the activity needs none of the case's data"
    assert case.state.snapshot.data.get("client") is None
    answer(case, SEA)
    assert case.state.snapshot.configuration == ("special",)
    assert str(case.state.snapshot.data["client"]["discount"]) == "0.10"
    step = case.steps[-1]
    assert (step.kind, step.name, step.actor) == ("read", "reads.client.found", "system")
    assert [(each["field"], each["old"]) for each in step.changes] == [("client", None)]
    case.complete()
    assert asked(case) == [command]


def test_without_a_key_nothing_is_asked_and_a_new_key_asks_anew() -> None:
    case = opened(None)
    assert asked(case) == []
    case.act("amend", "dan", data={"number": "C-1"}, reason="known now")
    answer(case, SEA)
    assert case.state.snapshot.configuration == ("special",)
    case.act("amend", "dan", data={"number": "C-2"}, reason="another client")
    assert [command.row for command in asked(case)] == ["C-1", "C-2"]
    assert case.state.snapshot.data["client"] is None, "what was read is another row's"
    steps = len(case.steps)
    answer(case, SEA, asked(case)[0])
    assert len(case.steps) == steps, "a late answer about an earlier key is dropped"
    answer(case, {**SEA, "grade": "B"})
    assert case.state.snapshot.configuration == ("ordinary",)


def test_a_row_that_is_not_there_is_missing_and_no_record_of_nothings() -> None:
    case = opened()
    answer(case, None)
    assert (case.state.snapshot.configuration, case.state.snapshot.data["client"]) == (("unknown",), None)
    assert case.steps[-1].name == "reads.client.missing"


def test_what_says_the_same_changes_nothing_and_a_step_may_ask_again() -> None:
    case = opened()
    case.complete("again")
    assert [command.row for command in asked(case)] == ["C-1", "C-1"]
    answer(case, SEA)
    steps = len(case.steps)
    answer(case, {**SEA, "discount": "0.1"})
    assert len(case.steps) == steps


def test_an_answer_that_was_overtaken_changes_nothing() -> None:
    case = opened()
    case.complete("again")
    answer(case, {**SEA, "discount": "0.3"}, version=3)
    steps = len(case.steps)
    answer(case, SEA, version=2)
    answer(case, None)
    assert (len(case.steps), str(case.state.snapshot.data["client"]["discount"])) == (steps, "0.3")


def changed(case: Played, row: str = "C-1", register: str = "clients") -> None:
    case.hear(EventSignal(name=ROW_CHANGED, data={"register": register, "row": row}))


def test_news_of_the_row_asks_again_and_leaves_no_step() -> None:
    case = opened()
    answer(case, SEA)
    steps = len(case.steps)
    changed(case, "C-2")
    changed(case, register="others")
    assert len(asked(case)) == 1
    changed(case)
    assert (len(asked(case)), len(case.steps)) == (2, steps)
    assert case.state.snapshot.data["client"]["grade"] == "A", "what is known stands until the answer"
    answer(case, {**SEA, "grade": "B"}, version=2)
    assert case.state.snapshot.configuration == ("ordinary",)


def test_a_case_that_reads_nothing_refuses_such_news_as_before() -> None:
    case = Played("states: {a: {task: {outcomes: [done]}, on: {a.done: b}}, b: {final: ended}}")
    changed(case)
    assert (case.steps[-1].kind, case.steps[-1].name) == ("event_refused", ROW_CHANGED)


def test_a_case_is_found_by_the_row_that_it_reads() -> None:
    case = opened()
    assert ("reads.clients", "C-1") in case_record(case.procedure, case.state, "run").references


def test_a_held_case_knows_the_row_and_hears_of_it_when_it_goes_on() -> None:
    case = opened()
    case.act("hold", "dan", reason="wait")
    answer(case, SEA)
    assert case.state.snapshot.data["client"]["grade"] == "A"
    assert case.state.snapshot.configuration == ("waiting",)
    case.act("resume", "dan", reason="go on")
    assert case.state.snapshot.configuration == ("special",)


def test_a_read_that_fails_for_good_is_an_incident_and_can_be_asked_again() -> None:
    case = opened()
    case.hear(CommandFailed(asked(case)[-1], "no register"))
    (incident,) = case.state.incidents.values()
    assert "read client: no register" in incident.message
    case.act("resolve_incident", "dan", incident=incident.key, how="retry", reason="mended")
    assert len(asked(case)) == 2


def test_a_value_that_does_not_fit_any_more_is_left_out_and_said() -> None:
    case = opened()
    answer(case, {**SEA, "grade": "Z"})
    assert case.state.snapshot.data["client"]["grade"] is None
    assert "client.grade: 'Z' is not among the choices" in str(case.steps[-1].note)


def test_nobody_else_fills_what_is_read() -> None:
    with pytest.raises(InvalidInput, match="client: is read from the register clients"):
        Played(SOP, number="C-1", client={"name": "Nobody"})
    case = opened()
    with pytest.raises(InvalidInput, match="client: is read from the register clients"):
        case.act("amend", "dan", data={"client": {"name": "Nobody"}}, reason="no")


def errors(old: str, new: str) -> list[str]:
    assert old in SOP
    return [each.message for each in found(SOP.replace(old, new)) if each.severity == "error"]


def test_lint_knows_what_is_read() -> None:
    assert errors("retention: 1 year", "retention: 1 year") == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("key: number", "key: nummer", "unknown name nummer, did you mean number?"),
        ("key: number", "key: client.name", "its key reads client itself"),
        (
            "{field: client, read_only: true}",
            "client",
            "client is read from the register clients; nothing else fills it",
        ),
        ("{read: client}", "{read: clint}", "unknown read 'clint', did you mean client?"),
        ("{read: client}", "{set: {client: none}}", FILLED),
        (
            "reads.client.missing: unknown",
            "reads.clint.missing: unknown",
            "nothing reports the event 'reads.clint.missing'",
        ),
    ],
)
def test_lint_names_what_cannot_be_read(old: str, new: str, said: str) -> None:
    assert any(said in message for message in errors(old, new)), errors(old, new)


def test_nobody_decides_by_what_was_read_too_long_ago() -> None:
    case = Played(SOP.replace("discount]}", "discount], fresh: 1 working day}"), number="C-1")
    answer(case, {**SEA, "grade": "B"})
    case.pass_time(days=8)
    with pytest.raises(Stale, match=r"client: was read at .*read within 1 working day"):
        case.complete()
    case.hear(EventSignal(name=ROW_CHANGED, data={"reads": ["client", "nothing"]}))
    answer(case, {**SEA, "grade": "B"})
    assert len(asked(case)) == 2
    assert len(case.journal("read")) == 1, "what is known already makes no step"
    case.complete()
    assert case.state.outcome == "ended"


def test_how_old_a_read_may_be_is_a_length_of_time() -> None:
    assert found(SOP.replace("discount]}", "discount], fresh: soon}")) != found(SOP)
