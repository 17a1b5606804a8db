"""Whether a customer may book on credit: its standing, its limit, what is overdue, and an approved way around."""

from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from sop_engine.freight.subledger.ageing import Ageing

Standing = Literal["good", "watch", "on_hold"]
Hindrance = Literal["on_hold", "over_limit", "no_rate", "overdue"]


class CreditTerms(NamedTuple):
    """A customer's terms."""

    standing: Standing = "good"
    limit: Decimal | None = None
    """In book currency; none where no limit is agreed."""


class CreditLift(NamedTuple):
    """An approval to book in spite of a block."""

    approval: str
    up_to: Decimal
    """The largest exposure it covers, in book currency."""
    valid_to: date
    case_id: str | None = None
    """The one case it is for; any of the customer when none."""


class CreditDecision(NamedTuple):
    """The answer, with what it rests on."""

    allowed: bool
    hindrances: tuple[Hindrance, ...]
    exposure: Decimal
    """What is open plus what is asked for, where that has a known worth."""
    overdue: Decimal
    oldest_days: int
    approval: str | None
    reason: str


def decide_credit(
    terms: CreditTerms,
    ageing: Ageing,
    requested: Decimal | None,
    overdue_days: int,
    on: date,
    lifts: tuple[CreditLift, ...] = (),
    case_id: str | None = None,
    unvalued: tuple[str, ...] = (),
) -> CreditDecision:
    """May the customer book for `requested` more, in book currency?

    None is an amount without a known rate: it can be held neither against a limit nor against an earlier approval. So
    are open papers that are in the books without one; `unvalued` names them, and `ageing` leaves them out.

    Blocked from `overdue_days` past due on, at least 1. Disputed amounts count as exposure, not as overdue.
    """
    exposure = ageing.total + (requested or Decimal())
    found: list[tuple[Hindrance, str]] = []
    if terms.standing == "on_hold":
        found.append(("on_hold", "the customer is on hold"))
    if terms.limit is not None and requested is None:
        why = f"no rate on {on} tells what the booking adds to {exposure}; the limit is {terms.limit}"
        found.append(("no_rate", why))
    elif terms.limit is not None and unvalued:
        papers = ", ".join(unvalued)
        why = f"no rate in the books tells what {papers} adds to {exposure}; the limit is {terms.limit}"
        found.append(("no_rate", why))
    elif terms.limit is not None and exposure > terms.limit:
        found.append(("over_limit", f"exposure of {exposure} exceeds the limit of {terms.limit}"))
    if ageing.overdue > 0 and ageing.oldest_days >= overdue_days:
        found.append(("overdue", f"{ageing.overdue} overdue, the oldest by {ageing.oldest_days} days"))
    known = found and requested is not None and not unvalued
    lift = next((each for each in lifts if _covers(each, exposure, on, case_id)), None) if known else None
    reasons = "; ".join(text for _, text in found)
    if lift is not None:
        reasons += f"; approved all the same ({lift.approval})"
    return CreditDecision(
        not found or lift is not None,
        tuple(hindrance for hindrance, _ in found),
        exposure,
        ageing.overdue,
        ageing.oldest_days,
        lift.approval if lift is not None else None,
        reasons or "within the terms",
    )


def _covers(lift: CreditLift, exposure: Decimal, on: date, case_id: str | None) -> bool:
    return on <= lift.valid_to and exposure <= lift.up_to and lift.case_id in (None, case_id)
