"""The workflow that carries out one approved disposal, some files at a time.

What was done stands in the records, so that whoever ends it, or the worker below it, loses nothing: it is started again
and goes on with what is left.
"""

from __future__ import annotations

from temporalio import workflow

from sop_engine.basis.faults import Refused
from sop_engine.cases.contracts.retention import (
    CHUNK,
    LARGEST_DISPOSAL,
    CarryOutDisposalInput,
    DisposalLine,
    DisposeFiles,
    DisposeProgress,
)
from sop_engine.temporal.failures import to_failure
from sop_engine.temporal.queues import DISPOSAL, DISPOSE_FILES
from workflows.person_orders import done_by

MOST_CHUNKS = 2 * LARGEST_DISPOSAL // CHUNK
"""More than there can be: what goes on after them turns in a circle."""


@workflow.defn(name=DISPOSAL)
class DisposalWorkflow:
    """One for each disposal; ends with its certificate."""

    @workflow.run
    async def run(self, given: CarryOutDisposalInput) -> DisposalLine:
        for chunk in range(MOST_CHUNKS):
            progress = await done_by(
                DISPOSE_FILES,
                DisposeFiles(key=workflow.info().workflow_id, given=given, at=workflow.now()),
                DisposeProgress,
                f"{given.disposal_id}, from file {chunk * CHUNK + 1}, by {given.actor}",
                is_long=True,
            )
            if progress.done is not None:
                return progress.done.model_copy(update={"files": ()})
        raise to_failure(Refused(f"{given.disposal_id} comes to no end"))
