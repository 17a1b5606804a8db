"""How the command line has an order carried out past every case."""

from uuid import uuid4

from sop_engine.cases.contracts.orders import GivenOrder, Order, OrderDone
from sop_engine.temporal.gateway import CaseGateway
from sop_engine.temporal.own_workflows import carried_out
from sop_engine.temporal.queues import ORDER, order_id


async def order(gateway: CaseGateway, given: Order) -> OrderDone:
    """Raises the `SopError` that was answered, and `UnreachableError` where nobody answers."""
    return await carried_out(
        gateway,
        ORDER,
        GivenOrder(order=given),
        OrderDone,
        id=order_id(gateway.task_queue, str(uuid4())),
        said=f"{given.named} by {given.actor}",
        late="No worker has answered yet; it may still be done",
    )
