"""The ledger: double entry, append-only, exact, one entry per business key."""

from collections import defaultdict
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from sop_engine.cases.contracts.reading import AccountBalance, TrialBalance, TrialBalanceInput
from sop_engine.cases.faults import NotFound, Refused
from sop_engine.freight.rules import CHINA
from sop_engine.records.engine import writing
from sop_engine.records.ledger_entries import EntryRow, LineRow
from sop_engine.records.ledger_items import ItemRow, open_item
from sop_engine.records.ledger_months import month_for
from sop_engine.records.ledger_registers import enter
from sop_engine.records.posting import Posting


class DuplicateEntryError(Refused):
    """The business key is already posted with other lines; it is reversed under another key, never changed."""


class LedgerRepository:
    """Posts entries and adds them up."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def post(self, key: str, case_id: str, posting: Posting, posted_at: datetime) -> str:
        """Posts once and returns the entry's id; the same key, or the same business key and lines, changes nothing.

        Opens the entry's item and enters its paper in its register in the same transaction. Raises DuplicateEntryError
        where the business key was posted with other lines or for another party, Refused for a closed month.
        """
        with writing(self._engine) as connection, Session(connection) as session:
            return write_entry(session, key, case_id, posting, posted_at)

    def case_of(self, entry_id: str) -> str:
        """The case that posted an entry. Raises NotFound."""
        with Session(self._engine) as session:
            row = session.get(EntryRow, entry_id)
        if row is None:
            raise NotFound(f"there is no entry {entry_id}")
        return row.case_id

    def trial_balance(self, given: TrialBalanceInput) -> TrialBalance:
        """Debits and credits of every account, by currency."""
        chosen = select(LineRow).join(EntryRow, col(EntryRow.entry_id) == col(LineRow.entry_id))
        if given.until is not None:
            chosen = chosen.where(EntryRow.posted_at <= given.until)
        if given.case_id is not None:
            chosen = chosen.where(EntryRow.case_id == given.case_id)
        titles: dict[str, dict[str, str]] = {}
        sums: defaultdict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
        with Session(self._engine) as session:
            # Added here, not in SQL: SQLite would add floats.
            for line in session.exec(chosen.order_by(col(EntryRow.posted_at), EntryRow.entry_id, col(LineRow.line))):
                titles[line.account] = line.title
                sums[line.account, line.currency, line.side] += line.amount
        accounts = []
        for account, currency in sorted({(account, currency) for account, currency, _ in sums}):
            debit, credit = sums[account, currency, "debit"], sums[account, currency, "credit"]
            accounts.append(
                AccountBalance(
                    account=account,
                    title=titles[account],
                    currency=currency,
                    debit=debit,
                    credit=credit,
                    balance=debit - credit,
                )
            )
        totals: defaultdict[str, Decimal] = defaultdict(Decimal)
        for each in accounts:
            totals[each.currency] += each.balance
        return TrialBalance(accounts=tuple(accounts), balanced=not any(totals.values()))


def write_entry(session: Session, key: str, case_id: str, posting: Posting, posted_at: datetime) -> str:
    """What `LedgerRepository.post` does, as part of a transaction."""
    kept = session.exec(select(EntryRow).where(EntryRow.key == key)).first()
    if kept is not None:
        return kept.entry_id
    entry_id = f"{posting.entry}.{posting.business_key}"
    lines = [
        LineRow(
            entry_id=entry_id,
            line=number,
            account=line.account,
            title=line.title,
            side=line.side,
            amount=line.amount,
            currency=posting.currency,
        )
        for number, line in enumerate(posting.lines, start=1)
    ]
    if session.get(EntryRow, entry_id) is not None:
        _refuse_another(session, entry_id, posting, lines)
        return entry_id
    session.add(
        EntryRow(
            entry_id=entry_id,
            key=key,
            entry=posting.entry,
            business_key=posting.business_key,
            case_id=case_id,
            posted_at=posted_at,
            month=month_for(session, posting.month, posted_at.astimezone(CHINA).date()),
            shipment=posting.shipment or case_id.partition(".")[0],
            rate=posting.rate,
        )
    )
    session.flush()
    session.add_all(lines)
    session.flush()
    if posting.item is not None:
        open_item(session, entry_id, posting, posted_at)
    enter(session, entry_id, posting, posted_at)
    return entry_id


def _refuse_another(session: Session, entry_id: str, posting: Posting, lines: list[LineRow]) -> None:
    posted = session.exec(select(LineRow).where(LineRow.entry_id == entry_id).order_by(col(LineRow.line)))
    if [_money(line) for line in posted] != [_money(line) for line in lines]:
        raise DuplicateEntryError(f"{posting.entry} of {posting.business_key} is posted with other amounts")
    item = session.get(ItemRow, entry_id)
    if item is not None and posting.item is not None and posting.item.party not in ("", item.party):
        known = item.party or "nobody named"
        raise DuplicateEntryError(
            f"{posting.entry} of {posting.business_key} is posted for {known}, not for {posting.item.party}"
        )


def _money(line: LineRow) -> tuple[str, str, Decimal, str]:
    return line.account, line.side, line.amount, line.currency
