"""Closing a case in the records that was ended past the engine and will never publish again."""

from collections.abc import Mapping, Set
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, select, update

from sop_engine.cases.contracts.watching import CaseEnd
from sop_engine.records.cases import CaseRow, ClockRow, StepRow, TaskRow
from sop_engine.records.engine import writing

CLOSED_TASKS = ("completed", "cancelled", "skipped")
TITLES = {
    "terminated": {"en": "Terminated past the engine", "zh": "被强制终止"},
    "timed_out": {"en": "Timed out", "zh": "执行超时"},
    "failed": {"en": "Failed", "zh": "执行失败"},
    "canceled": {"en": "Cancelled past the engine", "zh": "被强制取消"},
    "lost": {"en": "Lost: unknown to Temporal", "zh": "丢失：Temporal 中已无此流程"},
}


class Endings:
    """Writes what such a case cannot write itself: one step, and the end of its tasks and clocks."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def parent_of(self, case_id: str) -> tuple[bool, str | None]:
        """Whether the records know the case, and the case that waits for it."""
        case = CaseRow.table()
        with self._engine.connect() as connection:
            row = connection.execute(select(case.c.parent).where(case.c.case_id == case_id)).first()
        return row is not None, row.parent if row is not None else None

    def is_open(self, end: CaseEnd) -> bool:
        """Whether the records hold this chain of runs as an open case."""
        case = CaseRow.table()
        wanted = select(case.c.case_id).where(
            case.c.case_id == end.case_id, case.c.first_run_id == end.first_run_id, case.c.closed_at.is_(None)
        )
        with self._engine.connect() as connection:
            return connection.execute(wanted).first() is not None

    def open_among(self, case_ids: Set[str]) -> Mapping[str, str]:
        """The first run of each of the cases that the records hold open."""
        case = CaseRow.table()
        with self._engine.connect() as connection:
            rows = connection.execute(select(case.c.case_id, case.c.first_run_id).where(case.c.closed_at.is_(None)))
            return {row.case_id: row.first_run_id for row in rows if row.case_id in case_ids}

    def close(self, end: CaseEnd) -> None:
        """Closes the case, its open tasks and its running clocks at the instant of its end. Again, it does nothing.

        The step is dated like the case's own, so that a case that goes on after all (by a reset) replaces it.
        """
        case = CaseRow.table()
        with writing(self._engine) as connection:
            row = connection.execute(
                select(case.c.step, case.c.written_at)
                .where(
                    case.c.case_id == end.case_id, case.c.first_run_id == end.first_run_id, case.c.closed_at.is_(None)
                )
                .with_for_update()
            ).first()
            if row is None:
                return
            written_at = max(end.at, row.written_at)
            closed = {"status": end.status, "closed_at": end.at, "due_at": None, "step": row.step + 1}
            connection.execute(
                update(case).where(case.c.case_id == end.case_id).values(**closed, written_at=written_at)
            )
            connection.execute(StepRow.table().insert(), _step(end, row.step + 1, written_at))
            self._close_tasks(connection, end, written_at)
            self._stop_clocks(connection, end)

    def _close_tasks(self, connection: Connection, end: CaseEnd, written_at: datetime) -> None:
        task = TaskRow.table()
        is_open = task.c.status.not_in(CLOSED_TASKS)
        values = {"status": "cancelled", "completed_at": end.at, "written_at": written_at}
        connection.execute(update(task).where(task.c.case_id == end.case_id, is_open).values(**values))

    def _stop_clocks(self, connection: Connection, end: CaseEnd) -> None:
        clock = ClockRow.table()
        columns = select(clock.c.key, clock.c.spans, clock.c.status)
        running = columns.where(clock.c.case_id == end.case_id, clock.c.stopped_at.is_(None))
        for row in connection.execute(running).all():
            spans = [{**span, "to_at": span.get("to_at") or end.at.isoformat()} for span in row.spans]
            this = update(clock).where(clock.c.case_id == end.case_id, clock.c.key == row.key)
            # A promise that was not kept stays one.
            status = row.status if row.status == "breached" else "cancelled"
            connection.execute(this.values(status=status, stopped_at=end.at, spans=spans))


def _step(end: CaseEnd, number: int, written_at: datetime) -> dict[str, Any]:
    return {
        "case_id": end.case_id,
        "first_run_id": end.first_run_id,
        "step": number,
        "written_at": written_at,
        "superseded": False,
        "at": end.at,
        "happened_at": None,
        "actor": end.by,
        "kind": "ended",
        "name": end.status,
        "title": TITLES[end.status],
        "entered": (),
        "exited": (),
        "changes": (),
        "note": end.reason or None,
        "data": {},
    }
