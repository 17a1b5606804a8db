"""Numbers without gaps: each register counts from 1 in each year, and a number once given is never given again."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Engine, UniqueConstraint, func, text
from sqlmodel import Field, Session, col, select

from sop_engine.basis.faults import Refused
from sop_engine.records.columns import Row, UtcInstant
from sop_engine.records.engine import writing
from sop_engine.records.identity import mark_of, raise_mark, register_mark
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

    def restore(self, key: str, register: str, number: str, case_id: str, given_at: datetime) -> None:
        """Keeps a number again as a history records it; the register is raised to it at least, and never lowered.

        Raises Refused where the records gave the key another number, or the number to another key.
        """
        year, serial = (int(part) for part in number.rsplit("-", 2)[1:])
        with writing(self._engine) as connection, Session(connection) as session:
            raise_mark(connection, register_mark(register, year), serial)
            kept = session.get(NumberRow, key)
            if kept is not None and kept.number != number:
                raise Refused(f"the records say {kept.number}, the history {number}")
            other = session.exec(select(NumberRow).where(NumberRow.number == number, NumberRow.key != key)).first()
            if other is not None:
                raise Refused(f"{number} was given twice: to {case_id} and to {other.case_id}")
            if kept is None:
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

    def next(self, key: str, register: str, prefix: str, year: int, case_id: str, given_at: datetime) -> str:
        """The register's next number of the year, `INV-2026-000001`; for a key asked before, that key's number.

        Raises Refused for a key that another register gave a number.
        """
        with writing(self._engine) as connection, Session(connection) as session:
            if connection.dialect.name == "postgresql":
                lock = text("SELECT pg_advisory_xact_lock(:lock, hashtext(:register))")
                connection.execute(lock, {"lock": LOCK, "register": register})
            kept = session.get(NumberRow, key)
            if kept is not None:
                if kept.register_name != register:
                    raise Refused(f"this step has the number {kept.number} of another register already")
                return kept.number
            given = select(func.max(col(NumberRow.serial))).where(
                NumberRow.register_name == register, NumberRow.year == year
            )
            # The mark may be higher than any row: a number whose row was lost is not given again.
            mark = register_mark(register, year)
            serial = max(session.exec(given).one() or 0, mark_of(session, mark)) + 1
            number = f"{prefix}-{year}-{serial:06}"
            raise_mark(connection, mark, serial)
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
