"""The one timer of a case: set for its earliest deadline. All deadlines themselves lie in the case's state."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from temporalio import workflow

from sop_engine.temporal.texts import summary
from workflows.background import Background

SHORTEST = timedelta(milliseconds=1)
"""A timer that rang a moment early is set again, and never for nothing."""


class Alarm:
    """Rings at the earliest instant it was set for."""

    def __init__(self, background: Background) -> None:
        self.rang_at: datetime | None = None
        self._background = background
        self._set: tuple[datetime, asyncio.Task[None]] | None = None

    def set(self, at: datetime, what: str) -> None:
        """Starts the timer. Where one runs for an earlier instant, it stays: the case looks again when it rings."""
        if self._set is not None:
            earlier, task = self._set
            if earlier <= at:
                return
            task.cancel()
        self._set = (at, self._background.run(self._ring(at, what)))

    async def _ring(self, at: datetime, what: str) -> None:
        await workflow.sleep(max(at - workflow.now(), SHORTEST), summary=summary(what))
        self._set = None
        self.rang_at = workflow.now()
