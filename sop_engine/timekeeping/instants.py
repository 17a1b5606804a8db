"""The instant and title types that every model of timekeeping shares."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict


def as_utc(at: datetime) -> datetime:
    """The same instant in UTC.

    Raises ValueError for a naive datetime, since without a zone it names no instant, and for one that in UTC lies
    beyond the years 1 to 9999.
    """
    if at.tzinfo is None:
        raise ValueError("an instant needs a zone, for example 2026-02-14T08:30:00Z")
    try:
        return at if at.tzinfo is UTC else at.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{at.isoformat()} is no instant of the years 1 to 9999") from None


Instant = Annotated[datetime, AfterValidator(as_utc)]


class Frozen(BaseModel):
    """Base of the models here: immutable, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Title(Frozen):
    """A label in both languages."""

    en: str
    zh: str
