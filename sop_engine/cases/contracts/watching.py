"""How a case ended that did not end itself: terminated, timed out, failed or cancelled past the engine, or lost."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sop_engine.cases.contracts.base import Contract, ForCase
from sop_engine.cases.contracts.records import DailyCheck

EndStatus = Literal["terminated", "timed_out", "failed", "canceled", "lost"]
"""What the records call a case that was ended past the engine; `lost`: Temporal knows it no more."""


class CaseEnd(Contract):
    """What Temporal keeps of such an end."""

    case_id: str
    first_run_id: str
    status: EndStatus
    at: datetime
    by: str
    """Who ended it, as Temporal knows it: the identity of a client, or the server."""
    reason: str
    parent: str | None = None
    """The workflow that started it."""

    def told(self) -> str:
        """In words, for a journal or an incident."""
        reason = f": {self.reason}" if self.reason else ""
        return f"{self.case_id} was {self.status.replace('_', ' ')} past the engine by {self.by}{reason}"


class LookedAt(Contract):
    """Activity `look_at_case`: how the case ended; nothing where it goes on, ended by itself, or is unknown."""

    end: CaseEnd | None = None


class LookInput(ForCase):
    """What happened since; all that is still known when absent.

    Activity `look_for_ended`: cases of a task queue that ended. Activity `look_for_lost`: cases that wrote records.
    """

    task_queue: str
    since: datetime | None = None

    @property
    def of_case(self) -> None:
        """It is for no case: the watch has it done, a workflow of the engine as much as a case is."""


class Looked(Contract):
    """The cases that were closed in the records, and those that were told of it."""

    closed: tuple[str, ...] = ()
    told: tuple[str, ...] = ()


class LostFound(Contract):
    """The cases whose records told steps that they never took."""

    set_back: tuple[str, ...] = ()


class CaseEnded(Contract):
    """Signal `case.ended`: that case ended without a word. Nothing of it is believed: the case looks for itself."""

    case_id: str


class WatchState(Contract):
    """What the watch hands to its next run."""

    task_queue: str
    looked_at: datetime | None = None
    """When it last looked."""
    looked_whole_at: datetime | None = None
    """When it last looked for everything that Temporal still has."""
    check: DailyCheck | None = None
    """The last check of the records that is through."""
    checking: DailyCheck | None = None
    """The one under way."""
