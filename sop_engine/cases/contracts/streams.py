"""What is said about streams: readings that are brought, what became of them, and the episodes in them.

Readings cross Temporal as rows of registers do: as text and plain JSON, typed by their stream on the worker.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from sop_engine.basis.faults import Fault
from sop_engine.cases.contracts.base import ActivityInput, Contract, ForCase
from sop_engine.cases.contracts.limits import TEXT_LENGTH
from sop_engine.cases.contracts.records import ForRecords
from sop_engine.cases.contracts.registers import GivenRow

PART_READINGS = 2_000
"""Readings that are taken in one transaction."""


class TakeReadingsInput(ActivityInput):
    """Readings that somebody brings, all of them or none."""

    stream_name: str = Field(max_length=TEXT_LENGTH)
    source: str = Field(min_length=1, max_length=50, pattern=r"^[A-Za-z0-9._-]+$")
    """Whose ids those of the readings are: a provider, a logger, a kind of file."""
    rows: tuple[GivenRow, ...] = Field(min_length=1, max_length=PART_READINGS)
    actor: str = Field(min_length=1, max_length=TEXT_LENGTH)


class TakeReadings(ForCase):
    """Activity `take_readings`: what somebody brings, by the workflow that was started for it."""

    key: str
    """That workflow's id."""
    given: TakeReadingsInput
    at: datetime

    @property
    def of_case(self) -> str:
        return self.key


class CheckReadingsInput(ActivityInput):
    """Activity `check_readings`: what would become of them now."""

    given: TakeReadingsInput
    now: datetime


class TakenReadings(Contract):
    """What became of readings."""

    new: int = 0
    doubled: int = 0
    """Known before, or given twice."""
    late: int = 0
    """Among the new ones: later than the stream waits for, kept, and judging nothing."""

    def __add__(self, other: TakenReadings) -> TakenReadings:
        return TakenReadings(
            new=self.new + other.new, doubled=self.doubled + other.doubled, late=self.late + other.late
        )


class ReadingsCheck(Contract):
    """What would become of readings, or what is wrong with them."""

    would: TakenReadings
    faults: tuple[Fault, ...]


class StreamsInput(ActivityInput):
    """Activity `list_streams`: all of them, or one."""

    stream_name: str | None = None


class StreamLine(Contract):
    """One stream."""

    written: dict[str, Any]
    """As its file declares it, with what shared parts say written out."""
    readings: int
    subjects: int
    newest_at: datetime | None
    watched: int
    """Open cases that are to hear of it."""
    waiting: int
    """What cases have not been told yet."""


class StreamList(Contract):
    streams: tuple[StreamLine, ...]
    undeclared: dict[str, int] = {}
    """Streams that no file declares any more -> how many open cases watch them."""


class ShowStreamInput(ActivityInput):
    """Activity `show_stream`: the newest readings of a stream or of one subject, and the episodes in them."""

    stream_name: str
    subject: str | None = Field(default=None, max_length=TEXT_LENGTH)
    limit: int = Field(default=100, ge=1, le=1_000)


class ReadingLine(Contract):
    """One reading as it is kept."""

    subject: str
    at: datetime
    values: dict[str, Any]
    source: str
    is_late: bool
    taken_at: datetime


class EpisodeLine(Contract):
    """One episode of one case."""

    case_id: str
    rule: str
    subject: str
    number: int
    begun_at: datetime
    ended_at: datetime | None
    is_withdrawn: bool
    told: tuple[str, ...]
    """What the case was told of it, in order; `waiting` and `refused` words with that word before them."""


class StreamShown(Contract):
    readings: tuple[ReadingLine, ...]
    total: int
    episodes: tuple[EpisodeLine, ...]


class WatchStreamsInput(Contract):
    """Starts the workflow that looks after streams."""

    task_queue: str


class StreamRoundInput(ForRecords):
    """Activity `stream_round`: one look at all cases that are to hear of streams."""

    now: datetime


class StreamRound(Contract):
    """What a round did."""

    watches: int
    """Rules of open cases, for each subject."""
    told: int
    forgotten: int
    """Readings past the time that their stream keeps them."""
    undeclared: tuple[str, ...] = ()
    """Streams that open cases watch and no file declares."""
    next_at: datetime


NewsStatus = Literal["waiting", "told", "refused"]
