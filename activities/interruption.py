"""What fails in a worker that is told to end is no verdict: another worker carries it out.

The SDK breaks off an activity that runs in a thread by an exception raised wherever the thread stands, and whoever
renders, reads or sends there may take it for a fault of what they were given and refuse it for good.
"""

from typing import Any

from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor


class Interruption(Interceptor):
    """Lets what was broken off be tried again. The last of a worker's interceptors, so that all others see it so."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _Interrupted(next)


class _Interrupted(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        try:
            return await super().execute_activity(input)
        except ApplicationError as error:
            if not (error.non_retryable and activity.is_cancelled()):
                raise
            raise ApplicationError("the worker ended while it was being carried out", type="Interrupted") from error
