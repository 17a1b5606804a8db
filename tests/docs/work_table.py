"""Computes the table of automated work in docs/sop-format.md: `python -m tests.docs.work_table`.

What an activity takes and gives is the first line of its docstring: `takes -> gives; remark`.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import create_engine

from activities.work_rules import load_work_rules
from sop_engine.cases.contracts.effects import WorkInput
from sop_engine.content.library import load_library
from sop_engine.settings import read_settings
from tests.docs.computed_page import Block, filled, table
from worker import activities

PAGE = Path(__file__).parents[2] / "docs" / "sop-format.md"


def work() -> Iterator[tuple[str, str]]:
    """Name and docstring of every activity that `work:` may name."""
    library = load_library()
    rules = load_work_rules(library.root)
    for activity in activities(read_settings({}), library, create_engine("sqlite://"), rules):
        definition = getattr(activity, "__temporal_activity_definition")
        if definition.arg_types == [WorkInput]:
            yield definition.name, inspect.getdoc(activity) or ""


def automated_work() -> str:
    """What each takes and gives; `?` marks what may be left out."""

    def rows() -> Iterator[tuple[str, str, str]]:
        for name, text in sorted(work()):
            takes, gives = " ".join(text.split()).split(" -> ")
            yield f"`{name}`", takes, gives

    return table(("Activity", "Takes", "Gives"), rows())


BLOCKS: dict[str, Block] = {"automated_work": automated_work}

if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), BLOCKS), encoding="utf-8")
