"""The read model: lists of cases and tasks, the journal of a case, search by reference."""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Engine, String, and_, case, cast, func, or_, tuple_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from sop_engine.basis.faults import NotFound
from sop_engine.basis.folding import fold
from sop_engine.cases.contracts.limits import MESSAGE_BYTES, RESERVE_BYTES, size_of
from sop_engine.cases.contracts.publishing import CaseRecord, ClockRecord, TaskRecord
from sop_engine.cases.contracts.reading import (
    CaseLine,
    CaseList,
    FindCasesInput,
    FoundCase,
    FoundCases,
    ListCasesInput,
    ListTasksInput,
    RecordedCase,
    TaskLine,
    TaskList,
    Timeline,
    TimelineInput,
)
from sop_engine.cases.contracts.views import ChildTaskView, ChildView, StepView
from sop_engine.cases.people.offers import Offer
from sop_engine.cases.seen.recent import attachments_of, comments_of
from sop_engine.records.cases import CLOSED_TASKS, CaseRow, ChildRow, ClockRow, ReferenceRow, StepRow, TaskRow
from sop_engine.records.families import family
from sop_engine.records.unheard import has_unheard, unheard_of
from sop_engine.records.used_names import holds

Entry = TypeVar("Entry")

RightTo = Callable[[Offer], str | None]
"""By whose right a user may take what is offered so; none where they may not."""
MOST_HOLDING = 500
"""Cases that are looked at where one is sought by a value that is no reference."""
MOST_BELOW = 200
"""Tasks of cases below one that are told along with it; `sop task list --case` has them all."""


