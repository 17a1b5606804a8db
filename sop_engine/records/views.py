"""Who saw what that not everybody may see: one row a view, written before the answer leaves."""

import json
from datetime import datetime
from hashlib import sha256
from typing import ClassVar
from uuid import uuid4

from sqlalchemy import JSON, Engine
from sqlmodel import Field, Session, col, select

from sop_engine.cases.contracts.viewing import ViewLine
from sop_engine.records.columns import Row, UtcInstant
from sop_engine.records.engine import beside_reading, insert_into, writing
from sop_engine.records.keeping import Keeping, backed_up


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


class ViewLog:
    """Keeps views. It is the one thing that an activity which only reads may write."""

    def __init__(self, engine: Engine) -> None:
        self._engine = beside_reading(engine)

    def keep(self, line: ViewLine, view: str | None) -> None:
        """Keeps a view; the same of one use of a command once."""
        said = [view or uuid4().hex, line.reader, line.case_id, *line.fields]
        row = {
            "view_id": sha256(json.dumps(said).encode()).hexdigest(),
            **line.model_dump(),
            "fields": list(line.fields),
        }
        with writing(self._engine) as connection:
            new = insert_into(ViewRow.table(), connection.dialect).values(**row)
            connection.execute(new.on_conflict_do_nothing())

    def of(self, case_id: str, limit: int) -> tuple[ViewLine, ...]:
        """The last views of a case, the newest first."""
        chosen = select(ViewRow).where(ViewRow.case_id == case_id).order_by(col(ViewRow.at).desc(), ViewRow.view_id)
        with Session(self._engine) as session:
            rows = session.exec(chosen.limit(limit)).all()
            return tuple(ViewLine(**row.model_dump(exclude={"view_id"})) for row in rows)
