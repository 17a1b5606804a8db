"""Writing what a case published: its steps into the journal, and the whole present state beside them.

When a workflow task is lost, its local activities run again, perhaps with other steps in another order, and an old
attempt may still arrive after the new one. A write is known by its workflow time `written_at`; within one execution
chain (`first_run_id`) a write with lowest step n says that the journal goes on from n. So of two writes the later one
replaces the steps from its own n onwards that the earlier one brought, in whichever order they arrive:

- rows of an earlier write from n onwards are marked superseded and kept;
- incoming steps that a later write has replaced are kept as superseded only;
- a late write (records did not answer in time) fills its gap below later steps, and leaves the newer state alone;
- the same write again changes nothing.

An id is used once: the chain that wrote first owns it, and another one is refused.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Table,
    and_,
    bindparam,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.sql.dml import Insert

from sop_engine.basis.folding import fold
from sop_engine.cases.contracts.publishing import PublishInput
from sop_engine.records.cases import CaseRow, ChildRow, ClockRow, ReferenceRow, StepRow, TaskRow
from sop_engine.records.engine import insert_into, writing
from sop_engine.records.file_uses import FileUseRow, use_rows
from sop_engine.records.gaps import Gap, Gaps
from sop_engine.records.streams import WatchRow

Values = dict[str, Any]


class UsedIdError(RuntimeError):
    """Another execution chain owns the case's id."""


class Publisher:
    """Carries out `PublishInput` in one transaction of prebuilt statements."""

    def __init__(self, engine: Engine, gaps: Gaps | None = None) -> None:
        self._engine = engine
        self._gaps = gaps
        """Hears of writes that go on from a step which the journal lacks."""
        case, step, task = CaseRow.table(), StepRow.table(), TaskRow.table()

        # The row stays locked even where the condition leaves it alone, so two writes of one case come one by one.
        self._put_case = self._upsert(
            case,
            lambda new: and_(
                case.c.first_run_id == new.first_run_id,
                or_(
                    case.c.written_at < new.written_at,
                    and_(case.c.written_at == new.written_at, case.c.step <= new.step),
                ),
            ),
        ).execution_options(preserve_rowcount=True)
        self._put_tasks = self._upsert(task, lambda new: task.c.written_at <= new.written_at)
        self._put_late_tasks = self._upsert(task, lambda new: task.c.written_at < new.written_at)
        self._put_steps = insert_into(step, engine.dialect).on_conflict_do_nothing()

        of_case = task.c.case_id == bindparam("of")
        self._drop_tasks_written = delete(task).where(
            of_case, task.c.written_at >= bindparam("since"), task.c.written_at < bindparam("before")
        )
        chain = and_(step.c.case_id == bindparam("of"), step.c.first_run_id == bindparam("run"), ~step.c.superseded)
        replaced = and_(chain, step.c.step >= bindparam("lowest"), step.c.written_at < bindparam("before"))
        before = step.alias()
        has_before = exists().where(
            before.c.case_id == bindparam("of"),
            before.c.first_run_id == bindparam("run"),
            before.c.step == bindparam("lowest") - 1,
            ~before.c.superseded,
        )
        # Asked along with the other, since a statement of its own would cost each act.
        self._first_replaced_at = select(func.min(step.c.written_at), has_before.correlate(None)).where(replaced)
        self._supersede = update(step).where(replaced).values(superseded=True)
        self._first_later_step = select(func.min(step.c.step)).where(chain, step.c.written_at > bindparam("after"))
        self._run_of_case = select(case.c.first_run_id).where(case.c.case_id == bindparam("of"))
        self._replace_references = _Replacement(ReferenceRow.table())
        self._replace_clocks = _Replacement(ClockRow.table())
        self._replace_children = _Replacement(ChildRow.table())
        self._replace_watches = _Replacement(WatchRow.table())
        self._replace_files = _Replacement(FileUseRow.table())
        watch, file = WatchRow.table(), FileUseRow.table()
        # Both in one question, since each costs every act.
        self._seldom = select(
            exists().where(watch.c.case_id == bindparam("of")), exists().where(file.c.case_id == bindparam("of"))
        )

    def _upsert(self, table: Table, wins: Callable[[Any], ColumnElement[bool]]) -> Insert:
        insert = insert_into(table, self._engine.dialect)
        statement: Insert = insert.on_conflict_do_update(
            index_elements=list(table.primary_key),
            set_={column.name: insert.excluded[column.name] for column in table.c if not column.primary_key},
            where=wins(insert.excluded),
        )
        return statement

    def publish(self, given: PublishInput) -> None:
        """Writes the steps and, unless a later write did, the present state. Repeating it changes nothing.

        Raises UsedIdError where another chain owns the case's id.
        """
        with writing(self._engine) as connection:
            self.publish_in(connection, given)

    def publish_in(self, connection: Connection, given: PublishInput) -> None:
        """The same within a transaction that writes already."""
        case_id, run = given.case.case_id, given.case.first_run_id
        chain = {"of": case_id, "run": run}
        is_present = connection.execute(self._put_case, _case(given)).rowcount > 0
        later_from: int | None = None
        if not is_present:
            owner = connection.scalar(self._run_of_case, {"of": case_id})
            if owner != run:
                raise UsedIdError(f"the id {case_id} is that of another case, whose first run is {owner}")
            later_from = connection.scalar(self._first_later_step, {**chain, "after": given.written_at})
        if given.steps:
            self._write_steps(connection, given, later_from)
        if is_present:
            self._replace_references(connection, case_id, _references(given))
            self._replace_clocks(connection, case_id, _clocks(given))
            self._replace_children(connection, case_id, _children(given))
            has_watches, has_files = connection.execute(self._seldom, {"of": case_id}).one()
            if given.watches or has_watches:
                self._replace_watches(connection, case_id, _watches(given))
            if given.files or has_files:
                self._replace_files(connection, case_id, use_rows(case_id, given.files))
        tasks = _tasks(given)
        if tasks and is_present:
            connection.execute(self._put_tasks, tasks)
        elif tasks and _stands(given, later_from):
            connection.execute(self._put_late_tasks, tasks)

    def _write_steps(self, connection: Connection, given: PublishInput, later_from: int | None) -> None:
        lowest = min(step.step for step in given.steps)
        replaced = {
            "of": given.case.case_id,
            "run": given.case.first_run_id,
            "lowest": lowest,
            "before": given.written_at,
        }
        since, has_before = connection.execute(self._first_replaced_at, replaced).one()
        if since is not None:
            connection.execute(self._supersede, replaced)
            # Some tasks may exist in the replaced attempt only; those that are real come back with this write.
            connection.execute(
                self._drop_tasks_written, {"of": given.case.case_id, "since": since, "before": given.written_at}
            )
        connection.execute(self._put_steps, _steps(given, later_from))
        if self._gaps is not None and not has_before and lowest != 1:
            self._gaps.add(Gap(given.case.case_id, given.case.first_run_id, lowest), datetime.now(UTC))


