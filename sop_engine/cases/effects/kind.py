"""What is to be said of a kind of effect."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sop_engine.cases.contracts.effects import EffectCommand
from sop_engine.cases.lint_findings import Notebook
from sop_engine.cases.turn import Turn
from sop_engine.statechart.faults import Path
from sop_engine.statechart.snapshot import Effect


class WrittenEffect(NamedTuple):
    """An effect as it stands in a file."""

    path: Path
    kind: str
    body: Mapping[str, Any]
    given: Mapping[str, Any]
    """Its `with`."""

    @property
    def target(self) -> str:
        return str(self.body[self.kind])

    @property
    def place(self) -> Path:
        """Of the target."""
        return (*self.path, self.kind)


class EffectKind(NamedTuple):
    """A kind of effect, by the key with which it begins."""

    name: str
    keys: tuple[str, ...]
    """What it says beside `with` and `undo`."""
    lint: Callable[[Notebook, WrittenEffect], None]
    carry_out: Callable[[Turn, Effect, datetime, str], None]
    """Changes the case, or adds a command. Raises ExpressionError where an expression of the effect fails."""
    command: type[EffectCommand] | None = None
    """Of a kind that an activity carries out."""
    hear: Callable[[Turn, Any, Any], None] | None = None
    """What the case makes of the command and its activity's answer."""
