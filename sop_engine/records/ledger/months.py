"""Accounting months: which are closed, and the months into which entries go."""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import text
from sqlmodel import Field, Session, col, select

from sop_engine.freight.subledger.months import posting_month
from sop_engine.records.columns import Row, UtcInstant
from sop_engine.records.keeping import CARRIED_OUT_AGAIN, Keeping
from sop_engine.records.ledger.refusals import refusing

LOCK = 0x4D_4F
"""PostgreSQL's advisory lock of the months: postings share it, closing and reopening hold it alone."""


class MonthChangeRow(Row, table=True):
    """A month was closed or reopened. The last change of a month says whether it is closed."""

    __tablename__ = "month_changes"
    keeping: ClassVar[Keeping] = CARRIED_OUT_AGAIN

    key: str = Field(primary_key=True)
    month: str = Field(index=True)
    change: str
    """`closed` or `reopened`."""
    number: int
    """Counts the changes of all months."""
    actor: str
    reason: str
    changed_at: datetime = Field(sa_type=UtcInstant)


def month_for(session: Session, asked: str | None, day: date) -> str:
    """The month into which something goes. Raises Refused for a closed month that was asked for."""
    lock_months(session, shared=True)
    with refusing("cannot post"):
        return posting_month(asked, day, closed_months(session))


def closed_months(session: Session) -> tuple[str, ...]:
    """In order."""
    last = {row.month: row.change for row in session.exec(select(MonthChangeRow).order_by(col(MonthChangeRow.number)))}
    return tuple(sorted(month for month, change in last.items() if change == "closed"))


def lock_months(session: Session, *, shared: bool) -> None:
    """Postings go on side by side; whoever closes a month waits for them and holds off the next."""
    if session.connection().dialect.name == "postgresql":
        session.connection().execute(
            text(f"SELECT pg_advisory_xact_lock{'_shared' if shared else ''}(:lock, 0)"), {"lock": LOCK}
        )
