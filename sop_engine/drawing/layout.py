"""Puts the units of a chart into rows and columns, and leads lines between them that cross no symbol and no text.

Columns are as wide as their widest unit. Between them are tracks for lines up and down; above each row are tracks for
lines along it. A wide chart folds into bands, one below another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sop_engine.cases.diagrams.model import Scope, Unit
from sop_engine.drawing.pieces import EVENT, Slot, piece_of
from sop_engine.drawing.placed import Frame, Label, Line, Note, Placed, Point, Shape
from sop_engine.drawing.texts import SMALL, height
from sop_engine.drawing.tracks import TRACK, Channels

Cell = tuple[int, int]
"""Row and column."""

MARGIN = 24.0
FOLD_AT = 1500.0
"""How wide a chart may be before it folds."""
_GAP = 60.0
"""About what a gap between columns takes."""
_ROW = 100_000.0
"""Rows apart while lines have only an order, no coordinates."""


def laid_out(scope: Scope, cells: Mapping[str, Cell], language: str) -> Placed:
    """A chart with coordinates; `cells` says which unit stands where before folding."""
    return _Layout(scope, cells, language).placed()


@dataclass(frozen=True)
class _Path:
    """What a line runs through between its slot and its target; a channel is named by what it lies before."""

    first: int
    along: int | None
    last: int


class _Layout:
    def __init__(self, scope: Scope, cells: Mapping[str, Cell], language: str) -> None:
        self._pieces = {unit.id: piece_of(unit, language) for unit in scope.units}
        self._cells = self._folded(cells)
        self._columns = max(column for _, column in self._cells.values()) + 1
        self._rows = max(row for row, _ in self._cells.values()) + 1
        self._upright, self._level = Channels(), Channels()
        self._paths: dict[str, _Path | None] = {}
        for piece in self._pieces.values():
            for slot in piece.slots:
                self._plan(piece.unit, slot)
        self._upright.settle()
        self._level.settle()
        self._lefts, self._tracks, self._width = self._across()
        self._middles, self._channels, self._height = self._down()

    # -- cells ---------------------------------------------------------------------------------------------------------

    def _folded(self, cells: Mapping[str, Cell]) -> dict[str, Cell]:
        """Cells without empty rows and columns, in bands of so many columns as fit."""
        cells = {name: cells[name] for name in self._pieces}
        columns = {column: index for index, column in enumerate(sorted({each[1] for each in cells.values()}))}
        wide: defaultdict[int, float] = defaultdict(float)
        for name, (_, column) in cells.items():
            piece = self._pieces[name]
            wide[columns[column]] = max(wide[columns[column]], piece.wide + _GAP)
        per_band = self._per_band([wide[index] for index in range(len(columns))])
        placed = {
            name: (columns[column] // per_band, row, columns[column] % per_band)
            for name, (row, column) in cells.items()
        }
        taken: defaultdict[tuple[int, int], set[int]] = defaultdict(set)
        for band, row, column in placed.values():
            taken[band, row].add(column)
        rows: dict[tuple[int, int], int] = {}
        last_band, last_columns, index = -1, set[int](), -1
        # Rows that have no column in common become one.
        for key in sorted(taken):
            if key[0] != last_band or last_columns & taken[key]:
                index, last_band, last_columns = index + 1, key[0], set()
            last_columns |= taken[key]
            rows[key] = index
        return {name: (rows[band, row], column) for name, (band, row, column) in placed.items()}

    @staticmethod
    def _per_band(wide: list[float]) -> int:
        """The most columns whose bands are narrow enough, spread evenly over as many bands as that takes."""
        for bands in range(1, len(wide) + 1):
            count = -(-len(wide) // bands)
            columns = [max(wide[at::count]) for at in range(count)]
            if sum(columns) <= FOLD_AT:
                return count
        return 1

    # -- order ---------------------------------------------------------------------------------------------------------

    def _plan(self, unit: Unit, slot: Slot) -> None:
        row, column = self._cells[unit.id]
        to_row, to_column = self._cells[slot.way.to]
        gap, key = column + 1, slot.way.to
        here, there = row * _ROW + slot.y, to_row * _ROW
        if to_column == gap and here == there:
            self._paths[slot.way.flow.id] = None
            return
        if to_column == gap:
            self._upright.use(gap, key, here, there)
            self._paths[slot.way.flow.id] = _Path(gap, None, gap)
            return
        along = to_row + 1 if row > to_row else to_row
        between = along * _ROW - _ROW / 2
        self._upright.use(gap, key, here, between)
        self._upright.use(to_column, key, between, there)
        self._level.use(along, key, gap, to_column)
        self._paths[slot.way.flow.id] = _Path(gap, along, to_column)

    # -- coordinates ---------------------------------------------------------------------------------------------------

    def _across(self) -> tuple[list[float], list[float], float]:
        """The left end of each column, where the tracks before each begin, and the whole width."""
        lefts, tracks, x = [], [], MARGIN
        for column in range(self._columns + 1):
            tracks.append(x + 12)
            x = tracks[-1] + self._upright.count(column) * TRACK + 20
            lefts.append(x)
            if column < self._columns:
                x += max(
                    (self._pieces[name].wide for name, cell in self._cells.items() if cell[1] == column), default=0
                )
        return lefts, tracks, x

    def _down(self) -> tuple[list[float], list[float], float]:
        """The main line of each row, where the tracks above each begin, and the whole height."""
        middles, channels, y = [], [], MARGIN
        for row in range(self._rows + 1):
            channels.append(y)
            y += self._level.count(row) * TRACK + 14
            if row < self._rows:
                pieces = [self._pieces[name] for name, cell in self._cells.items() if cell[0] == row]
                y += max((piece.above for piece in pieces), default=0)
                middles.append(y)
                y += max((piece.below for piece in pieces), default=0)
        return middles, channels, y + MARGIN / 2

    # -- placing -------------------------------------------------------------------------------------------------------

    def placed(self) -> Placed:
        made = Placed(self._width, self._height)
        for name, piece in self._pieces.items():
            row, column = self._cells[name]
            x, y = self._lefts[column], self._middles[row]
            made.shapes += [shape.moved(x, y) for shape in piece.shapes]
            made.lines += [Line(line.flow, _moved(line.points, x, y)) for line in piece.lines]
            made.notes += [
                Note(note.id, note.label.moved(x, y), note.about, _moved(note.line, x, y)) for note in piece.notes
            ]
            for slot in piece.slots:
                self._draw(made, slot, x, y)
        return made

    def _draw(self, made: Placed, slot: Slot, x: float, y: float) -> None:
        """A way: from its symbol to its own height, past its event and below its label, then along its tracks."""
        start = (x + slot.start[0], y + slot.start[1])
        level, bus, way = y + slot.y, x + slot.bus, slot.way
        points: list[Point] = [start]
        if slot.is_edge:
            points.append((start[0], level))
        elif level != start[1]:
            points += [(bus, start[1]), (bus, level)]
        at = bus + 6
        if way.via is not None and way.into_via is not None:
            frame = Frame(at, level - EVENT / 2, EVENT, EVENT)
            made.shapes.append(Shape(way.via, frame))
            made.lines.append(Line(way.into_via, (*points, (frame.x, level))))
            points = [(frame.right, level)]
            at = frame.right + 4
        label = None
        if slot.label:
            label = Label.at(slot.label, at, level - height(len(slot.label), SMALL) - 3, SMALL)
        made.lines.append(Line(way.flow, _corners(self._led(points, level, way.flow.id, way.to)), label))

    def _led(self, points: list[Point], level: float, flow: str, to: str) -> list[Point]:
        end = (self._entry(to), self._middles[self._cells[to][0]])
        path = self._paths[flow]
        if path is None:
            return [*points, end]
        first = self._tracks[path.first] + self._upright.track(path.first, to) * TRACK
        if path.along is None:
            return [*points, (first, level), (first, end[1]), end]
        along = self._channels[path.along] + 6 + self._level.track(path.along, to) * TRACK
        last = self._tracks[path.last] + self._upright.track(path.last, to) * TRACK
        return [*points, (first, level), (first, along), (last, along), (last, end[1]), end]

    def _entry(self, name: str) -> float:
        """Where lines come in: the left of the first symbol."""
        return self._lefts[self._cells[name][1]] + self._pieces[name].shapes[0].frame.x


def _moved(points: tuple[Point, ...], x: float, y: float) -> tuple[Point, ...]:
    return tuple((left + x, top + y) for left, top in points)


def _corners(points: list[Point]) -> tuple[Point, ...]:
    """Without points that repeat or lie on a straight line."""
    kept: list[Point] = []
    for point in points:
        if kept and point == kept[-1]:
            continue
        if len(kept) > 1 and ((kept[-2][0] == kept[-1][0] == point[0]) or (kept[-2][1] == kept[-1][1] == point[1])):
            kept[-1] = point
            continue
        kept.append(point)
    return tuple(kept)
