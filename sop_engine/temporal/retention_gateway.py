"""What the command line asks about keeping files, and orders."""

from datetime import timedelta

from temporalio.common import WorkflowIDConflictPolicy

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
from sop_engine.temporal.gateway import CaseGateway
from sop_engine.temporal.orders import order
from sop_engine.temporal.own_workflows import carried_out
from sop_engine.temporal.queues import DISPOSAL, LIST_DISPOSALS, LIST_DUE_FILES, LIST_HOLDS, disposal_id_of

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
        return await carried_out(
            self._gateway,
            DISPOSAL,
            given,
            DisposalLine,
            id=disposal_id_of(self._gateway.task_queue, given.disposal_id),
            said=f"{given.disposal_id} by {given.actor}",
            late=f"{given.disposal_id} goes on; `sop retention certificates` says how far",
            within=DONE_WITHIN,
            ends_within=None,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        )
