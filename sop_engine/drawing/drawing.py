"""A diagram laid out and written: all its charts, with what stands at the foot of the outermost one."""

from __future__ import annotations

from sop_engine.cases.diagrams.model import Aside, Diagram, Scope
from sop_engine.drawing.bpmn_files import arranged
from sop_engine.drawing.layout import FOLD_AT, MARGIN, laid_out
from sop_engine.drawing.pieces import EVENT
from sop_engine.drawing.placed import Frame, Label, Line, Note, Placed, Shape
from sop_engine.drawing.texts import SMALL, wrapped

_GAP = 16.0
_NOTES = 900.0
"""How wide the text at the foot may be."""


def charts_of(diagram: Diagram, language: str) -> dict[str, Placed]:
    """Every chart of a diagram with coordinates, the outermost first, by its id."""
    return {scope.id: _chart(scope, language) for scope in diagram.scope.every_scope()}


def _chart(scope: Scope, language: str) -> Placed:
    placed = laid_out(scope, arranged(scope), language)
    x, y, tallest = MARGIN, placed.height, 0.0
    for aside in scope.asides:
        box = _boxed(aside, language, x, y)
        if x > MARGIN and box[0].frame.right > FOLD_AT:
            x, y, tallest = MARGIN, y + tallest + _GAP, 0.0
            box = _boxed(aside, language, x, y)
        placed.shapes += box
        start, end = box[1].frame, box[2].frame
        placed.lines.append(Line(aside.flow, ((start.right, start.middle[1]), (end.x, end.middle[1]))))
        tallest = max(tallest, box[0].frame.height)
        x = box[0].frame.right + _GAP
        placed.width = max(placed.width, box[0].frame.right + MARGIN)
    y += tallest + _GAP if tallest else 0.0
    for index, note in enumerate(scope.notes, 1):
        label = Label.at(wrapped(note.text(language), _NOTES, SMALL), MARGIN + 8, y, SMALL)
        placed.notes.append(Note(f"{scope.id}__note{index}", label))
        placed.width = max(placed.width, label.frame.right + MARGIN)
        y = label.frame.bottom + 6
    placed.height = max(placed.height, y + MARGIN / 2)
    return placed


def _boxed(aside: Aside, language: str, x: float, y: float) -> list[Shape]:
    """A box with its title above, its start and its end in it."""
    title = wrapped(aside.box.title.text(language) if aside.box.title is not None else "", 320.0, SMALL)
    heading = Label.at(title, x + 10, y + 8, SMALL)
    level = heading.frame.bottom + 8 + EVENT / 2
    ending = wrapped(aside.end.title.text(language) if aside.end.title is not None else "", 130.0, SMALL)
    beside = Label.at(ending, x + 190, 0, SMALL)
    beside = beside.moved(0, level - beside.frame.height / 2)
    wide = max(heading.frame.right, beside.frame.right) + 12 - x
    tall = max(level + EVENT / 2, beside.frame.bottom) + 10 - y
    return [
        Shape(aside.box, Frame(x, y, wide, tall), (heading,)),
        Shape(aside.start, Frame(x + 20, level - EVENT / 2, EVENT, EVENT)),
        Shape(aside.end, Frame(x + 152, level - EVENT / 2, EVENT, EVENT), (beside,)),
    ]
