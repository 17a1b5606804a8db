"""The keys with which the workers of one installation sign what they themselves will be shown again."""

from datetime import UTC, datetime
from secrets import token_bytes
from typing import ClassVar

from sqlalchemy import Engine
from sqlmodel import Field, select

from sop_engine.cases.written.file_facts import Receipts
from sop_engine.records.columns import Row, UtcInstant
from sop_engine.records.engine import insert_into, writing
from sop_engine.records.keeping import Keeping, rebuilt

RECEIPTS = "receipts of files"
VIEWING = "viewing"
"""Seals what workers ask of cases."""
VOUCHING = "vouching"
"""Signs acts that workers tell cases for a person who ordered them past these."""
MARKS = "marks of the records"
"""Seals how far the records have come; made with the tables, so that every copy of them has it."""


class SigningKeyRow(Row, table=True):
    """A key that every worker of these records loads when it starts."""

    __tablename__ = "signing_keys"
    keeping: ClassVar[Keeping] = rebuilt(
        "a new key; whoever was given a receipt under the old one brings the file again"
    )

    name: str = Field(primary_key=True)
    secret: bytes
    made_at: datetime = Field(sa_type=UtcInstant)


def workers_key(engine: Engine, name: str) -> bytes:
    """The key of that name; made by the first worker that asks."""
    keys = SigningKeyRow.table()
    new = {"name": name, "secret": token_bytes(32), "made_at": datetime.now(UTC)}
    with writing(engine) as connection:
        connection.execute(insert_into(keys, connection.dialect).values(new).on_conflict_do_nothing())
        return bytes(connection.execute(select(keys.c.secret).where(keys.c.name == name)).scalar_one())


def receipts_of(engine: Engine) -> Receipts:
    """What signs the receipts of files kept in these records."""
    return Receipts(workers_key(engine, RECEIPTS))
