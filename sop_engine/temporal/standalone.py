"""Activities that are run for nobody's case: what the command line asks of a worker, and the content that it brings."""

from asyncio import CancelledError
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, timedelta
from typing import Any, TypeVar
from uuid import uuid4

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DeleteActivityExecutionRequest, DescribeTaskQueueRequest
from temporalio.client import ActivityFailureError, Client
from temporalio.common import RetryPolicy
from temporalio.exceptions import TimeoutError
from temporalio.service import RPCError, RPCStatusCode

from sop_engine.temporal.client import UnreachableError
from sop_engine.temporal.failures import refusal

PICKED_UP_WITHIN = timedelta(seconds=3)
"""How long one waits for a worker; without one it would wait for ever."""
ANSWERED_WITHIN = timedelta(seconds=30)
NO_WORKER = "No worker answers on the task queue {queue!r}; start one with `sop worker` or `sop dev`"

Answer = TypeVar("Answer")


class Standalone:
    """Runs them, each once, and leaves nothing of them on the server: what they were given and answered would be
    readable there for a month."""

    def __init__(self, client: Client, task_queue: str) -> None:
        self.client = client
        self.task_queue = task_queue

    async def run(
        self, activity: str, given: Sequence[Any], result_type: type[Answer] | None, within: timedelta
    ) -> Answer:
        """Raises `UnreachableError` where no worker or server answers, and the `SopError` that was answered."""
        identifier = f"{activity}-{uuid4()}"
        try:
            answer: Answer = await self.client.execute_activity(
                activity,
                args=given,
                id=identifier,
                task_queue=self.task_queue,
                result_type=result_type,
                schedule_to_start_timeout=PICKED_UP_WITHIN,
                start_to_close_timeout=within,
                retry_policy=RetryPolicy(maximum_attempts=2),
            )
            return answer
        except ActivityFailureError as error:
            if isinstance(error.cause, TimeoutError):
                raise await self._without_worker(activity) from None
            raise refusal(error.cause) from None
        except RPCError as error:
            raise self._unreachable(error) from None
        except CancelledError as error:
            # A line that breaks while an answer is waited for is told by the SDK as if somebody had cancelled the task.
            if isinstance(error.__cause__, RPCError):
                raise self._unreachable(error.__cause__) from None
            raise
        finally:
            with suppress(RPCError):  # a server without such deletions, or none that answers
                await self.client.workflow_service.delete_activity_execution(
                    DeleteActivityExecutionRequest(namespace=self.client.namespace, activity_id=identifier)
                )

    async def _without_worker(self, activity: str) -> UnreachableError:
        """Nobody took an activity in time. Pollers stay known to the server for minutes after they are gone."""
        request = DescribeTaskQueueRequest(
            namespace=self.client.namespace,
            task_queue=TaskQueue(name=self.task_queue),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
        )
        try:
            pollers = (await self.client.workflow_service.describe_task_queue(request)).pollers
        except RPCError as error:
            return self._unreachable(error)
        nobody = NO_WORKER.format(queue=self.task_queue)
        if not pollers:
            return UnreachableError(nobody)
        last = max(pollers, key=lambda poller: poller.last_access_time.ToNanoseconds())
        at = last.last_access_time.ToDatetime(tzinfo=UTC)
        return UnreachableError(
            f"{nobody}. {last.identity} asked for work at {at:%H:%M:%S} UTC and has not taken {activity!r} within "
            f"{PICKED_UP_WITHIN.seconds} seconds: it has ended, or is busy"
        )

    def _unreachable(self, error: RPCError) -> UnreachableError:
        return unreachable(self.client, error)


def unreachable(client: Client, error: RPCError) -> UnreachableError:
    """That the server does not answer, or refuses the call."""
    address = client.service_client.config.target_host
    if error.status in (RPCStatusCode.UNAVAILABLE, RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED):
        return UnreachableError(f"Temporal does not answer at {address}")
    return UnreachableError(f"Temporal at {address} refuses the call: {error.message}")
