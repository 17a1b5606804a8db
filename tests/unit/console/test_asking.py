"""What `sop task complete` asks at a terminal: one question after the other, in the order of the form."""

from typing import Any

import pytest
import typer

from sop_engine.basis.faults import InvalidInput
from sop_engine.cases.contracts.acts import CompleteTaskInput
from sop_engine.console.asking import ask
from tests.unit.cases.casework_samples import Played

FORM = """
data:
  damaged: {type: boolean}
  note: {type: text}
  pieces: {type: integer}
states:
  receiving:
    task:
      form:
        - {field: damaged, required: true}
        - {field: note, required: true, when: damaged}
        - {field: pieces, required: true}
      checklist: [counted]
    on: {receiving.done: end}
  end: {final: true}
"""


def asked(case: Played, monkeypatch: pytest.MonkeyPatch, **answers: Any) -> list[str]:
    """The questions, answered until the task is complete."""
    questions: list[str] = []

    def answer(question: str, **_: Any) -> Any:
        questions.append(question)
        return answers[question.split(maxsplit=1)[0]]

    monkeypatch.setattr(typer, "prompt", answer)
    monkeypatch.setattr(typer, "confirm", answer)
    act: CompleteTaskInput | None = CompleteTaskInput(actor="ann", task="receiving#1", outcome="done")
    while act is not None:
        try:
            case.act("complete_task", **act.model_dump())
        except InvalidInput as error:
            act = ask(act, error.faults)
        else:
            return questions
    return [*questions, "given up"]


def test_an_answer_decides_what_is_asked_next(monkeypatch: pytest.MonkeyPatch) -> None:
    case = Played(FORM)
    told = asked(case, monkeypatch, damaged="yes", note="torn", pieces="3", counted=True)
    assert told == ["damaged (yes or no)", "note (text)", "pieces (a whole number)", "counted — counted counted"]
    assert (case.data["note"], case.data["pieces"], case.state.is_closed) == ("torn", 3, True)


def test_what_is_not_asked_for_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    told = asked(Played(FORM), monkeypatch, damaged="no", pieces="3", counted=True)
    assert [question.split()[0] for question in told] == ["damaged", "pieces", "counted"]


def test_a_wrong_answer_is_told_and_not_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    assert asked(Played(FORM), monkeypatch, damaged="perhaps") == ["damaged (yes or no)", "given up"]


def test_what_is_not_ticked_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    told = asked(Played(FORM), monkeypatch, damaged="no", pieces="3", counted=False)
    assert told[-2:] == ["counted — counted counted", "given up"]
