"""Month close: what stands against it, who closed and reopened which month, and why."""

from collections import defaultdict
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from sop_engine.freight.rules import CHINA
from sop_engine.freight.subledger.months import ControlBalance, check_close, check_reopen
from sop_engine.records.engine import writing
from sop_engine.records.ledger.book import signed_worth
from sop_engine.records.ledger.entries import EntryRow, LineRow
from sop_engine.records.ledger.items import ItemRow
from sop_engine.records.ledger.months import MonthChangeRow, closed_months, lock_months
from sop_engine.records.ledger.refusals import refusing

WORTH = "in book currency"


class MonthRepository:
    """Closes months and reopens them; each change is kept, with who made it and why."""

    def __init__(self, engine: Engine, controls: tuple[str, ...]) -> None:
        self._engine = engine
        self._controls = controls

    def close(self, key: str, month: str, actor: str, reason: str, at: datetime) -> str:
        """Closes a month once. Raises Refused with everything that stands against it."""
        with writing(self._engine) as connection, Session(connection) as session:
            lock_months(session, shared=False)
            closed = closed_months(session)
            if session.get(MonthChangeRow, key) is None and month not in closed:
                with refusing(f"{month} cannot be closed"):
                    check_close(
                        month,
                        at.astimezone(CHINA).date(),
                        closed,
                        session.exec(select(EntryRow.month).distinct()).all(),
                        _unbalanced(session, month),
                        self._control_balances(session),
                        _unidentified(session, month),
                    )
                _change(session, key, month, "closed", actor, reason, at)
            return "closed"

    def reopen(self, key: str, month: str, actor: str, reason: str, at: datetime) -> str:
        """Reopens the last closed month. Raises Refused where it is not that."""
        with writing(self._engine) as connection, Session(connection) as session:
            lock_months(session, shared=False)
            if session.get(MonthChangeRow, key) is None:
                with refusing(f"{month} cannot be reopened"):
                    check_reopen(month, closed_months(session))
                _change(session, key, month, "reopened", actor, reason, at)
            return "reopened"

    def changes(self) -> list[MonthChangeRow]:
        """Every change, oldest first."""
        with Session(self._engine, expire_on_commit=False) as session:
            return list(session.exec(select(MonthChangeRow).order_by(col(MonthChangeRow.number))))

    def _control_balances(self, session: Session) -> list[ControlBalance]:
        """Control accounts against the open items below them, over all months: in each currency, and by its worth."""
        ledger: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
        items: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
        unknown: set[tuple[str, str]] = set()
        for line in session.exec(select(LineRow).where(col(LineRow.account).in_(self._controls))):
            ledger[line.account, line.currency] += line.amount if line.side == "debit" else -line.amount
            ledger[line.account, f"{line.currency} {WORTH}"] += signed_worth(line)
            unknown |= {(line.account, f"{line.currency} {WORTH}")} if line.worth is None else set()
        for item in session.exec(select(ItemRow).where(col(ItemRow.is_open).is_(True))):
            items[item.account, item.currency] += item.balance
            items[item.account, f"{item.currency} {WORTH}"] += item.worth or Decimal()
        return [
            ControlBalance(account, currency, ledger[account, currency], items[account, currency])
            for account, currency in sorted({*ledger, *items} - unknown)
        ]


def _unbalanced(session: Session, month: str) -> list[str]:
    chosen = select(LineRow).join(EntryRow, col(EntryRow.entry_id) == col(LineRow.entry_id))
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    worths: defaultdict[str, Decimal] = defaultdict(Decimal)
    for line in session.exec(chosen.where(EntryRow.month == month)):
        sums[line.entry_id] += line.amount if line.side == "debit" else -line.amount
        worths[line.entry_id] += signed_worth(line)
    return sorted(entry_id for entry_id in sums if sums[entry_id] or worths[entry_id])


def _unidentified(session: Session, month: str) -> int:
    chosen = select(ItemRow.item_id).join(EntryRow, col(EntryRow.entry_id) == col(ItemRow.item_id))
    return len(
        session.exec(chosen.where(EntryRow.month == month, ItemRow.party == "", col(ItemRow.is_open).is_(True))).all()
    )


def _change(session: Session, key: str, month: str, change: str, actor: str, reason: str, at: datetime) -> None:
    number = len(session.exec(select(MonthChangeRow.key)).all()) + 1
    session.add(
        MonthChangeRow(key=key, month=month, change=change, number=number, actor=actor, reason=reason, changed_at=at)
    )
    session.flush()
