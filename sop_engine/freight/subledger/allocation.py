"""Open items and how they settle one another: receipts and credit notes against invoices, payments against bills.

Every paper that touches a control account opens an item with its amount on it, a debit positive. Settling moves equal
amounts between two items of opposite signs, so it never changes what a party owes in all, whatever the order.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from sop_engine.basis.faults import Fault
from sop_engine.freight.party_keys import is_same, party_key
from sop_engine.freight.rules import RuleError

NOUGHT = Decimal()


class OpenItem(NamedTuple):
    """What is still open of one paper of one party, in one currency."""

    item: str
    reference: str
    """The number by which others name it: of the invoice, of the supplier's bill, of the bank."""
    balance: Decimal
    """What the party owes us; negative what we owe it."""
    dated_on: date
    due_on: date
    disputed: Decimal = NOUGHT
    """How much of the balance the party disputes, without sign."""


class Wanted(NamedTuple):
    """A wish to settle the item of a reference: so much of it, or all that fits."""

    reference: str
    amount: Decimal | None = None


class Standing(NamedTuple):
    """An open item with what its paper was meant for."""

    item: OpenItem
    wanted: tuple[Wanted, ...] = ()
    takes_credit: bool = False
    """It settles whatever stands against it, also what comes later, as a refund does."""


class Transfer(NamedTuple):
    """A positive amount by which two items of opposite signs settle one another."""

    source: str
    target: str
    amount: Decimal


def settle_new(new: Standing, others: Sequence[Standing], *, oldest_first: bool = False) -> tuple[Transfer, ...]:
    """What a new item settles: what it names, what waited for it, what is due first where it is asked to, and whatever
    takes any credit. Money that comes before its invoice thus meets it as money that comes after."""
    items = {each.item.item: each.item for each in (new, *others)}
    own = new.item.item
    done: list[Transfer] = []

    def carry_out(transfers: Sequence[Transfer]) -> None:
        for source, target, amount in transfers:
            for name in (source, target):
                items[name] = items[name]._replace(balance=_less(items[name].balance, amount))
        done.extend(transfers)

    carry_out(settle_wanted(items[own], [items[each.item.item] for each in others], new.wanted))
    for each in others:
        wishes = [wish for wish in each.wanted if is_same(wish.reference, new.item.reference)]
        carry_out(settle_wanted(items[each.item.item], [items[own]], wishes))
    is_free = oldest_first or new.takes_credit
    carry_out(settle_oldest(items[own], [items[each.item.item] for each in others if is_free or each.takes_credit]))
    return tuple(done)


def settle_wanted(voucher: OpenItem, others: Sequence[OpenItem], wanted: Iterable[Wanted]) -> tuple[Transfer, ...]:
    """Settles what the voucher names, in its order, as far as it fits; the rest stays open. Disputes do not hinder."""
    transfers: list[Transfer] = []
    left = {other.item: other for other in others}
    for wish in wanted:
        for other in [each for each in left.values() if is_same(each.reference, wish.reference)]:
            amount = _fitting(voucher.balance, other.balance)
            if wish.amount is not None:
                amount = min(amount, wish.amount)
            if amount > 0:
                transfers.append(Transfer(voucher.item, other.item, amount))
                voucher = voucher._replace(balance=_less(voucher.balance, amount))
                left[other.item] = other._replace(balance=_less(other.balance, amount))
    return tuple(transfers)


def settle_oldest(voucher: OpenItem, others: Iterable[OpenItem]) -> tuple[Transfer, ...]:
    """Settles the items due first, then those dated first, leaving out what is disputed."""
    transfers: list[Transfer] = []
    for other in sorted(others, key=lambda each: (each.due_on, each.dated_on, each.item)):
        amount = _fitting(voucher.balance, _less(other.balance, min(other.disputed, abs(other.balance))))
        if amount > 0:
            transfers.append(Transfer(voucher.item, other.item, amount))
            voucher = voucher._replace(balance=_less(voucher.balance, amount))
    return tuple(transfers)


def allocate(
    voucher: OpenItem, others: Sequence[OpenItem], wanted: Sequence[Wanted], unit: Decimal
) -> tuple[Transfer, ...]:
    """Settles exactly what a person asks for, in whole smallest units of the currency.

    Raises RuleError with every fault: what is not open, has the same sign, asks for more than there is or for a
    fraction of a unit.
    """
    faults: list[Fault] = []
    left = voucher.balance
    opposing = [other for other in others if _opposite(left, other.balance)]
    for index, wish in enumerate(wanted):
        where = f"settles.{index}"
        found = [other for other in opposing if is_same(other.reference, wish.reference)]
        if not found:
            known = ", ".join(other.reference for other in opposing)
            faults.append(Fault(where, f"nothing open under {wish.reference!r} to settle", known or "nothing is open"))
            continue
        open_amount = sum((abs(other.balance) for other in found), NOUGHT)
        amount = min(open_amount, abs(left)) if wish.amount is None else wish.amount
        if amount <= 0 or amount > open_amount:
            faults.append(Fault(where, f"{amount} of {wish.reference}", f"more than 0, at most {open_amount}"))
        elif amount % unit:
            faults.append(Fault(where, f"{amount} of {wish.reference}", f"whole multiples of {unit}"))
        elif amount > abs(left):
            faults.append(Fault(where, f"{amount} of {voucher.reference}", f"at most the {abs(left)} left of it"))
        else:
            left = _less(left, amount)
    if len({party_key(wish.reference) for wish in wanted}) < len(wanted):
        faults.append(Fault("settles", "names an item twice", "each once"))
    if faults:
        raise RuleError(faults)
    return settle_wanted(voucher, others, wanted)


def unapplied(items: Iterable[OpenItem]) -> Decimal:
    """The credit of a party that settles nothing yet, as a positive amount."""
    return -sum((item.balance for item in items if item.balance < 0), NOUGHT)


def _opposite(one: Decimal, other: Decimal) -> bool:
    return one * other < 0


def _fitting(one: Decimal, other: Decimal) -> Decimal:
    return min(abs(one), abs(other)) if _opposite(one, other) else NOUGHT


def _less(balance: Decimal, amount: Decimal) -> Decimal:
    """The balance brought nearer to nought."""
    return balance - amount if balance > 0 else balance + amount
