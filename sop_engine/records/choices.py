"""To whom tasks were given by themselves. Who counts and who keeps is one transaction: of two that choose at once the
second finds the person of the first busier.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from sqlalchemy import Engine, and_, exists, func, or_, text
from sqlmodel import Field, Session, col, select

from sop_engine.cases.written.task import Assign
from sop_engine.records.cases import CLOSED_TASKS, TaskRow
from sop_engine.records.columns import Row, UtcInstant
from sop_engine.records.engine import writing
from sop_engine.records.keeping import Keeping, backed_up

LOCK = 0x43_48
"""The PostgreSQL advisory lock of choices: whom one makes busy, the next one sees."""


class ChoiceRow(Row, table=True):
    """One task given to one person."""

    __tablename__ = "choices"
    keeping: ClassVar[Keeping] = backed_up("how work was shared out; who has a task, its case knows")

    key: str = Field(primary_key=True)
    """Of the errand that asked: a repeated one finds its choice again."""
    case_id: str
    task: str
    role: str
    person: str = Field(index=True)
    chosen_at: datetime = Field(sa_type=UtcInstant)


class Choices:
    """Chooses."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def choose(
        self, key: str, case_id: str, task: str, role: str, people: Sequence[str], how: Assign, at: datetime
    ) -> str | None:
        """One of the people, the same for the same key; none where there are none. Of equals the first by name."""
        with writing(self._engine) as connection, Session(connection) as session:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            kept = session.get(ChoiceRow, key)
            if kept is not None or not people:
                return None if kept is None else kept.person
            weight = _last(session, role) if how == "rotation" else _open(session, people)
            chosen = min(people, key=lambda person: (weight.get(person, 0.0), person))
            row = ChoiceRow(key=key, case_id=case_id, task=task, role=role, person=chosen, chosen_at=at)
            session.add(row)
            session.flush()
            return chosen


def _last(session: Session, role: str) -> dict[str, float]:
    """When each got a task of the role last."""
    asked = select(ChoiceRow.person, func.max(ChoiceRow.chosen_at)).where(ChoiceRow.role == role)
    return {person: at.timestamp() for person, at in session.exec(asked.group_by(ChoiceRow.person))}


def _open(session: Session, people: Sequence[str]) -> dict[str, float]:
    """How many open tasks each has: those they hold, and those they were given that no case has published yet."""
    held = select(TaskRow.assignee, func.count()).where(
        col(TaskRow.assignee).in_(people), col(TaskRow.status).not_in(CLOSED_TASKS)
    )
    task = and_(col(TaskRow.case_id) == ChoiceRow.case_id, col(TaskRow.key) == ChoiceRow.task)
    is_known = exists().where(task, or_(col(TaskRow.status).in_(CLOSED_TASKS), col(TaskRow.assignee).is_not(None)))
    given = select(ChoiceRow.person, func.count()).where(col(ChoiceRow.person).in_(people), ~is_known)
    counted: dict[str, float] = {}
    for asked in (held.group_by(TaskRow.assignee), given.group_by(ChoiceRow.person)):
        for person, number in session.exec(asked):
            counted[str(person)] = counted.get(str(person), 0.0) + number
    return counted
