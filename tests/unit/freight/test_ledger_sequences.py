"""The books balance after any sequence of papers and acts, repeated and reordered: thousands of random ones."""

from collections import defaultdict

import pytest

from sop_engine.freight.party_keys import party_key
from tests.unit.freight.ledger_invariants import check
from tests.unit.freight.ledger_sequences import PureBooks, attempts, shuffled

SEQUENCES = 2_000
PARTS = 4


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