class CaseQueries:
    """Answers from the tables of cases. Instants to judge by are arguments."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def list_cases(self, given: ListCasesInput, at: datetime, hidden: Collection[str] = ()) -> CaseList:
        """Cases that meet every condition, but the hidden ones: due ones first by due instant, then the newest."""
        chosen = select(CaseRow).where(col(CaseRow.case_id).not_in(hidden))
        for name in ("sop", "status", "owner", "sla", "stage", "parent"):
            wanted = getattr(given, name)
            if wanted is not None:
                chosen = chosen.where(getattr(CaseRow, name) == wanted)
        if given.open is not None:
            is_open = col(CaseRow.closed_at).is_(None)
            chosen = chosen.where(is_open if given.open else ~is_open)
        if given.state is not None:
            chosen = chosen.where(holds(CaseRow.states, given.state))
        if given.overdue:
            chosen = chosen.where(col(CaseRow.closed_at).is_(None), col(CaseRow.due_at) < at)
        if given.provisional:
            chosen = chosen.where(col(CaseRow.provisional))
        if given.unheard:
            chosen = chosen.where(has_unheard())
        ordered = chosen.order_by(
            _absent_last(CaseRow.due_at), col(CaseRow.due_at), col(CaseRow.opened_at).desc(), col(CaseRow.case_id)
        )
        with Session(self._engine) as session:
            rows = session.exec(ordered.offset(given.offset).limit(given.limit)).all()
            lines = tuple(_case_line(row, at) for row in rows)
            if given.unheard:
                unheard = unheard_of(session, (line.case_id for line in lines))
                lines = tuple(line.model_copy(update={"unheard": unheard.get(line.case_id, ())}) for line in lines)
            return CaseList(cases=lines, total=_count(session, chosen))

    def count_open(self) -> dict[tuple[str, str], int]:
        """How many cases are open, by SOP and status."""
        counted = select(CaseRow.sop, CaseRow.status, func.count()).where(col(CaseRow.closed_at).is_(None))
        with Session(self._engine) as session:
            rows = session.exec(counted.group_by(CaseRow.sop, CaseRow.status)).all()
        return {(sop, status): number for sop, status, number in rows}

    def list_tasks(
        self, given: ListTasksInput, at: datetime, right_to: RightTo | None = None, hidden: Collection[str] = ()
    ) -> TaskList:
        """Open tasks, most urgent first: breached, then by due instant, priority and age; suspended ones last.

        Of a case: its own and those of the cases below it. `right_to` judges what a user may take, as the cases do;
        without it the user's roles decide.
        """
        chosen = select(TaskRow, CaseRow).join(CaseRow, col(CaseRow.case_id) == col(TaskRow.case_id))
        chosen = chosen.where(col(TaskRow.status).not_in(CLOSED_TASKS), col(CaseRow.closed_at).is_(None))
        chosen = chosen.where(col(TaskRow.case_id).not_in(hidden))
        if given.user is not None and right_to is None:
            chosen = chosen.where(_is_for(given.user, given.roles))
        elif given.roles:
            chosen = chosen.where(col(TaskRow.role).in_(given.roles))
        if given.held_by is not None:
            chosen = chosen.where(TaskRow.assignee == given.held_by)
        if given.sop is not None:
            chosen = chosen.where(CaseRow.sop == given.sop)
        if given.case_id is not None:
            chosen = chosen.where(col(TaskRow.case_id).in_(family(given.case_id)))
        if given.overdue:
            chosen = chosen.where(col(TaskRow.due_at) < at)
        is_suspended = func.coalesce(col(TaskRow.suspended_until) > at, False)
        ordered = chosen.order_by(
            case((is_suspended, 1), else_=0),
            _absent_last(TaskRow.due_at),
            col(TaskRow.due_at),
            col(TaskRow.priority),
            col(TaskRow.opened_at),
            col(TaskRow.case_id),
            col(TaskRow.key),
        )
        with Session(self._engine) as session:
            if given.user is not None and right_to is not None:
                return _of_user(session, ordered, given, at, right_to)
            rows = session.exec(ordered.offset(given.offset).limit(given.limit)).all()
            lines = tuple(_task_line(task, of, at) for task, of in rows)
            return TaskList(tasks=lines, total=_count(session, chosen))

    def tasks_below(self, case_id: str, at: datetime) -> tuple[ChildTaskView, ...]:
        """Open tasks of the cases below one, most urgent first."""
        found = self.list_tasks(ListTasksInput(case_id=case_id, limit=1_000), at).tasks
        below = [ChildTaskView(**_of(line, ChildTaskView)) for line in found if line.case_id != case_id]
        return tuple(below[:MOST_BELOW])

    def timeline(self, given: TimelineInput) -> Timeline:
        """The last steps of a case, oldest first. Raises NotFound for an unknown case."""
        with Session(self._engine) as session:
            run = _known(session, given.case_id).first_run_id
            chosen = select(StepRow).where(StepRow.case_id == given.case_id)
            if not given.superseded:
                chosen = chosen.where(StepRow.first_run_id == run, ~col(StepRow.superseded))
            if given.before is not None:
                chosen = chosen.where(StepRow.step < given.before)
            newest_first = chosen.order_by(col(StepRow.step).desc(), col(StepRow.written_at).desc())
            rows = session.exec(newest_first.limit(given.limit + 1)).all()
            found = [_step(row, run) for row in reversed(rows[: given.limit])]
            steps = last_within(found, MESSAGE_BYTES - RESERVE_BYTES)
            return Timeline(case_id=given.case_id, steps=steps, more=len(rows) > len(steps))

    def find(self, given: FindCasesInput, at: datetime, hidden: Collection[str] = ()) -> FoundCases:
        """Cases with a reference, or an id, that begins with the text; whole matches first."""
        start = fold(given.text)
        if not start:
            return FoundCases(found=())
        matched = (
            select(ReferenceRow, CaseRow)
            .join(CaseRow, col(CaseRow.case_id) == col(ReferenceRow.case_id))
            .where(col(ReferenceRow.folded) >= start, col(ReferenceRow.folded) < start + "\U0010ffff")
            .where(col(ReferenceRow.case_id).not_in(hidden))
            .order_by(case((col(ReferenceRow.folded) == start, 0), else_=1), ReferenceRow.case_id, ReferenceRow.field)
            .limit(given.limit)
        )
        with Session(self._engine) as session:
            rows = session.exec(matched).all()
            return FoundCases(
                found=tuple(
                    FoundCase(field=reference.field, value=reference.value, case=_case_line(of, at))
                    for reference, of in rows
                )
            )

    def holding(self, text: str, hidden: Collection[str], at: datetime) -> Iterator[tuple[CaseLine, dict[str, Any]]]:
        """Cases whose data says a text somewhere, the newest first, each with its data."""
        says = cast(CaseRow.data, String).contains(text, autoescape=True)
        chosen = (
            select(CaseRow).where(says, col(CaseRow.case_id).not_in(hidden)).order_by(col(CaseRow.opened_at).desc())
        )
        with Session(self._engine) as session:
            for row in session.exec(chosen.limit(MOST_HOLDING)):
                yield _case_line(row, at), row.data

    def read_case(self, case_id: str) -> RecordedCase:
        """All that is kept of one case but its journal. Raises NotFound for an unknown case."""
        with Session(self._engine) as session:
            row = _known(session, case_id)
            references = session.exec(
                select(ReferenceRow)
                .where(ReferenceRow.case_id == case_id, ReferenceRow.field != "case_id")
                .order_by(ReferenceRow.field, ReferenceRow.value)
            )
            tasks = session.exec(
                select(TaskRow).where(TaskRow.case_id == case_id).order_by(col(TaskRow.opened_at), TaskRow.key)
            )
            clocks = session.exec(
                select(ClockRow).where(ClockRow.case_id == case_id).order_by(col(ClockRow.started_at), ClockRow.key)
            )
            children = session.exec(
                select(ChildRow).where(ChildRow.case_id == case_id).order_by(ChildRow.key, ChildRow.child_id)
            )
            pairs = tuple((each.field, each.value) for each in references)
            noted = _noted(session, row)
            return RecordedCase(
                comments=last_within(comments_of(noted), NOTED_BYTES),
                attachments=last_within(attachments_of(noted), NOTED_BYTES),
                case=CaseRecord(**_of(row, CaseRecord), references=pairs),
                tasks=tuple(TaskRecord(**_of(each, TaskRecord)) for each in tasks),
                clocks=tuple(ClockRecord(**_of(each, ClockRecord)) for each in clocks),
                children=tuple(_child(each) for each in children),
                written_at=row.written_at,
            )


def _known(session: Session, case_id: str) -> CaseRow:
    row = session.get(CaseRow, case_id)
    if row is None:
        raise NotFound(f"records know no case {case_id}")
    return row


def _of(row: Any, contract: Any) -> dict[str, Any]:
    """The columns of a row that the contract has as well."""
    return {name: getattr(row, name) for name in contract.model_fields if hasattr(row, name)}


def _case_line(row: CaseRow, at: datetime) -> CaseLine:
    is_overdue = row.closed_at is None and row.due_at is not None and row.due_at < at
    return CaseLine(**_of(row, CaseLine), overdue=is_overdue)


def _task_line(row: TaskRow, of: CaseRow, at: datetime) -> TaskLine:
    return TaskLine(
        **_of(row, TaskLine),
        sop=of.sop,
        case_title=of.title,
        case_status=of.status,
        overdue=row.due_at is not None and row.due_at < at,
        suspended=row.suspended_until is not None and row.suspended_until > at,
    )


def _child(row: ChildRow) -> ChildView:
    return ChildView(key=row.key, sop=row.sop, case_id=row.child_id, status=row.status, outcome=row.outcome)


NOTED_STEPS, NOTED_BYTES = 200, 128_000
"""How far back, and how much, of comments and files one answer about a case has."""


def _noted(session: Session, case: CaseRow) -> list[StepView]:
    """The last steps that hold a comment or files."""
    chosen = (
        select(StepRow)
        .where(StepRow.case_id == case.case_id, StepRow.first_run_id == case.first_run_id, ~col(StepRow.superseded))
        .where(col(StepRow.kind).in_(("comment", "attached", "task")))
        .order_by(col(StepRow.step).desc())
    )
    return [_step(row, case.first_run_id) for row in reversed(session.exec(chosen.limit(NOTED_STEPS)).all())]


def last_within(entries: Sequence[Entry], most: int) -> tuple[Entry, ...]:
    """The last entries that together have so many bytes; at least the last one, an answer of nothing helps nobody."""
    left, first = most, len(entries)
    while first > 0 and (left := left - size_of(entries[first - 1])) >= 0:
        first -= 1
    return tuple(entries[min(first, len(entries) - 1) if entries else 0 :])


def _step(row: StepRow, run: str) -> StepView:
    return StepView(**{**_of(row, StepView), "superseded": row.superseded or row.first_run_id != run})


def _is_for(user: str, roles: Sequence[str]) -> Any:
    """Assigned to the person, or unassigned and open to the person: by name, or by role where it names nobody."""
    candidates = col(TaskRow.candidates)
    by_role = and_(candidates == (), col(TaskRow.role).in_(roles))
    return or_(
        col(TaskRow.assignee) == user,
        and_(col(TaskRow.assignee).is_(None), or_(holds(TaskRow.candidates, user), by_role)),
    )


def _of_user(session: Session, ordered: Any, given: ListTasksInput, at: datetime, right_to: RightTo) -> TaskList:
    """What a user may take. No condition of SQL can say it, so all offers are judged, and only the page is read."""
    names, keys = tuple(Offer.model_fields), (col(TaskRow.case_id), col(TaskRow.key))
    offered = session.execute(ordered.with_only_columns(*keys, *(getattr(TaskRow, name) for name in names)))
    rights: dict[tuple[str, str], str] = {}
    for case_id, key, *offer in offered:
        right = right_to(Offer(**dict(zip(names, offer, strict=True))))
        if right is not None:
            rights[case_id, key] = right
    page = list(rights)[given.offset : given.offset + given.limit]
    rows = session.exec(ordered.where(tuple_(*keys).in_(page))).all() if page else ()
    lines = (_task_line(task, of, at) for task, of in rows)
    told = (line.model_copy(update={"on_behalf_of": rights[line.case_id, line.key]}) for line in lines)
    own = {"on_behalf_of": None}
    tasks = tuple(line.model_copy(update=own) if line.on_behalf_of == given.user else line for line in told)
    return TaskList(tasks=tasks, total=len(rights))


def _absent_last(instant: Any) -> Any:
    return case((col(instant).is_(None), 1), else_=0)


def _count(session: Session, chosen: Any) -> int:
    counted: SelectOfScalar[int] = select(func.count()).select_from(chosen.subquery())
    return session.exec(counted).one()
