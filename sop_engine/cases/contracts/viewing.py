"""Who looks: what a reading question says of its reader, and the log of what was shown."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from sop_engine.cases.contracts.base import ActivityInput, Contract
from sop_engine.cases.contracts.limits import TEXT_LENGTH

READ_CASE = "read_case"
LIST_VIEWS = "list_views"


class Reading(ActivityInput):
    """A question whose answer shows what its reader may see."""

    reader: str | None = Field(default=None, max_length=TEXT_LENGTH)
    """Who looks; who says nothing sees nothing classified."""
    command: str = Field(default="", max_length=TEXT_LENGTH)
    """With which command, for the log."""
    view: str | None = Field(default=None, max_length=TEXT_LENGTH)
    """An id of this use of the command: whatever it asks of the same, and however often, is one view."""


class ReadCaseInput(Reading):
    """Activity `read_case`: a live case as its reader may see it."""

    case_id: str


class ListViewsInput(Reading):
    """Activity `list_views`: who saw what is classified in a case, the newest first."""

    case_id: str
    limit: int = Field(default=100, ge=1, le=1_000)


class ViewLine(Contract):
    """One look at what not everybody may see."""

    at: datetime
    reader: str
    case_id: str
    fields: tuple[str, ...]
    """The classified places that were shown."""
    command: str


class ViewList(Contract):
    views: tuple[ViewLine, ...]
