"""Computes the tables of docs/sop-format.md, from contracts and planted faults: `python -m tests.docs.work_table`."""

from collections.abc import Mapping
from pathlib import Path

from sop_engine.work.catalogue import WORKS
from sop_engine.work.shapes import Part, Shape, of_model
from sop_engine.work.wording import is_money
from tests.docs.blind_spots import blind_spots
from tests.docs.computed_page import Block, filled, table
from tests.docs.language_uses import language_uses

PAGE = Path(__file__).parents[2] / "docs" / "sop-format.md"


def automated_work() -> str:
    """What each does, takes and gives."""
    rows = (
        (f"`{name}`", work.does, brief(of_model(work.takes).parts), brief(of_model(work.gives).parts) or "nothing")
        for name, work in WORKS.items()
    )
    return table(("Work", "Does", "Takes", "Gives"), rows)


def brief(parts: Mapping[str, Part]) -> str:
    """The names, with those of the entries of lists; `?` marks what may be left out. Nothing where there are none."""
    return ", ".join(f"{name}{'' if part.is_required else '?'}{_inside(part.shape)}" for name, part in parts.items())


def _inside(shape: Shape) -> str:
    entry = shape.item or shape
    if not entry.parts or is_money(entry):
        return ""
    names = ", ".join(entry.parts)
    return f" [{{{names}}}]" if shape.item is not None else f" {{{names}}}"


BLOCKS: dict[str, Block] = {
    "automated_work": automated_work,
    "blind_spots": blind_spots,
    "language_uses": language_uses,
}

if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), BLOCKS), encoding="utf-8")
