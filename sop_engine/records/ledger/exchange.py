"""Realised exchange differences: what an item in foreign currency gained or lost until it was settled.

Each is an entry of its own, of nothing in the foreign currency and of the difference in book currency, so that a
settled item leaves nothing on its control account in either.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from sqlmodel import Session

from sop_engine.freight.subledger.posting import ExchangeAccounts, entry_id_of
from sop_engine.records.ledger.entries import EntryRow, LineRow

ENTRY = "exchange_difference"


class Settling(NamedTuple):
    """What the settlements of one cause have in common."""

    cause: str
    """The entry, or the key of the allocation."""
    moved_on: date
    moved_at: datetime
    month: str
    """The accounting month of the differences that they realise."""
    book: str
    """Book currency."""
    exchange: ExchangeAccounts


class Difference(NamedTuple):
    """What one settlement realised."""

    currency: str
    """Of the items settled."""
    worth: Decimal
    """By how much their worth changed in book currency; above nought where the control account is debited, a gain."""
    number: int
    """Of the settlement among those of its cause."""


def post_difference(session: Session, found: Difference, settling: Settling, source: str, charge: str) -> None:
    """Posts a difference for the shipment of the charge, in the name of the case whose paper settled it."""
    accounts = settling.exchange
    business_key = f"{settling.cause}:{found.number}"
    entry_id = entry_id_of(ENTRY, business_key)
    settled, charged = _entry(session, source), _entry(session, charge)
    session.add(
        EntryRow(
            entry_id=entry_id,
            key=entry_id,
            entry=ENTRY,
            business_key=business_key,
            match_key=business_key,
            case_id=settled.case_id,
            posted_at=settling.moved_at,
            month=settling.month,
            shipment=charged.shipment,
        )
    )
    session.flush()
    sides = ("debit", "credit") if found.worth > 0 else ("credit", "debit")
    titled = ((accounts.control, accounts.control_title), (accounts.difference, accounts.difference_title))
    session.add_all(
        LineRow(
            entry_id=entry_id,
            line=number,
            account=account,
            title=title,
            side=side,
            amount=Decimal(),
            currency=found.currency,
            worth=abs(found.worth),
        )
        for number, (side, (account, title)) in enumerate(zip(sides, titled, strict=True), start=1)
    )


def _entry(session: Session, entry_id: str) -> EntryRow:
    row = session.get(EntryRow, entry_id)
    assert row is not None
    return row
