"""Who saw what that not everybody may see: one row a view, written before the answer leaves. And the workers' keys."""

from collections.abc import Sequence
from datetime import datetime
from secrets import token_bytes
from typing import ClassVar
from uuid import uuid4

from sqlalchemy import JSON, Engine, LargeBinary
from sqlmodel import Field, Session, col, select

from sop_engine.cases.contracts.viewing import ViewLine
from sop_engine.records.columns import Row, UtcInstant
from sop_engine.records.engine import beside_reading, insert_into, writing
from sop_engine.records.keeping import Keeping, backed_up

VIEWING = "viewing"
"""The key that seals what workers ask of cases."""


class ViewRow(Row, table=True):
    """One view of classified values."""

    __tablename__ = "views"
    keeping: ClassVar[Keeping] = backed_up("who looked is in no history: a look changes no case")

    view_id: str = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcInstant)
    reader: str
    case_id: str = Field(index=True)
    """The case; of a register `register <name>`."""
    fields: list[str] = Field(sa_type=JSON)
    command: str


class KeyRow(Row, table=True):
    """A key that the workers of these records share."""

    __tablename__ = "worker_keys"
    keeping: ClassVar[Keeping] = backed_up(
        "a new one is made where it is lost; what was sealed with it is not asked again"
    )

    name: str = Field(primary_key=True)
    secret: bytes = Field(sa_type=LargeBinary)


class ViewLog:
    """Keeps views. It is the one thing that an activity which only reads may write."""

    def __init__(self, engine: Engine) -> None:
        self._engine = beside_reading(engine)

    def keep(self, at: datetime, reader: str, case_id: str, fields: Sequence[str], command: str) -> None:
        given = {"view_id": uuid4().hex, "at": at, "reader": reader, "case_id": case_id, "command": command}
        with writing(self._engine) as connection:
            connection.execute(ViewRow.table().insert().values(**given, fields=sorted(fields)))

    def of(self, case_id: str, limit: int) -> tuple[ViewLine, ...]:
        """The last views of a case, the newest first."""
        chosen = select(ViewRow).where(ViewRow.case_id == case_id).order_by(col(ViewRow.at).desc(), ViewRow.view_id)
        with Session(self._engine) as session:
            rows = session.exec(chosen.limit(limit)).all()
            return tuple(ViewLine(**row.model_dump(exclude={"view_id"})) for row in rows)


def workers_key(engine: Engine, name: str) -> bytes:
    """The key of that name; made by the first worker that asks."""
    with writing(engine) as connection:
        made = insert_into(KeyRow.table(), connection.dialect).values(name=name, secret=token_bytes(32))
        connection.execute(made.on_conflict_do_nothing())
    with Session(engine) as session:
        return session.exec(select(KeyRow.secret).where(KeyRow.name == name)).one()
