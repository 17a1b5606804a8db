"""How the command line has what a person holds handed over."""

from datetime import timedelta
from uuid import uuid4

from sop_engine.cases.contracts.handing_over import HandOverDone, HandOverInput
from sop_engine.temporal.gateway import CaseGateway
from sop_engine.temporal.own_workflows import carried_out
from sop_engine.temporal.queues import HAND_OVER, hand_over_id

DONE_WITHIN = timedelta(minutes=10)
ENDS_WITHIN = timedelta(hours=2)


async def hand_over(gateway: CaseGateway, given: HandOverInput) -> HandOverDone:
    """Raises the `SopError` that was answered, and `UnreachableError` where nobody answers."""
    workflow_id = hand_over_id(gateway.task_queue, str(uuid4()))
    return await carried_out(
        gateway,
        HAND_OVER,
        given,
        HandOverDone,
        id=workflow_id,
        said=f"{given.named} by {given.actor}",
        late=f"It goes on as {workflow_id}; the journals of the cases say how far",
        within=DONE_WITHIN,
        ends_within=ENDS_WITHIN,
    )
