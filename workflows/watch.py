"""The watch: looks each minute for cases that were ended past the engine, so that records and relatives hear of it, and
for records of what a case never took; has the records compared with the cases once a day, some cases a minute.

One per task queue, started by the workers. Its loop is all there is to replay, and a run lasts an hour, so that a
worker of another release finds little history to agree with.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError

from sop_engine.cases.contracts.records import CheckRecordsInput, DailyCheck, RecordsCheck
from sop_engine.cases.contracts.watching import Looked, LookInput, LostFound, WatchState
from sop_engine.temporal.queues import CHECK_RECORDS, LOOK_FOR_ENDED, LOOK_FOR_LOST, WATCH
from workflows.errands import PATIENT, SILENT

EVERY = timedelta(minutes=1)
WHOLE_EVERY = timedelta(days=1)
LOOKS = 60
"""After so many it goes on in a new run."""
AGAIN = timedelta(minutes=5)
"""How far each look reaches back before the last one: lists of executions run a little behind."""
LOOKED_WITHIN = timedelta(minutes=10)
PAGE = 100
"""How many cases are compared in a minute."""


@workflow.defn(name=WATCH)
class WatchWorkflow:
    """Ends never."""

    @workflow.init
    def __init__(self, known: WatchState) -> None:
        self._is_asked = False
        self._known = known

    @workflow.run
    async def run(self, known: WatchState) -> None:
        for _ in range(LOOKS):
            self._is_asked = False
            known = self._known = await self._check(await self._look(known))
            with suppress(asyncio.TimeoutError):
                await workflow.wait_condition(lambda: self._is_asked, timeout=EVERY)
        workflow.continue_as_new(known)

    @workflow.signal(name="look", description="Look now, and not only when the minute is over")
    def ask(self) -> None:
        self._is_asked = True

    @workflow.query(name="state", description="When it looked, and what the daily check of the records found")
    def query_state(self) -> WatchState:
        return self._known

    async def _check(self, known: WatchState) -> WatchState:
        """Compares one page of cases, where the daily check is due or under way. What fails it ends no watch."""
        now, last = workflow.now(), known.check
        is_due = last is None or last.ended_at is None or now - last.ended_at >= WHOLE_EVERY
        if known.checking is None and not is_due:
            return known
        under_way = known.checking or DailyCheck()
        try:
            found: RecordsCheck = await workflow.execute_activity(
                CHECK_RECORDS,
                CheckRecordsInput(page=under_way.page, limit=PAGE),
                result_type=RecordsCheck,
                start_to_close_timeout=LOOKED_WITHIN,
                heartbeat_timeout=SILENT,
                retry_policy=RetryPolicy(maximum_attempts=3),
                summary="records against cases",
            )
        except ActivityError as error:
            workflow.logger.warning("the records could not be compared with the cases: %s", error.cause)
            return known.model_copy(update={"checking": None})
        came = under_way.with_page(found, now)
        if came.ended_at is None:
            return known.model_copy(update={"checking": came})
        return known.model_copy(update={"check": came, "checking": None})

    async def _look(self, known: WatchState) -> WatchState:
        now = workflow.now()
        is_whole = known.looked_whole_at is None or now - known.looked_whole_at >= WHOLE_EVERY
        since = None if is_whole or known.looked_at is None else known.looked_at - AGAIN
        given = LookInput(task_queue=known.task_queue, since=since)
        summary = "all" if since is None else f"since {since:%Y-%m-%d %H:%M}"
        for name, result in ((LOOK_FOR_ENDED, Looked), (LOOK_FOR_LOST, LostFound)):
            await workflow.execute_activity(
                name,
                given,
                result_type=result,
                start_to_close_timeout=LOOKED_WITHIN,
                heartbeat_timeout=SILENT,
                retry_policy=PATIENT,
                summary=summary,
            )
        whole = now if is_whole else known.looked_whole_at
        return known.model_copy(update={"looked_at": now, "looked_whole_at": whole})
