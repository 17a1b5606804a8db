"""The rows of the ledger: balanced entries and their lines, append-only."""

from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field, Session, col, select

from sop_engine.records.columns import ExactDecimal, Row, UtcInstant
from sop_engine.records.keeping import CARRIED_OUT_AGAIN, Keeping


class EntryRow(Row, table=True):
    """One balanced entry."""

    __tablename__ = "ledger_entries"
    keeping: ClassVar[Keeping] = CARRIED_OUT_AGAIN
    __table_args__: ClassVar[tuple[UniqueConstraint, ...]] = (
        UniqueConstraint("entry", "business_key"),
        UniqueConstraint("entry", "match_key", name="uq_ledger_entries_match_key"),
    )

    entry_id: str = Field(primary_key=True)
    key: str = Field(unique=True)
    """Of the effect that asked for it."""
    entry: str
    """The posting rule."""
    business_key: str
    """What is posted, such as an invoice number, as it was first written."""
    match_key: str
    """By which another spelling of it is known (`Posting.match_key`)."""
    case_id: str = Field(index=True)
    posted_at: datetime = Field(sa_type=UtcInstant)
    month: str = Field(index=True)
    """The accounting month, `2026-03`: apart from the dates of the paper and of the posting."""
    shipment: str = Field(index=True)
    """The shipment it belongs to: named by the paper, else the outermost case."""
    rate: Decimal | None = Field(sa_type=ExactDecimal, default=None)
    """Book currency for one unit of the entry's currency on the day of the charge; none for a difference of rates."""


class LineRow(Row, table=True):
    """One side of an entry."""

    __tablename__ = "ledger_lines"
    keeping: ClassVar[Keeping] = CARRIED_OUT_AGAIN

    entry_id: str = Field(primary_key=True, foreign_key="ledger_entries.entry_id")
    line: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    account: str
    title: dict[str, str] = Field(sa_type=JSON)
    """The account's title when it was posted."""
    side: str
    """`debit` or `credit`."""
    amount: Decimal = Field(sa_type=ExactDecimal)
    currency: str
    worth: Decimal | None = Field(sa_type=ExactDecimal, default=None)
    """In book currency; none in foreign entries from before worths were kept."""


def entry_of(session: Session, entry: str, match_key: str) -> EntryRow | None:
    """The entry of a rule under a business key, however that is spelled."""
    chosen = select(EntryRow).where(EntryRow.entry == entry, col(EntryRow.match_key) == match_key)
    return session.exec(chosen).first()
