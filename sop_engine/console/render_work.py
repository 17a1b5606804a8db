"""Automated work on a screen: the list, and one contract."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from sop_engine.console.render_values import EMPTY, heading, table
from sop_engine.work.contract import Work
from sop_engine.work.shapes import Part, of_model
from sop_engine.work.wording import lines


def render_works(works: Iterable[Work[Any]], language: str) -> RenderableType:
    made = table(("work", "does", "writes"), language)
    for work in works:
        made.add_row(work.name, work.does, work.writes or EMPTY)
    return made


def render_work(work: Work[Any], language: str) -> RenderableType:
    """What it takes and gives, field by field; `*` marks what must be handed over."""
    return Group(
        Text(work.name, style="bold"),
        Text(work.does),
        Text(),
        heading("takes", language),
        _fields(of_model(work.takes).parts, language, marked=True),
        Text(),
        heading("gives", language),
        _fields(of_model(work.gives).parts, language, marked=False),
    )


def _fields(parts: Mapping[str, Part], language: str, marked: bool) -> Table:
    made = table(("field", "kind", "title", "unit"), language)
    for line in lines(parts):
        is_marked = marked and line.is_required
        made.add_row(line.path + ("*" if is_marked else ""), line.kind, line.title or EMPTY, line.unit or EMPTY)
    return made
