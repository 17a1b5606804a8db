"""The console that draws tables: texts are made legible before their widths are measured."""

import os
from collections.abc import Iterable
from typing import Any, TextIO

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from sop_engine.basis.legible import legible

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
    """A screen that never cuts a table short because nobody is watching.

    What goes on to `grep` must hold each value on one line. A shell that exports `COLUMNS` tells its window's width,
    which is none of a pipe's, so there it only ever widens.
    """
    if file.isatty():
        return Screen(file)
    told = os.environ.get("COLUMNS", "")
    return Screen(file, width=max(UNSEEN_WIDTH, int(told) if told.isdecimal() else 0))
