"""Registers: rows of master data, every change of each, and what was kept by which command."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, NamedTuple

from sqlalchemy import JSON, Connection, Engine, Index, text
from sqlmodel import Field, Session, col, func, select

from sop_engine.basis.faults import Fault, InvalidInput, NotFound
from sop_engine.basis.suggestion import nearest
from sop_engine.cases.contracts.registers import (
    GivenRow,
    KeptRows,
    ListChangesInput,
    ListRowsInput,
    RowChangeLine,
    RowChanges,
    RowLine,
    RowList,
    RowsCheck,
)
from sop_engine.cases.written.register import RegisterSpec
from sop_engine.cases.written.register_rows import RowChange, changed, row_key
from sop_engine.records.columns import Row, UtcInstant
from sop_engine.records.engine import insert_into, writing
from sop_engine.records.keeping import Keeping, backed_up

LOCK = 0x52_45
"""The class of PostgreSQL's advisory locks of registers: of two that keep rows of one, the second waits."""
SOUGHT = 5_000
"""Rows that are read at once where all are looked through."""
TOLD = 100
"""Faults that a refusal carries."""

_WHY = "people and files enter them; of what Temporal still has, commands and errands of cases are carried out again"


class RegisterRow(Row, table=True):
    """The present state of one row."""

    __tablename__ = "register_rows"
    keeping: ClassVar[Keeping] = backed_up(_WHY)

    register_name: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    version: int
    """How often it was changed; 1 when it was added."""
    values: dict[str, Any] = Field(sa_type=JSON)
    actor: str
    changed_at: datetime = Field(sa_type=UtcInstant)


class RegisterChangeRow(Row, table=True):
    """One change of one row; append-only."""

    __tablename__ = "register_changes"
    keeping: ClassVar[Keeping] = backed_up(_WHY)
    __table_args__: ClassVar[tuple[Any, ...]] = (Index(None, "register_name", "changed_at"),)

    register_name: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    version: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    kept_by: str
    """The command that made it."""
    actor: str
    reason: str
    case_id: str | None
    changes: dict[str, Any] = Field(sa_type=JSON)
    """Field -> `old` and `new`."""
    changed_at: datetime = Field(sa_type=UtcInstant)


class RegisterCommandRow(Row, table=True):
    """A command that kept rows: tried again, it changes nothing, whoever changed its rows since."""

    __tablename__ = "register_commands"
    keeping: ClassVar[Keeping] = backed_up(_WHY)

    key: str = Field(primary_key=True)
    register_name: str
    answer: dict[str, int] = Field(sa_type=JSON)
    kept_at: datetime = Field(sa_type=UtcInstant)


class By(NamedTuple):
    """Who keeps rows, and why."""

    key: str
    """Of the command."""
    actor: str
    reason: str
    at: datetime
    case_id: str | None = None


class RegisterRepository:
    """Keeps and finds rows. `people` are those whom the organisation knows; none where nobody asks."""

    def __init__(self, engine: Engine, people: Collection[str] | None = None) -> None:
        self._engine = engine
        self._people = people

    def keep(self, spec: RegisterSpec, rows: Sequence[GivenRow], by: By) -> KeptRows:
        """Keeps all rows, once per command. Raises InvalidInput with the faults of every row, and keeps none then."""
        with writing(self._engine) as connection, Session(connection) as session:
            if connection.dialect.name == "postgresql":
                lock = text("SELECT pg_advisory_xact_lock(:lock, hashtext(:name))")
                connection.execute(lock, {"lock": LOCK, "name": spec.name})
            known = session.get(RegisterCommandRow, by.key)
            if known is not None:
                return KeptRows(**known.answer)
            planned = _planned(session, spec, rows, self._people)
            if planned.faults:
                more = len(planned.faults) - TOLD
                said = f"; {more} more are not listed" if more > 0 else ""
                raise InvalidInput(f"{len(planned.faults)} faults in rows of {spec.name}{said}", planned.faults[:TOLD])
            _write(connection, spec.name, planned.changes, by)
            answer = {"added": planned.kept.added, "changed": planned.kept.changed, "unchanged": planned.kept.unchanged}
            session.add(RegisterCommandRow(key=by.key, register_name=spec.name, answer=answer, kept_at=by.at))
            session.flush()
        return planned.kept

    def check(self, spec: RegisterSpec, rows: Sequence[GivenRow]) -> RowsCheck:
        """What `keep` would do; changes nothing."""
        with Session(self._engine) as session:
            planned = _planned(session, spec, rows, self._people)
        return RowsCheck(would=planned.kept, faults=tuple(planned.faults))

    def count(self, register_name: str) -> int:
        with Session(self._engine) as session:
            return _count(session, register_name)

    def rows(self, asked: ListRowsInput, shown: Callable[[Mapping[str, Any]], dict[str, Any]] = dict) -> RowList:
        """Rows with what is shown of each, and sought in that alone. Raises NotFound for a key that no row has."""
        chosen = select(RegisterRow).where(RegisterRow.register_name == asked.register_name).order_by(RegisterRow.key)
        with Session(self._engine) as session:
            if asked.key is not None:
                row = session.get(RegisterRow, (asked.register_name, asked.key))
                if row is None:
                    raise _unknown(session, asked.register_name, asked.key)
                return RowList(rows=(_line(row, shown),), total=1)
            if asked.text:
                sought = asked.text.casefold()
                found = [
                    row
                    for row in session.exec(chosen.execution_options(yield_per=SOUGHT))
                    if sought in row.key.casefold() or _holds(shown(row.values), sought)
                ]
                page = [row for row in found if row.key > asked.after][: asked.limit]
                return RowList(rows=tuple(_line(row, shown) for row in page), total=len(found))
            listed = session.exec(chosen.where(RegisterRow.key > asked.after).limit(asked.limit))
            lines = tuple(_line(row, shown) for row in listed)
            return RowList(rows=lines, total=_count(session, asked.register_name))

    def history(self, asked: ListChangesInput) -> RowChanges:
        """The newest change first. Raises NotFound for a key that no row has."""
        table = RegisterChangeRow
        chosen = select(table).where(table.register_name == asked.register_name)
        with Session(self._engine) as session:
            if asked.key is not None:
                if session.get(RegisterRow, (asked.register_name, asked.key)) is None:
                    raise _unknown(session, asked.register_name, asked.key)
                chosen = chosen.where(table.key == asked.key)
            newest = chosen.order_by(col(table.changed_at).desc(), table.key, col(table.version).desc())
            return RowChanges(
                changes=tuple(
                    RowChangeLine(
                        key=row.key,
                        version=row.version,
                        kind="added" if row.version == 1 else "changed",
                        at=row.changed_at,
                        actor=row.actor,
                        reason=row.reason,
                        case_id=row.case_id,
                        changes=row.changes,
                    )
                    for row in session.exec(newest.limit(asked.limit))
                )
            )


