"""How the command line has what a person holds handed over: by a workflow of its own, which it waits for."""

import asyncio
from datetime import timedelta
from uuid import uuid4

from temporalio.client import WorkflowFailureError
from temporalio.service import RPCError

from sop_engine.cases.contracts.handing_over import HandOverDone, HandOverInput
from sop_engine.temporal.client import UnreachableError
from sop_engine.temporal.gateway import NO_WORKER, CaseGateway, refusal
from sop_engine.temporal.queues import HAND_OVER, hand_over_id
from sop_engine.temporal.texts import summary

DONE_WITHIN = timedelta(minutes=10)
ENDS_WITHIN = timedelta(hours=2)
"""After so long without a worker an order is given up by the server."""


async def hand_over(gateway: CaseGateway, given: HandOverInput) -> HandOverDone:
    """Raises the `SopError` that was answered, and `UnreachableError` where nobody answers."""
    client, queue = gateway.client, gateway.task_queue
    workflow_id = hand_over_id(queue, str(uuid4()))
    try:
        handle = await client.start_workflow(
            HAND_OVER,
            given,
            id=workflow_id,
            task_queue=queue,
            result_type=HandOverDone,
            execution_timeout=ENDS_WITHIN,
            static_summary=summary(f"{given.named} by {given.actor}"),
        )
        done: HandOverDone = await asyncio.wait_for(handle.result(), DONE_WITHIN.total_seconds())
    except WorkflowFailureError as error:
        raise refusal(error.cause) from None
    except TimeoutError:
        raise UnreachableError(f"It goes on as {workflow_id}; the journals of the cases say how far") from None
    except RPCError as error:
        raise UnreachableError(f"{NO_WORKER.format(queue=queue)} ({error.message})") from None
    return done
