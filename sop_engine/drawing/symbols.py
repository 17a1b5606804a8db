"""The symbols of BPMN as SVG, in few colours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sop_engine.cases.diagrams.model import Node
from sop_engine.drawing.placed import Frame

LIVE, _LIVE_EDGE = "#fde68a", "#b45309"
_LINE = "#475569"
_FILLS: Mapping[str, str] = {
    "user": "#eff6ff",
    "service": "#f8fafc",
    "call": "#f0fdf4",
    "box": "#ffffff",
    "aside": "#ffffff",
    "plain": "#f8fafc",
}
_STROKES: Mapping[str, str] = {"user": "#3b82f6", "call": "#15803d"}


def outline(node: Node, frame: Frame, *, is_live: bool = False) -> str:
    """The shape of a node; one where a case is stands out."""
    fill, stroke = (LIVE, _LIVE_EDGE) if is_live else ("", "")
    x, y, wide, tall = frame.x, frame.y, frame.width, frame.height
    middle, level = frame.middle
    edge = stroke or _STROKES.get(node.kind, _LINE)
    if node.kind in _FILLS:
        thick = 2.5 if stroke or node.kind == "call" else 1.4
        dots = ' stroke-dasharray="2 3"' if node.kind == "aside" else ""
        return (
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{tall:.1f}" rx="8" '
            f'fill="{fill or _FILLS[node.kind]}" stroke="{edge}" stroke-width="{thick}"{dots}/>'
        )
    if node.kind in ("exclusive", "parallel", "event_based"):
        return (
            f'<path d="M{middle:.1f} {y:.1f}L{frame.right:.1f} {level:.1f} {middle:.1f} {frame.bottom:.1f} '
            f'{x:.1f} {level:.1f}z" fill="{fill or "#fff"}" stroke="{edge}" stroke-width="1.4"/>'
        )
    thick = 3 if node.kind == "end" else 1.4
    dashed = ' stroke-dasharray="4 2"' if not node.interrupts else ""
    circle = (
        f'<circle cx="{middle:.1f}" cy="{level:.1f}" r="{wide / 2 - 1:.1f}" fill="{fill or "#fff"}" '
        f'stroke="{edge}" stroke-width="{thick}"{dashed}/>'
    )
    if node.kind in ("catch", "boundary"):
        inner = (
            f'<circle cx="{middle:.1f}" cy="{level:.1f}" r="{wide / 2 - 4:.1f}" fill="none" stroke="{edge}"{dashed}/>'
        )
        return circle + inner
    return circle


def symbol(node: Node, frame: Frame) -> Iterator[str]:
    """What stands inside of a shape."""
    if node.kind in _CORNERS:
        yield _mark(_CORNERS[node.kind], frame.x, frame.y)
    if node.kind == "box":
        yield _mark(_PLUS, frame.right, frame.y)
    if node.is_many:
        yield _mark(_BARS, frame.right, frame.y)
    if node.kind in _MIDDLES:
        yield _mark(_MIDDLES[node.kind], *frame.middle)
    if node.event in _EVENTS:
        yield _mark(_EVENTS[node.event], *frame.middle)


def _mark(path: str, x: float, y: float) -> str:
    return f'<path transform="translate({x:.1f} {y:.1f})" d="{path}" fill="none" stroke="{_LINE}" stroke-width="1.3"/>'


_PLUS, _BARS = "M-18 6h12v12h-12zm3 6h6m-3-3v6", "M-16 7v10m4-10v10m4-10v10"
_CORNERS: Mapping[str, str] = {
    "user": "M6 17a5 5 0 0 1 10 0zm5-6a3 3 0 1 1 .1 0z",
    "service": "M11 7a4 4 0 1 1-.1 0zm0-2v2m0 8v2m-6-6h2m8 0h2",
}
_MIDDLES: Mapping[str, str] = {
    "exclusive": "M-5-6l10 12m0-12l-10 12",
    "parallel": "M-8 0h16m-8-8v16",
    "event_based": "M-9 0a9 9 0 1 1 18 0a9 9 0 1 1-18 0zM0-5l5 4-2 5h-6l-2-5z",
}
_EVENTS: Mapping[str, str] = {
    "timer": "M-7 0a7 7 0 1 1 14 0a7 7 0 1 1-14 0zM0-5v5l3 2",
    "message": "M-6-4h12v8h-12zl6 5 6-5",
    "signal": "M0-6l6 10h-12z",
    "escalation": "M0-7l5 12-5-5-5 5z",
    "conditional": "M-5-6h10v12h-10zm2 3h6m-6 3h6m-6 3h6",
}
"""Drawn about the upper left corner, the upper right one, or the middle."""
