"""Who must approve a payment: roles by amount, one after the other, never the one who asked."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from pydantic import ConfigDict, Field, RootModel, model_validator

from sop_engine.basis.faults import Fault
from sop_engine.basis.models import Frozen
from sop_engine.freight.rules import RuleError


class PaymentTier(Frozen):
    """Payments up to an amount in book currency, and the roles that approve them in order."""

    up_to: Decimal | None = Field(default=None, gt=0)
    """The largest amount; none in the last tier, which has no end."""
    roles: tuple[str, ...] = Field(min_length=1)


class PaymentTiers(RootModel[tuple[PaymentTier, ...]]):
    """Tiers from small to large."""

    model_config = ConfigDict(frozen=True)

    @model_validator(mode="after")
    def _rising(self) -> "PaymentTiers":
        limits = [tier.up_to for tier in self.root]
        closed = [limit for limit in limits if limit is not None]
        if not limits or limits[-1] is not None or len(closed) != len(limits) - 1 or closed != sorted(set(closed)):
            raise ValueError("the limits must rise, and only the last tier has none")
        return self

    def roles_for(self, amount: Decimal) -> tuple[str, ...]:
        """The roles that approve a payment of this amount; an amount at a limit still belongs below it."""
        return next(tier.roles for tier in self.root if tier.up_to is None or amount <= tier.up_to)


class Approval(NamedTuple):
    """A decision once given."""

    role: str
    person: str


def missing_roles(needed: Sequence[str], given: Iterable[Approval]) -> tuple[str, ...]:
    """The roles that have not approved yet, in order."""
    done = tuple(approval.role for approval in given)
    return tuple(role for role in needed if role not in done)


def check_approval(needed: Sequence[str], given: Sequence[Approval], requester: str, approval: Approval) -> None:
    """Raises RuleError with every reason why this approval cannot be the next one: four eyes, order, role."""
    missing = missing_roles(needed, given)
    expected = missing[0] if missing else "nobody: it is approved"
    faults = []
    if not missing or approval.role != missing[0]:
        faults.append(Fault("role", f"{approval.role} does not approve now", expected))
    if approval.person == requester:
        faults.append(Fault("person", f"{approval.person} asked for the payment", "somebody else"))
    if approval.person in [each.person for each in given]:
        faults.append(Fault("person", f"{approval.person} approved it already", "somebody else"))
    if faults:
        raise RuleError(faults)
