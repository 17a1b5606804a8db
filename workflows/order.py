"""The workflow by which a person orders something past every case: one activity, carried out once."""

from __future__ import annotations

from temporalio import workflow

from sop_engine.cases.contracts.orders import CarryOut, GivenOrder, OrderDone
from sop_engine.temporal.queues import ORDER
from workflows.person_orders import done_by


@workflow.defn(name=ORDER)
class OrderWorkflow:
    """One for each order; ends with it. Who may is judged by the activity, where the organisation is known."""

    @workflow.run
    async def run(self, given: GivenOrder) -> OrderDone:
        order = given.order
        return await done_by(
            order.does,
            CarryOut(key=workflow.info().workflow_id, order=order, at=workflow.now()),
            OrderDone,
            f"{order.actor}: {order.reason}",
        )
