"""The workflow by which a person keeps rows of a register: who may, then all rows or none.

An operator's machine needs no database, and only a workflow may have records written; its history says who asked.
"""

from __future__ import annotations

from temporalio import workflow
from temporalio.exceptions import ActivityError

from sop_engine.basis.faults import InvalidInput
from sop_engine.cases.contracts.registers import KeepRows, KeepRowsInput, KeptRows, RowsCheck
from sop_engine.temporal.failures import to_failure
from sop_engine.temporal.queues import CHECK_ROWS, KEEP_REGISTER, KEEP_ROWS
from sop_engine.temporal.texts import summary
from workflows.errands import AT_ONCE, ATTEMPT


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
