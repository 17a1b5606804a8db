"""How a person's order is carried out: by a workflow of the engine's own, which is started and waited for."""

import asyncio
from datetime import timedelta
from typing import Any, TypeVar

from pydantic import BaseModel
from temporalio.client import WorkflowFailureError
from temporalio.service import RPCError

from sop_engine.temporal.client import UnreachableError
from sop_engine.temporal.failures import refusal
from sop_engine.temporal.gateway import CaseGateway
from sop_engine.temporal.standalone import NO_WORKER
from sop_engine.temporal.texts import summary

Done = TypeVar("Done", bound=BaseModel)

ANSWERED_WITHIN = timedelta(minutes=2)
ENDS_WITHIN = timedelta(minutes=30)
"""After so long without a worker an order is given up by the server."""


async def carried_out(
    gateway: CaseGateway,
    workflow: str,
    given: BaseModel,
    gives: type[Done],
    *,
    id: str,
    said: str,
    late: str,
    within: timedelta = ANSWERED_WITHIN,
    ends_within: timedelta | None = ENDS_WITHIN,
    **options: Any,
) -> Done:
    """What the workflow of that type ends with; `said` is its summary for the Web UI.

    Raises the `SopError` that was answered, and `UnreachableError` where nobody answers: with `late` where the workflow
    goes on when the time to wait is over.
    """
    try:
        handle = await gateway.client.start_workflow(
            workflow,
            given,
            id=id,
            task_queue=gateway.task_queue,
            result_type=gives,
            execution_timeout=ends_within,
            static_summary=summary(said),
            **options,
        )
        done: Done = await asyncio.wait_for(handle.result(), within.total_seconds())
    except WorkflowFailureError as error:
        raise refusal(error.cause) from None
    except TimeoutError:
        raise UnreachableError(late) from None
    except RPCError as error:
        raise UnreachableError(f"{NO_WORKER.format(queue=gateway.task_queue)} ({error.message})") from None
    return done
