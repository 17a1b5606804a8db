"""What the command line asks about keeping files, and orders."""

import asyncio
from datetime import timedelta

from temporalio.client import WorkflowFailureError
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.service import RPCError

from sop_engine.cases.contracts.orders import Order, OrderDone
from sop_engine.cases.contracts.retention import (
    CarryOutDisposalInput,
    DisposalLine,
    DisposalList,
    DueList,
    HoldList,
    ListDisposalsInput,
    ListDueInput,
    ListHoldsInput,
)
from sop_engine.temporal.client import UnreachableError
from sop_engine.temporal.gateway import NO_WORKER, CaseGateway, refusal
from sop_engine.temporal.orders import order
from sop_engine.temporal.queues import DISPOSAL, LIST_DISPOSALS, LIST_DUE_FILES, LIST_HOLDS, disposal_id_of
from sop_engine.temporal.texts import summary

LOOKED_WITHIN = timedelta(minutes=2)
"""Every closed case is looked at."""
DONE_WITHIN = timedelta(minutes=10)


class RetentionGateway:
    """Every method may raise `UnreachableError` and the `SopError` that was answered."""

    def __init__(self, gateway: CaseGateway) -> None:
        self._gateway = gateway

    async def due(self, asked: ListDueInput) -> DueList:
        return await self._gateway.read(LIST_DUE_FILES, asked, DueList, within=LOOKED_WITHIN)

    async def holds(self, asked: ListHoldsInput) -> HoldList:
        return await self._gateway.read(LIST_HOLDS, asked, HoldList)

    async def disposals(self, asked: ListDisposalsInput) -> DisposalList:
        """Raises `NotFound`."""
        return await self._gateway.read(LIST_DISPOSALS, asked, DisposalList)

    async def order(self, given: Order) -> OrderDone:
        """Raises `NotPermitted`, `NotFound`, `Refused`."""
        return await order(self._gateway, given)

    async def carry_out(self, given: CarryOutDisposalInput) -> DisposalLine:
        """The certificate without its files; asked beside another, both wait for one. Raises `Refused` for what nobody
        approved."""
        client, queue = self._gateway.client, self._gateway.task_queue
        try:
            handle = await client.start_workflow(
                DISPOSAL,
                given,
                id=disposal_id_of(queue, given.disposal_id),
                task_queue=queue,
                result_type=DisposalLine,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                static_summary=summary(f"{given.disposal_id} by {given.actor}"),
            )
            done: DisposalLine = await asyncio.wait_for(handle.result(), DONE_WITHIN.total_seconds())
        except WorkflowFailureError as error:
            raise refusal(error.cause) from None
        except TimeoutError:
            raise UnreachableError(f"{given.disposal_id} goes on; `sop retention certificates` says how far") from None
        except RPCError as error:
            raise UnreachableError(f"{NO_WORKER.format(queue=queue)} ({error.message})") from None
        return done
