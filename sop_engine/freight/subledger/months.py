"""Accounting months: kept apart from the dates of papers, closed in order, refused once closed."""

from collections.abc import Collection, Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from sop_engine.basis.faults import Fault
from sop_engine.freight.rules import RuleError


class ControlBalance(NamedTuple):
    """A control account against the open items below it, in one currency."""

    account: str
    currency: str
    ledger: Decimal
    items: Decimal


def month_of(day: date) -> str:
    """`2026-03`."""
    return f"{day.year:04}-{day.month:02}"


def next_month(month: str) -> str:
    """The month after."""
    year, number = int(month[:4]), int(month[5:])
    return f"{year + number // 12:04}-{number % 12 + 1:02}"


def posting_month(asked: str | None, day: date, closed: Collection[str]) -> str:
    """The month of an entry: the one asked for, or that of the day, or the first open one after it.

    What comes late without asking goes into the next open month, so that no case waits for a closed book. Raises
    RuleError for a closed month that was asked for by name.
    """
    month = asked or month_of(day)
    if asked is not None and asked in closed:
        raise RuleError([Fault("month", f"{asked} is closed", "an open month, or reopen it")])
    while month in closed:
        month = next_month(month)
    return month


def check_close(
    month: str,
    today: date,
    closed: Collection[str],
    used: Iterable[str],
    unbalanced: Iterable[str],
    controls: Iterable[ControlBalance],
    unidentified: int,
) -> None:
    """Raises RuleError with everything that stands against closing a month.

    `used` are the months with entries, `unbalanced` the entries whose sides differ, `unidentified` the open items of
    the month whose party is not known.
    """
    faults: list[Fault] = []
    if month >= month_of(today):
        faults.append(Fault("month", f"{month} is not over", "a past month"))
    earlier = sorted(each for each in used if each < month and each not in closed)
    if earlier:
        faults.append(Fault("month", "earlier months are open: " + ", ".join(earlier), "close them first"))
    faults.extend(Fault("entries", f"{entry} does not balance", "equal debits and credits") for entry in unbalanced)
    for control in controls:
        if control.ledger != control.items:
            said = f"{control.account} {control.currency}: ledger {control.ledger}, open items {control.items}"
            faults.append(Fault("items", said, "the same"))
    if unidentified:
        faults.append(Fault("items", f"{unidentified} open items without a party", "assign them"))
    if faults:
        raise RuleError(faults)


def check_reopen(month: str, closed: Collection[str]) -> None:
    """Raises RuleError where the month is not closed, or a later one is: they are reopened from the last backwards."""
    faults: list[Fault] = []
    if month not in closed:
        faults.append(Fault("month", f"{month} is not closed", ", ".join(sorted(closed)) or "none is closed"))
    later = sorted(each for each in closed if each > month)
    if later:
        faults.append(Fault("month", "later months are closed: " + ", ".join(later), "reopen them first"))
    if faults:
        raise RuleError(faults)
