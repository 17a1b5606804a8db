"""How a function becomes the activity that carries a work out. Its contract says everything else about it."""

from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.access import reads
from activities.work_input import usable
from sop_engine.cases.contracts.effects import WorkInput, WorkResult
from sop_engine.temporal.writes import writes
from sop_engine.work.contract import Work

Holder = TypeVar("Holder")
Taken = TypeVar("Taken", bound=BaseModel)


def carries_out(
    work: Work[Taken],
) -> Callable[[Callable[[Holder, Taken, WorkInput], object]], Callable[[Holder, WorkInput], WorkResult]]:
    """Binds a method to a work: it is handed the input as the contract reads it, and gives an object or a mapping that
    the contract's result is read from.

    An input that cannot be used fails for good with the type `WorkInput` and every fault in the message, as does what
    the method refuses; a result that the contract does not know fails for good with the type `WorkResult`.
    """

    def bind(method: Callable[[Holder, Taken, WorkInput], object]) -> Callable[[Holder, WorkInput], WorkResult]:
        def carried_out(self: Holder, given: WorkInput) -> WorkResult:
            with usable(work.name):
                # What a procedure has not filled in counts as not given.
                filled = {name: value for name, value in given.values.items() if value is not None}
                answer = method(self, work.takes.model_validate(filled), given)
            return WorkResult(values=_as_promised(work, answer))

        carried_out.__name__, carried_out.__qualname__ = method.__name__, method.__qualname__
        carried_out.__doc__ = work.does
        # The SDK takes a `self` that a type variable annotates for an argument, and leaves the input a mapping.
        del carried_out.__annotations__["self"]
        carried_out.__sop_work__ = work.name  # type: ignore[attr-defined]
        defined = activity.defn(name=work.name)(carried_out)
        return reads(defined) if work.writes is None else writes(work.writes)(defined)

    return bind


def work_of(method: Callable[..., Any]) -> str | None:
    """The work that an activity carries out; none for one of the engine's own."""
    name: str | None = getattr(method, "__sop_work__", None)
    return name


def _as_promised(work: Work[Any], answer: object) -> dict[str, Any]:
    try:
        return work.gives.model_validate({} if answer is None else answer).model_dump()
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, found['loc']))}: {found['msg']}" for found in error.errors())
        message = f"{work.name} gave a result that its contract does not know: {faults}"
        raise ApplicationError(message, type="WorkResult", non_retryable=True) from error
