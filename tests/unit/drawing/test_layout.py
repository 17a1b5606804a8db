"""Every picture of a shipped SOP can be read: nothing lies on anything else, and no text leaves its place."""

import json
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import typst

from sop_engine.drawing.placed import Frame, Placed, Point
from sop_engine.drawing.texts import width, wrapped
from tests.unit.drawing.drawn_sops import LANGUAGES, SOPS, charts

ACTIVITIES = ("user", "service", "call", "box", "plain")
DRAWN = [(sop, language) for sop in SOPS for language in LANGUAGES]
drawn = pytest.mark.parametrize(("sop", "language"), DRAWN)


@drawn
def test_no_text_of_an_activity_leaves_its_box(sop: str, language: str) -> None:
    for chart in charts(sop, language).values():
        for shape in chart.shapes:
            if shape.node.kind in (*ACTIVITIES, "aside"):
                outside = [label.lines for label in shape.labels if not within(label.frame, shape.frame)]
                assert not outside


@drawn
def test_nothing_lies_on_anything_else(sop: str, language: str) -> None:
    for chart in charts(sop, language).values():
        page = Frame(0, 0, chart.width, chart.height)
        assert not [name for name, frame in placed(chart) if not within(frame, page)]
        assert not [
            (one, other) for (one, first), (other, second) in combinations(placed(chart), 2) if meet(first, second)
        ]


@drawn
def test_no_line_runs_through_a_symbol_or_a_text(sop: str, language: str) -> None:
    for chart in charts(sop, language).values():
        crossed = [
            (line.flow.id, name)
            for line in chart.lines
            for start, end in zip(line.points, line.points[1:], strict=False)
            for name, frame in placed(chart)
            if name not in (line.flow.source, line.flow.target) and meet(stretch(start, end), frame)
        ]
        assert not crossed


@drawn
def test_lines_run_level_or_upright_from_symbol_to_symbol(sop: str, language: str) -> None:
    for chart in charts(sop, language).values():
        frames = {shape.node.id: shape.frame for shape in chart.shapes}
        for line in chart.lines:
            assert on_edge(line.points[0], frames[line.flow.source])
            assert on_edge(line.points[-1], frames[line.flow.target])
            pairs = zip(line.points, line.points[1:], strict=False)
            assert all(start[0] == end[0] or start[1] == end[1] for start, end in pairs)


def test_texts_are_no_wider_than_they_are_taken_for(tmp_path: Path) -> None:
    """Measured with the fonts that typesetting really uses."""
    lines = sorted(
        {
            line
            for sop, language in DRAWN
            for chart in charts(sop, language).values()
            for label in chart.labels()
            for line in label.lines
        }
    )
    (tmp_path / "lines.json").write_text(json.dumps(lines), encoding="utf-8")
    source = tmp_path / "measure.typ"
    source.write_text(
        '#set text(font: "Noto Sans SC", size: 12pt)\n'
        '#context [#metadata(json("lines.json").map(line => measure(text(line)).width.pt())) <widths>]\n',
        encoding="utf-8",
    )
    import pylopdf_fonts_zh_cn

    fonts = str(Path(pylopdf_fonts_zh_cn.__file__).parent)
    query: Any = typst.query
    found = json.loads(query(source, "<widths>", field="value", one=True, root=tmp_path, font_paths=[fonts]))
    assert len(found) == len(lines) > 500
    assert not [
        (line, wide, width(line, 12)) for line, wide in zip(lines, found, strict=True) if wide > width(line, 12)
    ]


@pytest.mark.parametrize(
    "text", ["one two three", "a_very_long_name_without_a_blank | first", "投诉人接受方案，并要求赔偿。", "x" * 90, ""]
)
def test_a_text_breaks_into_lines_that_fit_and_loses_nothing(text: str) -> None:
    lines = wrapped(text, 60)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(width(line) <= 60 for line in lines)


def placed(chart: Placed) -> Iterator[tuple[str, Frame]]:
    """Everything that must stand apart: symbols but for those on an edge or in an aside, and texts beside them."""
    asides = [shape.frame for shape in chart.shapes if shape.node.kind == "aside"]
    for shape in chart.shapes:
        if shape.node.kind != "boundary" and not any(within(shape.frame, aside) for aside in asides):
            yield shape.node.id, shape.frame
        if shape.node.kind not in (*ACTIVITIES, "aside"):
            for label in shape.labels:
                if not any(within(label.frame, aside) for aside in asides):
                    yield f"text {label.lines}", label.frame
    for line in chart.lines:
        if line.label is not None:
            yield f"text {line.label.lines}", line.label.frame
    for note in chart.notes:
        yield f"text {note.label.lines}", note.label.frame


def within(inner: Frame, outer: Frame) -> bool:
    return outer.x <= inner.x and outer.y <= inner.y and inner.right <= outer.right and inner.bottom <= outer.bottom


def meet(one: Frame, other: Frame) -> bool:
    return one.x < other.right and other.x < one.right and one.y < other.bottom and other.y < one.bottom


def stretch(start: Point, end: Point) -> Frame:
    return Frame(min(start[0], end[0]), min(start[1], end[1]), abs(start[0] - end[0]), abs(start[1] - end[1]))


def on_edge(point: Point, frame: Frame) -> bool:
    x, y = point
    across, down = frame.x - 0.1 <= x <= frame.right + 0.1, frame.y - 0.1 <= y <= frame.bottom + 0.1
    level = min(abs(x - frame.x), abs(x - frame.right), abs(y - frame.y), abs(y - frame.bottom))
    return across and down and level < 0.1
