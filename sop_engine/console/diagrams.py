"""The forms in which `sop definition diagram` draws an SOP, and what it marks of a case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from sop_engine.basis.faults import Fault, InvalidInput, NotFound
from sop_engine.cases.contracts.publishing import CaseRecord
from sop_engine.cases.contracts.reading import CaseInput, RecordedCase, Timeline, TimelineInput
from sop_engine.cases.contracts.views import CaseView
from sop_engine.cases.written.definition import SopDefinition
from sop_engine.console.context import Language, Session

if TYPE_CHECKING:
    from sop_engine.cases.diagrams.model import Marks
    from sop_engine.cases.diagrams.subject import Subject
    from sop_engine.cases.written.procedure import Procedure

Form = Literal["mermaid", "svg", "bpmn"]
_PAGE = 1_000


def drawn(subject: Subject, form: Form, language: Language, marks: Marks) -> str:
    """The text of a diagram; BPMN has no marks."""
    from sop_engine.cases.diagrams.building import diagram_of

    if form == "mermaid":
        return _mermaid(subject.procedure, language, marks)
    from sop_engine.drawing.bpmn_files import written
    from sop_engine.drawing.drawing import charts_of
    from sop_engine.drawing.svg import svg

    diagram = diagram_of(subject)
    charts = charts_of(diagram, language)
    return written(diagram, charts, language) if form == "bpmn" else svg(diagram, charts, language, marks)


async def marks_of_case(session: Session, definition: SopDefinition, case_id: str, form: Form) -> Marks:
    """Where a case is, and by its journal how often it came into each state.

    Raises `InvalidInput` for a form that has no marks and for a case of another SOP, `NotFound` for no case.
    """
    from sop_engine.cases.diagrams.visits import marks_of

    if form == "bpmn":
        fault = Fault(where="--case", what="BPMN has no marks for where a case is", allowed="--format mermaid, svg")
        raise InvalidInput("The case cannot be drawn", [fault])
    gateway = await session.gateway()
    case: CaseView | CaseRecord
    try:
        case = await gateway.case(case_id)
    except NotFound:  # Temporal forgets a case some time after its end; the records do not
        case = (await gateway.read("read_case_record", CaseInput(case_id=case_id), RecordedCase)).case
    if case.sop != definition.sop:
        fault = Fault(where="--case", what=f"{case_id} is a case of {case.sop}", allowed=f"a case of {definition.sop}")
        raise InvalidInput("The case cannot be drawn", [fault])
    if case.version != definition.version:
        session.say(f"{case_id} runs on version {case.version}; version {definition.version} is drawn")
    entered: list[tuple[str, ...]] = []
    before: int | None = None
    while True:
        question = TimelineInput(case_id=case_id, before=before, limit=_PAGE)
        page = await gateway.read("read_timeline", question, Timeline)
        entered += (step.entered for step in page.steps if not step.superseded)
        if not page.more:
            return marks_of(case.states, entered)
        before = page.steps[0].step


def _mermaid(procedure: Procedure, language: Language, marks: Marks) -> str:
    from sop_engine.statechart.diagram import mermaid

    titles = {}
    for name, shape in procedure.shapes.items():
        visits = marks.visits_of(name)
        titles[name] = shape.title.text(language) + (f" ×{visits}" if visits else "")
    return mermaid(procedure.chart, language=language, active=marks.live, titles=titles)
