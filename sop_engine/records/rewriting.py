"""Making a case's rows what its history says, where publishing once more does not: history is the truth."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Engine, delete, or_, tuple_, update

from sop_engine.cases.contracts.publishing import PublishInput
from sop_engine.cases.contracts.watching import CaseEnd
from sop_engine.records.cases import CaseRow, StepRow, TaskRow
from sop_engine.records.endings import Endings
from sop_engine.records.engine import writing
from sop_engine.records.publishing import Publisher


def set_back(engine: Engine, last: PublishInput, lost_at: datetime) -> bool:
    """Supersedes the steps that a case wrote until `lost_at` and never took, and puts its present state in their place.

    Answers whether it did: a case that has written since has done so itself.
    """
    case_id = last.case.case_id
    step, case, task = StepRow.table(), CaseRow.table(), TaskRow.table()
    with writing(engine) as connection:
        lost = (case.c.case_id == case_id) & (case.c.written_at == lost_at)
        if last.written_at >= lost_at or not connection.execute(delete(case).where(lost)).rowcount:
            return False
        later = (step.c.case_id == case_id) & (step.c.step > last.step) & (step.c.written_at <= lost_at)
        connection.execute(update(step).where(later).values(superseded=True))
        since = (task.c.written_at > last.written_at) & (task.c.written_at <= lost_at)
        connection.execute(delete(task).where(task.c.case_id == case_id, since))
        Publisher(engine).publish_in(connection, last)
    return True


def rewrite(engine: Engine, published: Sequence[PublishInput], end: CaseEnd | None) -> None:
    """Puts what the case published in the place of rows that differ from it. What is later, or superseded, stays."""
    last, publisher = published[-1], Publisher(engine)
    case_id, until = last.case.case_id, max(last.written_at, end.at) if end is not None else last.written_at
    lowest = min((step.step for given in published for step in given.steps), default=1)
    own = [(step.step, given.written_at) for given in published for step in given.steps]
    step, case, task = StepRow.table(), CaseRow.table(), TaskRow.table()
    with writing(engine) as connection:
        standing = ~step.c.superseded & (step.c.step >= lowest) & (step.c.written_at <= until)
        replaced = or_(standing, tuple_(step.c.step, step.c.written_at).in_(own))
        connection.execute(delete(step).where(step.c.case_id == case_id, replaced))
        connection.execute(delete(case).where(case.c.case_id == case_id, case.c.written_at <= until))
        connection.execute(delete(task).where(task.c.case_id == case_id, task.c.written_at <= until))
    for given in published:
        publisher.publish(given)
    if end is not None:
        Endings(engine).close(end)
