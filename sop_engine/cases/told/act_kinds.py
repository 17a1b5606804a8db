"""What is to be said of an act of a person. The module that carries acts out says it, and `casework.ACTS` has all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from sop_engine.cases.contracts.acts import Act
from sop_engine.cases.running.turn import Turn
from sop_engine.cases.told.permissions import Policy


class ActKind(NamedTuple):
    """One update: the model of its input, what carries it out, who may do it, and what that is called."""

    model: type[Act]
    carry_out: Callable[[Turn, Any], str]
    may: Policy
    verb: str