class _Planned(NamedTuple):
    """What rows become, by key: the version that each has so far, and its change."""

    changes: dict[str, tuple[int, RowChange]]
    kept: KeptRows
    faults: list[Fault]


def _planned(
    session: Session, spec: RegisterSpec, rows: Iterable[GivenRow], people: Collection[str] | None
) -> _Planned:
    """Of rows with one key the later is laid over the earlier."""
    faults: list[Fault] = []
    changes: dict[str, tuple[int, RowChange]] = {}
    counts = dict.fromkeys(KeptRows.model_fields, 0)
    for given in rows:
        key, found = row_key(spec, given.values)
        if key is None:
            faults += [given.placed(fault) for fault in found]
            continue
        if key in changes:
            faults.append(given.placed(Fault(spec.key[0], f"{key} is given twice", "each key once")))
            continue
        stored = session.get(RegisterRow, (spec.name, key))
        change = changed(spec, stored.values if stored is not None else None, given.values, people)
        faults += [given.placed(fault) for fault in change.faults]
        counts["added" if stored is None else "changed" if change.changes else "unchanged"] += 1
        changes[key] = (stored.version if stored is not None else 0, change)
    return _Planned(changes, KeptRows(**counts), faults)


def _write(connection: Connection, name: str, planned: dict[str, tuple[int, RowChange]], by: By) -> None:
    rows, changes = [], []
    for key, (version, change) in planned.items():
        if version and not change.changes:
            continue
        shared = {"register_name": name, "key": key, "version": version + 1, "actor": by.actor, "changed_at": by.at}
        rows.append({**shared, "values": change.values})
        more = {"kept_by": by.key, "reason": by.reason, "case_id": by.case_id, "changes": change.changes}
        changes.append({**shared, **more})
    if not rows:
        return
    new = insert_into(RegisterRow.table(), connection.dialect)
    replaced = {column: new.excluded[column] for column in ("version", "values", "actor", "changed_at")}
    connection.execute(new.on_conflict_do_update(index_elements=["register_name", "key"], set_=replaced), rows)
    connection.execute(RegisterChangeRow.table().insert(), changes)


def _count(session: Session, name: str) -> int:
    chosen = select(func.count()).select_from(RegisterRow).where(RegisterRow.register_name == name)
    return session.exec(chosen).one()


def _unknown(session: Session, name: str, key: str) -> NotFound:
    keys = session.exec(select(RegisterRow.key).where(RegisterRow.register_name == name).limit(SOUGHT)).all()
    return NotFound(f"{name} has no row {key!r}", allowed=nearest(key, keys))


def _holds(value: Any, sought: str) -> bool:
    if isinstance(value, dict):
        return any(_holds(each, sought) for each in value.values())
    if isinstance(value, list):
        return any(_holds(each, sought) for each in value)
    return value is not None and sought in str(value).casefold()


def _line(row: RegisterRow, shown: Callable[[Mapping[str, Any]], dict[str, Any]]) -> RowLine:
    values = shown(row.values)
    return RowLine(key=row.key, values=values, version=row.version, changed_at=row.changed_at, actor=row.actor)
