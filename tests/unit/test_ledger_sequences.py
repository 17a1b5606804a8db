"""The books balance after any sequence of papers and acts, repeated and reordered: ten thousand random ones."""

from collections import defaultdict
from decimal import Decimal

import pytest

from sop_engine.freight.party_keys import party_key
from tests.unit.ledger_sequences import RULES, PureBooks, attempts, shuffled

SEQUENCES = 10_000
PARTS = 20


@pytest.mark.parametrize("part", range(PARTS))
def test_the_books_balance_after_any_sequence(part: int) -> None:
    for seed in range(part, SEQUENCES, PARTS):
        books = PureBooks()
        for act in attempts(seed):
            books.attempt(act)
            check(books)


@pytest.mark.parametrize("part", range(PARTS))
def test_entries_in_another_order_leave_each_party_owing_the_same(part: int) -> None:
    """The same papers; two papers under one number are told apart by who came first, so such worlds are left out."""
    for seed in range(part, SEQUENCES // 10, PARTS):
        arriving = attempts(seed)
        contents: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        for act in arriving:
            if act.values:
                # Under one number, one paper in two spellings counts as two, too.
                contents[act.kind, party_key(act.values["business_key"])].add(repr(act.values))
        if any(len(values) > 1 for values in contents.values()):
            continue
        first, second = PureBooks(), PureBooks()
        for act in arriving:
            first.attempt(act)
        for act in shuffled(arriving, seed):
            second.attempt(act)
        assert first.trial_balance() == second.trial_balance()
        assert first.party_totals() == second.party_totals()


def check(books: PureBooks) -> None:
    by_currency: defaultdict[str, Decimal] = defaultdict(Decimal)
    controls: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for (account, currency), balance in books.trial_balance().items():
        by_currency[currency] += balance
        if account in RULES.controls:
            controls[account, currency] += balance
    assert not any(by_currency.values())
    for (account, _, currency), owed in books.party_totals().items():
        controls[account, currency] -= owed
    assert not any(controls.values())
    in_book = books.trial_balance_in_book()
    assert not sum(in_book.values())
    for account in RULES.controls:
        items = [name for name, place in books.places.items() if place[0] == account]
        assert in_book.get(account, 0) == sum(books.worths[name] for name in items)
    for name, standing in books.items.items():
        opened = books.postings[name].item
        assert opened is not None
        assert abs(standing.item.balance) <= abs(opened.amount)
        assert standing.item.balance * opened.amount >= 0
        assert books.worths[name] * opened.amount >= 0
        assert standing.item.balance or not books.worths[name]
    assert all(each.transfer.amount > 0 for each in books.settled)
