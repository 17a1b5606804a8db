"""What every contract shares: unknown keys are refused, values are not changed."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Contract(BaseModel):
    """Base of what crosses Temporal: unknown keys are refused, values are not changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ParentRef(Contract):
    """Where a child case reports to."""

    case_id: str
    key: str
    """The numbered state of the parent that waits, `booking#1`."""
