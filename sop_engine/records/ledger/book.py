"""The ledger: double entry, append-only, exact, one entry per business key."""

from collections import defaultdict
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from sop_engine.basis.faults import Fault, NotFound, Refused
from sop_engine.cases.contracts.reading import AccountBalance, TrialBalance, TrialBalanceInput
from sop_engine.freight.party_keys import party_key
from sop_engine.freight.rules import CHINA
from sop_engine.freight.subledger.exchange import Share, worths_of
from sop_engine.freight.subledger.posting import Posting
from sop_engine.records.engine import writing
from sop_engine.records.ledger.entries import EntryRow, LineRow, entry_of
from sop_engine.records.ledger.items import ItemRow, open_item
from sop_engine.records.ledger.months import month_for
from sop_engine.records.ledger.names import keep_name, known_as
from sop_engine.records.ledger.registers import enter


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

    def entry(self, entry_id: str) -> EntryRow:
        """An entry, with its business key as it was first written and the case that posted it. Raises NotFound."""
        with Session(self._engine, expire_on_commit=False) as session:
            row = session.get(EntryRow, entry_id)
        if row is None:
            raise NotFound(f"there is no entry {entry_id}")
        return row

    def trial_balance(self, given: TrialBalanceInput) -> TrialBalance:
        """Debits and credits of every account, by currency, and what each is worth in book currency."""
        chosen = select(LineRow).join(EntryRow, col(EntryRow.entry_id) == col(LineRow.entry_id))
        if given.until is not None:
            chosen = chosen.where(EntryRow.posted_at <= given.until)
        if given.case_id is not None:
            chosen = chosen.where(EntryRow.case_id == given.case_id)
        titles: dict[str, dict[str, str]] = {}
        sums: defaultdict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
        worths: defaultdict[tuple[str, str], Decimal | None] = defaultdict(Decimal)
        with Session(self._engine) as session:
            # Added here, not in SQL: SQLite would add floats.
            for line in session.exec(chosen.order_by(col(EntryRow.posted_at), EntryRow.entry_id, col(LineRow.line))):
                place = line.account, line.currency
                titles[line.account] = line.title
                sums[*place, line.side] += line.amount
                known = worths[place]
                worths[place] = known + signed_worth(line) if known is not None and line.worth is not None else None
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
                    worth=worths[account, currency],
                )
            )
        totals: defaultdict[str, Decimal] = defaultdict(Decimal)
        for each in accounts:
            totals[each.currency] += each.balance
        is_worth_known = all(worth is not None for worth in worths.values())
        worth = sum((each.worth or Decimal() for each in accounts), Decimal()) if is_worth_known else Decimal()
        return TrialBalance(accounts=tuple(accounts), balanced=not any(totals.values()) and not worth)


def write_entry(session: Session, key: str, case_id: str, posting: Posting, posted_at: datetime) -> str:
    """What `LedgerRepository.post` does, as part of a transaction."""
    kept = session.exec(select(EntryRow).where(EntryRow.key == key)).first()
    if kept is not None:
        return kept.entry_id
    posting = named(session, posting)
    known = entry_of(session, posting.entry, posting.match_key)
    if known is not None:
        _refuse_another(session, known.entry_id, posting)
        return known.entry_id
    entry_id = posting.entry_id
    rate = posting.rate or _settled_rate(session, posting)
    shares = [Share(line.side, line.amount) for line in posting.lines]
    lines = [
        LineRow(
            entry_id=entry_id,
            line=number,
            account=line.account,
            title=line.title,
            side=line.side,
            amount=line.amount,
            currency=posting.currency,
            worth=worth,
        )
        for number, (line, worth) in enumerate(
            zip(posting.lines, worths_of(shares, rate, posting.book_currency), strict=True), start=1
        )
    ]
    month = month_for(session, posting.month, posted_at.astimezone(CHINA).date())
    session.add(
        EntryRow(
            entry_id=entry_id,
            key=key,
            entry=posting.entry,
            business_key=posting.business_key,
            match_key=posting.match_key,
            case_id=case_id,
            posted_at=posted_at,
            month=month,
            shipment=posting.shipment or case_id.partition(".")[0],
            rate=rate,
        )
    )
    session.flush()
    session.add_all(lines)
    session.flush()
    if posting.item is not None:
        control = posting.item.account
        worth = sum((signed_worth(line) for line in lines if line.account == control), Decimal())
        open_item(session, entry_id, posting, worth, month, posted_at)
    enter(session, entry_id, posting, posted_at)
    return entry_id


def named(session: Session, posting: Posting) -> Posting:
    """The same with its party's name as that was first written."""
    if posting.item is None:
        return posting
    party = keep_name(session, posting.item.party)
    return posting.model_copy(update={"item": posting.item.model_copy(update={"party": party})})


def signed_worth(line: LineRow) -> Decimal:
    """A line's worth in book currency, a debit positive; nought where it is not known."""
    worth = line.worth or Decimal()
    return worth if line.side == "debit" else -worth


def _settled_rate(session: Session, posting: Posting) -> Decimal:
    """The rate of the paper that an entry settles. Raises Refused where the books know none."""
    if posting.item is not None:
        wanted = [party_key(wish.reference) for wish in posting.item.settles]
        chosen = select(EntryRow).join(ItemRow, col(ItemRow.item_id) == col(EntryRow.entry_id))
        chosen = chosen.where(
            ItemRow.account == posting.item.account,
            ItemRow.party == known_as(session, posting.item.party),
            ItemRow.currency == posting.currency,
            col(ItemRow.reference_key).in_(wanted),
            col(EntryRow.rate).is_not(None),
        )
        entry = session.exec(chosen.order_by(EntryRow.entry_id)).first()
        if entry is not None and entry.rate is not None:
            return entry.rate
    missing = Fault(
        where="values.rate",
        what=f"is missing for an amount in {posting.currency}, and no paper that it settles has one",
        allowed=f"{posting.book_currency} for one {posting.currency}",
    )
    raise Refused(f"cannot post {posting.entry} of {posting.business_key}", [missing])


def _refuse_another(session: Session, entry_id: str, posting: Posting) -> None:
    posted = session.exec(select(LineRow).where(LineRow.entry_id == entry_id).order_by(col(LineRow.line)))
    kept = [(line.account, line.side, line.amount, line.currency) for line in posted]
    if kept != [(line.account, line.side, line.amount, posting.currency) for line in posting.lines]:
        raise DuplicateEntryError(f"{posting.entry} of {posting.business_key} is posted with other amounts")
    item = session.get(ItemRow, entry_id)
    if item is not None and posting.item is not None and posting.item.party not in ("", item.party):
        known = item.party or "nobody named"
        raise DuplicateEntryError(
            f"{posting.entry} of {posting.business_key} is posted for {known}, not for {posting.item.party}"
        )
