"""How the command line has an order carried out: by a workflow of its own, which it waits for."""

import asyncio
from datetime import timedelta
from uuid import uuid4

from temporalio.client import WorkflowFailureError
from temporalio.service import RPCError

from sop_engine.cases.contracts.orders import GivenOrder, Order, OrderDone
from sop_engine.temporal.client import UnreachableError
from sop_engine.temporal.gateway import NO_WORKER, CaseGateway, refusal
from sop_engine.temporal.queues import ORDER, order_id
from sop_engine.temporal.texts import summary

DONE_WITHIN = timedelta(minutes=2)
ENDS_WITHIN = timedelta(minutes=30)
"""After so long without a worker an order is given up by the server."""


async def order(gateway: CaseGateway, given: Order) -> OrderDone:
    """Raises the `SopError` that was answered, and `UnreachableError` where nobody answers."""
    client, queue = gateway.client, gateway.task_queue
    try:
        handle = await client.start_workflow(
            ORDER,
            GivenOrder(order=given),
            id=order_id(queue, str(uuid4())),
            task_queue=queue,
            result_type=OrderDone,
            execution_timeout=ENDS_WITHIN,
            static_summary=summary(f"{given.named} by {given.actor}"),
        )
        done: OrderDone = await asyncio.wait_for(handle.result(), DONE_WITHIN.total_seconds())
    except WorkflowFailureError as error:
        raise refusal(error.cause) from None
    except TimeoutError:
        raise UnreachableError("No worker has answered yet; it may still be done") from None
    except RPCError as error:
        raise UnreachableError(f"{NO_WORKER.format(queue=queue)} ({error.message})") from None
    return done
