"""What is said about the records as a whole: which they are, how far they have come, whether they may be relied on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import reduce
from typing import Annotated, Any, Literal

from pydantic import Field

from sop_engine.cases.contracts.base import ActivityInput, Contract, ForCase

Verdict = Literal["fit", "new", "behind", "empty", "foreign", "gone"]
"""`new`: nobody has known any records on this server before. `empty`: they began from nothing, and the cases know
others. `gone`: their file was deleted or replaced under the worker. All but `fit` and `new` stop numbers and money."""

ADOPT = "`sop records adopt --reason …`, by an administrator, accepts them as they are"
REPAIR = "`sop records repair` rebuilds what is missing from the histories"
UNKNOWN = "unknown"
"""The identity of records that nobody remembers, on a server that holds cases."""


class RecordsMark(Contract):
    """Which records these are, and how far they have come: counters that only ever rise."""

    identity: str
    marks: dict[str, Annotated[int, Field(ge=0, lt=2**31)]] = {}
    seal: str = ""
    """By which the records know again what was told for them (`sop_engine.records.identity`)."""

    def raised(self, other: RecordsMark) -> RecordsMark:
        """The higher of each counter; another identity's counters say nothing about these records."""
        if other.identity != self.identity:
            return self
        names = {*self.marks, *other.marks}
        return RecordsMark(
            identity=self.identity,
            marks={name: max(self.marks.get(name, 0), other.marks.get(name, 0)) for name in sorted(names)},
        )


def known_of(told: Sequence[RecordsMark]) -> RecordsMark | None:
    """What the cases know by all that was told, the first thing first; none where nothing was."""
    return reduce(RecordsMark.raised, told) if told else None


class RecordsFitness(Contract):
    """Whether the records may give out numbers and take money work, and if not, what to do."""

    verdict: Verdict
    identity: str
    """Of the present records; `UNKNOWN` of those that are gone."""
    marks: dict[str, int]
    known: RecordsMark | None
    """What the cases know of their records; none on a server that has known none."""
    what: str
    remedy: str = ""

    @property
    def is_fit(self) -> bool:
        return self.verdict in ("fit", "new")

    @classmethod
    def gone(cls, what: str, remedy: str, known: RecordsMark | None) -> RecordsFitness:
        """Records that cannot be looked at any more."""
        return cls(verdict="gone", identity=UNKNOWN, marks={}, known=known, what=what, remedy=remedy)

    def lacking(self, what: str) -> RecordsFitness:
        """The same records, found to be behind for another reason."""
        return self.model_copy(update={"verdict": "behind", "what": what, "remedy": f"{REPAIR}; {ADOPT}"})


def judge(present: RecordsMark, known: RecordsMark | None, *, is_new: bool) -> RecordsFitness:
    """Compares records with what the cases know of them.

    `is_new` says that the records were made from nothing and no case was ever told of them.
    """

    def found(verdict: Verdict, what: str, *remedies: str) -> RecordsFitness:
        return RecordsFitness(
            verdict=verdict,
            identity=present.identity,
            marks=present.marks,
            known=known,
            what=what,
            remedy="; ".join(remedies),
        )

    if known is None:
        return found("new", "these are the first records that this server knows")
    if known.identity != present.identity:
        if is_new:
            what = f"the records began from nothing; the cases belong to the records {known.identity}"
            return found("empty", what, REPAIR, ADOPT)
        what = f"these are the records {present.identity}; the cases belong to the records {known.identity}"
        return found("foreign", what, "point SOP_DATABASE_URL at the right database", ADOPT)
    lower = {name: mark for name, mark in known.marks.items() if present.marks.get(name, 0) < mark}
    if lower:
        lacking = ", ".join(f"{name} {present.marks.get(name, 0)} of {mark}" for name, mark in sorted(lower.items()))
        return found("behind", f"the records are older than what the cases know of them: {lacking}", REPAIR, ADOPT)
    return found("fit", f"the records {present.identity} are as far as the cases know")


