"""Computes the tables of docs/sop-format.md, from contracts and planted faults: `python -m tests.docs.work_table`."""

from pathlib import Path

from sop_engine.work.catalogue import WORKS
from sop_engine.work.shapes import of_model
from sop_engine.work.wording import brief
from tests.docs.blind_spots import blind_spots
from tests.docs.computed_page import Block, filled, table

PAGE = Path(__file__).parents[2] / "docs" / "sop-format.md"


def automated_work() -> str:
    """What each does, takes and gives."""
    rows = (
        (f"`{name}`", work.does, brief(of_model(work.takes).parts), brief(of_model(work.gives).parts) or "nothing")
        for name, work in WORKS.items()
    )
    return table(("Work", "Does", "Takes", "Gives"), rows)


BLOCKS: dict[str, Block] = {"automated_work": automated_work, "blind_spots": blind_spots}

if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), BLOCKS), encoding="utf-8")
