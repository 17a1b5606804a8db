"""A notice that waits for something: quiet hours, a provider's receipt, a call that somebody makes. Each is a workflow,
so that no case stays awake for it.

It tries the ways of its plan one after another, and tells its case by `case.notice` how far it has come; the case reads
these words in this history, which nobody else can write. A receipt that comes late counts at the instant that the
provider names, and ends what was begun instead of it.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ActivityError, FailureError, is_cancelled_exception
from temporalio.workflow import ChildWorkflowHandle, ParentClosePolicy

from sop_engine.basis.faults import Refused, SopError
from sop_engine.cases.contracts.base import ParentRef
from sop_engine.cases.contracts.opening import OpenCaseInput
from sop_engine.cases.contracts.outgoing import (
    Attempt,
    MendNoticeInput,
    NoticeAnswer,
    NoticeInput,
    NoticePlan,
    NoticeReport,
    NoticeView,
    NoticeWord,
    PlanNotice,
    Receipt,
    ReceiptInput,
    SendNotice,
    SettleNotice,
)
from sop_engine.cases.people.actors import case_actor
from sop_engine.cases.people.identity import refuse_without_role
from sop_engine.cases.running.continuation import CaseResult
from sop_engine.cases.visibility.masking import redacted
from sop_engine.temporal.failures import message_of, to_failure
from sop_engine.temporal.present import PRESENT
from sop_engine.temporal.queues import CANCEL, NOTICE, NOTICE_REPORT, PLAN_NOTICE, SEND_NOTICE, SETTLE_NOTICE
from sop_engine.temporal.texts import summary
from workflows.errands import ATTEMPT, PATIENT, SILENT

MENDED_WITHIN = timedelta(days=30)
"""So long a notice that reached nobody waits for a person."""
OPEN, REACHED, OVER = "waiting", "kept", "over"


@workflow.defn(name=NOTICE)
class NoticeWorkflow:
    """Ends when the addressee was told and it cannot be taken back any more, or nobody is to be told."""

    @workflow.init
    def __init__(self, given: NoticeInput) -> None:
        self._given = given
        self._reports = 0
        self._status = OPEN
        self._tried: list[str] = []
        self._sent: dict[str, Attempt] = {}
        """What went out, by its out id."""
        self._receipts: dict[str, ReceiptInput] = {}
        self._passed_over: tuple[str, ...] = ()
        self._said: list[str] = []
        """Why each way led nowhere."""
        self._mended: MendNoticeInput | None = None
        self._talk: ChildWorkflowHandle[object, CaseResult] | None = None
        """The call or letter that is under way."""

    @workflow.run
    async def run(self, given: NoticeInput) -> NoticeView:
        while True:
            plan: NoticePlan = await workflow.execute_activity(
                PLAN_NOTICE,
                PlanNotice(notice=workflow.info().workflow_id, given=self._given),
                result_type=NoticePlan,
                start_to_close_timeout=ATTEMPT,
                retry_policy=PATIENT,
            )
            if plan.declined is not None:
                await self._tell("failed", workflow.now(), note=plan.declined, declined=True)
                self._status = OVER
                break
            self._passed_over = plan.passed_over
            self._said = list(plan.passed_over)
            for attempt in plan.attempts:
                if await self._try(attempt):
                    break
            if self._status == REACHED or not await self._may_go_on():
                break
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self.query_state()

    # -- one way -------------------------------------------------------------------------------------------------------

    async def _try(self, attempt: Attempt) -> bool:
        """Whether the addressee was told by this way, or by an earlier one meanwhile, and it stands."""
        self._tried.append(attempt.channel)
        is_late = self._given.until is not None and workflow.now() >= self._given.until
        if attempt.is_case:
            return await self._talk_to(attempt)
        if is_late:
            self._said.append(f"{attempt.channel}: it was to be told by {self._given.until:%Y-%m-%d %H:%M} UTC")
            return False
        out_id = f"{workflow.info().workflow_id}~{workflow.uuid4().hex[:12]}"
        self._sent[out_id] = attempt
        receipt = await self._send(out_id, attempt)
        if receipt is None or receipt.status == "refused":
            self._say(attempt, "no answer" if receipt is None else receipt.why)
            return await self._stands() if self._is_delivered() else False
        await self._tell("accepted", receipt.at, attempt.channel)
        if self._given.counts == "accepted":
            return await self._keep(receipt.at, attempt)
        if attempt.accepted_is_delivered or receipt.status == "delivered":
            await self._tell("delivered", receipt.at, attempt.channel)
            return await self._keep(receipt.at, attempt)
        if not attempt.receipt_seconds:
            self._said.append(f"{attempt.channel}: took it, and never says whether it was delivered")
            return False
        end = workflow.now() + timedelta(seconds=attempt.receipt_seconds)
        await self._until(min(end, self._given.until or end), lambda: out_id in self._receipts or self._is_delivered())
        if self._is_delivered():
            return await self._stands()
        failed = self._receipts.get(out_id)
        self._say(attempt, failed.why or "not delivered" if failed else "no receipt")
        return False

    async def _send(self, out_id: str, attempt: Attempt) -> Receipt | None:
        """What the provider answers; none where it cannot be had. Outside of the channel's hours it waits for them."""
        while True:
            length = timedelta(seconds=attempt.tries_seconds)
            if self._given.until is not None:
                length = max(min(length, self._given.until - workflow.now()), timedelta(seconds=1))
            try:
                receipt: Receipt = await workflow.execute_activity(
                    SEND_NOTICE,
                    SendNotice(notice=workflow.info().workflow_id, out_id=out_id, attempt=attempt, given=self._given),
                    result_type=Receipt,
                    schedule_to_close_timeout=length,
                    start_to_close_timeout=ATTEMPT,
                    heartbeat_timeout=SILENT,
                    retry_policy=RetryPolicy(
                        initial_interval=timedelta(seconds=2), maximum_interval=timedelta(minutes=5)
                    ),
                    summary=summary(f"{attempt.channel} → {self._given.name}"),
                )
            except ActivityError as error:
                if is_cancelled_exception(error):
                    raise
                return Receipt(status="refused", at=workflow.now(), why=message_of(error))
            if receipt.status != "later" or receipt.not_before is None:
                return receipt
            if self._given.until is not None and receipt.not_before >= self._given.until:
                return receipt.model_copy(update={"status": "refused", "why": "its hours begin too late"})
            await self._until(receipt.not_before, self._is_delivered, "quiet hours or digest 免打扰或汇总")

    async def _talk_to(self, attempt: Attempt) -> bool:
        """Has somebody call or write, as a case of its own; ended from here where a receipt comes after all."""
        info = workflow.info()
        number = self._tried.count(attempt.channel)
        case_id = f"{info.workflow_id}.{attempt.channel}" + (f".{number}" if number > 1 else "")
        opening = OpenCaseInput(
            data=attempt.data,
            parent=ParentRef(case_id=info.workflow_id, key=case_id),
            actor=case_actor(info.workflow_id),
        )
        try:
            self._talk = await workflow.start_child_workflow(
                str(attempt.sop),
                opening,
                id=case_id,
                result_type=CaseResult,
                parent_close_policy=ParentClosePolicy.ABANDON,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                static_summary=summary(f"{attempt.channel} {self._given.name}"),
            )
            ended = asyncio.create_task(self._end_of(self._talk))
            await workflow.wait_condition(lambda: ended.done() or self._is_delivered())
            if not ended.done():
                told = {"actor": case_actor(info.workflow_id), "reason": "the addressee was reached otherwise"}
                await self._talk.signal(CANCEL, {**told, "sent_by": info.run_id})
                await self._stands()
                with suppress(FailureError):
                    await ended
                return self._status == REACHED
            end = await ended
        except FailureError as error:
            self._said.append(f"{attempt.channel}: {message_of(error)}")
            return False
        meant = attempt.reports.get(end.outcome) if end.status == "completed" else None
        if meant is None:
            self._said.append(f"{attempt.channel}: {end.outcome}")
            return False
        said = end.result.get("told_at")
        at = said if isinstance(said, datetime) and said <= end.closed_at else end.closed_at
        await self._tell(meant, at, attempt.channel)
        if meant == "accepted" and self._given.counts == "delivered":
            self._said.append(f"{attempt.channel}: sent, and nothing says whether it arrived")
            return False
        return await self._keep(at, attempt)

    async def _end_of(self, talk: ChildWorkflowHandle[object, CaseResult]) -> CaseResult:
        return await talk

    # -- what counts ---------------------------------------------------------------------------------------------------

    def _is_delivered(self) -> bool:
        return any(receipt.status == "delivered" for receipt in self._receipts.values())

    async def _stands(self) -> bool:
        """Keeps the promise by the first receipt that says so."""
        said = [receipt for receipt in self._receipts.values() if receipt.status == "delivered"]
        first = min(said, key=lambda receipt: receipt.at or workflow.now())
        attempt, at = self._sent[first.out_id], first.at or workflow.now()
        await self._tell("delivered", at, attempt.channel)
        return await self._keep(at, attempt)

    async def _keep(self, at: datetime, attempt: Attempt) -> bool:
        """The promise is kept, unless what was sent comes back while that may be."""
        self._status = REACHED
        await self._tell("kept", at, attempt.channel)
        if not attempt.bounce_seconds:
            return True
        ids = [out_id for out_id, sent in self._sent.items() if sent is attempt]
        end = workflow.now() + timedelta(seconds=attempt.bounce_seconds)
        await self._until(end, lambda: any(self._has_failed(out_id) for out_id in ids))
        failed = next((self._receipts[out_id] for out_id in ids if self._has_failed(out_id)), None)
        if failed is None:
            return True
        self._status = OPEN
        self._say(attempt, f"came back, {failed.why or 'undeliverable'}")
        why = redacted(failed.why, filter(None, [attempt.address]))
        await self._tell("withdrawn", failed.at or workflow.now(), attempt.channel, note=why)
        return False

    def _say(self, attempt: Attempt, why: str | None) -> None:
        """Why a way led nowhere, for the case and its journal: without the address, which providers like to quote."""
        self._said.append(f"{attempt.channel}: {redacted(why, filter(None, [attempt.address]))}")

    def _has_failed(self, out_id: str) -> bool:
        return out_id in self._receipts and self._receipts[out_id].status == "failed"

    async def _may_go_on(self) -> bool:
        """Whether a person has it tried again, after it told that nobody was reached."""
        note = "; ".join(self._said) or "there is no way to reach them"
        await self._tell("failed", workflow.now(), note=note)
        self._status = "failed"
        if not self._given.waits_for_person:
            return False
        await self._until(
            workflow.now() + MENDED_WITHIN,
            lambda: self._mended is not None or self._is_delivered(),
            "a person 等待处理",
        )
        mended, self._mended = self._mended, None
        if self._is_delivered():
            await self._stands()
            return False
        if mended is None:
            return False
        if mended.how == "skip":
            self._status = OVER
            await self._tell("skipped", workflow.now(), note=f"{mended.actor}: {mended.reason}")
            return False
        new = mended.model_dump(include={"email", "phone", "address"}, exclude_none=True)
        addressee = self._given.addressee.model_copy(update=new)
        self._given = self._given.model_copy(update={"addressee": addressee, "until": None})
        self._status = OPEN
        return True

    async def _until(self, at: datetime, holds: object, what: str = "receipt 等待回执") -> None:
        """Waits for a condition, until an instant."""
        assert callable(holds)
        with suppress(asyncio.TimeoutError):
            length = max(at - workflow.now(), timedelta())
            await workflow.wait_condition(holds, timeout=length, timeout_summary=what)

    async def _tell(
        self,
        word: NoticeWord,
        at: datetime,
        channel: str | None = None,
        *,
        note: str | None = None,
        declined: bool = False,
    ) -> None:
        """Tells the case, which may be closed by now: then the journal of this notice is all there is to read."""
        if word not in self._given.tells:
            return
        info = workflow.info()
        self._reports += 1
        report = NoticeReport(
            key=self._given.key,
            case_id=info.workflow_id,
            run_id=info.first_execution_run_id,
            number=self._reports,
            word=word,
            at=min(at, workflow.now()),
            channel=channel,
            note=note,
            declined=declined,
        )
        body = {**report.model_dump(mode="json"), "sent_by": info.run_id}
        with suppress(FailureError):
            await workflow.get_external_workflow_handle(self._given.case_id).signal(NOTICE_REPORT, body)

    # -- what is told to it --------------------------------------------------------------------------------------------

    @workflow.query(name="state", description="How the notice stands, and by which channels it was tried")
    def query_state(self) -> NoticeView:
        given = self._given
        return NoticeView(
            notice=workflow.info().workflow_id,
            case_id=given.case_id,
            name=given.name,
            status=self._status,
            passed_over=self._passed_over,
            tried=tuple(self._tried),
            until=given.until,
        )

    @workflow.update(name="receipt", description=ReceiptInput.__doc__)
    async def receipt(self, given: ReceiptInput) -> NoticeAnswer:
        """Takes a receipt; the same one again changes nothing, and a failure after a delivery takes it back."""
        now = workflow.now()
        at = given.at if given.at is not None and given.at <= now else now
        before = self._receipts.get(given.out_id)
        if before is not None and before.status == given.status:
            return NoticeAnswer(message=f"{given.out_id}: {given.status} already")
        self._receipts[given.out_id] = given.model_copy(update={"at": at})
        status = "withdrawn" if before is not None and given.status == "failed" else given.status
        settled = SettleNotice(
            notice=workflow.info().workflow_id, out_id=given.out_id, status=status, at=at, why=given.why
        )
        await workflow.execute_activity(
            SETTLE_NOTICE, settled, start_to_close_timeout=ATTEMPT, retry_policy=PATIENT, summary=given.status
        )
        return NoticeAnswer(message=f"{given.out_id}: {status}")

    @receipt.validator
    def check_receipt(self, given: ReceiptInput) -> None:
        if given.out_id not in self._sent:
            raise to_failure(Refused(f"{given.out_id} is no message of this notice"))

    @workflow.update(name="mend", description=MendNoticeInput.__doc__)
    async def mend(self, given: MendNoticeInput) -> NoticeAnswer:
        self._mended = given
        return NoticeAnswer(message=f"{workflow.info().workflow_id}: {given.how}")

    @mend.validator
    def check_mend(self, given: MendNoticeInput) -> None:
        try:
            if PRESENT.organization is not None:
                why = "may not mend this notice"
                refuse_without_role(PRESENT.organization, given.actor, [self._given.owner], why)
            if self._status != "failed" or self._mended is not None:
                raise Refused(
                    f"{workflow.info().workflow_id} is {self._status}: only one that reached nobody is mended"
                )
            if given.how == "correct" and not (given.email or given.phone or given.address):
                raise Refused("a correction names an e-mail address, a telephone number or a postal address")
        except SopError as error:
            raise to_failure(error) from None
