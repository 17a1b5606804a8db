"""The workflow by which readings of a stream are brought: who may, then all of them or none.

A batch that is brought again under another id changes nothing, for each reading is known.
"""

from __future__ import annotations

from temporalio import workflow

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
from workflows.person_orders import done_by


@workflow.defn(name=TAKE_STREAM)
class ReadingsWorkflow:
    """One for each batch; ends with it."""

    @workflow.run
    async def run(self, given: TakeReadingsInput) -> TakenReadings:
        said = f"{given.actor}: {len(given.rows)} readings from {given.source}"
        check = await done_by(CHECK_READINGS, CheckReadingsInput(given=given, now=workflow.now()), ReadingsCheck, said)
        if check.faults:
            raise to_failure(InvalidInput(f"{len(check.faults)} faults in {given.stream_name}", check.faults))
        asked = TakeReadings(key=workflow.info().workflow_id, given=given, at=workflow.now())
        return await done_by(TAKE_READINGS, asked, TakenReadings, said)
