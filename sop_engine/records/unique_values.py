"""Values that one case alone may have: a row each, whose key is the certainty."""

import re
from datetime import datetime
from typing import ClassVar

from sqlalchemy import Engine, delete
from sqlmodel import Field, Session, col, select

from sop_engine.freight.party_keys import party_key
from sop_engine.records.cases import CaseRow
from sop_engine.records.columns import Row, UtcInstant
from sop_engine.records.engine import insert_into, writing
from sop_engine.records.keeping import CARRIED_OUT_AGAIN, Keeping

GIVEN_UP = ("cancelled", "terminated", "timed_out", "failed", "canceled", "lost")
"""How a case ends that has its values no longer; one that was completed keeps them."""
_REOPENED = re.compile(r"\.r\d+$")


class UniqueValueRow(Row, table=True):
    """A value that a case has."""

    __tablename__ = "unique_values"
    keeping: ClassVar[Keeping] = CARRIED_OUT_AGAIN

    scope: str = Field(primary_key=True)
    """SOP and name, such as `SupplierSettlement.voucher`."""
    value_key: str = Field(primary_key=True)
    """The value however it is spelled."""
    value: str
    case_id: str = Field(index=True)
    taken_at: datetime = Field(sa_type=UtcInstant)


class UniqueValues:
    """Takes values and gives them up."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def take(self, scope: str, value: str, case_id: str, at: datetime) -> str:
        """The case that has the value now: this one, unless another took it first and was not cancelled since.

        `CMP-7.r2` is CMP-7, opened again.
        """
        table, key = UniqueValueRow, _key(value)
        with writing(self._engine) as connection, Session(connection) as session:
            new = insert_into(table.table(), connection.dialect).values(
                scope=scope, value_key=key, value=value, case_id=case_id, taken_at=at
            )
            connection.execute(new.on_conflict_do_nothing())
            chosen = select(table).where(table.scope == scope, table.value_key == key).with_for_update()
            row = session.exec(chosen).one()
            if row.case_id != case_id and (_base(row.case_id) == _base(case_id) or _is_free(session, row.case_id, at)):
                row.case_id, row.value, row.taken_at = case_id, value, at
                session.add(row)
                session.flush()
            return row.case_id

    def give_up(self, scope: str, value: str, case_id: str) -> None:
        """The value is anybody's, if it was the case's."""
        table = UniqueValueRow.table()
        own = table.c.case_id.in_((case_id, _base(case_id)))
        with writing(self._engine) as connection:
            connection.execute(delete(table).where(table.c.scope == scope, table.c.value_key == _key(value), own))


def _key(value: str) -> str:
    return party_key(value) or value


def _base(case_id: str) -> str:
    return _REOPENED.sub("", case_id)


def _is_free(session: Session, case_id: str, at: datetime) -> bool:
    """Whether the case that has a value had given it up by then, by the way in which it ended."""
    ended = col(CaseRow.closed_at) <= at
    found = select(CaseRow.case_id).where(CaseRow.case_id == case_id, col(CaseRow.status).in_(GIVEN_UP), ended)
    return session.exec(found).first() is not None
