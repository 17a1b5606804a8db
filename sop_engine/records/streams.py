"""The tables of streams: readings, what open cases are to hear of them, the episodes found, what cases were told."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, Index, Integer, String
from sqlmodel import Field

from sop_engine.records.columns import Row, UtcInstant
from sop_engine.records.keeping import REPLAYED, Keeping, backed_up

_WHY = "systems and files bring readings; of what Temporal still has, commands are carried out again"
_FOUND = "found in readings that only backups have"
_BY_CODE_POINT = String().with_variant(String(collation="C"), "postgresql")


class ReadingRow(Row, table=True):
    """One reading, by whom it is of and by what its sender knows it."""

    __tablename__ = "stream_readings"
    keeping: ClassVar[Keeping] = backed_up(_WHY)
    __table_args__: ClassVar[tuple[Any, ...]] = (
        Index(None, "stream", "subject_key", "at"),
        Index(None, "stream", "taken_at"),
    )

    stream: str = Field(primary_key=True)
    subject_key: str = Field(primary_key=True)
    """The subject as `fold` makes it: a container is one however its number is spelled."""
    tie: str = Field(primary_key=True, sa_type=_BY_CODE_POINT)
    """Source and id, by which a double is known; it orders readings of one instant."""
    subject: str
    at: datetime = Field(sa_type=UtcInstant)
    values: dict[str, Any] = Field(sa_type=JSON)
    source: str
    is_late: bool
    taken_at: datetime = Field(sa_type=UtcInstant)
    taken_by: str
    """The command that brought it."""


class ReadingsCommandRow(Row, table=True):
    """A command that brought readings, with what became of them: tried again, it answers the same."""

    __tablename__ = "stream_commands"
    keeping: ClassVar[Keeping] = backed_up(_WHY)

    key: str = Field(primary_key=True)
    stream: str
    source: str
    actor: str
    answer: dict[str, int] = Field(sa_type=JSON)
    taken_at: datetime = Field(sa_type=UtcInstant)


class WatchRow(Row, table=True):
    """What an open case is to hear of the readings of one subject, by one of its rules."""

    __tablename__ = "stream_watches"
    keeping: ClassVar[Keeping] = REPLAYED
    __table_args__: ClassVar[tuple[Any, ...]] = (Index(None, "stream", "subject_key"),)

    case_id: str = Field(primary_key=True)
    stream: str = Field(primary_key=True)
    rule: str = Field(primary_key=True)
    subject_key: str = Field(primary_key=True)
    subject: str
    when: str | None
    seconds: int
    since: datetime = Field(sa_type=UtcInstant)
    until: datetime | None = Field(sa_type=UtcInstant)
    given: dict[str, Any] = Field(sa_type=JSON)
    tell: dict[str, Any] = Field(sa_type=JSON)


class JudgedRow(Row, table=True):
    """By which rule the readings of a subject were judged for a case, and how many episodes were found so far."""

    __tablename__ = "stream_judged"
    keeping: ClassVar[Keeping] = backed_up(_FOUND)

    case_id: str = Field(primary_key=True)
    stream: str = Field(primary_key=True)
    rule: str = Field(primary_key=True)
    subject_key: str = Field(primary_key=True)
    judged_by: str
    """A digest of the rule with its figures: where it is another one, all readings are looked at."""
    last_number: int


class EpisodeRow(Row, table=True):
    """One episode that was found for a case."""

    __tablename__ = "stream_episodes"
    keeping: ClassVar[Keeping] = backed_up(_FOUND)

    case_id: str = Field(primary_key=True)
    stream: str = Field(primary_key=True)
    rule: str = Field(primary_key=True)
    subject_key: str = Field(primary_key=True)
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    subject: str
    begun_at: datetime = Field(sa_type=UtcInstant)
    ended_at: datetime | None = Field(sa_type=UtcInstant)
    is_withdrawn: bool
    revision: int
    """How often something was found about it."""


class NewsRow(Row, table=True):
    """One thing that a case is told of an episode; entered with the episode, in one transaction."""

    __tablename__ = "stream_news"
    keeping: ClassVar[Keeping] = backed_up(_FOUND)
    __table_args__: ClassVar[tuple[Any, ...]] = (Index(None, "status"), Index(None, "case_id"))

    number: int | None = Field(default=None, primary_key=True, sa_type=BigInteger().with_variant(Integer(), "sqlite"))
    case_id: str
    id: str
    """By which the case knows a repetition."""
    stream: str
    rule: str
    subject_key: str
    episode: int
    word: str
    event: str
    data: dict[str, Any] = Field(sa_type=JSON)
    status: str
    found_at: datetime = Field(sa_type=UtcInstant)
