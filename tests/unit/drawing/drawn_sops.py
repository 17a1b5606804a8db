"""The shipped SOPs laid out, once for all tests of a run."""

from functools import cache

from sop_engine.cases.diagrams.building import diagram_of
from sop_engine.cases.diagrams.model import Diagram
from sop_engine.drawing.drawing import charts_of
from sop_engine.drawing.placed import Placed
from tests.unit.content.content_house import compiled, shipped

SOPS = tuple(sorted(shipped().sops))
LANGUAGES = ("en", "zh")


@cache
def diagram(sop: str) -> Diagram:
    return diagram_of(compiled(sop))


@cache
def charts(sop: str, language: str) -> dict[str, Placed]:
    return charts_of(diagram(sop), language)
