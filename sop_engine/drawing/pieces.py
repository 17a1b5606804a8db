"""A unit with its sizes: where its symbols, labels and ways out stand about the point at which its main line begins."""

from __future__ import annotations

from dataclasses import dataclass, field

from sop_engine.basis.models import Title
from sop_engine.cases.diagrams.model import Node, Unit, Way
from sop_engine.drawing.placed import Frame, Label, Line, Note, Point, Shape
from sop_engine.drawing.texts import SMALL, height, width, wrapped

ACTIVITY, TALL = 150.0, 56.0
"""The least width and height of an activity."""
GATEWAY, EVENT = 40.0, 30.0
CLOSE = 18.0
"""Between a gateway and its activity."""
LABELS = (130.0, 190.0, 260.0)
"""How wide a flow's label may be: so wide that it has few lines."""
BESIDE = 160.0
"""How wide the text beside an event or below a gateway may be."""
PADDING = 8.0


@dataclass
class Slot:
    """Where a way leaves its unit, to the right: the height of its line, and what stands on it."""

    way: Way
    start: Point
    y: float
    label: tuple[str, ...]
    is_edge: bool = False

    @property
    def bus(self) -> float:
        """Where the line has reached its height."""
        return self.start[0] + (0 if self.is_edge else 9)

    @property
    def right(self) -> float:
        """The end of the event and of the label above its line."""
        text = max((width(line, SMALL) for line in self.label), default=0.0)
        return self.bus + 6 + text + (EVENT + 4 if self.way.via is not None else 0)


@dataclass
class Piece:
    """Coordinates are relative: x from the left end, y from the main line."""

    unit: Unit
    wide: float = 0.0
    above: float = 0.0
    below: float = 0.0
    shapes: list[Shape] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    slots: list[Slot] = field(default_factory=list)


def piece_of(unit: Unit, language: str) -> Piece:
    """Sizes and places everything of a unit that does not depend on its neighbours."""
    piece = Piece(unit)
    x = 0.0
    if unit.before is not None:
        piece.shapes.append(Shape(unit.before, Frame(0, -GATEWAY / 2, GATEWAY, GATEWAY)))
        x = GATEWAY + CLOSE
    core = _core(unit, language).moved(x, 0)
    if unit.into_core is not None:
        piece.lines.append(Line(unit.into_core, ((GATEWAY, 0), (core.frame.x, 0))))
    piece.shapes.append(core)
    right = core.frame.right
    under = core.frame.bottom
    if not _is_activity(unit.core):
        for label in core.labels:
            under = max(under, label.frame.bottom)
            right = max(right, label.frame.right)
    out = core.frame.right
    if unit.after is not None and unit.into_after is not None:
        piece.shapes.append(Shape(unit.after, Frame(out + CLOSE, -GATEWAY / 2, GATEWAY, GATEWAY)))
        piece.lines.append(Line(unit.into_after, ((out, 0), (out + CLOSE, 0))))
        out += CLOSE + GATEWAY
    piece.wide = max(right, out)
    piece.above = max(-core.frame.y, GATEWAY / 2)
    piece.below = max(under, GATEWAY / 2)
    slots = _ways(piece, (out, 0.0), language)
    _edges(piece, core.frame, slots, language)
    piece.wide = max([piece.wide, *(slot.right for slot in piece.slots)])
    _notes(piece, core, language)
    piece.above += PADDING
    piece.below += PADDING
    return piece


def _is_activity(node: Node) -> bool:
    return node.kind in ("user", "service", "call", "box", "plain")


def _core(unit: Unit, language: str) -> Shape:
    node = unit.core
    text = node.title.text(language) if node.title is not None else ""
    if not _is_activity(node):
        size = EVENT if node.kind in ("start", "end", "catch") else GATEWAY
        lines = wrapped(text, BESIDE, SMALL)
        wide = max(size, *(width(line, SMALL) for line in lines)) if lines else size
        # Where it parts, its title stands to its left, clear of the labels to its right.
        left = wide - size if len(unit.ways) > 1 else (wide - size) / 2
        frame = Frame(left, -size / 2, size, size)
        return Shape(node, frame, (Label.under(lines, wide / 2, size / 2 + 3, SMALL),) if lines else ())
    wide = max(ACTIVITY, 36.0 * len(unit.edges) + 12)
    lines = wrapped(text, wide - 44)
    below = wrapped(node.detail.text(language) if node.detail is not None else "", wide - 2 * PADDING, SMALL)
    needed = height(len(lines)) + (height(len(below), SMALL) + 4 if below else 0)
    # Events on the edge reach into it.
    kept = EVENT / 2 - 2 if unit.edges else 0.0
    tall = max(TALL, needed + 2 * PADDING + kept)
    top = -tall / 2 + (tall - kept - needed) / 2
    labels = [Label.under(lines, wide / 2, top)]
    if below:
        labels.append(Label.under(below, wide / 2, top + height(len(lines)) + 4, SMALL, is_faint=True))
    return Shape(node, Frame(0, -tall / 2, wide, tall), tuple(labels))


