"""The workflow by which a person keeps rows of a register: who may, then all rows or none."""

from __future__ import annotations

from temporalio import workflow

from sop_engine.basis.faults import InvalidInput
from sop_engine.cases.contracts.registers import KeepRows, KeepRowsInput, KeptRows, RowsCheck
from sop_engine.temporal.failures import to_failure
from sop_engine.temporal.queues import CHECK_ROWS, KEEP_REGISTER, KEEP_ROWS
from workflows.person_orders import done_by


@workflow.defn(name=KEEP_REGISTER)
class RegisterWorkflow:
    """One for each command; ends with it."""

    @workflow.run
    async def run(self, given: KeepRowsInput) -> KeptRows:
        said = f"{given.actor}: {given.reason}"
        check = await done_by(CHECK_ROWS, given, RowsCheck, said)
        if check.faults:
            raise to_failure(InvalidInput(f"{len(check.faults)} faults in {given.register_name}", check.faults))
        asked = KeepRows(key=workflow.info().workflow_id, given=given, at=workflow.now())
        return await done_by(KEEP_ROWS, asked, KeptRows, said)
