"""The shipped SOPs laid out, once for all tests of a run."""

from functools import cache

from sop_engine.cases.diagrams.building import diagram_of
from sop_engine.cases.diagrams.model import Diagram
from sop_engine.cases.diagrams.subject import Subject
from sop_engine.drawing.drawing import charts_of
from sop_engine.drawing.placed import Placed
from tests.unit.content.content_house import compiled, shipped

SOPS = tuple(sorted(shipped().sops))
LANGUAGES = ("en", "zh")


@cache
def diagram(sop: str) -> Diagram:
    library = shipped()
    sops = {name: found.definition for name, found in library.sops.items()}
    roles = {name: role.title for name, role in library.organization.roles.items()}
    return diagram_of(Subject(compiled(sop), sops, roles))


@cache
def charts(sop: str, language: str) -> dict[str, Placed]:
    return charts_of(diagram(sop), language)
