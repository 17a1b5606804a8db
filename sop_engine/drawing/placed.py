"""A chart with coordinates, in pixels from its top left corner: what every form of picture is made from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from sop_engine.cases.diagrams.model import Flow, Node
from sop_engine.drawing.texts import FONT, LEADING, width

Point = tuple[float, float]


@dataclass(frozen=True)
class Frame:
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    @property
    def middle(self) -> Point:
        return self.x + self.width / 2, self.y + self.height / 2

    def moved(self, x: float, y: float) -> Frame:
        return replace(self, x=self.x + x, y=self.y + y)


@dataclass(frozen=True)
class Label:
    """Lines of text within a frame, from its top."""

    lines: tuple[str, ...]
    frame: Frame
    size: float = FONT
    is_centred: bool = False
    is_faint: bool = False

    @classmethod
    def at(cls, lines: tuple[str, ...], x: float, y: float, size: float = FONT, *, is_faint: bool = False) -> Label:
        """From a left upper corner."""
        wide = max((width(line, size) for line in lines), default=0.0)
        return cls(lines, Frame(x, y, wide, len(lines) * size * LEADING), size, is_faint=is_faint)

    @classmethod
    def under(
        cls, lines: tuple[str, ...], middle: float, y: float, size: float = FONT, *, is_faint: bool = False
    ) -> Label:
        """Centred about a line, from `y` down."""
        wide = max((width(line, size) for line in lines), default=0.0)
        frame = Frame(middle - wide / 2, y, wide, len(lines) * size * LEADING)
        return cls(lines, frame, size, is_centred=True, is_faint=is_faint)

    def moved(self, x: float, y: float) -> Label:
        return replace(self, frame=self.frame.moved(x, y))


@dataclass(frozen=True)
class Shape:
    """A node where it stands. Labels inside of an activity belong to it, all others stand beside it."""

    node: Node
    frame: Frame
    labels: tuple[Label, ...] = ()

    def moved(self, x: float, y: float) -> Shape:
        return replace(self, frame=self.frame.moved(x, y), labels=tuple(each.moved(x, y) for each in self.labels))


@dataclass(frozen=True)
class Line:
    """A flow with its corners, and its label."""

    flow: Flow
    points: tuple[Point, ...]
    label: Label | None = None


@dataclass(frozen=True)
class Note:
    """A text beside what it is about; `about` is the id of a node, or None for the whole chart."""

    id: str
    label: Label
    about: str | None = None
    line: tuple[Point, ...] = ()


@dataclass
class Placed:
    """A chart that was laid out."""

    width: float = 0.0
    height: float = 0.0
    shapes: list[Shape] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def labels(self) -> Iterator[Label]:
        for shape in self.shapes:
            yield from shape.labels
        yield from (line.label for line in self.lines if line.label is not None)
        yield from (note.label for note in self.notes)
