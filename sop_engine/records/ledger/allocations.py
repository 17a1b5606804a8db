"""Allocations that a person makes or takes back, and disputes that keep an amount out of dunning and ageing."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from sqlalchemy import Engine
from sqlmodel import Field, Session, col, select

from sop_engine.basis.faults import NotFound, Refused
from sop_engine.freight.money import smallest_unit
from sop_engine.freight.party_keys import party_key
from sop_engine.freight.rules import CHINA
from sop_engine.freight.subledger.allocation import Wanted, allocate, settle_oldest
from sop_engine.freight.subledger.posting import LedgerRules
from sop_engine.records.columns import ExactDecimal, Row, UtcInstant
from sop_engine.records.engine import writing
from sop_engine.records.keeping import CARRIED_OUT_AGAIN, Keeping
from sop_engine.records.ledger.exchange import Settling
from sop_engine.records.ledger.items import ItemRow, Mover, MoveRow, as_open, lock_party, open_items
from sop_engine.records.ledger.months import month_for
from sop_engine.records.ledger.names import keep_name, known_as
from sop_engine.records.ledger.refusals import refusing


class DisputeRow(Row, table=True):
    """A part of an item that the party disputes."""

    __tablename__ = "item_disputes"
    keeping: ClassVar[Keeping] = CARRIED_OUT_AGAIN

    key: str = Field(primary_key=True)
    item_id: str = Field(index=True, foreign_key="open_items.item_id")
    amount: Decimal = Field(sa_type=ExactDecimal)
    reason: str
    disputed_at: datetime = Field(sa_type=UtcInstant)
    settled_at: datetime | None = Field(sa_type=UtcInstant, default=None)
    settled_by_key: str | None = None


class AllocationRepository:
    """Settles open items of one party against one another: it nets to nought but for differences of exchange rates."""

    def __init__(self, engine: Engine, rules: LedgerRules) -> None:
        self._engine = engine
        self._rules = rules

    def allocate(
        self, key: str, account: str, party: str, reference: str, wanted: Sequence[Wanted], at: datetime
    ) -> Decimal:
        """Settles with one paper what is asked for, or what is due first; returns what is left open of it.

        Raises NotFound, or Refused with every fault of what is asked.
        """
        with writing(self._engine) as connection, Session(connection) as session:
            lock_party(session, account, party)
            voucher = _find(session, account, party, reference)
            if not _is_done(session, key):
                others = [
                    row
                    for row in open_items(session, account, party, voucher.currency)
                    if row.item_id != voucher.item_id
                ]
                opened = [as_open(row) for row in others]
                with refusing(f"cannot allocate {reference} of {party}"):
                    transfers = (
                        allocate(as_open(voucher), opened, wanted, smallest_unit(voucher.currency))
                        if wanted
                        else settle_oldest(as_open(voucher), opened)
                    )
                Mover(session, self._settling(session, key, account, at), [voucher, *others]).carry_out(transfers)
            return voucher.balance

    def settled_by(self, key: str) -> list[tuple[str, Decimal]]:
        """The references that an allocation settled, each with its amount."""
        chosen = select(MoveRow, ItemRow).join(ItemRow, col(ItemRow.item_id) == col(MoveRow.item_id))
        with Session(self._engine) as session:
            moves = session.exec(chosen.where(MoveRow.cause == key).order_by(col(MoveRow.number))).all()
        # Of each settlement the voucher's move comes first, the other paper's second.
        return [(item.reference, abs(move.amount)) for move, item in moves if move.number % 2 == 0]

    def release(self, key: str, account: str, party: str, reference: str, at: datetime) -> Decimal:
        """Takes back all that a paper settled, as when a cheque bounces; returns what is open of it again.

        It settles nothing by itself from then on, whatever it was meant for: a person allocates it anew.
        """
        with writing(self._engine) as connection, Session(connection) as session:
            lock_party(session, account, party)
            voucher = _find(session, account, party, reference)
            if not _is_done(session, key):
                moves = select(MoveRow.against).where(
                    MoveRow.item_id == voucher.item_id, col(MoveRow.against).is_not(None)
                )
                others = [_required(session, item_id) for item_id in sorted({*session.exec(moves)}, key=str)]
                Mover(session, self._settling(session, key, account, at), [voucher, *others]).take_back(voucher.item_id)
                voucher.settles, voucher.takes_credit = [], False
                session.flush()
            return voucher.balance

    def assign(self, account: str, reference: str, party: str) -> Decimal:
        """Says whose an item without a party is; returns what is open of it. Assigning it again changes nothing.

        Raises NotFound where neither nobody nor this party has such an item.
        """
        with writing(self._engine) as connection, Session(connection) as session:
            lock_party(session, account, "")
            try:
                row = _find(session, account, "", reference)
            except NotFound:
                row = _find(session, account, party, reference)
            row.party = keep_name(session, party)
            session.flush()
            return row.balance

    def dispute(
        self, key: str, account: str, party: str, reference: str, amount: Decimal | None, reason: str, at: datetime
    ) -> Decimal:
        """Marks an amount of an item, or all of it, as disputed; returns what is disputed of it now."""
        with writing(self._engine) as connection, Session(connection) as session:
            lock_party(session, account, party)
            row = _find(session, account, party, reference)
            if session.get(DisputeRow, key) is None:
                free = abs(row.balance) - row.disputed
                amount = free if amount is None else amount
                if not 0 < amount <= free:
                    raise Refused(f"cannot dispute {amount} of {reference}", allowed=(f"more than 0, at most {free}",))
                session.add(DisputeRow(key=key, item_id=row.item_id, amount=amount, reason=reason, disputed_at=at))
                row.disputed += amount
                session.flush()
            return row.disputed

    def settle_dispute(self, key: str, account: str, party: str, reference: str, at: datetime) -> Decimal:
        """Ends every dispute about an item; returns what is open of it."""
        with writing(self._engine) as connection, Session(connection) as session:
            lock_party(session, account, party)
            row = _find(session, account, party, reference)
            chosen = select(DisputeRow).where(DisputeRow.item_id == row.item_id, col(DisputeRow.settled_at).is_(None))
            is_done = session.exec(select(DisputeRow).where(DisputeRow.settled_by_key == key)).first() is not None
            for dispute in () if is_done else session.exec(chosen):
                dispute.settled_at, dispute.settled_by_key = at, key
                row.disputed -= dispute.amount
            session.flush()
            return row.balance

    def _settling(self, session: Session, key: str, account: str, at: datetime) -> Settling:
        day = at.astimezone(CHINA).date()
        month, exchange = month_for(session, None, day), self._rules.exchange_accounts(account)
        return Settling(key, day, at, month, self._rules.currency, exchange)


def _find(session: Session, account: str, party: str, reference: str) -> ItemRow:
    """The item of a reference; of several, the one that is open."""
    chosen = select(ItemRow).where(
        ItemRow.account == account,
        ItemRow.party == known_as(session, party),
        ItemRow.reference_key == party_key(reference),
    )
    found = sorted(session.exec(chosen), key=lambda row: (not row.is_open, row.item_id))
    if not found:
        raise NotFound(f"there is no paper {reference} of {party or 'nobody named'}")
    return found[0]


def _required(session: Session, item_id: str | None) -> ItemRow:
    row = session.get(ItemRow, item_id)
    assert row is not None
    return row


def _is_done(session: Session, key: str) -> bool:
    return session.get(MoveRow, (key, 1)) is not None
