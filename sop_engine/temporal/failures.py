"""Refusals on their way across Temporal: the error's kind as its type, message, faults and allowed as its details."""

from dataclasses import asdict

from pydantic import TypeAdapter
from temporalio.exceptions import ActivityError, ApplicationError, ApplicationErrorCategory, ChildWorkflowError

from sop_engine.basis.faults import ERRORS, Fault, Refused, SopError
from sop_engine.cases.contracts.limits import cut

_FAULTS = TypeAdapter(tuple[Fault, ...])
MOST, LONGEST = 50, 2_000
"""Faults of one refusal, and bytes of each of their texts: a refusal repeats what it refuses."""


def to_failure(
    error: SopError, category: ApplicationErrorCategory = ApplicationErrorCategory.UNSPECIFIED
) -> ApplicationError:
    """The failure that carries a refusal; never retried. Of very many or very long faults, what a reader can use."""
    told = type(error)(cut(error.message, LONGEST), map(_shortened, error.faults[:MOST]), error.allowed[:MOST])
    if len(error.faults) > MOST:
        told.faults += (Fault(where="", what=f"and {len(error.faults) - MOST} more faults"),)
    details = (told.message, list(map(asdict, told.faults)), list(told.allowed))
    return ApplicationError(told.text(), *details, type=told.kind, non_retryable=True, category=category)


def _shortened(fault: Fault) -> Fault:
    return Fault(where=cut(fault.where, LONGEST), what=cut(fault.what, LONGEST), allowed=cut(fault.allowed, LONGEST))


def message_of(error: BaseException) -> str:
    """What a failed activity or child says in plain words."""
    cause = error.cause if isinstance(error, ActivityError | ChildWorkflowError) and error.cause is not None else error
    return getattr(cause, "message", None) or str(cause) or type(cause).__name__


def refusal(cause: BaseException | None) -> SopError:
    """The engine's own error that a failure carries: type = kind, details = [message, faults, allowed]."""
    if not isinstance(cause, ApplicationError):
        return Refused(f"The call failed: {cause}")
    kind = next((error for error in ERRORS if error.kind == cause.type), Refused)
    message, faults, allowed = cause.details if len(cause.details) == 3 else (cause.message, (), ())
    return kind(message, _FAULTS.validate_python(faults), allowed)
