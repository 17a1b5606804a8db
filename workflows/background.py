"""Tasks beside a case's main loop. A bug in one must fail the workflow task, as it would in the loop itself."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any


class Background:
    """Starts tasks, keeps them from being collected, and hands what went wrong in one to the main loop."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()
        self._failure: BaseException | None = None

    @property
    def has_failed(self) -> bool:
        return self._failure is not None

    def run(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Starts a task."""
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self._failure = task.exception()

    def raise_failure(self) -> None:
        """Raises what went wrong in a task, in a form that fails the workflow task and never the case."""
        if self._failure is not None:
            raise RuntimeError(f"the interpreter failed beside its main loop: {self._failure!r}") from self._failure
