"""Starting a case: its id is used once, whoever starts it."""

from temporalio.client import Client, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy

from sop_engine.cases.contracts.opening import OpenCaseInput
from sop_engine.temporal.texts import summary


async def start_case(
    client: Client, task_queue: str, sop: str, case_id: str, opening: OpenCaseInput, title: str
) -> WorkflowHandle[object, object]:
    """Has the server start it; that it opens is for the caller to see.

    Raises WorkflowAlreadyStartedError where the server knows a case of that id, closed ones that it still has included.
    """
    return await client.start_workflow(
        sop,
        opening,
        id=case_id,
        task_queue=task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
        id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
        static_summary=summary(f"{title} {case_id}"),
    )
