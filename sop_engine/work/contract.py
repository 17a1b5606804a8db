"""What is said of one kind of automated work."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from sop_engine.basis.models import Frozen


class Takes(Frozen):
    """What a work is handed. What is not filled in counts as not given."""


class Gives(BaseModel):
    """What a work answers with, read from a mapping or from an object with these attributes.

    Nothing is converted: a value of another type is a fault of the work, and never a result that looks different.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, from_attributes=True)


class Nothing(Gives):
    """A work of which nothing but that it is done is told."""


class Sum(Gives):
    """An amount of money as the books hold it, to the last decimal place that they keep."""

    amount: Decimal
    currency: str


Taken = TypeVar("Taken", bound=BaseModel)
Writes = Literal["money", "number", "content"]


@dataclass(frozen=True)
class Work(Generic[Taken]):
    """One kind of automated work, as `work:` of a procedure names it."""

    name: str
    does: str
    """In a sentence, with what it refuses."""
    takes: type[Taken]
    gives: type[Gives] = Nothing
    writes: Writes | None = None
    """What it writes to the records; none for one that only reads and calculates."""


def told(title: str, unit: str | None = None) -> Any:
    """The title of a field, and the unit of its figure where the type does not say it."""
    return Field(title=title, json_schema_extra=None if unit is None else {"unit": unit})


Basis = Annotated[str, told("The computation in words, with its rule")]
"""How a figure came about."""

EntryId = Annotated[str, told("The entry of the books")]
