"""Open items: what each paper left open, and every move that lessened it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar, Literal

from sqlalchemy import JSON, Index, text
from sqlmodel import Field, Session, col, select

from sop_engine.freight.party_keys import is_same, party_key
from sop_engine.freight.rules import CHINA
from sop_engine.freight.subledger.allocation import OpenItem, Standing, Transfer, Wanted, settle_new
from sop_engine.freight.subledger.exchange import relieved
from sop_engine.freight.subledger.posting import Posting
from sop_engine.records.columns import ExactDecimal, Row, UtcInstant
from sop_engine.records.keeping import CARRIED_OUT_AGAIN, Keeping
from sop_engine.records.ledger.exchange import Difference, Settling, post_difference
from sop_engine.records.ledger.names import known_as

LOCK = 0x49_54
"""The class of PostgreSQL's advisory locks of parties: of two that settle items of one party, the second waits."""


class ItemRow(Row, table=True):
    """What one entry opened on a control account."""

    __tablename__ = "open_items"
    keeping: ClassVar[Keeping] = CARRIED_OUT_AGAIN
    __table_args__: ClassVar[tuple[Index, ...]] = (Index("ix_open_items_account_party", "account", "party", "is_open"),)

    item_id: str = Field(primary_key=True, foreign_key="ledger_entries.entry_id")
    account: str
    party: str
    """Empty where nobody said whose money it is."""
    kind: str
    """The posting rule."""
    reference: str
    """The number by which other papers name it."""
    reference_key: str = Field(index=True)
    """By which another spelling of the number is known."""
    currency: str
    amount: Decimal = Field(sa_type=ExactDecimal)
    """As it was opened; a debit is positive."""
    balance: Decimal = Field(sa_type=ExactDecimal)
    """The sum of its moves."""
    worth: Decimal | None = Field(sa_type=ExactDecimal, default=None)
    """Of the balance, in book currency by the rate at which it was booked; none from before worths were kept."""
    is_open: bool
    disputed: Decimal = Field(sa_type=ExactDecimal, default=Decimal())
    dated_on: date
    due_on: date
    settles: list[dict[str, Any]] = Field(sa_type=JSON)
    """What it was meant for: references with amounts."""
    takes_credit: bool


class MoveRow(Row, table=True):
    """One change of an item's balance: its opening, or one side of a settlement."""

    __tablename__ = "item_moves"
    keeping: ClassVar[Keeping] = CARRIED_OUT_AGAIN

    cause: str = Field(primary_key=True)
    """The entry, or the key of the allocation, that caused it."""
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    item_id: str = Field(index=True, foreign_key="open_items.item_id")
    against: str | None
    """The item settled; none for an opening."""
    amount: Decimal = Field(sa_type=ExactDecimal)
    worth: Decimal | None = Field(sa_type=ExactDecimal, default=None)
    """By how much the item's worth changed, in book currency."""
    moved_on: date
    moved_at: datetime = Field(sa_type=UtcInstant)


def open_item(
    session: Session, entry_id: str, posting: Posting, worth: Decimal, month: str, posted_at: datetime
) -> None:
    """Opens what an entry opens, and settles what it names, what waited for it, and what takes any credit.

    `worth` is that of the item in book currency; what its settlements realise goes into the month of the entry.
    """
    assert posting.item is not None
    assert posting.exchange is not None
    opening, today = posting.item, posted_at.astimezone(CHINA).date()
    dated_on = opening.dated_on or today
    row = ItemRow(
        item_id=entry_id,
        account=opening.account,
        party=opening.party,
        kind=posting.entry,
        reference=opening.reference,
        reference_key=party_key(opening.reference),
        currency=posting.currency,
        amount=opening.amount,
        balance=opening.amount,
        worth=worth,
        is_open=bool(opening.amount),
        dated_on=dated_on,
        due_on=opening.due_on or dated_on,
        settles=[wish._asdict() for wish in opening.settles],
        takes_credit=opening.takes_credit,
    )
    lock_party(session, opening.account, opening.party)
    others = open_items(session, opening.account, opening.party, posting.currency)
    session.add(row)
    session.flush()
    session.add(
        MoveRow(
            cause=entry_id,
            number=0,
            item_id=entry_id,
            against=None,
            amount=opening.amount,
            worth=worth,
            moved_on=dated_on,
            moved_at=posted_at,
        )
    )
    transfers = settle_new(_standing(row), [_standing(other) for other in others], oldest_first=opening.oldest_first)
    settling = Settling(entry_id, dated_on, posted_at, month, posting.book_currency, posting.exchange)
    Mover(session, settling, [row, *others]).carry_out(transfers)


