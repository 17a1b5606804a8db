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
    handler.__qualname__ = f"CaseUpdates.{name}"
    decorated: Any = workflow.update(name=name, description=ACTS[name].model.__doc__)(handler)
    decorated.validator(validator)
    return decorated


class CaseUpdates:
    """Every update takes one JSON object with `actor`; a refused one leaves no trace in history."""

    complete_task = _update("complete_task")
    claim_task = _update("claim_task")
    release_task = _update("release_task")
    assign_task = _update("assign_task")
    delegate_task = _update("delegate_task")
    skip_task = _update("skip_task")
    suspend_task = _update("suspend_task")
    event_update = _update("event")
    amend = _update("amend")
    comment = _update("comment")
    attach = _update("attach")
    hold = _update("hold")
    resume = _update("resume")
    cancel = _update("cancel")
    move_deadline = _update("move_deadline")
    resolve_incident = _update("resolve_incident")
