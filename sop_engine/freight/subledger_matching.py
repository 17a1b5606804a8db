"""Three papers must agree before a supplier is paid: what was contracted, what was done, and what is billed."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from sop_engine.freight.money import Money

Verdict = Literal[
    "matched", "not_contracted", "not_performed", "over_contract", "under_contract", "currency", "repeated"
]


class MatchTolerance(BaseModel):
    """By how much a billed line may differ from the contract: a share of it or an amount, whichever is more."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    share: Decimal = Field(ge=0, le=1)
    amount: Decimal = Field(ge=0)
    """In the currency of the line."""


class ExpectedCost(NamedTuple):
    """A cost line as agreed and as carried out."""

    shipment: str
    charge: str
    contracted: Money | None
    executed: Money | None
    """What operations confirm was done, at the contract's price; none while they have confirmed nothing."""
    billed_by: str | None = None
    """The bill that claimed it before."""


class BilledLine(NamedTuple):
    """One line of a supplier's bill, without VAT."""

    shipment: str
    charge: str
    amount: Money


class MatchedLine(NamedTuple):
    """What became of a billed line."""

    line: BilledLine
    verdict: Verdict
    difference: Decimal
    """Billed less what was done (or contracted, where nothing was done)."""


class Match(NamedTuple):
    """Every line of a bill with its verdict."""

    lines: tuple[MatchedLine, ...]
    difference: Decimal

    @property
    def is_agreed(self) -> bool:
        """Whether the bill may be paid as it stands."""
        return all(line.verdict == "matched" for line in self.lines)


def match_bill(lines: Sequence[BilledLine], expected: Sequence[ExpectedCost], tolerance: MatchTolerance) -> Match:
    """Compares each billed line with the cost line of its shipment and charge."""
    costs = {(cost.shipment, cost.charge): cost for cost in expected}
    claims = Counter((line.shipment, line.charge) for line in lines)
    matched = tuple(_judge(line, costs.get(line[:2]), claims[line[:2]] > 1, tolerance) for line in lines)
    return Match(matched, sum((line.difference for line in matched), Decimal()))


def _judge(line: BilledLine, cost: ExpectedCost | None, is_double: bool, tolerance: MatchTolerance) -> MatchedLine:
    if cost is None or cost.contracted is None:
        return MatchedLine(line, "not_contracted", line.amount.amount)
    if cost.contracted.currency != line.amount.currency:
        return MatchedLine(line, "currency", Decimal())
    basis = cost.executed if cost.executed is not None else cost.contracted
    difference = line.amount.amount - basis.amount
    if is_double or cost.billed_by is not None:
        return MatchedLine(line, "repeated", difference)
    if cost.executed is None:
        return MatchedLine(line, "not_performed", difference)
    if abs(difference) <= max(basis.amount * tolerance.share, tolerance.amount):
        return MatchedLine(line, "matched", difference)
    return MatchedLine(line, "over_contract" if difference > 0 else "under_contract", difference)
