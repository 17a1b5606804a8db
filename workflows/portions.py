"""How much a case takes in at once: what came while no worker answered may be thousands of messages.

All of them come with one workflow task, and a turn of the workflow that takes two seconds fails its task, with each
attempt anew. So a task takes in a portion, and what is left waits for the next tasks, in its order and with the instant
at which it came.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta

from temporalio import workflow

from sop_engine.cases.written.procedure import Bundle
from workflows.background import Background
from workflows.reading import Arrived
from workflows.rungs import Rung

PORTION = 200
"""Messages that one workflow task takes in: some two milliseconds each, on a machine that may have other work."""

A_MOMENT = timedelta(milliseconds=1)


class Portions:
    """Hands messages on to the case, so many in each workflow task."""

    def __init__(self, background: Background, take: Callable[[Arrived, datetime], None]) -> None:
        self._background = background
        self._take = take
        self._rung = Rung("portions", since=None)
        self._waiting: deque[tuple[Arrived, datetime]] = deque()
        self._task = 0
        """The present workflow task, by the length of the history that it came with."""
        self._taken = 0
        """Messages that it took."""

    @property
    def are_waiting(self) -> bool:
        """Whether messages are left that the run must not end before."""
        return bool(self._waiting)

    def hand_on(self, message: Arrived, arrived: datetime, bundle: Bundle) -> None:
        """Has the case take a message now, or after those that wait."""
        if not self._waiting and self._has_room(bundle):
            self._take(message, arrived)
            return
        self._waiting.append((message, arrived))
        if len(self._waiting) == 1:
            self._background.run(self._take_rest())

    def _has_room(self, bundle: Bundle) -> bool:
        task = workflow.info().get_current_history_length()
        if task != self._task:
            self._task, self._taken = task, 0
        self._taken += 1
        return self._taken <= PORTION or not self._rung.is_taken(bundle)

    async def _take_rest(self) -> None:
        while self._waiting:
            await workflow.sleep(A_MOMENT, summary="Taking in what came 逐批接收")
            for _ in range(min(PORTION, len(self._waiting))):
                self._take(*self._waiting[0])
                self._waiting.popleft()
