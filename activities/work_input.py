"""What automated work has in common: how an input is read, and how one that cannot be used is refused."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import ClassVar

from pydantic import ValidationError

from activities.failures import refusals
from sop_engine.basis.faults import InvalidInput, faults_of
from sop_engine.cases.contracts.effects import WorkInput
from sop_engine.freight.rules import CHINA, RuleError


class UnusableInput(InvalidInput):
    """The values that a procedure hands to its work cannot be used."""

    kind: ClassVar[str] = "WorkInput"


def today(given: WorkInput) -> date:
    """The day of the work, in China."""
    return given.at.astimezone(CHINA).date()


@contextmanager
def usable(work: str) -> Iterator[None]:
    """Turns faults of the values into a refusal that names them all."""
    with refusals():
        try:
            yield
        except ValidationError as error:
            faults = faults_of(error)
        except RuleError as error:
            faults = list(error.faults)
        else:
            return
        raise UnusableInput(f"{work} cannot use its input", faults)
