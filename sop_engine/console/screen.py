"""The console that draws tables: texts are made legible before their widths are measured."""

import os
from collections.abc import Iterable
from typing import Any, TextIO

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from sop_engine.cases.legible import legible

UNSEEN_WIDTH = 200
"""Columns of a table that goes to a file or a pipe."""


class Screen(Console):
    """Draws what others wrote as text alone: no markup, no escape sequence, nothing hidden."""

    def __init__(self, file: TextIO, **options: Any) -> None:
        super().__init__(file=file, highlight=False, markup=False, emoji=False, **options)

    def render_str(self, text: str, **options: Any) -> Text:
        return super().render_str(legible(text), **options)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        if isinstance(renderable, Text):
            renderable = Text(legible(renderable.plain), style=renderable.style)
        return super().render(renderable, options)


def screen(file: TextIO) -> Screen:
    """A screen that never cuts a table short because nobody is watching."""
    width = None if file.isatty() or "COLUMNS" in os.environ else UNSEEN_WIDTH
    return Screen(file, width=width)
