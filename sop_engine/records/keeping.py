"""What becomes of each table when the database is lost: rebuilt from what Temporal keeps, or taken from a backup.

Each table declares it beside its columns, so that a new one cannot be forgotten; `docs/records.md` shows the list.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sqlmodel import SQLModel


class Keeping(NamedTuple):
    """Whether `sop records repair` makes a table's rows again, and out of what; else why only a backup can."""

    is_rebuilt: bool
    how: str


def rebuilt(how: str) -> Keeping:
    return Keeping(True, how)


def backed_up(why: str) -> Keeping:
    return Keeping(False, why)


REPLAYED = rebuilt("what each case publishes when its history is replayed")
CARRIED_OUT_AGAIN = rebuilt("errands of cases, carried out again in the order in which they ended")


def declared(root: type[SQLModel]) -> dict[str, Keeping]:
    """Each table below a base class, by name. Raises AttributeError for one that declares nothing."""
    return {model.__table__.name: model.keeping for model in _tables(root)}  # type: ignore[attr-defined]


def _tables(model: type[SQLModel]) -> Iterable[type[SQLModel]]:
    for child in model.__subclasses__():
        if hasattr(child, "__table__"):
            yield child
        yield from _tables(child)