def _ways(piece: Piece, start: Point, language: str) -> float:
    """The ways to the right, the first on the main line; returns how far down they reach."""
    y = 0.0
    for index, way in enumerate(piece.unit.ways):
        label = _label(way.label, language)
        tall = height(len(label), SMALL) + 4
        if way.via is not None:
            tall = max(tall, EVENT / 2 + 2)
        if index:
            y += max(tall, 14.0) + (EVENT / 2 if piece.unit.ways[index - 1].via is not None else 0) + 4
        else:
            piece.above = max(piece.above, tall)
        piece.slots.append(Slot(way, start, y, label))
    lowest = y + (EVENT / 2 if piece.unit.ways and piece.unit.ways[-1].via is not None else 6)
    piece.below = max(piece.below, lowest)
    return lowest if piece.unit.ways else 0.0


def _label(title: Title | None, language: str) -> tuple[str, ...]:
    if title is None:
        return ()
    found = (wrapped(title.text(language), wide, SMALL) for wide in LABELS)
    return next((lines for lines in found if len(lines) <= 3), wrapped(title.text(language), LABELS[-1], SMALL))


def _edges(piece: Piece, host: Frame, lowest: float, language: str) -> None:
    """Events on the lower edge: those that lead on stand to the right, those that end below to the left."""
    edges = sorted(piece.unit.edges, key=lambda edge: edge.way is not None, reverse=True)
    depth = host.bottom + EVENT / 2 + 6
    for index, edge in enumerate(edges):
        middle = host.right - 24 - 36 * index
        frame = Frame(middle - EVENT / 2, host.bottom - EVENT / 2, EVENT, EVENT)
        piece.shapes.append(Shape(edge.node, frame))
        if edge.way is not None:
            label = _label(edge.node.title, language)
            depth = max(depth, lowest) + max(height(len(label), SMALL) + 6, 16)
            lowest = depth
            piece.slots.append(Slot(edge.way, (middle, frame.bottom), depth, label, is_edge=True))
            piece.below = max(piece.below, depth + 4)
        elif edge.end is not None and edge.into_end is not None:
            text = edge.end.title.text(language) if edge.end.title is not None else ""
            label = wrapped(text, BESIDE, SMALL)
            tall = max(EVENT, height(len(label), SMALL))
            depth = max(depth, lowest) + 10
            y = depth + tall / 2
            beside = Label.at(label, middle + EVENT / 2 + 5, y - height(len(label), SMALL) / 2, SMALL)
            piece.shapes.append(Shape(edge.end, Frame(middle - EVENT / 2, y - EVENT / 2, EVENT, EVENT), (beside,)))
            piece.lines.append(Line(edge.into_end, ((middle, frame.bottom), (middle, y - EVENT / 2))))
            depth += tall
            piece.wide = max(piece.wide, beside.frame.right)
            piece.below = max(piece.below, depth)


def _notes(piece: Piece, core: Shape, language: str) -> None:
    """Below everything else of the unit."""
    if not piece.unit.notes:
        return
    left = core.frame.x + 4 if _is_activity(core.node) else max(0.0, core.frame.middle[0] - EVENT)
    lines: list[str] = []
    for wide in (max(piece.wide - left - 8, BESIDE), 300.0, 440.0):
        lines = [line for note in piece.unit.notes for line in wrapped(note.text(language), wide, SMALL)]
        if len(lines) <= 6:
            break
    top = piece.below + 8
    label = Label.at(tuple(lines), left + 6, top, SMALL, is_faint=True)
    start = (left, core.frame.bottom if _is_activity(core.node) else top - 6)
    piece.notes.append(Note(f"{core.node.id}__note", label, core.node.id, (start, (left, top))))
    piece.wide = max(piece.wide, label.frame.right)
    piece.below = label.frame.bottom
