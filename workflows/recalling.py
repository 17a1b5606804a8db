"""Whether a notice is for nothing, since its case is closed. The records are asked: whoever says so proves nothing."""

from __future__ import annotations

from temporalio import workflow

from sop_engine.cases.contracts.outgoing import NoticeRecalled, RecallNotice
from sop_engine.temporal.queues import RECALL_NOTICE
from workflows.errands import ATTEMPT, PATIENT


class Recalled(Exception):
    """Nothing more is to come of the notice."""


async def is_recalled(case_id: str, *, has_failed: bool) -> bool:
    """Whether the case was cancelled; of a notice that only waits to be mended, whether it ended in any way."""
    answer: NoticeRecalled = await workflow.execute_activity(
        RECALL_NOTICE,
        RecallNotice(notice=workflow.info().workflow_id, case_id=case_id, has_failed=has_failed, at=workflow.now()),
        result_type=NoticeRecalled,
        start_to_close_timeout=ATTEMPT,
        retry_policy=PATIENT,
    )
    return answer.is_recalled
