"""The workflow by which a person orders something past every case: one activity, carried out once.

An operator's machine needs no database, and only a workflow may have records written; its history says who asked.
"""

from __future__ import annotations

from temporalio import workflow
from temporalio.exceptions import ActivityError

from sop_engine.cases.contracts.orders import CarryOut, GivenOrder, OrderDone
from sop_engine.temporal.queues import ORDER
from sop_engine.temporal.texts import summary
from workflows.errands import AT_ONCE, ATTEMPT


@workflow.defn(name=ORDER)
class OrderWorkflow:
    """One for each order; ends with it. Who may is judged by the activity, where the organisation is known."""

    @workflow.run
    async def run(self, given: GivenOrder) -> OrderDone:
        order = given.order
        try:
            done: OrderDone = await workflow.execute_activity(
                order.does,
                CarryOut(key=workflow.info().workflow_id, order=order, at=workflow.now()),
                result_type=OrderDone,
                start_to_close_timeout=ATTEMPT,
                retry_policy=AT_ONCE,
                summary=summary(f"{order.actor}: {order.reason}"),
            )
        except ActivityError as error:
            raise error.cause or error from None
        return done
