"""What a command writes, to a screen or a pipe, is legible: both streams are wrapped while a command runs.

So nothing that others wrote reaches a terminal as it is, whichever renderer, refusal, prompt or log it stands in.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any, TextIO

from typer.core import TyperGroup

from sop_engine.basis.legible import legible


class LegibleStream:
    """A text stream that writes unseen characters out; all else is the stream below."""

    def __init__(self, below: TextIO) -> None:
        self.below = below

    def write(self, text: str) -> int:
        self.below.write(legible(text))
        return len(text)

    def flush(self) -> None:
        self.below.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.below, name)


class LegibleGroup(TyperGroup):
    """The root of the commands, with legible streams also for what Typer itself says."""

    def main(self, *arguments: Any, **options: Any) -> Any:
        with legible_streams():
            return super().main(*arguments, **options)


@contextmanager
def legible_streams() -> Iterator[None]:
    """Wraps this process's two streams."""
    with redirect_stdout(LegibleStream(sys.stdout)), redirect_stderr(LegibleStream(sys.stderr)):
        yield


def below(stream: TextIO) -> TextIO:
    """The stream itself, for what has been made legible already and draws with escape sequences of its own."""
    return stream.below if isinstance(stream, LegibleStream) else stream
