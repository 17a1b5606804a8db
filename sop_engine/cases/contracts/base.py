"""What every contract shares: unknown keys are refused, values are not changed."""

from __future__ import annotations

from typing import Any

from pydantic import SerializerFunctionWrapHandler, model_serializer

from sop_engine.basis.models import Frozen


class Contract(Frozen):
    """Base of what crosses Temporal: unknown keys are refused, values are not changed."""


class Deputised(Contract):
    """What somebody may have done for somebody else. Where nobody did, nothing is written of it: so it is as it was
    recorded before there were deputies, and readable for whoever does not know them.
    """

    on_behalf_of: str | None = None
    """Who is away, and by whose right the actor did it as deputy; the actor's own where absent."""

    @model_serializer(mode="wrap")
    def _as_needed(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        said: dict[str, Any] = write(self)
        return said if self.on_behalf_of is not None else {k: v for k, v in said.items() if k != "on_behalf_of"}


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
