"""A diagram as one SVG: its charts one below another, each under its title. Needs no browser, and no font of ours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from xml.sax.saxutils import escape

from sop_engine.cases.diagrams.model import Diagram, Marks, Node, Scope
from sop_engine.drawing.placed import Frame, Label, Note, Placed, Point, Shape
from sop_engine.drawing.symbols import outline, symbol
from sop_engine.drawing.texts import LEADING

_INK, _FAINT, _LINE = "#1f2937", "#6b7280", "#64748b"
_FONTS = "'Noto Sans SC','Source Han Sans SC','Microsoft YaHei','PingFang SC',Helvetica,Arial,sans-serif"
_HEADING = 40.0


def svg(diagram: Diagram, charts: Mapping[str, Placed], language: str, marks: Marks | None = None) -> str:
    """The whole picture; `charts` are its scopes laid out, by their ids. `marks` show where a case is and was."""
    scopes = list(diagram.scope.every_scope())
    wide = max(charts[scope.id].width for scope in scopes)
    parts: list[str] = []
    y = 0.0
    for scope in scopes:
        parts += _chart(scope, charts[scope.id], language, marks or Marks(), y)
        y += _HEADING + charts[scope.id].height
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide:.0f}" height="{y:.0f}" viewBox="0 0 {wide:.0f} {y:.0f}" '
        f'font-family="{_FONTS}" fill="{_INK}" lang="{language}">'
    )
    title = f"<title>{escape(diagram.sop)} {escape(diagram.scope.title.text(language))}</title>"
    arrow = (
        f'<defs><marker id="arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" '
        f'orient="auto-start-reverse"><path d="M0 1 9 5 0 9z" fill="{_LINE}"/></marker></defs>'
    )
    ground = f'<rect width="{wide:.0f}" height="{y:.0f}" fill="#fff"/>'
    return "\n".join([head, title, arrow, ground, *parts, "</svg>"]) + "\n"


def _chart(scope: Scope, placed: Placed, language: str, marks: Marks, y: float) -> Iterator[str]:
    yield f'<g id="{escape(scope.id)}" transform="translate(0 {y:.0f})">'
    yield f'<text x="24" y="28" font-size="16" font-weight="600">{escape(scope.title.text(language))}</text>'
    yield f'<g transform="translate(0 {_HEADING:.0f})">'
    # What an aside holds is drawn over its box.
    for shape in placed.shapes:
        if shape.node.kind == "aside":
            yield from _shape(shape, marks)
    for line in placed.lines:
        path = _rounded(line.points)
        yield f'<path d="{path}" fill="none" stroke="{_LINE}" stroke-width="1.2" marker-end="url(#arrow)"/>'
    for shape in placed.shapes:
        if shape.node.kind != "aside":
            yield from _shape(shape, marks)
    for note in placed.notes:
        yield from _note(note)
    for line in placed.lines:
        if line.label is not None:
            yield _text(line.label)
    yield "</g></g>"


def _shape(shape: Shape, marks: Marks) -> Iterator[str]:
    node = shape.node
    is_live = node.state is not None and node.state in marks.live
    yield outline(node, shape.frame, is_live=is_live)
    yield from symbol(node, shape.frame)
    for label in shape.labels:
        yield _text(label)
    visits = marks.visits_of(node.state)
    if visits:
        yield _badge(node, shape.frame, visits)


def _badge(node: Node, frame: Frame, visits: int) -> str:
    told = f"×{visits}"
    wide = 12.0 + 7 * len(str(visits))
    x, y = frame.right - wide / 2, frame.y - 8
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="16" rx="8" fill="#334155"/>'
        f'<text x="{x + wide / 2:.1f}" y="{y + 12:.1f}" font-size="10" fill="#fff" text-anchor="middle">{told}</text>'
    )


def _rounded(points: tuple[Point, ...], radius: float = 5.0) -> str:
    """A path through the points with its corners rounded."""
    told = [f"M{points[0][0]:.1f} {points[0][1]:.1f}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        near, far = _towards(corner, before, radius), _towards(corner, after, radius)
        told.append(f"L{near[0]:.1f} {near[1]:.1f}Q{corner[0]:.1f} {corner[1]:.1f} {far[0]:.1f} {far[1]:.1f}")
    return "".join([*told, f"L{points[-1][0]:.1f} {points[-1][1]:.1f}"])


def _towards(start: Point, end: Point, radius: float) -> Point:
    across, down = end[0] - start[0], end[1] - start[1]
    distance = abs(across) + abs(down)
    share = min(radius, distance / 2) / distance if distance else 0.0
    return start[0] + across * share, start[1] + down * share


def _note(note: Note) -> Iterator[str]:
    frame = note.label.frame
    if note.about is not None:
        (x1, y1), (x2, y2) = note.line
        yield f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" stroke="{_FAINT}" stroke-dasharray="2 3" fill="none"/>'
    yield f'<path d="M{frame.x - 2:.1f} {frame.y:.1f}h-4v{frame.height:.1f}h4" stroke="{_FAINT}" fill="none"/>'
    yield _text(note.label)


def _text(label: Label) -> str:
    frame, step = label.frame, label.size * LEADING
    x, anchor = (frame.middle[0], ' text-anchor="middle"') if label.is_centred else (frame.x, "")
    colour = f' fill="{_FAINT}"' if label.is_faint else ""
    lines = "".join(
        f'<tspan x="{x:.1f}" y="{frame.y + label.size + index * step:.1f}">{escape(line)}</tspan>'
        for index, line in enumerate(label.lines)
    )
    return f'<text font-size="{label.size:g}"{anchor}{colour}>{lines}</text>'
