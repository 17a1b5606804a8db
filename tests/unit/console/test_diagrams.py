"""What is marked of a case on a diagram, and what is refused."""

import asyncio
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from sop_engine.basis.faults import InvalidInput, NotFound
from sop_engine.cases.contracts.reading import Timeline, TimelineInput
from sop_engine.cases.contracts.views import StepView
from sop_engine.cases.diagrams.model import Marks
from sop_engine.cases.diagrams.subject import Subject
from sop_engine.console.context import Session
from sop_engine.console.diagrams import Form, drawn, marks_of_case
from tests.unit.content.content_house import compiled

ENTERED = [("registered",), ("classified",), (), ("registered",)]
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


class Cases:
    """Stands in for the gateway: one Complaint, whose journal comes in pages of one step."""

    def __init__(self, *, is_forgotten: bool = False) -> None:
        self.pages: list[int | None] = []
        self.said: list[str] = []
        self.is_forgotten = is_forgotten

    def say(self, text: str) -> None:
        self.said.append(text)

    async def gateway(self) -> "Cases":
        return self

    async def case(self, case_id: str) -> Any:
        if self.is_forgotten:
            raise NotFound(f"There is no case {case_id}")
        return SimpleNamespace(case_id=case_id, sop="Complaint", version=1, states=("registered",))

    async def read(self, question: str, given: Any, answer: Any) -> Any:
        if question == "read_case_record":
            return SimpleNamespace(case=SimpleNamespace(sop="Complaint", version=1, states=("closed",)))
        assert (question, answer, type(given)) == ("read_timeline", Timeline, TimelineInput)
        self.pages.append(given.before)
        last = (given.before or len(ENTERED) + 1) - 1
        step = StepView(step=last, at=NOW, happened_at=None, actor="x", kind="act", name="x", entered=ENTERED[last - 1])
        return Timeline(case_id=given.case_id, steps=(step,), more=last > 1)


def marks(cases: Cases, sop: str = "Complaint", form: Form = "svg") -> Marks:
    return asyncio.run(marks_of_case(cast(Session, cases), compiled(sop).definition, "CMP-1", form))


def test_the_whole_journal_is_counted() -> None:
    cases = Cases()
    found = marks(cases)
    assert cases.pages == [None, 4, 3, 2]
    assert cases.said == [f"CMP-1 runs on version 1; version {compiled('Complaint').definition.version} is drawn"]
    assert found == Marks(frozenset({"registered"}), (("classified", 1), ("registered", 2)))
    text = drawn(Subject(compiled("Complaint")), "mermaid", "en", found)
    assert 'state "Registered ×2"' in text
    assert "class s1 active" in text
    assert ">×2</text>" in drawn(Subject(compiled("Complaint")), "svg", "en", found)


def test_a_case_that_temporal_has_forgotten_is_drawn_from_the_records() -> None:
    assert marks(Cases(is_forgotten=True)).live == {"closed"}


def test_a_case_of_another_sop_and_a_form_without_marks_are_refused() -> None:
    with pytest.raises(InvalidInput, match="CMP-1 is a case of Complaint"):
        marks(Cases(), "Booking")
    with pytest.raises(InvalidInput, match="BPMN has no marks"):
        marks(Cases(), form="bpmn")


def test_what_the_whole_sop_hears_leads_somewhere_in_mermaid() -> None:
    lines = drawn(Subject(compiled("Complaint")), "mermaid", "en", Marks()).splitlines()
    withdrawn = next(line.split()[-1] for line in lines if 'state "Withdrawn"' in line)
    assert any(f"--> {withdrawn} : complainant.withdrew" in line for line in lines)