class Mover:
    """Carries out settlements under one cause, and posts what they realise."""

    def __init__(self, session: Session, settling: Settling, rows: Iterable[ItemRow]) -> None:
        self._session = session
        self._settling = settling
        self._rows = {row.item_id: row for row in rows}
        self._number = 0

    def carry_out(self, transfers: Sequence[Transfer]) -> None:
        """Brings both items of each settlement nearer to nought."""
        for source, target, amount in transfers:
            worths = [self._relieved(item_id, amount) for item_id in (source, target)]
            signed = -amount if self._rows[source].balance > 0 else amount
            self._settle(source, target, signed, worths)
        self._session.flush()

    def take_back(self, source: str) -> None:
        """Undoes every settlement of one item with the others at hand, as far as it is not undone already."""
        chosen = select(MoveRow).where((MoveRow.item_id == source) | (MoveRow.against == source))
        amounts: defaultdict[str, Decimal] = defaultdict(Decimal)
        worths: defaultdict[tuple[str, str], list[Decimal | None]] = defaultdict(list)
        for move in self._session.exec(chosen):
            if move.against is None:
                continue
            if move.item_id == source:
                amounts[move.against] += move.amount
            worths[move.item_id, move.against].append(move.worth)
        for target, moved in sorted(amounts.items()):
            if moved:
                undone = [_undone(worths[source, target]), _undone(worths[target, source])]
                self._settle(source, target, -moved, undone)
        self._session.flush()

    def _settle(self, source: str, target: str, signed: Decimal, worths: Sequence[Decimal | None]) -> None:
        """Moves both items: the source by `signed`, the target by as much against it, each with its change of worth.

        Where the worth of one is not known, neither changes, and nothing is realised.
        """
        mine, theirs = worths
        if mine is None or theirs is None:
            mine = theirs = None
        self._move(source, target, signed, mine)
        self._move(target, source, -signed, theirs)
        if mine is not None and theirs is not None and mine + theirs:
            found = Difference(self._rows[source].currency, mine + theirs, self._number)
            items = (self._rows[source], self._rows[target])
            charge = next((row for row in items if (row.amount > 0) == (self._charges == "debit")), items[0])
            post_difference(self._session, found, self._settling, source, charge.item_id)

    @property
    def _charges(self) -> str:
        return self._settling.exchange.charges

    def _relieved(self, item_id: str, amount: Decimal) -> Decimal | None:
        row = self._rows[item_id]
        return -relieved(row.balance, row.worth, amount, self._settling.book) if row.worth is not None else None

    def _move(self, item_id: str, against: str, signed: Decimal, worth: Decimal | None) -> None:
        row = self._rows[item_id]
        row.balance += signed
        row.worth = row.worth + worth if row.worth is not None and worth is not None else None
        row.is_open = bool(row.balance)
        self._number += 1
        self._session.add(
            MoveRow(
                cause=self._settling.cause,
                number=self._number,
                item_id=item_id,
                against=against,
                amount=signed,
                worth=worth,
                # What settles cannot be older than what it settles, or the past would change its balances.
                moved_on=max(self._settling.moved_on, row.dated_on, self._rows[against].dated_on),
                moved_at=self._settling.moved_at,
            )
        )


def _undone(worths: Sequence[Decimal | None]) -> Decimal | None:
    known = [worth for worth in worths if worth is not None]
    return -sum(known, Decimal()) if len(known) == len(worths) else None


def open_items(session: Session, account: str, party: str, currency: str) -> list[ItemRow]:
    """What is open of a party in a currency, in the order in which it is due."""
    chosen = select(ItemRow).where(
        ItemRow.account == account,
        ItemRow.party == known_as(session, party),
        col(ItemRow.is_open).is_(True),
        ItemRow.currency == currency,
    )
    return list(session.exec(chosen.order_by(col(ItemRow.due_on), col(ItemRow.dated_on), ItemRow.item_id)))


def open_amount(
    session: Session, account: str, party: str, reference: str, currency: str, side: Literal["debit", "credit"]
) -> Decimal:
    """What is open on one side of a party's account under a reference, without sign."""
    sign = 1 if side == "debit" else -1
    items = open_items(session, account, party, currency)
    balances = (sign * item.balance for item in items if is_same(item.reference, reference))
    return sum((balance for balance in balances if balance > 0), Decimal())


def lock_party(session: Session, account: str, party: str) -> None:
    """Has others that settle this party's items wait. SQLite's one writer holds them off anyway."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        lock = text("SELECT pg_advisory_xact_lock(:lock, hashtext(:party))")
        connection.execute(lock, {"lock": LOCK, "party": f"{account} {party_key(party)}"})


def as_open(row: ItemRow) -> OpenItem:
    """The row as the pure rules know it."""
    return OpenItem(row.item_id, row.reference, row.balance, row.dated_on, row.due_on, row.disputed)


def _standing(row: ItemRow) -> Standing:
    wanted = tuple(
        Wanted(wish["reference"], Decimal(wish["amount"]) if wish["amount"] is not None else None)
        for wish in row.settles
    )
    return Standing(as_open(row), wanted, row.takes_credit)
