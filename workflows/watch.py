"""The watch: looks each minute for cases that were ended past the engine, so that records and relatives hear of it.

One per task queue, started by the workers. Its loop is all there is to replay, and a run lasts an hour, so that a
worker of another release finds little history to agree with.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta

from temporalio import workflow

from sop_engine.cases.contracts.watching import Looked, LookInput, WatchState
from sop_engine.temporal.queues import LOOK_FOR_ENDED, WATCH
from workflows.errands import PATIENT

EVERY = timedelta(minutes=1)
WHOLE_EVERY = timedelta(days=1)
LOOKS = 60
"""After so many it goes on in a new run."""
AGAIN = timedelta(minutes=5)
"""How far each look reaches back before the last one: lists of executions run a little behind."""
LOOKED_WITHIN = timedelta(minutes=10)


@workflow.defn(name=WATCH)
class WatchWorkflow:
    """Ends never."""

    def __init__(self) -> None:
        self._is_asked = False

    @workflow.run
    async def run(self, known: WatchState) -> None:
        for _ in range(LOOKS):
            self._is_asked = False
            known = await self._look(known)
            with suppress(asyncio.TimeoutError):
                await workflow.wait_condition(lambda: self._is_asked, timeout=EVERY)
        workflow.continue_as_new(known)

    @workflow.signal(name="look", description="Look now, and not only when the minute is over")
    def ask(self) -> None:
        self._is_asked = True

    async def _look(self, known: WatchState) -> WatchState:
        now = workflow.now()
        is_whole = known.looked_whole_at is None or now - known.looked_whole_at >= WHOLE_EVERY
        since = None if is_whole or known.looked_at is None else known.looked_at - AGAIN
        await workflow.execute_activity(
            LOOK_FOR_ENDED,
            LookInput(task_queue=known.task_queue, since=since),
            result_type=Looked,
            start_to_close_timeout=LOOKED_WITHIN,
            retry_policy=PATIENT,
            summary="all that ended" if since is None else f"since {since:%Y-%m-%d %H:%M}",
        )
        whole = now if is_whole else known.looked_whole_at
        return known.model_copy(update={"looked_at": now, "looked_whole_at": whole})
