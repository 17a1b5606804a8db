"""The picture itself: well-formed, whole, and marked where a case is."""

from xml.etree import ElementTree

import pytest

from sop_engine.cases.diagrams.model import Marks
from sop_engine.drawing.svg import svg
from sop_engine.drawing.symbols import LIVE
from tests.unit.drawing.drawn_sops import LANGUAGES, SOPS, charts, diagram

SVG = "{http://www.w3.org/2000/svg}"


def picture(sop: str, language: str, marks: Marks | None = None) -> ElementTree.Element:
    return ElementTree.fromstring(svg(diagram(sop), charts(sop, language), language, marks))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("sop", SOPS)
def test_it_is_well_formed_and_holds_every_chart_line_and_text(sop: str, language: str) -> None:
    root = picture(sop, language)
    groups = {group.get("id"): group for group in root.iter(f"{SVG}g") if group.get("id")}
    for scope in diagram(sop).scope.every_scope():
        chart = charts(sop, language)[scope.id]
        group = groups[scope.id]
        lines = [path for path in group.iter(f"{SVG}path") if path.get("marker-end")]
        assert len(lines) == len(chart.lines)
        told = [span.text for span in group.iter(f"{SVG}tspan")]
        assert sorted(map(str, told)) == sorted(line for label in chart.labels() for line in label.lines)


def test_the_live_states_are_marked_and_the_visits_counted() -> None:
    marks = Marks(frozenset({"investigating"}), (("investigating", 3), ("registered", 1)))
    root = picture("Complaint", "en", marks)
    assert len([each for each in root.iter() if each.get("fill") == LIVE]) == 1
    assert sorted(str(text.text) for text in root.iter(f"{SVG}text") if str(text.text).startswith("×")) == ["×1", "×3"]
    plain = picture("Complaint", "en")
    assert not [each for each in plain.iter() if each.get("fill") == LIVE]
