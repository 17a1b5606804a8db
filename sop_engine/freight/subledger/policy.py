"""The firm's own figures for receivables, payables and cash on delivery."""

from decimal import Decimal
from itertools import pairwise

from pydantic import Field, model_validator

from sop_engine.basis.models import Frozen
from sop_engine.freight.subledger.approval import PaymentTiers
from sop_engine.freight.subledger.dunning import DunningLevel
from sop_engine.freight.subledger.matching import MatchTolerance


class SubledgerPolicy(Frozen):
    """As `policy:` of `sop_definitions/ledger.yaml` says."""

    match_tolerance: MatchTolerance
    payment_tiers: PaymentTiers
    dunning: tuple[DunningLevel, ...]
    """Exactly one level stops credit."""
    credit_lift_roles: tuple[str, ...] = Field(min_length=1)
    """Who may approve a booking in spite of a block."""
    cod_settle_months: int = Field(ge=0)
    freight_ratio: Decimal = Field(gt=0)
    """The share of the goods' value that freight may be before it is flagged."""

    @model_validator(mode="after")
    def _levels_rise(self) -> "SubledgerPolicy":
        figures = [(level.level, level.days) for level in self.dunning]
        if any(later[0] <= earlier[0] or later[1] <= earlier[1] for earlier, later in pairwise(figures)):
            raise ValueError("dunning: levels and days must rise")
        if sum(level.stops_credit for level in self.dunning) != 1:
            raise ValueError("dunning: exactly one level stops credit")
        return self

    @property
    def credit_stop_days(self) -> int:
        """Days past due from which new bookings are blocked."""
        return next(level.days for level in self.dunning if level.stops_credit)
