"""Starting a case: what is given, what a case loads, whether it would open."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sop_engine.basis.faults import Fault
from sop_engine.cases.contracts.base import ActivityInput, Contract, ForCase, ParentRef


class OpenCaseInput(Contract):
    """Start argument. The SOP is the workflow's type and the case id is the workflow's id."""

    version: int | None = None
    """Which published version; the newest when absent."""
    data: dict[str, Any] = {}
    parent: ParentRef | None = None
    actor: str | None = None
    """The person who opens it. A system leaves it out; a case that starts another is known without it."""
    reopens: str | None = None
    """The closed case that this one goes on with; the records must know it."""


class LoadInput(ForCase):
    """Activity `load_procedure`: everything a case needs to run for ever."""

    sop: str
    version: int | None
    opened_at: datetime
    case_id: str | None = None
    first_run_id: str | None = None
    """Of a case that is being opened: its id must be new, or its own."""
    actor: str | None = None
    """The person who says to open it; they must be somebody who may."""
    reopens: str | None = None
    """The case that it goes on with; it must be closed."""

    @property
    def of_case(self) -> str | None:
        return self.case_id


class OpenCheckInput(ActivityInput):
    """Activity `check_opening`: would a case with this data open?"""

    sop: str
    version: int | None = None
    data: dict[str, Any] = {}
    actor: str | None = None
    """The person who is to open it."""


class OpenCheckResult(Contract):
    """Faults as `[where, what, allowed]` mappings; none means that the case would open."""

    faults: tuple[Fault, ...] = ()
    title: dict[str, str] = {}
    reference: tuple[str, ...] = ()


class PlacesInput(ActivityInput):
    """Activity `judge_places`: which of these places does nobody know? By where each stands in an input."""

    places: dict[str, str]


class PlacesResult(Contract):
    """Faults as `[where, what, allowed]` mappings."""

    faults: tuple[Fault, ...] = ()
