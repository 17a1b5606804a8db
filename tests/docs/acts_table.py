"""Computes the table of acts of people in docs/integration.md: `python -m tests.docs.acts_table`."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sop_engine.cases.casework import ACTS
from tests.docs.computed_page import Block, filled, table

PAGE = Path(__file__).parents[2] / "docs" / "integration.md"


def acts_of_people() -> str:
    """Who may do each, and what it is given."""

    def rows() -> Iterator[tuple[str, str, str]]:
        for name, kind in ACTS.items():
            yield f"`{name}`", told(kind.may), f"`{kind.model.told().rpartition('Example: ')[2]}`"

    return table(("Update", "Who may", "Example"), rows())


def told(described: Any) -> str:
    return " ".join((inspect.getdoc(described) or "").split())


BLOCKS: dict[str, Block] = {"acts_of_people": acts_of_people}

if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), BLOCKS), encoding="utf-8")
