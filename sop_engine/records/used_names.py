"""Whether the records have a name that no file of the site has any more: people leave, procedures are replaced."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Literal

from sqlalchemy import Engine, exists, or_
from sqlmodel import Session, col, select

from sop_engine.records.cases import CaseRow, TaskRow

NameKind = Literal["user", "role", "sop", "stage", "state", "case"]
LIKE_MOST = 200
"""Ids that are compared with one that is unknown."""


def holds(names: Any, name: str) -> Any:
    """Whether a `Names` column contains a name."""
    return col(names).contains(f"\n{name}\n", autoescape=True)


_USED: Mapping[NameKind, Callable[[str], Any]] = MappingProxyType(
    {
        "user": lambda name: exists().where(or_(col(TaskRow.assignee) == name, holds(TaskRow.candidates, name))),
        "role": lambda name: or_(exists().where(col(TaskRow.role) == name), exists().where(col(CaseRow.owner) == name)),
        "sop": lambda name: exists().where(col(CaseRow.sop) == name),
        "stage": lambda name: exists().where(col(CaseRow.stage) == name),
        "state": lambda name: exists().where(holds(CaseRow.states, name)),
        "case": lambda name: exists().where(col(CaseRow.case_id) == name),
    }
)


class UsedNames:
    """Looks names up in the tables of cases and tasks."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def is_used(self, kind: NameKind, name: str) -> bool:
        with Session(self._engine) as session:
            return bool(session.scalar(select(_USED[kind](name))))

    def ids_like(self, case_id: str) -> tuple[str, ...]:
        """Some ids that begin as the first half of this one does."""
        start = case_id[: (len(case_id) + 1) // 2]
        begun = select(CaseRow.case_id).where(col(CaseRow.case_id).startswith(start, autoescape=True))
        with Session(self._engine) as session:
            return tuple(session.exec(begun.order_by(CaseRow.case_id).limit(LIKE_MOST)))
