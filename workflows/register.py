"""The workflow by which a person keeps rows of a register: who may, then all rows or none.

An operator's machine needs no database, and only a workflow may have records written; its history says who asked.
"""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError

from sop_engine.basis.faults import InvalidInput
from sop_engine.cases.contracts.registers import KeepRows, KeepRowsInput, KeptRows, RowsCheck
from sop_engine.temporal.failures import to_failure
from sop_engine.temporal.queues import CHECK_ROWS, KEEP_REGISTER, KEEP_ROWS, RECORDS_UNFIT
from sop_engine.temporal.texts import summary
from workflows.errands import ATTEMPT

AT_ONCE = RetryPolicy(
    initial_interval=timedelta(seconds=1), maximum_attempts=5, non_retryable_error_types=[RECORDS_UNFIT]
)
"""A person waits: what the records cannot take now is refused, and asked for again by whoever wants it still."""


@workflow.defn(name=KEEP_REGISTER)
class RegisterWorkflow:
    """One for each command; ends with it."""

    @workflow.run
    async def run(self, given: KeepRowsInput) -> KeptRows:
        said = summary(f"{given.actor}: {given.reason}")
        try:
            check: RowsCheck = await workflow.execute_activity(
                CHECK_ROWS,
                given,
                result_type=RowsCheck,
                start_to_close_timeout=ATTEMPT,
                retry_policy=AT_ONCE,
                summary=said,
            )
            if check.faults:
                raise to_failure(InvalidInput(f"{len(check.faults)} faults in {given.register_name}", check.faults))
            kept: KeptRows = await workflow.execute_activity(
                KEEP_ROWS,
                KeepRows(key=workflow.info().workflow_id, given=given, at=workflow.now()),
                result_type=KeptRows,
                start_to_close_timeout=ATTEMPT,
                retry_policy=AT_ONCE,
                summary=said,
            )
        except ActivityError as error:
            raise error.cause or error from None
        return kept
