"""Whether whoever opens a case stands above whom it is for: an opening has no validator, so it is judged in history."""

from __future__ import annotations

from temporalio import workflow
from temporalio.exceptions import ActivityError

from sop_engine.basis.faults import InvalidInput
from sop_engine.cases.contracts.opening import OpenCaseInput, OpenCheckInput, OpenCheckResult
from sop_engine.cases.people.actors import SYSTEM
from sop_engine.cases.written.procedure import Procedure
from sop_engine.temporal.failures import to_failure
from sop_engine.temporal.queues import CHECK_OPENING
from workflows.acts import LOAD_WITHIN
from workflows.errands import PATIENT


async def judge_opener(procedure: Procedure, opening: OpenCaseInput) -> None:
    """Asks a worker, where the procedure says above whom its opener must stand. Raises the refusal."""
    if not any(spec.below_opener_as for spec in procedure.definition.data.values()):
        return
    actor = opening.actor or SYSTEM
    asked = OpenCheckInput(sop=procedure.sop, version=opening.version, data=opening.data, actor=actor)
    try:
        found = await workflow.execute_activity(
            CHECK_OPENING,
            asked,
            result_type=OpenCheckResult,
            start_to_close_timeout=LOAD_WITHIN,
            retry_policy=PATIENT,
        )
    except ActivityError as error:
        raise error.cause or error from None
    if found.faults:
        raise to_failure(InvalidInput(f"a {procedure.sop} cannot be opened with this data", found.faults))
