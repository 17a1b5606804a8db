"""The workflow a programmer would write by hand for ten human steps with an SLA timer and a journal row per step."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

from temporalio import activity, workflow

STEPS = 10


@activity.defn(name="relay_row")
def write_row(row: dict[str, object]) -> None:
    """Set by the benchmark to write one row of the same journal table."""
    WRITERS[-1](row)


WRITERS: list[Callable[[dict[str, object]], None]] = []


@workflow.defn(name="HandwrittenRelay")
class HandwrittenRelay:
    """One update per step; a local activity writes the journal; one timer watches the deadline."""

    def __init__(self) -> None:
        self._count = 0
        self._written = 0
        self._timer: asyncio.Task[None] | None = None

    @workflow.run
    async def run(self) -> int:
        self._arm()
        while self._written < STEPS:
            await workflow.wait_condition(lambda: self._count > self._written)
            row = {"case_id": workflow.info().workflow_id, "step": self._count, "at": workflow.now().isoformat()}
            await workflow.execute_local_activity("relay_row", row, start_to_close_timeout=timedelta(seconds=2))
            self._written = self._count
            self._arm()
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self._count

    @workflow.update
    async def passed(self, actor: str) -> int:
        if not actor:
            raise ValueError("somebody must act")
        self._count += 1
        mine = self._count
        await workflow.wait_condition(lambda: self._written >= mine)
        return mine

    def _arm(self) -> None:
        if self._timer is None:
            self._timer = asyncio.create_task(workflow.sleep(timedelta(hours=24)))
