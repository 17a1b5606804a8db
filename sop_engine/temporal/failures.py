"""Refusals on their way across Temporal: the error's kind as its type, message, faults and allowed as its details."""

from temporalio.exceptions import ActivityError, ApplicationError, ChildWorkflowError

from sop_engine.cases.faults import SopError


def to_failure(error: SopError) -> ApplicationError:
    """The failure that carries a refusal; never retried."""
    faults = [fault.model_dump() for fault in error.faults]
    return ApplicationError(
        error.text(), error.message, faults, list(error.allowed), type=error.kind, non_retryable=True
    )


def message_of(error: BaseException) -> str:
    """What a failed activity or child says in plain words."""
    cause = error.cause if isinstance(error, ActivityError | ChildWorkflowError) and error.cause is not None else error
    return getattr(cause, "message", None) or str(cause) or type(cause).__name__
