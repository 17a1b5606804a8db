"""The records against the rules alone: random sequences of attempts on a real database leave the same books."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select
from temporalio.exceptions import ApplicationError

from sop_engine.records.engine import open_engine
from sop_engine.records.ledger.items import ItemRow, MoveRow
from sop_engine.records.ledger.names import PartyNameRow, known_as
from sop_engine.records.migration import migrate
from tests.integration.ledger_office import Office
from tests.unit.freight.ledger_closings import Step, World
from tests.unit.freight.ledger_sequences import RULES, START, Act, PureBooks, attempts

AT = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
SEQUENCES = 60


@pytest.fixture(scope="module")
def memory() -> Iterator[Engine]:
    engine = open_engine("sqlite://")
    migrate(engine)
    yield engine
    engine.dispose()


def attempt(office: Office, act: Act) -> None:
    works = {"allocate": "allocate_receipt", "release": "release_receipt", "dispute": "dispute_invoice"}
    with suppress(ApplicationError):
        if act.values:
            office.post(act.kind, {}, act.key, AT, **act.values)
        elif act.account == RULES.uses.payable:
            office.work("set_off_credits", act.key, AT, supplier=act.party, bill_no=act.reference)
        else:
            reason = {"reason": "?"} if act.kind == "dispute" else {}
            office.work(works[act.kind], act.key, AT, customer=act.party, reference=act.reference, **reason)


def test_the_records_keep_what_the_rules_say(memory: Engine) -> None:
    office, all_books = Office(memory), []
    for seed in range(SEQUENCES):
        books = PureBooks()
        for act in attempts(seed, acts=10):
            books.attempt(act)
            attempt(office, act)
        all_books.append(books)

    expected: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for books in all_books:
        for account, balance in books.trial_balance().items():
            expected[account] += balance
    kept = office.balance()
    assert kept.balanced
    # A difference of rates is an entry of nothing in the foreign currency.
    differences = {(line.account, line.currency) for line in kept.accounts if line.account == RULES.uses.exchange}
    found = {(line.account, line.currency): line.balance for line in kept.accounts}
    assert found == {**expected, **dict.fromkeys(differences, Decimal())}
    in_book: defaultdict[str, Decimal] = defaultdict(Decimal)
    for books in all_books:
        for name, worth in books.trial_balance_in_book().items():
            in_book[name] += worth
    worths: defaultdict[str, Decimal] = defaultdict(Decimal)
    for line in kept.accounts:
        assert line.worth is not None
        worths[line.account] += line.worth
    assert worths == in_book
    assert in_book[RULES.uses.exchange]

    items = {name: standing.item for books in all_books for name, standing in books.items.items()}
    with Session(memory) as session:
        rows = session.exec(select(ItemRow)).all()
        moved: defaultdict[str, Decimal] = defaultdict(Decimal)
        for move in session.exec(select(MoveRow)):
            moved[move.item_id] += move.amount
    assert {row.item_id: row.balance for row in rows} == {name: item.balance for name, item in items.items()}
    expected_worths = {name: worth for books in all_books for name, worth in books.worths.items()}
    assert {row.item_id: row.worth for row in rows} == expected_worths
    assert {row.item_id: row.disputed for row in rows} == {name: item.disputed for name, item in items.items()}
    assert all(moved[row.item_id] == row.balance and row.is_open == bool(row.balance) for row in rows)


@pytest.mark.parametrize("days", [20, 75, 200])
def test_the_ageing_report_agrees_with_a_recomputation(memory: Engine, days: int) -> None:
    """Recomputed from the items alone, with the buckets written out as the facts have them."""
    on = START + timedelta(days=days)
    office = Office(memory)
    with Session(memory) as session:
        rows = [row for row in session.exec(select(ItemRow)) if row.account == RULES.uses.receivable]
        moves = session.exec(select(MoveRow)).all()
    expected: defaultdict[tuple[str, str], defaultdict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in rows:
        balance = sum((move.amount for move in moves if move.item_id == row.item_id and move.moved_on <= on), Decimal())
        if row.dated_on > on or not balance:
            continue
        found = expected[row.party, row.currency]
        found["total"] += balance
        if balance < 0:
            found["unapplied"] += balance
            continue
        held = min(row.disputed, balance) if on >= AT.date() else Decimal()
        found["disputed"] += held
        late = (on - row.due_on).days
        name = (
            "current" if late <= 0
            else "1-30" if late <= 30
            else "31-60" if late <= 60
            else "61-90" if late <= 90
            else "91-120" if late <= 120
            else "120+"
        )  # fmt: skip
        found[name] += balance - held
    names = ("current", "1-30", "31-60", "61-90", "91-120", "120+", "disputed", "unapplied", "total")
    reported = {
        (row["party"], row["currency"]): [Decimal(row[name] or "0") for name in names]
        for row in office.rows("ageing", on=on, limit=5000)
    }
    assert reported == {place: [found[name] for name in names] for place, found in expected.items()}


CLOSED = 25


def test_random_accounts_close_to_nought_in_the_records() -> None:
    """The worlds of the unit test, done by the work that procedures name, each paper in any spelling."""
    engine = open_engine("sqlite://")
    migrate(engine)
    office = Office(engine)
    for seed in range(CLOSED):
        world = World(seed)

        def left(party: str) -> list[ItemRow]:
            with Session(engine, expire_on_commit=False) as session:
                chosen = select(ItemRow).where(ItemRow.party == known_as(session, party))
                return [row for row in session.exec(chosen) if row.balance]

        def do(step: Step) -> None:
            office.work(step.work, at=AT + timedelta(days=5), **step.values)

        for step in world.steps():
            do(step)
        owed = sum((row.balance for row in left(world.customer)), Decimal())
        if owed > 0:
            do(world.receipt("REST-1" + str(seed), owed))
        elif owed < 0:
            do(world.refund(-owed))
        if payable := -sum((row.balance for row in left(world.supplier)), Decimal()):
            office.post("supplier_paid", {}, **world.payment(payable))
        for row in left(world.customer):
            do(world.allocation(row.reference))
        assert left(world.customer) == left(world.supplier) == [], seed
    for side in ("receivable", "payable"):
        assert office.rows("ageing", side=side) == []
    for line in office.balance().accounts:
        if line.account in (RULES.uses.receivable, RULES.uses.payable):
            assert not any((line.balance, line.worth)), line
    with Session(engine) as session:
        assert len(session.exec(select(PartyNameRow)).all()) <= 2 * CLOSED
    engine.dispose()
