"""Signs of life of activities, so that one whose worker died is begun again by another at once.

The workflow says of which activities it wants them, by a heartbeat timeout. They are given here for all of them, also
for those that wait in a thread. A short activity ends before its first one, which would cost a message to the server.
"""

import asyncio
from inspect import iscoroutinefunction
from typing import Any

from temporalio import activity
from temporalio.worker import (
    ActivityInboundInterceptor,
    ActivityOutboundInterceptor,
    ExecuteActivityInput,
    Interceptor,
)

BEATS = 3.0
"""Seconds between two signs of life."""


class SignsOfLife(Interceptor):
    """Tells the server that an activity is under way, and how far it last said that it has come."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _Alive(next)


class _Progress(ActivityOutboundInterceptor):
    """Keeps what the activity itself told last."""

    details: tuple[Any, ...] = ()

    def heartbeat(self, *details: Any) -> None:
        self.details = details
        super().heartbeat(*details)


class _Alive(ActivityInboundInterceptor):
    def init(self, outbound: ActivityOutboundInterceptor) -> None:
        self._progress = _Progress(outbound)
        super().init(self._progress)

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        if activity.info().heartbeat_timeout is None:
            return await super().execute_activity(input)
        beating = asyncio.create_task(self._beat(is_threaded=not iscoroutinefunction(input.fn)))
        try:
            return await super().execute_activity(input)
        finally:
            beating.cancel()

    async def _beat(self, *, is_threaded: bool) -> None:
        while True:
            await asyncio.sleep(BEATS)
            try:
                if is_threaded:
                    # Of such an activity the SDK takes it in a thread alone: on the event loop it waits ten seconds for
                    # the loop itself, and with it every case of the worker.
                    await asyncio.to_thread(activity.heartbeat, *self._progress.details)
                else:
                    activity.heartbeat(*self._progress.details)
            except TimeoutError:
                activity.logger.warning("a sign of life was late: the worker has much to do")
