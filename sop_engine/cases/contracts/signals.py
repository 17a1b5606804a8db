"""What machines tell a case."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import ConfigDict

from sop_engine.cases.contracts.base import Contract
from sop_engine.statechart.values import Data

ROW_CHANGED = "case.row_changed"
"""The signal by which a case hears that a row which it reads was changed; it only looks again, whoever says so."""


class EventSignal(Contract):
    """A fact from another system. Unknown keys are kept out, not refused: a machine cannot be asked back."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    name: str
    data: dict[str, Any] = {}
    id: str | None = None
    at: datetime | None = None
    actor: Any = None
    """Who says so, by their own word: noted, and never taken for a person."""


class BroughtEvent(EventSignal):
    """Update `receive`: the same with files, each proven to be kept before the case is told."""


FOLLOW = "case.follow"


class Followed(Contract):
    """Signal `case.follow`: fields of a child that follow its parent's, as they are now."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    values: dict[str, Any]
    before: dict[str, Any]
    """What the child was told of them last: where it holds something else, a person set it."""


class ChildReport(Contract):
    """Signal `case.child`: what a child tells its parent when it closes."""

    key: str
    case_id: str
    run_id: str
    """First execution run id of the child."""
    outcome: str
    result: Data = {}
