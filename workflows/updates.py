"""The updates of a case: one per act of a person, each with a validator and an example for the Web UI's dialog."""

from __future__ import annotations

from typing import Any

from temporalio import workflow
from temporalio.common import RawValue

from sop_engine.cases.casework import ACTS
from sop_engine.cases.contracts.acts import ActResult


def _update(name: str) -> Any:
    # `self` stays without a type: the SDK takes an annotated one for an argument of the update.
    async def handler(self, body: RawValue = None) -> ActResult:  # type: ignore[no-untyped-def, assignment]
        answer: ActResult = await self.act(name, body)
        return answer

    def validator(self, body: RawValue = None) -> None:  # type: ignore[no-untyped-def, assignment]
        self.validate(name, body)

    handler.__name__ = name
    handler.__qualname__ = f"CaseUpdates.{name}_update"
    decorated: Any = workflow.update(name=name, description=ACTS[name].model.told())(handler)
    decorated.validator(validator)
    return decorated


def _with_updates(cls: type[Any]) -> Any:
    """The class with the update of every act."""
    for name in ACTS:
        setattr(cls, f"{name}_update", _update(name))
    return cls


@_with_updates
class CaseUpdates:
    """Every update takes one JSON object with `actor`; a refused one leaves no trace in history."""
