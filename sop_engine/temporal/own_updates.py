"""What a person has the engine's own workflows do: every failure of it as the `SopError` that it is."""

from collections.abc import Iterator
from contextlib import contextmanager

from temporalio.client import WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.service import RPCError, RPCStatusCode

from sop_engine.basis.faults import NotFound
from sop_engine.temporal.client import UnreachableError
from sop_engine.temporal.failures import refusal
from sop_engine.temporal.standalone import NO_WORKER


@contextmanager
def answered(task_queue: str, missing: str) -> Iterator[None]:
    """Around an update: raises the refusal that was answered, `NotFound` with `missing` where there is no workflow,
    and `UnreachableError` where nobody answers.
    """
    nobody = NO_WORKER.format(queue=task_queue)
    try:
        yield
    except WorkflowUpdateFailedError as error:
        raise refusal(error.cause) from None
    except WorkflowUpdateRPCTimeoutOrCancelledError:
        raise UnreachableError(f"{nobody}. It may still be done once one does") from None
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            raise NotFound(missing) from None
        raise UnreachableError(f"{nobody} ({error.message})") from None
