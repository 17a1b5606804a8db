"""What the command line asks of notices that wait for something, and tells them."""

from contextlib import AbstractContextManager

from sop_engine.cases.contracts.orders import OrderDone, ResendWebhooksInput
from sop_engine.cases.contracts.outbox import ListOutboxInput, OutboxList
from sop_engine.cases.contracts.outgoing import MendNoticeInput, NoticeAnswer, NoticeView, ReceiptInput, notice_of
from sop_engine.temporal.gateway import QUERY_TIMEOUT, UPDATE_TIMEOUT, CaseGateway
from sop_engine.temporal.orders import order
from sop_engine.temporal.own_updates import answered
from sop_engine.temporal.queues import LIST_OUTBOX


class NoticesGateway:
    """Every method may raise `UnreachableError` and the `SopError` that was answered."""

    def __init__(self, gateway: CaseGateway) -> None:
        self._gateway = gateway

    async def messages(self, asked: ListOutboxInput) -> OutboxList:
        return await self._gateway.read(LIST_OUTBOX, asked, OutboxList)

    async def notice(self, notice: str) -> NoticeView:
        """How a notice stands. Raises NotFound."""
        handle = self._gateway.client.get_workflow_handle(notice)
        with self._answered(notice):
            view: NoticeView = await handle.query("state", result_type=NoticeView, rpc_timeout=QUERY_TIMEOUT)
        return view

    async def receipt(self, given: ReceiptInput) -> NoticeAnswer:
        """Tells a notice what a provider says of a message. Raises NotFound where the notice is over."""
        return await self._update(notice_of(given.out_id), "receipt", given)

    async def mend(self, notice: str, given: MendNoticeInput) -> NoticeAnswer:
        """Raises Refused for one that is not to be mended, NotPermitted."""
        return await self._update(notice, "mend", given)

    async def resend(self, given: ResendWebhooksInput) -> OrderDone:
        return await order(self._gateway, given)

    async def _update(self, notice: str, name: str, given: ReceiptInput | MendNoticeInput) -> NoticeAnswer:
        handle = self._gateway.client.get_workflow_handle(notice)
        with self._answered(notice):
            answer: NoticeAnswer = await handle.execute_update(
                name, given, result_type=NoticeAnswer, rpc_timeout=UPDATE_TIMEOUT
            )
        return answer

    def _answered(self, notice: str) -> AbstractContextManager[None]:
        missing = f"there is no notice {notice!r} under way; `sop notice list` has what became of each"
        return answered(self._gateway.task_queue, missing)
