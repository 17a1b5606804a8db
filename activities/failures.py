"""How the engine's refusals leave an activity: as failures that are not tried again."""

from collections.abc import Iterator
from contextlib import contextmanager

from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from sop_engine.basis.faults import ForeignRun, SopError
from sop_engine.temporal.failures import to_failure


@contextmanager
def refusals() -> Iterator[None]:
    """Turns a `SopError` into the failure that carries it."""
    try:
        yield
    except SopError as error:
        raise refusal(error) from error


def refusal(error: SopError) -> ApplicationError:
    """The failure that carries it.

    Whoever asks outside a case gets the answer, so the worker neither logs nor counts it as a fault of its own.
    """
    is_question = activity.in_activity() and activity.info().workflow_id is None and not isinstance(error, ForeignRun)
    return to_failure(error, ApplicationErrorCategory.BENIGN if is_question else ApplicationErrorCategory.UNSPECIFIED)
