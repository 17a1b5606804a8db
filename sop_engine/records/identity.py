"""Which records these are, and how far they have come.

The identity is made with the tables and stays with them wherever the database is moved. The marks only ever rise; the
cases know them too (`sop_engine.temporal.anchor`), so that an older copy is recognised by what it lacks.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import ClassVar, Literal

from sqlalchemy import Connection, Engine, delete
from sqlmodel import Field, Session, func, select

from sop_engine.cases.contracts.records import UNKNOWN, RecordsMark
from sop_engine.records.cases import CaseRow, ChildRow
from sop_engine.records.columns import Row, UtcInstant
from sop_engine.records.engine import insert_into, writing
from sop_engine.records.keeping import CARRIED_OUT_AGAIN, Keeping, backed_up, rebuilt
from sop_engine.records.signing_keys import MARKS, SigningKeyRow

BEAT = "beat"
"""Raised each minute while a worker runs: a copy of any earlier minute is lower."""
Change = Literal["repaired", "adopted"]

ERRANDS = "errands"
"""How many errands were carried out."""


class IdentityRow(Row, table=True):
    """The one row that says which records these are."""

    __tablename__ = "record_identity"
    keeping: ClassVar[Keeping] = rebuilt("what the cases know of their records")

    identity: str = Field(primary_key=True)
    made_at: datetime = Field(sa_type=UtcInstant)
    complete_from: datetime | None = Field(default=None, sa_type=UtcInstant)
    """Errands that ended before are in the records without a row in `errands`: those of an installation that was there
    before the table was."""


class MarkRow(Row, table=True):
    """A counter that only ever rises. That of a register is its last number."""

    __tablename__ = "record_marks"
    keeping: ClassVar[Keeping] = rebuilt("what the cases know of their records")

    name: str = Field(primary_key=True)
    value: int


class ErrandRow(Row, table=True):
    """An errand of a case that was carried out: a repair leaves it alone."""

    __tablename__ = "errands"
    keeping: ClassVar[Keeping] = CARRIED_OUT_AGAIN

    key: str = Field(primary_key=True)
    activity: str
    case_id: str = Field(index=True)
    done_at: datetime = Field(sa_type=UtcInstant)


class RecordsChangeRow(Row, table=True):
    """Somebody repaired the records or accepted them as they are."""

    __tablename__ = "record_changes"
    keeping: ClassVar[Keeping] = backed_up("who repaired or adopted records, and why")

    number: int = Field(primary_key=True)
    change: str
    """`repaired` or `adopted`."""
    actor: str
    reason: str
    identity: str
    """Of the records before."""
    changed_at: datetime = Field(sa_type=UtcInstant)


def register_mark(register: str, year: int) -> str:
    """The mark of a register in a year."""
    return f"{register} {year}"


def mark_of(session: Session, name: str) -> int:
    """How high a mark stands."""
    row = session.get(MarkRow, name)
    return 0 if row is None else row.value


def raise_mark(connection: Connection, name: str, value: int | None = None) -> None:
    """Raises a mark to a value, or by one; one that stands higher stays."""
    table = MarkRow.table()
    new = insert_into(table, connection.dialect).values(name=name, value=1 if value is None else value)
    wins = None if value is None else table.c.value < new.excluded.value
    risen = table.c.value + 1 if value is None else new.excluded.value
    connection.execute(new.on_conflict_do_update(index_elements=["name"], set_={"value": risen}, where=wins))


class RecordsIdentity:
    """Reads and raises the marks of one database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def present(self) -> RecordsMark:
        """The identity and every mark."""
        with Session(self._engine) as session:
            return _present(session)

    def seal(self, mark: RecordsMark) -> RecordsMark:
        """The same, known again by these records and their copies."""
        with Session(self._engine) as session:
            return _sealed(mark, _key(session))

    def sealed_of(self, told: Iterable[RecordsMark]) -> Sequence[RecordsMark]:
        """Those that a worker of these records, or of a copy of them, has told."""
        with Session(self._engine) as session:
            key = _key(session)
        return [mark for mark in told if hmac.compare_digest(mark.seal.encode(), _sealed(mark, key).seal.encode())]

    def is_empty(self) -> bool:
        """Whether the records hold no case."""
        with Session(self._engine) as session:
            return session.exec(select(CaseRow.case_id).limit(1)).first() is None

    def is_new(self) -> bool:
        """Whether the records were made from nothing, and no worker has relied on them yet."""
        with Session(self._engine) as session:
            made = session.exec(select(IdentityRow)).one()
            return made.complete_from is None and mark_of(session, BEAT) == 0

    def beat(self) -> RecordsMark:
        """Raises the mark of each minute."""
        with writing(self._engine) as connection, Session(connection) as session:
            raise_mark(connection, BEAT)
            return _present(session)

    def carried_out(self, key: str, activity: str, case_id: str) -> RecordsMark:
        """Keeps that an errand was carried out; the same again changes nothing."""
        with writing(self._engine) as connection, Session(connection) as session:
            if session.get(ErrandRow, key) is None:
                session.add(ErrandRow(key=key, activity=activity, case_id=case_id, done_at=datetime.now(UTC)))
                session.flush()
                raise_mark(connection, ERRANDS)
            return _present(session)

    def case_ids(self) -> set[str]:
        """Every case that the records know: by its row, or as the child of another."""
        with Session(self._engine) as session:
            return {*session.exec(select(CaseRow.case_id)), *session.exec(select(ChildRow.child_id))}

    def reach(self, known: RecordsMark, change: Change, actor: str, reason: str) -> RecordsMark:
        """Raises every mark to what is known and keeps who did so; repaired records take the known identity over.

        A register is raised whoever's records are known: a number that was given to anybody is not given again.
        """
        with writing(self._engine) as connection, Session(connection) as session:
            before = _present(session)
            for name, value in known.marks.items():
                raise_mark(connection, name, value)
            number = (session.exec(select(func.max(RecordsChangeRow.number))).one() or 0) + 1
            session.add(
                RecordsChangeRow(
                    number=number,
                    change=change,
                    actor=actor,
                    reason=reason,
                    identity=before.identity,
                    changed_at=datetime.now(UTC),
                )
            )
            if change == "repaired" and known.identity not in (before.identity, UNKNOWN):
                row = session.exec(select(IdentityRow)).one()
                kept = row.model_dump() | {"identity": known.identity}
                connection.execute(delete(IdentityRow.table()))
                connection.execute(IdentityRow.table().insert().values(kept))
                session.expire_all()
            session.flush()
            return _present(session)


def _present(session: Session) -> RecordsMark:
    identity = session.exec(select(IdentityRow.identity)).one()
    marks = session.exec(select(MarkRow).order_by(MarkRow.name))
    return _sealed(RecordsMark(identity=identity, marks={row.name: row.value for row in marks}), _key(session))


def _key(session: Session) -> bytes:
    """Nobody who reads histories has it."""
    return session.exec(select(SigningKeyRow.secret).where(SigningKeyRow.name == MARKS)).one()


def _sealed(mark: RecordsMark, key: bytes) -> RecordsMark:
    said = json.dumps([mark.identity, sorted(mark.marks.items())])
    return mark.model_copy(update={"seal": hmac.new(key, said.encode(), hashlib.sha256).hexdigest()})
