"""What left the house, or was to: a row for each attempt of a notice that waits for something.

The row is there before the message goes, so that whoever tries again after a lost worker finds what was answered.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy import JSON, Engine, Integer
from sqlmodel import Field, Session, col, select

from sop_engine.basis.faults import NotFound
from sop_engine.cases.contracts.outbox import ListOutboxInput, OutboxLine, OutboxList
from sop_engine.records.columns import Row, UtcInstant
from sop_engine.records.engine import writing
from sop_engine.records.keeping import Keeping, backed_up

LEASE = timedelta(minutes=3)
"""So long nobody else sends a digest that somebody sends."""


class OutboxRow(Row, table=True):
    """One message by one channel."""

    __tablename__ = "outbox"
    keeping: ClassVar[Keeping] = backed_up("what providers answered is in no history of a case")

    number: int | None = Field(default=None, sa_type=Integer, primary_key=True)
    """Ascending as the messages were begun."""
    out_id: str = Field(unique=True)
    notice: str = Field(index=True)
    case_id: str = Field(index=True)
    name: str
    recipient: str
    channel: str = Field(index=True)
    address: str | None
    template: str
    subject: str
    text: str
    event: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    """Of a webhook: the data of its event."""
    status: str
    """`sending`, `accepted`, `refused`; later `delivered`, `failed`, `withdrawn`."""
    begun_at: datetime = Field(sa_type=UtcInstant)
    sent_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    settled_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    reference: str | None = None
    error: str | None = None
    digest: str | None = Field(default=None, index=True)
    """Of what goes out together: addressee and instant."""
    leased_until: datetime | None = Field(default=None, sa_type=UtcInstant)


class Outbox:
    """Keeps messages and what became of them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin(self, message: OutboxRow) -> OutboxRow:
        """Keeps the message, or answers with the one kept before under the same out id."""
        with writing(self._engine) as connection, Session(connection, expire_on_commit=False) as session:
            kept = session.exec(select(OutboxRow).where(OutboxRow.out_id == message.out_id)).first()
            if kept is not None:
                return kept
            session.add(message)
            session.flush()
            return message

    def settle(self, out_id: str, **changes: Any) -> None:
        """Says what became of a message. What was delivered is not made less by a late answer to its sending."""
        table = OutboxRow.table()
        with writing(self._engine) as connection:
            this = table.c.out_id == out_id
            if changes["status"] == "accepted":
                this &= table.c.status.in_(("sending", "accepted", "refused"))
            connection.execute(table.update().where(this).values(**changes))

    def claim_digest(self, digest: str, now: datetime) -> list[OutboxRow] | None:
        """What goes out together, for one sender at a time; none while another one sends it."""
        with writing(self._engine) as connection, Session(connection, expire_on_commit=False) as session:
            chosen = select(OutboxRow).where(OutboxRow.digest == digest, OutboxRow.status == "sending")
            rows = list(session.exec(chosen.order_by(col(OutboxRow.number))))
            if any(row.leased_until is not None and row.leased_until > now for row in rows):
                return None
            for row in rows:
                row.leased_until = now + LEASE
                session.add(row)
            session.flush()
            return rows

    def number_of(self, out_id: str) -> int:
        """Where a message stands. Raises NotFound."""
        with Session(self._engine) as session:
            number = session.exec(select(OutboxRow.number).where(OutboxRow.out_id == out_id)).first()
        if number is None:
            raise NotFound(f"the outbox has no message {out_id!r}")
        return number

    def messages(self, given: ListOutboxInput, hidden: Collection[str] = ()) -> OutboxList:
        """Messages, but of the hidden cases, the newest first; after a number, the oldest first."""
        chosen = select(OutboxRow).where(col(OutboxRow.case_id).not_in(hidden))
        for column, value in (
            (OutboxRow.case_id, given.case_id),
            (OutboxRow.notice, given.notice),
            (OutboxRow.channel, given.channel),
            (OutboxRow.status, given.status),
        ):
            if value is not None:
                chosen = chosen.where(col(column) == value)
        if given.after is None:
            chosen = chosen.order_by(col(OutboxRow.number).desc())
        else:
            chosen = chosen.where(col(OutboxRow.number) > given.after).order_by(col(OutboxRow.number))
        with Session(self._engine) as session:
            rows = session.exec(chosen.limit(given.limit))
            return OutboxList(messages=tuple(_line(row) for row in rows))


def _line(row: OutboxRow) -> OutboxLine:
    return OutboxLine(**row.model_dump(include=set(OutboxLine.model_fields)))
