"""Opening the database: SQLite in a file by default, PostgreSQL by URL."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from pathlib import Path
from threading import Lock
from typing import Any

from pydantic_core import to_json
from sqlalchemy import Connection, Dialect, Engine, Pool, StaticPool, Table, create_engine, event, literal
from sqlalchemy.dialects import postgresql, sqlite

from sop_engine.records.file import RecordsFile

LOCK_WAIT_MS = 5_000
"""How long SQLite waits for another process that writes before it gives up."""

# SQLite's writers poll for the lock, and of eight the unlucky one waits more than a second; threads that queue here
# first wait their turn, some tens of milliseconds.
_SQLITE_WRITERS = Lock()

_IS_READ_ONLY: ContextVar[bool] = ContextVar("is_read_only", default=False)


def scratch() -> Engine:
    """An empty database in memory that is nobody's records: for one comparison."""
    return open_engine("sqlite://", StaticPool).execution_options(is_scratch=True)


def beside_reading(engine: Engine) -> Engine:
    """The same database, for what is written of a look at it: such as who looked."""
    return engine.execution_options(is_beside_reading=True)


def open_engine(url: str, poolclass: type[Pool] | None = None) -> Engine:
    """An engine for `sqlite:///<file>` or `postgresql+psycopg://…`. Connects when first used.

    It raises RecordsGone from when its file is deleted or replaced.
    """
    engine = create_engine(url, json_serializer=_to_json, json_deserializer=json.loads, poolclass=poolclass)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        if engine.url.database not in (None, "", ":memory:"):
            RecordsFile(Path(engine.url.database)).watch(engine)
    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes. On SQLite it takes the write lock at once: one that turns writer late may fail.

    Raises RuntimeError within `read_only`, unless the engine is one that `scratch` or `beside_reading` made.
    """
    options = engine.get_execution_options()
    if _IS_READ_ONLY.get() and not (options.get("is_scratch", False) or options.get("is_beside_reading", False)):
        raise RuntimeError("what was declared to read only tries to write to the records")
    queue = _SQLITE_WRITERS if engine.dialect.name == "sqlite" else nullcontext()
    with queue, engine.execution_options(writes=True).begin() as connection:
        yield connection


def insert_into(table: Table, dialect: Dialect) -> sqlite.Insert | postgresql.Insert:
    """An insertion that can say what is to become of a row whose key is there already."""
    return sqlite.insert(table) if dialect.name == "sqlite" else postgresql.insert(table)


def is_made(connection: Connection, insertion: sqlite.Insert | postgresql.Insert) -> bool:
    """Inserts one row; whether its key was not there yet. What is there stays."""
    return connection.execute(insertion.on_conflict_do_nothing().returning(literal(1))).first() is not None


@contextmanager
def read_only() -> Iterator[None]:
    """Within it, and in threads that run on its context, nothing begins a transaction that writes."""
    before = _IS_READ_ONLY.set(True)
    try:
        yield
    finally:
        _IS_READ_ONLY.reset(before)


def _to_json(value: Any) -> str:
    return to_json(value).decode()


def _prepare_sqlite(connection: Any, record: Any) -> None:
    # The driver would open transactions itself, too late and without a choice of kind: `_begin_sqlite` does it.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout={LOCK_WAIT_MS}")
    connection.execute("PRAGMA journal_mode=WAL")
    # An activity reported as done must have its rows on the disk, whatever happens to the power.
    connection.execute("PRAGMA synchronous=FULL")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
