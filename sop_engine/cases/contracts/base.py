"""What every contract shares: unknown keys are refused, values are not changed."""

from __future__ import annotations

from sop_engine.basis.models import Frozen


class Contract(Frozen):
    """Base of what crosses Temporal: unknown keys are refused, values are not changed."""


class ActivityInput(Contract):
    """What an activity is asked."""


class ForCase(ActivityInput):
    """What an activity does for one case; only that case's own workflow may have it done."""

    @property
    def of_case(self) -> str | None:
        """The case's id; none where an older worker asked, which did not say it."""
        raise NotImplementedError


class ParentRef(Contract):
    """Where a child case reports to."""

    case_id: str
    key: str
    """The numbered state of the parent that waits, `booking#1`."""
