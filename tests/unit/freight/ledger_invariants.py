"""What must hold after every posting of a sequence."""

from collections import defaultdict
from decimal import Decimal

from tests.unit.freight.ledger_sequences import RULES, PureBooks


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
