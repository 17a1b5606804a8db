"""What is said about keeping files: what is due, what is held, disposals that are asked for, and their certificates."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from sop_engine.cases.contracts.base import ActivityInput, Contract, ForCase
from sop_engine.cases.contracts.limits import REASON_LENGTH, TEXT_LENGTH

LARGEST_DISPOSAL = 500
"""Files of one disposal: its certificate names each, and has to fit into one message."""
CHUNK = 20
"""Files that are disposed of before the next look at whether a worker is to end."""

Standing = Literal["due", "on_hold", "asked_for", "waits", "kept"]
"""`waits`: an event has not come. `kept`: the period goes on."""
DisposalStatus = Literal["requested", "approved", "refused", "done"]
HoldKind = Literal["case", "party"]


class ListDueInput(ActivityInput):
    """Activity `list_due_files`: files of closed cases in the order of their ids, and what becomes of each."""

    rules: tuple[str, ...] = ()
    """Only files that these keep longest."""
    all: bool = False
    """Those that are not due too, and why."""
    limit: int = Field(default=100, ge=1, le=1_000)


class DueLine(Contract):
    """The file of one case."""

    case_id: str
    sop: str
    rule: str
    keep_until: date | None
    standing: Standing
    why: str = ""
    """What holds it, or what it waits for."""


class DueList(Contract):
    files: tuple[DueLine, ...]
    total: int


class ListHoldsInput(ActivityInput):
    """Activity `list_holds`: those that are in force, or all that ever were."""

    all: bool = False


class HoldLine(Contract):
    """A legal hold: no file under it is disposed of."""

    hold_id: str
    kind: HoldKind
    subject: str
    reason: str
    set_by: str
    set_at: datetime
    lifted_by: str | None = None
    lifted_at: datetime | None = None
    lift_reason: str | None = None


class HoldList(Contract):
    holds: tuple[HoldLine, ...]


class ListDisposalsInput(ActivityInput):
    """Activity `list_disposals`: all, or one with every file."""

    disposal_id: str | None = Field(default=None, max_length=TEXT_LENGTH)


class FileLine(Contract):
    """A file of a disposal."""

    case_id: str
    sop: str
    rule: str
    keep_until: date
    status: Literal["planned", "disposed", "kept"]
    why: str = ""
    """Why it was kept after all."""
    disposed_at: datetime | None = None
    digest: str = ""
    """SHA-256 of what was there: journal, data, notices, and the hashes of documents."""
    steps: int = 0
    notices: int = 0
    documents: tuple[str, ...] = ()
    """The hashes of the documents."""


class DisposalLine(Contract):
    """A disposal, and once it is done its certificate: everything here but what a person wrote as a reason is ids,
    numbers, days and hashes."""

    disposal_id: str
    status: DisposalStatus
    requested_by: str
    requested_at: datetime
    reason: str
    decided_by: str | None = None
    decided_at: datetime | None = None
    decision_reason: str | None = None
    carried_out_by: str | None = None
    ended_at: datetime | None = None
    kinds: dict[str, int] = {}
    """Rule -> files disposed of; before the end, files that are planned."""
    disposed: int = 0
    kept: int = 0
    left: int = 0
    files: tuple[FileLine, ...] = ()


class DisposalList(Contract):
    disposals: tuple[DisposalLine, ...]


class CarryOutDisposalInput(Contract):
    """Has an approved disposal carried out; asked again, it goes on."""

    disposal_id: str = Field(min_length=1, max_length=TEXT_LENGTH)
    actor: str = Field(min_length=1, max_length=TEXT_LENGTH)
    reason: str = Field(default="", max_length=REASON_LENGTH)


class DisposeFiles(ForCase):
    """Activity `dispose_files`: the next files of a disposal."""

    key: str
    """The id of the workflow that carries it out."""
    given: CarryOutDisposalInput
    at: datetime

    @property
    def of_case(self) -> str:
        return self.key


class DisposeProgress(Contract):
    """How far a disposal has come."""

    left: int
    done: DisposalLine | None = None
    """Once nothing is left."""
