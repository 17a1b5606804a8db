"""The workflow that carries out one approved disposal, some files at a time.

What was done stands in the records, so that whoever ends it, or the worker below it, loses nothing: it is started again
and goes on with what is left.
"""

from __future__ import annotations

from temporalio import workflow
from temporalio.exceptions import ActivityError

from sop_engine.cases.contracts.retention import (
    CHUNK,
    LARGEST_DISPOSAL,
    CarryOutDisposalInput,
    DisposalLine,
    DisposeFiles,
    DisposeProgress,
)
from sop_engine.temporal.queues import DISPOSAL, DISPOSE_FILES
from sop_engine.temporal.texts import summary
from workflows.errands import ATTEMPT, PATIENT, SILENT

MOST_CHUNKS = 2 * LARGEST_DISPOSAL // CHUNK
"""More than there can be: what goes on after them turns in a circle."""


@workflow.defn(name=DISPOSAL)
class DisposalWorkflow:
    """One for each disposal; ends with its certificate."""

    @workflow.run
    async def run(self, given: CarryOutDisposalInput) -> DisposalLine:
        for chunk in range(MOST_CHUNKS):
            try:
                progress: DisposeProgress = await workflow.execute_activity(
                    DISPOSE_FILES,
                    DisposeFiles(key=workflow.info().workflow_id, given=given, at=workflow.now()),
                    result_type=DisposeProgress,
                    start_to_close_timeout=ATTEMPT,
                    heartbeat_timeout=SILENT,
                    retry_policy=PATIENT,
                    summary=summary(f"{given.disposal_id}, from file {chunk * CHUNK + 1}, by {given.actor}"),
                )
            except ActivityError as error:
                raise error.cause or error from None
            if progress.done is not None:
                return progress.done.model_copy(update={"files": ()})
        raise RuntimeError(f"{given.disposal_id} comes to no end")
