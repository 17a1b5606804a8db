"""What is open on an account in the evening of a day."""

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from sqlmodel import Session, col, select

from sop_engine.freight.rules import CHINA
from sop_engine.records.ledger.allocations import DisputeRow
from sop_engine.records.ledger.items import ItemRow, MoveRow
from sop_engine.records.ledger.names import known_as

NOBODY = "?"
"""Stands for a party that nobody named."""


def items_on(session: Session, account: str, on: date, party: str | None) -> list[tuple[ItemRow, Decimal, Decimal]]:
    """What was open on an account in the evening of a day: each item with its balance and its disputed amount."""
    chosen = select(ItemRow).where(ItemRow.account == account, ItemRow.dated_on <= on)
    if party is not None:
        chosen = chosen.where(ItemRow.party == known_as(session, party))
    rows = session.exec(chosen.order_by(ItemRow.item_id)).all()
    balances: defaultdict[str, Decimal] = defaultdict(Decimal)
    moved = select(MoveRow).join(ItemRow, col(ItemRow.item_id) == col(MoveRow.item_id))
    for move in session.exec(moved.where(ItemRow.account == account, MoveRow.moved_on <= on)):
        balances[move.item_id] += move.amount
    evening = datetime.combine(on + timedelta(days=1), time(), CHINA)
    disputed: defaultdict[str, Decimal] = defaultdict(Decimal)
    for dispute in session.exec(select(DisputeRow).where(col(DisputeRow.disputed_at) < evening)):
        if dispute.settled_at is None or dispute.settled_at >= evening:
            disputed[dispute.item_id] += dispute.amount
    return [
        (row, balances[row.item_id], min(disputed[row.item_id], abs(balances[row.item_id])))
        for row in rows
        if balances[row.item_id]
    ]