class RecordsFitnessInput(ActivityInput):
    """Activity `records_fitness`: may the records be relied on?"""


class AdoptRecordsInput(Contract):
    """Accepts the present records as they are, differences and all. For an administrator, who says why."""

    actor: str = Field(min_length=1, max_length=100)
    reason: str = Field(min_length=1, max_length=2_000)


class CheckRecordsInput(ActivityInput):
    """Activity `check_records`: one page of cases, or one case, compared with their histories."""

    case_id: str | None = None
    page: str = ""
    """The `next` of the page before; the beginning when empty."""
    limit: int = Field(default=10, ge=1, le=200)
    """How many cases the page takes."""


class Difference(Contract):
    """One thing that records and histories say otherwise."""

    case_id: str
    table: str
    what: str

    def __str__(self) -> str:
        return f"{self.case_id}: {self.table}: {self.what}"


class RecordsCheck(Contract):
    """What a page of the check found."""

    checked: int
    differences: tuple[Difference, ...]
    gone: tuple[str, ...] = ()
    """Cases whose history is gone: their rows are only in backups."""
    unreadable: tuple[str, ...] = ()
    """Cases whose history does not replay, each with the reason."""
    more: int = 0
    """How many more differences and cases that cannot be read were left out: the answer has to fit into one message."""
    more_gone: int = 0
    """How many more are gone than `gone` names. With the years these are most, and none of them is a difference."""
    next: str = ""
    """Where to go on; empty at the end."""
    total: int = 0
    """How many workflows there are to look at, about; on the first page."""


class DailyCheck(Contract):
    """How far the check of the records has come that the watch makes each day, or what it found."""

    page: str = ""
    """Where it goes on; empty when it is through."""
    checked: int = 0
    differences: int = 0
    ended_at: datetime | None = None

    def with_page(self, found: RecordsCheck, now: datetime) -> DailyCheck:
        """The check with one more page."""
        lines = len(found.differences) + len(found.unreadable) + found.more
        return DailyCheck(
            page=found.next,
            checked=self.checked + found.checked,
            differences=self.differences + lines,
            ended_at=None if found.next else now,
        )


class RepairRecordsInput(Contract):
    """Rebuilds from histories what the records lack. For an administrator."""

    actor: str = Field(min_length=1, max_length=100)


class ForRecords(ForCase):
    """What an activity does for all cases; only a workflow of the engine's own may have it done."""

    @property
    def of_case(self) -> None:
        return None


class RecallRecords(ForRecords):
    """Activity `recall_records`: what the cases know of their records, for the next run of what knows it."""


class AdoptRecords(ForRecords):
    """Activity `adopt_records`: what an administrator accepted."""

    given: AdoptRecordsInput
    known: Any = None
    """Said by workers of earlier releases, and not looked at: the worker asks what the cases know."""


class RepairRecords(ForRecords):
    """Activity `repair_records`: who asked."""

    given: RepairRecordsInput
    known: Any = None
    """As of `AdoptRecords`."""


class RepairProgress(Contract):
    """How far a repair has come."""

    stage: Literal["reading", "carrying_out", "done"] = "reading"
    done: int = 0
    total: int = 0


class RecordsRepair(Contract):
    """What a repair did, and what it could not."""

    cases: int
    steps: int
    """Steps of the journal that were missing."""
    errands: int
    """Numbers, entries, papers and notices that were missing."""
    differences: tuple[Difference, ...]
    """What came out otherwise than recorded."""
    gone: tuple[str, ...]
    lost: tuple[str, ...] = ()
    """Cases that were open in the records, unknown to Temporal, and are closed in the records now."""
    unreadable: tuple[str, ...]
    more: int = 0
    """How many more lines were left out of the lists."""
    mark: RecordsMark
    """The records as they are now."""
