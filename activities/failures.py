"""How the engine's refusals leave an activity: as failures that are not tried again."""

from collections.abc import Iterator
from contextlib import contextmanager

from temporalio.exceptions import ApplicationError

from sop_engine.cases.faults import SopError


@contextmanager
def refusals() -> Iterator[None]:
    """Turns a `SopError` into an ApplicationError of its kind with the details message, faults, what is allowed."""
    try:
        yield
    except SopError as error:
        raise ApplicationError(
            error.text(),
            error.message,
            [fault.model_dump() for fault in error.faults],
            list(error.allowed),
            type=error.kind,
            non_retryable=True,
        ) from error
