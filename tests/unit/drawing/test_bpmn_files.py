"""Every shipped SOP as BPMN 2.0: another engine's parser reads it, and every part of it is drawn."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest
from bpmn_io import check
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser, BpmnValidator

from sop_engine.drawing.bpmn_files import written
from tests.unit.drawing.drawn_sops import LANGUAGES, SOPS, charts, diagram

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DRAWN = [(sop, language) for sop in SOPS for language in LANGUAGES]
drawn = pytest.mark.parametrize(("sop", "language"), DRAWN)
NODES = ("Event", "Task", "task", "Gateway", "callActivity", "subProcess")


def test_another_engine_reads_all_of_them(tmp_path: Path) -> None:
    """All files together, for call activities name other files; and executable, for engines take no others. A language
    changes names alone, which no engine reads.
    """
    language = LANGUAGES[0]
    for sop in SOPS:
        text = written(diagram(sop), charts(sop, language), language, is_executable=True)
        (tmp_path / f"{sop}.bpmn").write_text(text, encoding="utf-8")
    parser = BpmnParser(validator=BpmnValidator())
    parser.add_bpmn_files([str(path) for path in sorted(tmp_path.iterdir())])
    for sop in SOPS:
        assert parser.get_spec(sop).name == sop


@drawn
def test_every_node_and_flow_is_drawn_once(sop: str, language: str) -> None:
    root = parsed(sop, language)
    shapes = about(root, "BPMNShape")
    edges = about(root, "BPMNEdge")
    nodes = {str(each.get("id")) for each in elements(root) if name(each).endswith(NODES)}
    flows = {str(each.get("id")) for each in elements(root) if name(each) == "sequenceFlow"}
    notes = {str(each.get("id")) for each in elements(root) if name(each) == "textAnnotation"}
    assert len(shapes) == len(set(shapes))
    assert set(shapes) == nodes | notes
    assert len(edges) == len(set(edges))
    assert flows <= set(edges)


@drawn
def test_it_is_sound_and_says_that_it_only_shows(sop: str, language: str) -> None:
    text = shown(sop, language)
    report = check(text)
    assert report.ok, report.errors
    assert not report.warnings
    root = ElementTree.fromstring(text)
    assert [process.get("isExecutable") for process in root.iter(f"{BPMN}process")] == ["false"]


@drawn
def test_every_flow_out_of_a_parting_gateway_has_a_condition_or_is_the_default(sop: str, language: str) -> None:
    root = parsed(sop, language)
    leaving: dict[str, list[ElementTree.Element]] = {}
    for flow in root.iter(f"{BPMN}sequenceFlow"):
        leaving.setdefault(str(flow.get("sourceRef")), []).append(flow)
    for gateway in root.iter(f"{BPMN}exclusiveGateway"):
        flows = leaving[str(gateway.get("id"))]
        if len(flows) > 1:
            bare = [flow.get("id") for flow in flows if flow.find(f"{BPMN}conditionExpression") is None]
            assert bare in ([], [gateway.get("default")])


def parsed(sop: str, language: str) -> ElementTree.Element:
    return ElementTree.fromstring(shown(sop, language))


@cache
def shown(sop: str, language: str) -> str:
    return written(diagram(sop), charts(sop, language), language)


def about(root: ElementTree.Element, kind: str) -> list[str]:
    found = root.iter(f"{DI}{kind}")
    return [str(each.get("bpmnElement")) for each in found]


def elements(root: ElementTree.Element) -> Iterator[ElementTree.Element]:
    return (each for each in root.iter() if each.tag.startswith(BPMN))


def name(element: ElementTree.Element) -> str:
    return element.tag.removeprefix(BPMN)
