"""Messages that cases did not take, read from their journals."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import and_, exists, func
from sqlmodel import Session, col, select

from sop_engine.cases.contracts.reading import UnheardLine
from sop_engine.cases.running.unheard import UNHEARD
from sop_engine.cases.told.refusing import REFUSED
from sop_engine.records.cases import CaseRow, StepRow

NOT_TAKEN = (UNHEARD, REFUSED)
"""Kinds of steps: no transition took the event, or it was refused."""
MOST_NAMES = 20
"""Names per case that a list tells."""


def _steps() -> Any:
    """The steps of messages that were not taken, in the journal that stands."""
    return and_(
        col(StepRow.case_id) == col(CaseRow.case_id),
        col(StepRow.first_run_id) == col(CaseRow.first_run_id),
        ~col(StepRow.superseded),
        col(StepRow.kind).in_(NOT_TAKEN),
    )


def has_unheard() -> Any:
    """Whether a case of a selection was told something that it did not take."""
    return exists().where(_steps())


def unheard_of(session: Session, case_ids: Iterable[str]) -> Mapping[str, tuple[UnheardLine, ...]]:
    """What each of the cases did not take, by name, the last ones first."""
    counted = (
        select(StepRow.case_id, StepRow.name, func.count().label("count"), func.max(StepRow.step).label("last"))
        .join(CaseRow, _steps())
        .where(col(StepRow.case_id).in_(list(case_ids)))
        .group_by(col(StepRow.case_id), col(StepRow.name))
        .subquery()
    )
    chosen = (
        select(StepRow, counted.c.count)
        .join(CaseRow, _steps())
        .join(counted, and_(counted.c.case_id == StepRow.case_id, counted.c.last == StepRow.step))
        .order_by(col(StepRow.step).desc())
    )
    found: dict[str, list[UnheardLine]] = defaultdict(list)
    for row, count in session.exec(chosen):
        if len(found[row.case_id]) < MOST_NAMES:
            found[row.case_id].append(UnheardLine(name=row.name, count=count, last_at=row.at, why=row.note))
    return {case_id: tuple(lines) for case_id, lines in found.items()}
