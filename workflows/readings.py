"""The workflow by which readings of a stream are brought: who may, then all of them or none.

Only a workflow has records written; its history says who brought what. A batch that is brought again under another id
changes nothing, for each reading is known.
"""

from __future__ import annotations

from temporalio import workflow
from temporalio.exceptions import ActivityError

from sop_engine.basis.faults import InvalidInput
from sop_engine.cases.contracts.streams import (
    CheckReadingsInput,
    ReadingsCheck,
    TakenReadings,
    TakeReadings,
    TakeReadingsInput,
)
from sop_engine.temporal.failures import to_failure
from sop_engine.temporal.queues import CHECK_READINGS, TAKE_READINGS, TAKE_STREAM
from sop_engine.temporal.texts import summary
from workflows.errands import AT_ONCE, ATTEMPT


@workflow.defn(name=TAKE_STREAM)
class ReadingsWorkflow:
    """One for each batch; ends with it."""

    @workflow.run
    async def run(self, given: TakeReadingsInput) -> TakenReadings:
        said = summary(f"{given.actor}: {len(given.rows)} readings from {given.source}")
        try:
            check: ReadingsCheck = await workflow.execute_activity(
                CHECK_READINGS,
                CheckReadingsInput(given=given, now=workflow.now()),
                result_type=ReadingsCheck,
                start_to_close_timeout=ATTEMPT,
                retry_policy=AT_ONCE,
                summary=said,
            )
            if check.faults:
                raise to_failure(InvalidInput(f"{len(check.faults)} faults in {given.stream_name}", check.faults))
            taken: TakenReadings = await workflow.execute_activity(
                TAKE_READINGS,
                TakeReadings(key=workflow.info().workflow_id, given=given, at=workflow.now()),
                result_type=TakenReadings,
                start_to_close_timeout=ATTEMPT,
                retry_policy=AT_ONCE,
                summary=said,
            )
        except ActivityError as error:
            raise error.cause or error from None
        return taken
