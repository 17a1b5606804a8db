"""What a case carries from one run to the next: its live state, its bundle, and what was still under way."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from sop_engine.cases.contracts.base import Contract
from sop_engine.cases.contracts.proof import Claim
from sop_engine.cases.contracts.views import StepView
from sop_engine.cases.running.effects.kinds import KeptCommand
from sop_engine.cases.running.state import CaseState
from sop_engine.statechart.values import Data


class Pending(BaseModel):
    """A command that was given out and not yet reported. It is given out again in the next run under the same key."""

    key: str
    command: KeptCommand


class ContinuedCase(Contract):
    """The start argument of a run that goes on with a case."""

    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    state: CaseState
    bundle: bytes
    pending: tuple[Pending, ...] = ()
    claims: tuple[Claim, ...] = ()
    """Messages of the engine that wait for their proof."""
    attributes: tuple[str | None, str, str] | None = None
    """What the search attributes were last set to."""
    runs: int = 1
    """How many runs the case has had."""
    unpublished: tuple[StepView, ...] = ()
    """Steps that the records may lack."""
    closed_tasks: tuple[str, ...] = ()
    """The tasks that were closed in them."""
    corrects: bool = False
    """Whether corrected calendars were being loaded."""
    relatives: tuple[str, ...] = ()
    """Relatives that were being looked at."""


class CaseResult(Contract):
    """How a case ended."""

    case_id: str
    outcome: str
    status: str
    closed_at: datetime
    result: Data = {}
    """What its end reports, for a workflow of the engine that waited for it."""
