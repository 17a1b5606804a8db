"""Three papers must agree before a supplier is paid: what was contracted, what was done, and what is billed."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Literal, NamedTuple

from pydantic import Field

from sop_engine.basis.models import Frozen
from sop_engine.freight.money import Money

Verdict = Literal[
    "matched",
    "not_contracted",
    "not_performed",
    "over_contract",
    "under_contract",
    "over_performance",
    "under_performance",
    "currency",
    "repeated",
]


class MatchTolerance(Frozen):
    """By how much a billed line may differ from contract and execution: a share of it or an amount, if that is more."""

    share: Decimal = Field(ge=0, le=1)
    amount: Decimal = Field(ge=0)
    """In the currency of the line."""

    def allows(self, difference: Decimal, basis: Money) -> bool:
        """Whether a difference from that amount passes unseen."""
        return abs(difference) <= max(basis.amount * self.share, self.amount)


class ExpectedCost(NamedTuple):
    """A cost line as agreed and as carried out."""

    shipment: str
    charge: str
    contracted: Money | None
    """The price agreed: of the booking, the quotation or the contract tariff."""
    executed: Money | None
    """What it comes to as operations confirm it was done; none while they have confirmed nothing."""
    billed_by: str | None = None
    """The bill that claimed the last of it before."""
    billed: Decimal = Decimal()
    """What part bills claimed of it before, in the currency of the contract."""

    @property
    def left(self) -> Money | None:
        """What is still to be billed of the price agreed; nothing where more was billed than agreed."""
        return self._less(self.contracted)

    @property
    def left_done(self) -> Money | None:
        """What is still to be billed of what was carried out."""
        return self._less(self.executed)

    @property
    def billed_money(self) -> Money | None:
        """What was billed of the price agreed; none where nothing is agreed."""
        return Money(amount=self.billed, currency=self.contracted.currency) if self.contracted is not None else None

    def _less(self, whole: Money | None) -> Money | None:
        if whole is None:
            return None
        return Money(amount=max(whole.amount - self.billed, Decimal()), currency=whole.currency)


class BilledLine(NamedTuple):
    """One line of a supplier's bill, without VAT."""

    shipment: str
    charge: str
    amount: Money


class MatchedLine(NamedTuple):
    """What became of a billed line."""

    line: BilledLine
    verdict: Verdict
    contracted: Money | None
    """What was still to be billed of it, like what was carried out."""
    executed: Money | None
    difference: Decimal
    """Billed less contracted; the whole amount where nothing is contracted, nought in another currency."""


class Match(NamedTuple):
    """Every line of a bill with its verdict."""

    lines: tuple[MatchedLine, ...]
    difference: Decimal

    @property
    def is_agreed(self) -> bool:
        """Whether the bill may be paid as it stands."""
        return all(line.verdict == "matched" for line in self.lines)


def match_bill(lines: Sequence[BilledLine], expected: Sequence[ExpectedCost], tolerance: MatchTolerance) -> Match:
    """Compares each billed line with the cost line of its shipment and charge, as agreed and as carried out."""
    costs = {(cost.shipment, cost.charge): cost for cost in expected}
    claims = Counter((line.shipment, line.charge) for line in lines)
    matched = []
    for line in lines:
        cost = costs.get(line[:2], ExpectedCost(line.shipment, line.charge, None, None))
        verdict = _verdict(line, cost, claims[line[:2]] > 1, tolerance)
        matched.append(MatchedLine(line, verdict, cost.left, cost.left_done, _beyond(line, cost.left)))
    return Match(tuple(matched), sum((line.difference for line in matched), Decimal()))


def _verdict(line: BilledLine, cost: ExpectedCost, is_double: bool, tolerance: MatchTolerance) -> Verdict:
    if cost.left is None:
        return "not_contracted"
    if cost.left.currency != line.amount.currency:
        return "currency"
    if is_double or cost.billed_by is not None:
        return "repeated"
    if cost.left_done is None:
        return "not_performed"
    if not tolerance.allows(agreed := _beyond(line, cost.left), cost.left):
        return "over_contract" if agreed > 0 else "under_contract"
    if not tolerance.allows(done := _beyond(line, cost.left_done), cost.left_done):
        return "over_performance" if done > 0 else "under_performance"
    return "matched"


def _beyond(line: BilledLine, basis: Money | None) -> Decimal:
    if basis is None:
        return line.amount.amount
    return (line.amount - basis).amount if basis.currency == line.amount.currency else Decimal()
