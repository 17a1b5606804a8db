"""The tables of cases: the journal of steps, and the present state of cases, tasks, clocks and children.

The journal is append-only: a step that another write replaced stays, marked superseded. The other tables hold what each
write brings as a whole, and say in `written_at` (workflow time) which write that was.
"""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Index, String
from sqlmodel import Field

from sop_engine.records.columns import Names, Row, UtcInstant
from sop_engine.records.keeping import REPLAYED, Keeping


class CaseRow(Row, table=True):
    """The present state of one case."""

    __tablename__ = "cases"
    keeping: ClassVar[Keeping] = REPLAYED
    __table_args__: ClassVar[tuple[Any, ...]] = (Index(None, "sop", "status"),)

    case_id: str = Field(primary_key=True)
    first_run_id: str
    sop: str
    version: int
    definition_hash: str
    title: dict[str, str] = Field(sa_type=JSON)
    owner: str
    status: str
    stage: str | None
    outcome: str | None
    sla: str
    states: tuple[str, ...] = Field(sa_type=Names)
    parent: str | None = Field(index=True)
    opened_at: datetime = Field(sa_type=UtcInstant)
    closed_at: datetime | None = Field(sa_type=UtcInstant)
    due_at: datetime | None = Field(sa_type=UtcInstant, index=True)
    provisional: bool
    data: dict[str, Any] = Field(sa_type=JSON)
    written_at: datetime = Field(sa_type=UtcInstant)
    step: int
    """The last step of the write that brought this state; breaks the tie of two writes in one workflow task."""


class ReferenceRow(Row, table=True):
    """A value by which a case is found. The case id is one too, under the field `case_id`."""

    __tablename__ = "case_references"
    keeping: ClassVar[Keeping] = REPLAYED

    case_id: str = Field(primary_key=True)
    field: str = Field(primary_key=True)
    value: str = Field(primary_key=True)
    folded: str = Field(sa_type=String().with_variant(String(collation="C"), "postgresql"), index=True)
    """The value as `fold` makes it, ordered by code point, so that a prefix is a range of the index."""


class StepRow(Row, table=True):
    """One line of the journal: who, when, what, old and new values."""

    __tablename__ = "steps"
    keeping: ClassVar[Keeping] = REPLAYED

    case_id: str = Field(primary_key=True)
    first_run_id: str = Field(primary_key=True)
    step: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    written_at: datetime = Field(sa_type=UtcInstant, primary_key=True)
    superseded: bool
    at: datetime = Field(sa_type=UtcInstant)
    happened_at: datetime | None = Field(sa_type=UtcInstant)
    actor: str
    on_behalf_of: str | None
    kind: str
    name: str
    title: dict[str, str] = Field(sa_type=JSON)
    entered: tuple[str, ...] = Field(sa_type=Names)
    exited: tuple[str, ...] = Field(sa_type=Names)
    changes: tuple[dict[str, Any], ...] = Field(sa_type=JSON)
    note: str | None
    data: dict[str, Any] = Field(sa_type=JSON)


CLOSED_TASKS = ("completed", "cancelled", "skipped")


class TaskRow(Row, table=True):
    """The present or last state of one task of a case."""

    __tablename__ = "tasks"
    keeping: ClassVar[Keeping] = REPLAYED
    __table_args__: ClassVar[tuple[Any, ...]] = (Index(None, "status", "role"),)

    case_id: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    first_run_id: str
    state: str
    title: dict[str, str] = Field(sa_type=JSON)
    role: str
    unit: str | None
    person: str | None
    status: str
    assignee: str | None = Field(index=True)
    priority: int
    opened_at: datetime = Field(sa_type=UtcInstant)
    due_at: datetime | None = Field(sa_type=UtcInstant)
    completed_at: datetime | None = Field(sa_type=UtcInstant)
    completed_by: str | None
    completed_for: str | None
    outcome: str | None
    outcomes: tuple[str, ...] = Field(sa_type=Names)
    suspended_until: datetime | None = Field(sa_type=UtcInstant)
    candidates: tuple[str, ...] = Field(sa_type=Names)
    barred: tuple[str, ...] = Field(sa_type=Names)
    written_at: datetime = Field(sa_type=UtcInstant)


class ClockRow(Row, table=True):
    """One SLA clock of a case with its spans, fired rungs and moved deadlines."""

    __tablename__ = "clocks"
    keeping: ClassVar[Keeping] = REPLAYED

    case_id: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    name: str
    title: dict[str, str] = Field(sa_type=JSON)
    status: str
    started_at: datetime = Field(sa_type=UtcInstant)
    due_at: datetime = Field(sa_type=UtcInstant)
    stopped_at: datetime | None = Field(sa_type=UtcInstant)
    provisional: bool
    spans: tuple[dict[str, Any], ...] = Field(sa_type=JSON)
    fired: tuple[dict[str, Any], ...] = Field(sa_type=JSON)
    moved: tuple[dict[str, Any], ...] = Field(sa_type=JSON)


class ChildRow(Row, table=True):
    """A child case as its parent sees it."""

    __tablename__ = "children"
    keeping: ClassVar[Keeping] = REPLAYED

    case_id: str = Field(primary_key=True)
    child_id: str = Field(primary_key=True)
    key: str
    sop: str
    status: str
    outcome: str | None
