"""Legal holds, disposals and their files: rows that stay when what they are about is gone."""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, ClassVar, NamedTuple

from sqlalchemy import JSON, Connection, Engine, text
from sqlmodel import Field, Session, col, select

from sop_engine.basis.faults import NotFound, NotPermitted, Refused
from sop_engine.cases.contracts.retention import HoldKind, HoldLine
from sop_engine.freight.party_keys import party_key
from sop_engine.records.cases import CaseRow, ReferenceRow
from sop_engine.records.columns import Row, UtcInstant
from sop_engine.records.engine import insert_into, is_made, writing
from sop_engine.records.keeping import Keeping, backed_up

LOCK = 0x44_49
"""PostgreSQL's advisory lock of disposals: a hold is set before or after a file is disposed of, never beside it."""


class HoldRow(Row, table=True):
    """One legal hold; lifted, it stays."""

    __tablename__ = "legal_holds"
    keeping: ClassVar[Keeping] = backed_up("people set and lift them")

    hold_id: str = Field(primary_key=True)
    kind: str
    """`case` or `party`."""
    subject: str
    subject_key: str = Field(index=True)
    """The case's id, or the party's name or number however it is spelled."""
    reason: str
    set_by: str
    set_at: datetime = Field(sa_type=UtcInstant)
    lifted_by: str | None = None
    lifted_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    lift_reason: str | None = None


class DisposalRow(Row, table=True):
    """Files that somebody asked to dispose of; done, it is the certificate together with its files."""

    __tablename__ = "disposals"
    keeping: ClassVar[Keeping] = backed_up("people ask for them and approve them, and the certificate stays")

    disposal_id: str = Field(primary_key=True)
    status: str
    """`requested`, `approved`, `refused`, `done`."""
    requested_by: str
    requested_at: datetime = Field(sa_type=UtcInstant)
    reason: str
    decided_by: str | None = None
    decided_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    decision_reason: str | None = None
    carried_out_by: str | None = None
    ended_at: datetime | None = Field(default=None, sa_type=UtcInstant)


class DisposedFileRow(Row, table=True):
    """The file of one case in a disposal, and what became of it."""

    __tablename__ = "disposal_files"
    keeping: ClassVar[Keeping] = backed_up("what was disposed of is nowhere else")

    disposal_id: str = Field(primary_key=True, foreign_key="disposals.disposal_id")
    case_id: str = Field(primary_key=True, index=True)
    sop: str
    rule: str
    keep_until: date
    depth: int
    """How many cases there are from the outermost one to this; the innermost are disposed of first."""
    status: str
    """`planned`, `disposed`, or `kept` after all."""
    why: str = ""
    disposed_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    digest: str = ""
    steps: int = 0
    notices: int = 0
    documents: list[str] = Field(default_factory=list, sa_type=JSON)


class By(NamedTuple):
    """Who orders it, and why."""

    key: str
    actor: str
    reason: str
    at: datetime


class HoldRepository:
    """Sets holds and lifts them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def set(self, kind: HoldKind, subject: str, by: By) -> str:
        """The id of the hold, once per key."""
        hold_id = own_id("H", by.key)
        with writing(self._engine) as connection:
            one_at_a_time(connection)
            made = insert_into(HoldRow.table(), connection.dialect).values(
                hold_id=hold_id,
                kind=kind,
                subject=subject,
                subject_key=key_of(kind, subject),
                reason=by.reason,
                set_by=by.actor,
                set_at=by.at,
            )
            is_made(connection, made)
        return hold_id

    def concerns_any(self, kind: HoldKind, subject: str) -> bool:
        """Whether there is such a case, or one that names the party."""
        with Session(self._engine) as session:
            if kind == "case":
                return session.get(CaseRow, subject) is not None
            key = key_of(kind, subject)
            named = session.exec(select(ReferenceRow.value).distinct().execution_options(yield_per=1_000))
            if any(party_key(value) == key for value in named):
                return True
            held = session.exec(select(CaseRow.data).execution_options(yield_per=1_000))
            return any(party_key(value) == key for data in held for value in texts_of(data))

    def lift(self, hold_id: str, by: By) -> bool:
        """Whether it was in force. Raises NotFound, and Refused where another lifted it."""
        with writing(self._engine) as connection, Session(connection) as session:
            row = session.exec(select(HoldRow).where(HoldRow.hold_id == hold_id).with_for_update()).first()
            if row is None:
                raise NotFound(f"there is no hold {hold_id!r}", allowed=("sop retention holds",))
            if row.lifted_at is not None:
                if row.lifted_by == by.actor:
                    return False
                raise Refused(f"{hold_id} was lifted by {row.lifted_by}")
            row.lifted_by, row.lifted_at, row.lift_reason = by.actor, by.at, by.reason
            session.add(row)
            session.flush()
        return True

    def list(self, *, all_of_them: bool) -> Sequence[HoldLine]:
        """The newest first."""
        chosen = select(HoldRow).order_by(col(HoldRow.set_at).desc(), HoldRow.hold_id)
        if not all_of_them:
            chosen = chosen.where(col(HoldRow.lifted_at).is_(None))
        with Session(self._engine) as session:
            return [
                HoldLine.model_validate(row.model_dump(exclude={"subject_key"})) for row in session.exec(chosen).all()
            ]


def own_id(letter: str, key: str) -> str:
    """A short id that the same order always has."""
    return f"{letter}-{hashlib.sha256(key.encode()).hexdigest()[:8]}"


def key_of(kind: HoldKind, subject: str) -> str:
    return subject if kind == "case" else party_key(subject) or subject


def one_at_a_time(connection: Connection) -> None:
    """SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


def refuse_self_approval(requested_by: str, actor: str) -> None:
    """Raises NotPermitted."""
    if requested_by == actor:
        raise NotPermitted(f"{actor} asked for this disposal; another person approves it")


def texts_of(value: Any) -> set[str]:
    """Every text in a value, at any depth."""
    if isinstance(value, str):
        return {value}
    if isinstance(value, dict):
        return {found for inner in value.values() for found in texts_of(inner)}
    if isinstance(value, list | tuple):
        return {found for inner in value for found in texts_of(inner)}
    return set()
