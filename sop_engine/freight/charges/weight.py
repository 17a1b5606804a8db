"""What a carrier charges for: the weight or the room that cargo takes, whichever is more, by mode and lane."""

from datetime import date
from decimal import ROUND_CEILING, Decimal
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import ConfigDict, Field, RootModel, model_validator
from pydantic.dataclasses import dataclass

from sop_engine.basis.faults import Fault
from sop_engine.basis.models import Frozen
from sop_engine.freight.rules import Rule, RuleError, overlaps, rule_on

ChargedMode = Literal["air", "express", "lcl"]
_CUBIC_CM = Decimal(1_000_000)
"""In a cubic metre."""

Positive = Annotated[Decimal, Field(gt=0)]


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class WeightRule(Rule):
    """How a mode turns room into weight. `lane` is empty for all lanes without a rule of their own."""

    mode: ChargedMode
    lane: str = ""
    """Origin and destination, `CNSHA-DEHAM`."""
    cubic_cm_per_kg: Positive | None = None
    """6000 by air, 5000 by express; or a factor below, not both."""
    kg_per_cbm: Positive | None = None
    """166.67 or 167 by air; of a revenue ton of sea cargo, 1000, on some lanes 500."""
    step: Positive
    """Weights are rounded up to a multiple of it."""
    minimum: Annotated[Decimal, Field(ge=0)] = Decimal()

    def __post_init__(self) -> None:
        super().__post_init__()
        if (self.cubic_cm_per_kg is None) is (self.kg_per_cbm is None):
            raise ValueError("give cubic_cm_per_kg or kg_per_cbm, and only one of them")
        if self.mode == "lcl" and self.kg_per_cbm is None:
            raise ValueError("lcl is charged by the cubic metre: give kg_per_cbm")

    @property
    def kg_of_unit(self) -> Decimal:
        """What is charged by: a kilogram, or the revenue ton, which is what a cubic metre counts as on the lane."""
        return self.kg_per_cbm if self.mode == "lcl" and self.kg_per_cbm is not None else Decimal(1)

    def weight_of(self, cubic_cm: Decimal) -> Decimal:
        """Kilograms that room counts as."""
        if self.cubic_cm_per_kg is not None:
            return cubic_cm / self.cubic_cm_per_kg
        return cubic_cm / _CUBIC_CM * (self.kg_per_cbm or 0)


class Pieces(Frozen):
    """Like packages: their number, the size and weight of each."""

    count: int = Field(ge=1)
    length_cm: Positive
    width_cm: Positive
    height_cm: Positive
    gross_kg: Positive

    @property
    def cubic_cm(self) -> Decimal:
        """The room of all of them."""
        return self.length_cm * self.width_cm * self.height_cm * self.count


class ChargeableWeight(NamedTuple):
    """What is charged, in kg or, for sea cargo, in revenue tons, and how it came about."""

    gross_kg: Decimal
    volume_cbm: Decimal
    chargeable: Decimal
    unit: Literal["kg", "W/M"]
    basis: str


class WeightRules(RootModel[tuple[WeightRule, ...]]):
    """The rules on file. Two for the same mode and lane on one day are refused."""

    model_config = ConfigDict(frozen=True)

    @model_validator(mode="after")
    def _one_a_day(self) -> Self:
        if faults := overlaps(self.root, lambda rule: f"{rule.mode} {rule.lane}".strip()):
            raise ValueError("; ".join(faults))
        return self

    def find(self, mode: str, lane: str, day: date) -> WeightRule:
        """The lane's own rule, or that of the mode. Raises RuleError when there is none on that day."""
        of_mode = [rule for rule in self.root if rule.mode == mode]
        of_lane = [rule for rule in of_mode if rule.lane == lane]
        return rule_on(of_lane or [rule for rule in of_mode if not rule.lane], day, f"chargeable weight by {mode}")


def chargeable_weight(pieces: tuple[Pieces, ...], rule: WeightRule) -> ChargeableWeight:
    """The greater of weight and room of the whole consignment, rounded up to the step, at least the minimum."""
    gross = sum((each.gross_kg * each.count for each in pieces), Decimal())
    return weight_from_totals(gross, sum((each.cubic_cm for each in pieces), Decimal()) / _CUBIC_CM, rule)


def weight_from_totals(gross_kg: Decimal, volume_cbm: Decimal, rule: WeightRule) -> ChargeableWeight:
    """The same where only the totals are known. Raises RuleError for cargo that weighs nothing."""
    if gross_kg <= 0 or volume_cbm < 0:
        raise RuleError(
            [Fault("gross_kg", f"{gross_kg} kg in {volume_cbm} cbm", "more than nought, and no negative room")]
        )
    room = rule.weight_of(volume_cbm * _CUBIC_CM)
    exact = max(gross_kg, room) / rule.kg_of_unit
    chargeable = max((exact / rule.step).to_integral_value(ROUND_CEILING) * rule.step, rule.minimum)
    unit: Literal["kg", "W/M"] = "W/M" if rule.mode == "lcl" else "kg"
    words = f"gross {gross_kg} kg, {volume_cbm} cbm count as {room:.2f} kg; {chargeable} {unit}"
    return ChargeableWeight(gross_kg, volume_cbm, chargeable, unit, f"{words}. Rule: {rule.source}.")
