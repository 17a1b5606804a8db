"""What is wrong with an input, and the refusals that carry it.

SopError
├── InvalidInput     every fault of an input, with its place and what is allowed   (exit code 2)
├── Refused          the case does not allow it now                               (exit code 1)
├── NotFound         no such case, task, clock, incident                          (exit code 3)
├── NotPermitted     the person may not do it                                     (exit code 5)
├── NotProven        nothing proves that it is the person                         (exit code 5)
└── ForeignRun       nobody but a case's own workflow may do it                   (exit code 5)

FaultyError           what a pure room cannot use: a rule, a calendar, a ladder, a setting
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import ClassVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong: where, what, and what is allowed there."""

    where: str
    """A dotted path from the top of the input, `goods.0.weight_kg`; empty for the input as a whole."""
    what: str
    allowed: str = ""

    def under(self, place: str) -> Fault:
        """The same of a part of something larger."""
        return replace(self, where=f"{place}.{self.where}" if self.where else place)

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        return f"{place}{self.what}" + (f" (allowed: {self.allowed})" if self.allowed else "")


def faults_of(error: ValidationError, model: type[BaseModel] | None = None) -> list[Fault]:
    """What pydantic finds wrong with an input; an unknown key says what the model allows."""
    known = ", ".join(model.model_fields) if model is not None else ""
    return [
        Fault(
            ".".join(map(str, found["loc"])),
            told(found),
            known if found["type"] == "extra_forbidden" else "",
        )
        for found in error.errors(include_url=False)
    ]


def told(found: ErrorDetails) -> str:
    """One thing that pydantic finds wrong, without the names of our classes and of its own pages."""
    match found["type"]:
        case "model_type" | "model_attributes_type" | "dataclass_type":
            return "Input should be an object with fields"
        case "json_invalid":
            why = str(found.get("ctx", {}).get("error", ""))
            return "is no JSON: " + why.replace("recursion limit exceeded", "nested too deep")
        case _:
            return found["msg"].removeprefix("Value error, ")


class FaultyError(ValueError):
    """What cannot be used, in a room that knows no case; `faults` lists every reason. Each room has its own."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(map(str, self.faults)))


class SopError(Exception):
    """Base of what the engine refuses. `kind` is the stable name that crosses Temporal."""

    kind: ClassVar[str] = "SopError"
    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, faults: Iterable[Fault] = (), allowed: Iterable[str] = ()) -> None:
        self.message = message
        self.faults = tuple(faults)
        self.allowed = tuple(allowed)
        super().__init__(self.text())

    def text(self) -> str:
        """The refusal in full: the message, each fault on a line, and what would be allowed."""
        lines = [self.message, *(f"  - {fault}" for fault in self.faults)]
        if self.allowed:
            lines.append("allowed now: " + ", ".join(self.allowed))
        return "\n".join(lines)


class InvalidInput(SopError):
    """The input has faults; all of them are listed."""

    kind = "InvalidInput"
    exit_code = 2


class Refused(SopError):
    """The input is well formed, but the case does not allow it in its present state."""

    kind = "Refused"
    exit_code = 1


class Stale(Refused):
    """What the case has read of registers is older than its SOP lets somebody decide by; each fault names a read."""

    kind = "Stale"


class NotFound(SopError):
    """The thing named does not exist."""

    kind = "NotFound"
    exit_code = 3


class NotPermitted(SopError):
    """The person's roles, or four eyes, forbid it."""

    kind = "NotPermitted"
    exit_code = 5


class NotProven(SopError):
    """Who it says to be by is not proven."""

    kind = "NotProven"
    exit_code = 5


class ForeignRun(SopError):
    """It is done for a case, and no run of that case's own workflow asks for it."""

    kind = "ForeignRun"
    exit_code = 5


ERRORS: tuple[type[SopError], ...] = (InvalidInput, Refused, Stale, NotFound, NotPermitted, NotProven, ForeignRun)
"""Every refusal, for those who rebuild one from its `kind` on the far side of Temporal."""

NOT_OPEN_YET = "the case is being opened; ask again in a moment"
USED_ID = "There is a case {case_id} already; every id is used once"
