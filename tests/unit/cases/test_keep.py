"""`keep`: what lint says of it, what the case asks for, and what it asks again after a failure."""

import pytest

from sop_engine.cases.running.effects.keep import KeepRow
from tests.unit.cases.casework_samples import Played
from tests.unit.cases.lint_samples import found
from tests.unit.cases.register_samples import clients

SOP = """
title: {en: Grading, zh: 评级}
reference: [name]
retention: 1 year
data:
  name: {type: text}
  number: {type: text, required: true}
  grade: {type: choice, of: [A, B]}
  share: {type: decimal}
  why: {type: text}
states:
  grading:
    task:
      form: [grade, share, why]
      outcomes: {done: {require: []}}
    on:
      grading.done: {to: graded, do: [KEEP]}
  graded: {final: graded}
"""
PLAIN = "{keep: clients, with: {client_no: number, grade: grade, discount: share}, reason: why}"


def kept(keep: str) -> str:
    return SOP.replace("KEEP", keep)


def told(keep: str) -> set[str]:
    """What is found in the effect alone."""
    known = {"clients": clients()}
    return {each.message for each in found(kept(keep), registers=known)} - {
        each.message for each in found(kept("{set: {name: why}}"), registers=known)
    }


def test_lint_finds_nothing_in_a_row_that_fits() -> None:
    assert told(PLAIN) == set()
    assert found(kept("{keep: anything, with: {a: number}}"), registers=None) == found(kept(PLAIN), registers=None)


@pytest.mark.parametrize(
    ("keep", "said"),
    [
        ("{keep: client, with: {client_no: number, grade: grade}}", "unknown register 'client', did you mean clients?"),
        ("{keep: clients, with: {grade: grade}}", "names no client_no, by which rows of clients are known"),
        (
            "{keep: clients, with: {client_no: number, graed: grade}}",
            "clients has no field 'graed', did you mean grade?",
        ),
        ("{keep: clients, with: {client_no: number, grade: share}}", "clients.grade is choice, the value decimal"),
        (
            "{keep: clients, with: {client_no: number}}",
            "keeps the key and nothing else: no field of the row would change",
        ),
        (
            "{keep: clients, with: {client_no: number, grade: grade}, reason: share}",
            "gives decimal, not text (in: share)",
        ),
        (
            "{keep: clients, with: {client_no: number, grade: grade}, because: why}",
            "unknown key 'because' (allowed: reason, with, undo)",
        ),
    ],
)
def test_lint_names_what_no_row_takes(keep: str, said: str) -> None:
    assert said in told(keep)


def test_a_step_asks_for_one_row_and_leaves_out_what_is_not_filled() -> None:
    case = Played(kept(PLAIN), number="C-1", name="Sea Trade")
    case.complete("done", grade="A", why="paid in time")
    (command,) = (command for command in case.commands if isinstance(command, KeepRow))
    assert (command.register_name, command.values) == ("clients", {"client_no": "C-1", "grade": "A"})
    assert (command.why, command.by, command.of_case) == ("paid in time", "ann", "CASE-1")


def test_without_a_reason_the_title_of_the_case_is_one() -> None:
    case = Played(kept(PLAIN.replace(", reason: why", "")), number="C-1")
    case.complete("done", share="0.5")
    (command,) = (command for command in case.commands if isinstance(command, KeepRow))
    assert command.values == {"client_no": "C-1", "discount": "0.5"}
    assert "Grading" in command.why
