"""What a carrier owes at most for cargo: drawing rights (XDR) per kilogram and per package, by regime and date."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple, Self

from pydantic import ConfigDict, Field, RootModel, model_validator
from pydantic.dataclasses import dataclass

from sop_engine.basis.faults import Fault
from sop_engine.freight.money import Money
from sop_engine.freight.rules import Rule, RuleError, overlaps, rule_on


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class LiabilityLimit(Rule):
    """The limit of one regime."""

    regime: str
    per_kg: Decimal = Field(gt=0)
    """XDR per kilogram gross of what is lost or damaged."""
    per_package: Decimal | None = None
    """XDR per package; where there is one, the higher of the two limits counts."""


class Limit(NamedTuple):
    """The most that can be claimed, in XDR, and how it came about."""

    amount: Money
    basis: str


class LiabilityLimits(RootModel[tuple[LiabilityLimit, ...]]):
    """The limits on file. Two of one regime on one day are refused."""

    model_config = ConfigDict(frozen=True)

    @model_validator(mode="after")
    def _one_a_day(self) -> Self:
        if faults := overlaps(self.root, lambda limit: limit.regime):
            raise ValueError("; ".join(faults))
        return self

    def limit(self, regime: str, day: date, gross_kg: Decimal, packages: int) -> Limit:
        """The limit on the day of the loss or of delivery. Raises RuleError for an unknown regime or no cargo."""
        of_regime = [each for each in self.root if each.regime == regime]
        faults = []
        if not of_regime:
            known = ", ".join(dict.fromkeys(each.regime for each in self.root))
            faults.append(Fault("regime", f"no limit for {regime}", known))
        if gross_kg <= 0 or packages < 1:
            faults.append(Fault("gross_kg", f"{gross_kg} kg in {packages} packages", "more than nought"))
        if faults:
            raise RuleError(faults)
        rule = rule_on(of_regime, day, f"limit of {regime}")
        by_weight = rule.per_kg * gross_kg
        words = f"{gross_kg} kg × {rule.per_kg} = {by_weight}"
        highest = by_weight
        if rule.per_package is not None:
            by_package = rule.per_package * packages
            words += f"; {packages} packages × {rule.per_package} = {by_package}"
            highest = max(by_weight, by_package)
        amount = Money.rounded(highest, "XDR")
        return Limit(amount, f"{words}; {amount}. Rule: {rule.source}.")
