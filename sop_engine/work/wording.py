"""What a work takes and gives in words: in a line for a table, and field by field."""

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


def brief(parts: Mapping[str, Part]) -> str:
    """The names, with those of the entries of lists; `?` marks what may be left out. Nothing where there are none."""
    return ", ".join(f"{name}{'' if part.is_required else '?'}{_inside(part.shape)}" for name, part in parts.items())


def lines(parts: Mapping[str, Part], before: str = "") -> Iterator[Line]:
    """Every field, those of a record or of a list's entries after it."""
    for name, part in parts.items():
        path, shape = f"{before}{name}", part.shape
        yield Line(path, kind(shape), part.is_required, part.title or "", part.unit or "")
        entry = shape.item if shape.item is not None else shape
        if not _is_money(entry):
            yield from lines(entry.parts, f"{path}[]." if entry is not shape else f"{path}.")


def kind(shape: Shape) -> str:
    """`money`, `list of text`, `export, import`."""
    if shape.item is not None:
        return f"list of {kind(shape.item)}"
    return "money" if _is_money(shape) else ", ".join(shape.choices) or shape.kind


def _inside(shape: Shape) -> str:
    entry = shape.item or shape
    if not entry.parts or _is_money(entry):
        return ""
    names = ", ".join(entry.parts)
    return f" [{{{names}}}]" if shape.item is not None else f" {{{names}}}"


def _is_money(shape: Shape) -> bool:
    return tuple(shape.parts) == _MONEY
