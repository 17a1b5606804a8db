"""Notices: recorded once per key and recipient, and what became of the mail."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Engine
from sqlmodel import Field, Session, col, select

from sop_engine.cases.contracts.reading import ListNoticesInput, NoticeLine, NoticeList
from sop_engine.records.columns import Row, UtcInstant
from sop_engine.records.engine import writing
from sop_engine.records.keeping import CARRIED_OUT_AGAIN, Keeping


class NoticeRow(Row, table=True):
    """One notice to one recipient. It is readable in the application whether or not mail went out."""

    __tablename__ = "notices"
    keeping: ClassVar[Keeping] = CARRIED_OUT_AGAIN

    key: str = Field(primary_key=True)
    """Of the effect that asked for it."""
    recipient: str = Field(primary_key=True)
    case_id: str = Field(index=True)
    template: str
    address: str | None
    channel: str
    """`in_app`, or `mail` where an address and a mail server are known."""
    status: str
    """`recorded`; by mail then `sent`, or `refused` for good with `error`."""
    subject: str
    text: str
    recorded_at: datetime = Field(sa_type=UtcInstant)
    sent_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    error: str | None = None


class NoticeRepository:
    """Records notices and what became of them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def record(self, notice: NoticeRow) -> NoticeRow:
        """Keeps the notice, or answers with the one kept before under the same key and recipient."""
        with writing(self._engine) as connection, Session(connection, expire_on_commit=False) as session:
            kept = session.get(NoticeRow, (notice.key, notice.recipient))
            if kept is not None:
                return kept
            session.add(notice)
            session.flush()
            return notice

    def mark_sent(self, notice: NoticeRow, sent_at: datetime) -> None:
        self._mark(notice, status="sent", sent_at=sent_at, error=None)

    def mark_refused(self, notice: NoticeRow, error: str) -> None:
        self._mark(notice, status="refused", sent_at=None, error=error)

    def restore(self, key: str, sent_at: datetime) -> None:
        """Says of a notice that was recorded again when its mail went out."""
        table = NoticeRow.table()
        with writing(self._engine) as connection:
            went_out = (table.c.key == key) & (table.c.status == "sent")
            connection.execute(table.update().where(went_out).values(sent_at=sent_at))

    def list(self, given: ListNoticesInput) -> NoticeList:
        """Notices of a case or a recipient, the newest first."""
        chosen = select(NoticeRow)
        if given.case_id is not None:
            chosen = chosen.where(NoticeRow.case_id == given.case_id)
        if given.recipient is not None:
            chosen = chosen.where(NoticeRow.recipient == given.recipient)
        newest_first = chosen.order_by(col(NoticeRow.recorded_at).desc(), NoticeRow.key, NoticeRow.recipient)
        with Session(self._engine) as session:
            rows = session.exec(newest_first.limit(given.limit))
            return NoticeList(notices=tuple(NoticeLine(**row.model_dump()) for row in rows))

    def _mark(self, notice: NoticeRow, *, status: str, sent_at: datetime | None, error: str | None) -> None:
        table = NoticeRow.table()
        this = (table.c.key == notice.key) & (table.c.recipient == notice.recipient)
        with writing(self._engine) as connection:
            connection.execute(table.update().where(this).values(status=status, sent_at=sent_at, error=error))
