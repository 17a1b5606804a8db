"""What is to be said of a kind of effect."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from sop_engine.cases.contracts.effects import EffectCommand
from sop_engine.cases.lint.findings import Notebook, WrittenEffect
from sop_engine.cases.running.turn import Turn
from sop_engine.statechart.snapshot import Effect


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
    is_told: bool = False
    """Whether a module of `told` takes the answer, since the chart is to hear of it."""

    @property
    def is_heard(self) -> bool:
        """Whether the case is told what the activity answered."""
        return self.hear is not None or self.is_told
