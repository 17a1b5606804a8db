"""Values that one case alone may have: asked for when the case has one, told to the chart, given up for another."""

import pytest

from sop_engine.cases.running.effects.unique import TakeValue, UniqueResult
from sop_engine.cases.told.messages import CommandDone
from tests.unit.cases.casework_samples import Played
from tests.unit.cases.lint_samples import found

SOP = """
title: {en: Voucher, zh: 凭证}
reference: [number]
retention: 1 year
data: {supplier: {type: text}, number: {type: text}}
unique:
  voucher: {value: "supplier ~ ' ' ~ number if supplier and number else none"}
states:
  checking:
    task: {form: [supplier, number], outcomes: {done: {require: []}, again: {require: []}}}
    on:
      unique.voucher.taken: doubled
      checking.done: booked
      checking.again: {do: [{unique: voucher}]}
  doubled: {task: {outcomes: {done: {require: []}}}, on: {doubled.done: booked, unique.voucher.held: checking}}
  booked: {final: booked}
"""


def asked(case: Played) -> list[TakeValue]:
    return [command for command in case.commands if isinstance(command, TakeValue)]


def answer(case: Played, holder: str, command: TakeValue | None = None) -> None:
    case.hear(CommandDone(command or asked(case)[-1], UniqueResult(holder=holder)))


def test_a_value_is_asked_for_once_and_the_chart_hears_who_has_it() -> None:
    case = Played(SOP, supplier="Sea", number="V-1")
    (command,) = asked(case)
    assert (command.name, command.value, command.gives_up, command.facts.data) == ("voucher", "Sea V-1", None, {})
    answer(case, "CASE-1")
    assert case.state.snapshot.configuration == ("checking",)
    step = case.steps[-1]
    assert (step.kind, step.name, step.data["value"]) == ("unique", "unique.voucher.held", "Sea V-1")
    case.complete("again")
    answer(case, "CASE-9")
    assert case.state.snapshot.configuration == ("doubled",)
    assert case.steps[-1].data["holder"] == "CASE-9"


def test_another_value_gives_the_first_up_and_a_late_answer_is_dropped() -> None:
    case = Played(SOP, supplier="Sea", number=None)
    assert asked(case) == []
    case.act("amend", "dan", data={"number": "V-1"}, reason="r")
    case.act("amend", "dan", data={"number": "V-2"}, reason="r")
    first, second = asked(case)
    assert (second.value, second.gives_up) == ("Sea V-2", "Sea V-1")
    steps = len(case.steps)
    answer(case, "CASE-9", first)
    assert len(case.steps) == steps
    case.act("amend", "dan", data={"number": None}, reason="r")
    assert (asked(case)[-1].value, asked(case)[-1].gives_up) == (None, "Sea V-2")


def errors(old: str = "", new: str = "") -> list[str]:
    assert old in SOP
    return [each.message for each in found(SOP.replace(old, new) if old else SOP) if each.severity == "error"]


def test_lint_knows_the_events() -> None:
    assert errors() == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("unique.voucher.taken: doubled", "unique.voucher.held: doubled", "no transition takes unique.voucher.taken"),
        ("{unique: voucher}", "{unique: vouchers}", "unknown unique value 'vouchers', did you mean voucher?"),
        ("supplier ~ ' '", "suplier ~ ' '", "unknown name suplier, did you mean supplier?"),
        ("unique.voucher.held: checking", "unique.voucher.hold: checking", "nothing reports the event"),
    ],
)
def test_lint_names_what_leads_nowhere(old: str, new: str, said: str) -> None:
    assert any(said in message for message in errors(old, new)), errors(old, new)
