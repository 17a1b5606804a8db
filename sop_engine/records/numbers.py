"""Numbers without gaps: each register counts from 1 in each year, and a number once given is never given again."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Engine, UniqueConstraint, func, text
from sqlmodel import Field, Session, col, select

from sop_engine.records.columns import Row, UtcInstant
from sop_engine.records.engine import writing
from sop_engine.records.keeping import CARRIED_OUT_AGAIN, Keeping

LOCK = 0x4E_4F
"""The class of PostgreSQL's advisory locks of registers: of two that ask one register, the second waits."""


class NumberRow(Row, table=True):
    """One number given."""

    __tablename__ = "numbers"
    keeping: ClassVar[Keeping] = CARRIED_OUT_AGAIN
    __table_args__: ClassVar[tuple[UniqueConstraint, ...]] = (UniqueConstraint("register_name", "year", "serial"),)

    key: str = Field(primary_key=True)
    """Of the work that asked for it: a repeated activity finds its number again."""
    register_name: str
    year: int
    serial: int
    number: str = Field(unique=True)
    """As it is printed."""
    case_id: str
    given_at: datetime = Field(sa_type=UtcInstant)


class NumberRepository:
    """Gives numbers, one at a time per register."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def next(self, key: str, register: str, prefix: str, year: int, case_id: str, given_at: datetime) -> str:
        """The register's next number of the year, `INV-2026-000001`; for a key asked before, that key's number."""
        with writing(self._engine) as connection, Session(connection) as session:
            if connection.dialect.name == "postgresql":
                lock = text("SELECT pg_advisory_xact_lock(:lock, hashtext(:register))")
                connection.execute(lock, {"lock": LOCK, "register": register})
            kept = session.get(NumberRow, key)
            if kept is not None:
                return kept.number
            given = select(func.max(col(NumberRow.serial))).where(
                NumberRow.register_name == register, NumberRow.year == year
            )
            serial = (session.exec(given).one() or 0) + 1
            number = f"{prefix}-{year}-{serial:06}"
            session.add(
                NumberRow(
                    key=key,
                    register_name=register,
                    year=year,
                    serial=serial,
                    number=number,
                    case_id=case_id,
                    given_at=given_at,
                )
            )
            session.flush()
            return number
