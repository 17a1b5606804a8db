"""What reports may be asked: parameters that several of them share, and how they are read.

A parameter's description is its help on the command line; where two reports have one, it means the same.
"""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from sop_engine.basis.models import Frozen
from sop_engine.timekeeping.instants import RANGE, is_near


class Parameters(Frozen):
    """Base of what a report may be asked; without fields, it asks nothing."""


def _day(given: Any) -> date:
    try:
        day = given if isinstance(given, date) else date.fromisoformat(str(given))
    except ValueError:
        raise _fault(f"{given!r} is no day", "such as 2026-03-31") from None
    if not is_near(day):
        raise _fault(f"{given} lies too far off", RANGE)
    return day


def _month(given: Any) -> str:
    try:
        day = date.fromisoformat(f"{given}-01")
    except ValueError:
        raise _fault(f"{given!r} is no month", "such as 2026-03") from None
    if not is_near(day):
        raise _fault(f"{given} lies too far off", RANGE)
    return f"{day:%Y-%m}"


def _fault(what: str, allowed: str) -> PydanticCustomError:
    return PydanticCustomError("parameter", "{what}", {"what": what, "allowed": allowed})


Day = Annotated[date, BeforeValidator(_day), "DATE"]
Month = Annotated[str, BeforeValidator(_month), "YYYY-MM"]
"""An accounting month. A text among the notes of a type is how help writes its values."""
Side = Literal["receivable", "payable"]


class OfDay(Parameters):
    on: Day | None = Field(default=None, description="As of the evening of a day.")
    """Today where absent."""


class OfMonth(Parameters):
    month: Month | None = Field(default=None, description="Of an accounting month.")


class OfDays(Parameters):
    since: Day | None = Field(default=None, description="First day that counts.")
    until: Day | None = Field(default=None, description="Last day that counts.")
    """Both ends belong to the period."""

    @field_validator("until")
    @classmethod
    def _begins_before_it_ends(cls, until: date | None, info: ValidationInfo) -> date | None:
        since = info.data.get("since")
        if until is not None and since is not None and until < since:
            raise _fault(f"{until} lies before the first day, {since}", f"from {since} on")
        return until


class OfSop(Parameters):
    sop: str | None = Field(default=None, description="Only of cases of this SOP.")


class OfParty(Parameters):
    party: str | None = Field(default=None, description="A customer, supplier or sender; only of that one.")


class OfSide(Parameters):
    side: Side = Field(default="receivable", description="What customers owe, or what suppliers are owed.")
