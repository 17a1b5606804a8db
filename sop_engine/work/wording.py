"""What a work takes and gives in words, field by field."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from sop_engine.work.shapes import Part, Shape

_MONEY = ("amount", "currency")


class Line(NamedTuple):
    """One field, however deep it stands: `items[].duty_rate`."""

    path: str
    kind: str
    is_required: bool
    title: str
    unit: str


def lines(parts: Mapping[str, Part], before: str = "") -> Iterator[Line]:
    """Every field, those of a record or of a list's entries after it."""
    for name, part in parts.items():
        path, shape = f"{before}{name}", part.shape
        yield Line(path, kind(shape), part.is_required, part.title or "", part.unit or "")
        entry = shape.item if shape.item is not None else shape
        if not is_money(entry):
            yield from lines(entry.parts, f"{path}[]." if entry is not shape else f"{path}.")


def kind(shape: Shape) -> str:
    """`money`, `list of text`, `export, import`."""
    if shape.item is not None:
        return f"list of {kind(shape.item)}"
    return "money" if is_money(shape) else ", ".join(shape.choices) or shape.kind


def is_money(shape: Shape) -> bool:
    """Whether a record is an amount with its currency."""
    return tuple(shape.parts) == _MONEY
