"""What the command line asks of notices that wait for something, and tells them."""

from typing import Any

from temporalio.client import WorkflowQueryFailedError, WorkflowUpdateFailedError
from temporalio.service import RPCError, RPCStatusCode

from sop_engine.basis.faults import NotFound
from sop_engine.cases.contracts.orders import OrderDone, ResendWebhooksInput
from sop_engine.cases.contracts.outbox import ListOutboxInput, OutboxList
from sop_engine.cases.contracts.outgoing import MendNoticeInput, NoticeAnswer, NoticeView, ReceiptInput, notice_of
from sop_engine.temporal.client import UnreachableError
from sop_engine.temporal.failures import refusal
from sop_engine.temporal.gateway import QUERY_TIMEOUT, UPDATE_TIMEOUT, CaseGateway
from sop_engine.temporal.orders import order
from sop_engine.temporal.queues import LIST_OUTBOX
from sop_engine.temporal.standalone import NO_WORKER


class NoticesGateway:
    """Every method may raise `UnreachableError` and the `SopError` that was answered."""

    def __init__(self, gateway: CaseGateway) -> None:
        self._gateway = gateway

    async def messages(self, asked: ListOutboxInput) -> OutboxList:
        return await self._gateway.read(LIST_OUTBOX, asked, OutboxList)

    async def notice(self, notice: str) -> NoticeView:
        """How a notice stands. Raises NotFound."""
        handle = self._gateway.client.get_workflow_handle(notice)
        try:
            view: NoticeView = await handle.query("state", result_type=NoticeView, rpc_timeout=QUERY_TIMEOUT)
        except (RPCError, WorkflowQueryFailedError) as error:
            raise self._told(notice, error) from None
        return view

    async def receipt(self, given: ReceiptInput) -> NoticeAnswer:
        """Tells a notice what a provider says of a message. Raises NotFound where the notice is over."""
        return await self._update(notice_of(given.out_id), "receipt", given)

    async def mend(self, notice: str, given: MendNoticeInput) -> NoticeAnswer:
        """Raises Refused for one that is not to be mended, NotPermitted."""
        return await self._update(notice, "mend", given)

    async def resend(self, given: ResendWebhooksInput) -> OrderDone:
        return await order(self._gateway, given)

    async def _update(self, notice: str, name: str, given: Any) -> NoticeAnswer:
        handle = self._gateway.client.get_workflow_handle(notice)
        try:
            answer: NoticeAnswer = await handle.execute_update(
                name, given, result_type=NoticeAnswer, rpc_timeout=UPDATE_TIMEOUT
            )
        except WorkflowUpdateFailedError as error:
            raise refusal(error.cause) from None
        except RPCError as error:
            raise self._told(notice, error) from None
        return answer

    def _told(self, notice: str, error: Exception) -> Exception:
        if isinstance(error, RPCError) and error.status is RPCStatusCode.NOT_FOUND:
            return NotFound(f"there is no notice {notice!r} under way; `sop notice list` has what became of each")
        told = error.message if isinstance(error, RPCError) else str(error)
        return UnreachableError(f"{NO_WORKER.format(queue=self._gateway.task_queue)} ({told})")