class _Replacement:
    """All rows of one case in one table, replaced as a whole."""

    def __init__(self, table: Table) -> None:
        self._delete = delete(table).where(table.c.case_id == bindparam("of"))
        self._insert = table.insert()

    def __call__(self, connection: Connection, case_id: str, rows: Sequence[Values]) -> None:
        connection.execute(self._delete, {"of": case_id})
        if rows:
            connection.execute(self._insert, rows)


def _stands(given: PublishInput, later_from: int | None) -> bool:
    """Whether no step of the write was replaced by a later write."""
    return later_from is None or (bool(given.steps) and all(step.step < later_from for step in given.steps))


def _case(given: PublishInput) -> Values:
    values = dict(given.case)
    del values["references"]
    return {**values, "written_at": given.written_at, "step": given.step}


def _steps(given: PublishInput, later_from: int | None) -> list[Values]:
    return [
        {
            **dict(step),
            "case_id": given.case.case_id,
            "first_run_id": given.case.first_run_id,
            "written_at": given.written_at,
            "superseded": later_from is not None and step.step >= later_from,
        }
        for step in given.steps
    ]


def _tasks(given: PublishInput) -> list[Values]:
    of_write = {
        "case_id": given.case.case_id,
        "first_run_id": given.case.first_run_id,
        "written_at": given.written_at,
    }
    return [
        {**dict(task), "due_at": given.task_deadlines.get(task.key, task.due_at), **of_write} for task in given.tasks
    ]


def _references(given: PublishInput) -> list[Values]:
    case_id = given.case.case_id
    pairs = dict.fromkeys((("case_id", case_id), *given.case.references))
    return [{"case_id": case_id, "field": field, "value": value, "folded": fold(value)} for field, value in pairs]


def _clocks(given: PublishInput) -> list[Values]:
    return [{**dict(clock), "case_id": given.case.case_id} for clock in given.clocks]


def _children(given: PublishInput) -> list[Values]:
    return [
        {
            "case_id": given.case.case_id,
            "child_id": child.case_id,
            "key": child.key,
            "sop": child.sop,
            "status": child.status,
            "outcome": child.outcome,
        }
        for child in given.children
    ]


def _watches(given: PublishInput) -> list[Values]:
    case_id = given.case.case_id
    rows = {
        (watch.stream, watch.rule, fold(watch.subject)): {
            **watch.model_dump(mode="json", exclude={"since", "until"}),
            "since": watch.since,
            "until": watch.until,
            "case_id": case_id,
            "subject_key": fold(watch.subject),
        }
        for watch in given.watches
    }
    return list(rows.values())
