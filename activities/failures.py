"""How the engine's refusals leave an activity: as failures that are not tried again."""

from collections.abc import Iterator
from contextlib import contextmanager

from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from sop_engine.cases.faults import ForeignRun, SopError


@contextmanager
def refusals() -> Iterator[None]:
    """Turns a `SopError` into an ApplicationError of its kind with the details message, faults, what is allowed.

    Whoever asks outside a case gets the answer, so the worker neither logs nor counts it as a fault of its own.
    """
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
            category=_category(error),
        ) from error


def _category(error: SopError) -> ApplicationErrorCategory:
    is_question = activity.in_activity() and activity.info().workflow_id is None and not isinstance(error, ForeignRun)
    return ApplicationErrorCategory.BENIGN if is_question else ApplicationErrorCategory.UNSPECIFIED
