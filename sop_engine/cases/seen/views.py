"""A case as others see it: the answers of queries, and the rows that the read model keeps."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Literal

from sop_engine.basis.models import Title
from sop_engine.basis.plain import plain
from sop_engine.cases.contracts.acts import ActResult
from sop_engine.cases.contracts.limits import MESSAGE_BYTES, RESERVE_BYTES, size_of
from sop_engine.cases.contracts.publishing import CaseRecord, ClockRecord, PublishInput, TaskRecord
from sop_engine.cases.contracts.views import CaseView, ChildView, ClockView, FilesAsked, RuleView, StepView, TaskView
from sop_engine.cases.running import timing
from sop_engine.cases.running.events import awaited
from sop_engine.cases.running.four_eyes import offer_of
from sop_engine.cases.running.state import CaseState, Child, HumanTask, RunningClock
from sop_engine.cases.running.turn import Turn
from sop_engine.cases.seen.recent import Recent
from sop_engine.cases.seen.watches import watches_of
from sop_engine.cases.written.procedure import Procedure
from sop_engine.cases.written.references import read_field, references_of
from sop_engine.cases.written.task import AttachmentSpec
from sop_engine.timekeeping import clocks
from sop_engine.timekeeping.ladders import STILL_OVERDUE

SlaState = Literal["on_track", "at_risk", "breached"]


def titles(labels: dict[str, Title]) -> dict[str, dict[str, str]]:
    return {key: title.model_dump() for key, title in labels.items()}


def sla_state(state: CaseState) -> SlaState:
    """The worst of the open clocks: breached, at risk (a rung before the due instant was reached), or on track."""
    worst: SlaState = "on_track"
    for running in state.clocks.values():
        if not running.is_open:
            continue
        if running.clock.status == "breached":
            return "breached"
        if any(not rung.withdrawn for rung in running.clock.rungs):
            worst = "at_risk"
    return worst


def next_due(state: CaseState) -> datetime | None:
    """The earliest due instant among open clocks."""
    return min((c.due_at for c in state.clocks.values() if c.is_open and c.due_at is not None), default=None)


def task_due(procedure: Procedure, state: CaseState, task: HumanTask) -> datetime | None:
    """When a task is due: the earliest of the case's own clocks and of those of its state and the states around it.

    A clock of the case counts for each of its tasks, whatever stops it: until then nobody's work can wait past it.
    """
    around = frozenset(procedure.within(task.state))
    return min(
        (
            clock.due_at
            for clock in state.clocks.values()
            if clock.is_open and clock.due_at is not None and (clock.owner is None or clock.owner in around)
        ),
        default=None,
    )


def own_due(procedure: Procedure, state: CaseState, task: HumanTask) -> datetime | None:
    """When a task is due by the clocks that time it alone: those of its state, and those that its outcomes stop."""
    running = (clock for clock in state.clocks.values() if clock.is_open and timing.times(procedure, clock, task.state))
    return min((clock.due_at for clock in running if clock.due_at is not None), default=None)


def task_view(procedure: Procedure, state: CaseState, task: HumanTask) -> TaskView:
    shape = procedure.shapes[task.state]
    spec = shape.task
    fields = procedure.definition.data
    form = []
    for entry in spec.form if spec is not None else ():
        field = fields[entry.field]
        form.append(
            {
                "field": entry.field,
                "type": field.type,
                "title": field.title.model_dump(),
                "required": entry.is_required(field),
                "read_only": entry.read_only,
                "choices": list(field.choices()),
                "value": plain(state.snapshot.data.get(entry.field)),
                **({"when": entry.when} if entry.when is not None else {}),
            }
        )
    return TaskView(
        task=task.key,
        state=task.state,
        title=((spec.title if spec is not None else None) or shape.title).model_dump(),
        role=task.role,
        unit=task.unit,
        person=task.person,
        assignee=task.assignee,
        status=task.status,
        due_at=task_due(procedure, state, task),
        priority=task.priority,
        outcomes=titles({key: o.title for key, o in spec.outcomes.items()} if spec is not None else {}),
        opened_at=task.opened_at,
        form=tuple(form),
        checklist=titles(spec.checklist if spec is not None else {}),
        attachments=titles({kind: asked.title for kind, asked in spec.attachments.items()} if spec is not None else {}),
        asks={kind: _asked(asked) for kind, asked in spec.attachments.items()} if spec is not None else {},
        distinct_from=spec.distinct_from if spec is not None else (),
        help=spec.help.model_dump() if spec is not None and spec.help is not None else None,
        item=plain(task.names.get("item")),
        candidates=spec.candidates if spec is not None else (),
        suspended_until=task.suspended_until,
    )


def _asked(spec: AttachmentSpec) -> FilesAsked:
    return FilesAsked(at_least=spec.at_least, accept=spec.accept, max_size=spec.max_size)


def clock_view(procedure: Procedure, running: RunningClock, now: datetime) -> ClockView:
    spec = procedure.clock_spec(running.name)
    calendar = procedure.calendar_of(spec.calendar if spec is not None else None)
    clock = running.clock
    unit = "working " if clock.measure == "working" else ""
    moves = tuple(f"{move.kind}: {move.reason} ({move.actor})" for move in clock.moved)
    return ClockView(
        clock=clock.key,
        title=procedure.title_of(running.name).model_dump(),
        status=clock.status,
        due_at=timing.due_instant(running, calendar, now) if running.is_open else (running.due_at or clock.base_due_at),
        elapsed=f"{unit}{words(clocks.elapsed(clock, calendar, now))}",
        remaining=f"{unit}{words(clocks.remaining(clock, calendar, now))}",
        percent=str(clocks.percent(clock, calendar, now)),
        provisional=clock.provisional,
        notes=(*clock.reasons, *moves, *_reminders(procedure, running)),
    )


def _reminders(procedure: Procedure, running: RunningClock) -> Iterator[str]:
    """How often somebody was told again after the last rung."""
    every = procedure.bundle.ladders[running.ladder].every
    for fired in running.clock.rungs:
        if fired.key == STILL_OVERDUE:
            yield f"reminded {fired.times} time{'s' if fired.times > 1 else ''}, every {every}"


def words(length: timedelta) -> str:
    """A length of time as hours and minutes, `-1 h 30 min` when overdrawn."""
    minutes = round(abs(length).total_seconds() / 60)
    sign = "-" if length < timedelta(0) else ""
    return f"{sign}{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{sign}{minutes} min"


def case_view(procedure: Procedure, state: CaseState, recent: Recent, now: datetime) -> CaseView:
    turn = Turn(procedure, state, now)
    stage = procedure.stage_of(state.snapshot.configuration)
    fields = procedure.definition.data
    events = () if state.is_closed else tuple(name for name in procedure.definition.events if awaited(turn, name))
    view = CaseView(
        case_id=state.case_id,
        sop=state.sop,
        version=state.version,
        title=procedure.definition.title.model_dump(),
        status=state.status,
        stage=procedure.title_of(stage).model_dump() if stage is not None else None,
        outcome=state.outcome,
        states=state.snapshot.configuration,
        state_titles=tuple(procedure.title_of(name).model_dump() for name in state.snapshot.configuration),
        data={name: plain(state.snapshot.data.get(name)) for name in fields},
        tasks=tuple(task_view(procedure, state, task) for task in state.open_tasks()),
        clocks=tuple(clock_view(procedure, running, now) for running in state.clocks.values()),
        children=tuple(child_view(child) for child in state.children.values()),
        incidents=tuple(
            {
                "incident": i.key,
                "kind": i.kind,
                "message": i.message,
                "at": i.at.isoformat(),
                "can_be_retried": i.can_be_retried,
            }
            for i in state.incidents.values()
        ),
        documents=recent.documents,
        milestones=tuple(plain(m.model_dump()) for m in state.milestones.values()),
        comments=recent.comments,
        attachments=recent.attachments,
        files=state.files,
        parent=state.parent.case_id if state.parent is not None else None,
        hold=state.hold_reason,
        opened_at=state.opened_at,
        sla=sla_state(state),
        events=events,
        step=state.step,
        rules=tuple(
            RuleView(
                parameter=name,
                value=plain(procedure.parameters[name]),
                rule=rule.id,
                citation=rule.citation,
                valid_from=rule.valid_from,
                valid_to=rule.valid_to,
            )
            for name, rule in procedure.bundle.rules.items()
        ),
    )
    room = MESSAGE_BYTES - RESERVE_BYTES - size_of(view.data) - size_of(view.files)
    return view.model_copy(update={"tasks": in_bounds(view.tasks, room)})


def in_bounds(tasks: tuple[TaskView, ...], most: int = MESSAGE_BYTES) -> tuple[TaskView, ...]:
    """The tasks; where they are too large for one answer without the values that are among the case's data, and where
    that does not do without their forms.
    """
    if size_of(tasks) <= most:
        return tasks
    empty = [
        task.model_copy(update={"form": tuple({**entry, "value": None} for entry in task.form), "item": None})
        for task in tasks
    ]
    if size_of(empty) <= most:
        return tuple(empty)
    return tuple(task.model_copy(update={"form": (), "help": None, "item": None}) for task in tasks)


def act_result(state: CaseState, message: str, duplicate: bool = False) -> ActResult:
    return ActResult(
        case_id=state.case_id,
        step=state.step,
        status=state.status,
        states=state.snapshot.configuration,
        tasks=tuple(task.key for task in state.open_tasks()),
        message=message,
        duplicate=duplicate,
    )


# -- rows of the read model --------------------------------------------------------------------------------------------


def case_record(procedure: Procedure, state: CaseState, first_run_id: str) -> CaseRecord:
    definition = procedure.definition
    data: dict[str, Any] = {name: plain(state.snapshot.data.get(name)) for name in definition.data}
    # Everybody finds a case by its references.
    open_data = {} if definition.readers or definition.kept_from(data) else data
    stage = procedure.stage_of(state.snapshot.configuration)
    return CaseRecord(
        case_id=state.case_id,
        first_run_id=first_run_id,
        sop=state.sop,
        version=state.version,
        definition_hash=procedure.bundle.content_hash,
        title=definition.title.model_dump(),
        owner=definition.owner,
        status=state.status,
        stage=stage,
        outcome=state.outcome,
        sla=sla_state(state),
        states=state.snapshot.configuration,
        references=(*references_of(definition.data, definition.reference, open_data), *_rows_read(procedure, state)),
        parent=state.parent.case_id if state.parent is not None else None,
        opened_at=state.opened_at,
        closed_at=state.closed_at,
        due_at=next_due(state),
        provisional=any(c.clock.provisional for c in state.clocks.values() if c.is_open),
        data=data,
    )


def _rows_read(procedure: Procedure, state: CaseState) -> Iterator[tuple[str, str]]:
    """The rows and cases that the case reads: it is found by them, and told when a row changes."""
    reads = procedure.definition.reads
    yield from dict.fromkeys((read_field(reads[name].source), read.row) for name, read in state.reads.items())


def task_record(procedure: Procedure, state: CaseState, task: HumanTask) -> TaskRecord:
    shape, offer = procedure.shapes[task.state], offer_of(procedure, state, task)
    spec = shape.task
    return TaskRecord(
        key=task.key,
        state=task.state,
        title=((spec.title if spec is not None else None) or shape.title).model_dump(),
        role=task.role,
        unit=task.unit,
        person=task.person,
        status=task.status,
        assignee=task.assignee,
        priority=task.priority,
        opened_at=task.opened_at,
        due_at=own_due(procedure, state, task),
        completed_at=task.completed_at,
        completed_by=task.completed_by,
        completed_for=task.completed_for,
        outcome=task.outcome,
        outcomes=tuple(spec.outcomes) if spec is not None else (),
        suspended_until=task.suspended_until,
        candidates=offer.candidates,
        barred=offer.barred if task.is_open else (),
    )


def clock_record(procedure: Procedure, running: RunningClock, now: datetime) -> ClockRecord:
    spec = procedure.clock_spec(running.name)
    calendar = procedure.calendar_of(spec.calendar if spec is not None else None)
    clock = running.clock
    due_at = timing.due_instant(running, calendar, now) if running.is_open else (running.due_at or clock.base_due_at)
    return ClockRecord(
        key=clock.key,
        name=clock.name,
        title=procedure.title_of(running.name).model_dump(),
        status=clock.status,
        started_at=clock.opened_at,
        due_at=due_at,
        stopped_at=clock.stopped_at,
        provisional=clock.provisional,
        spans=tuple(span.model_dump(mode="json") for span in clock.spans),
        fired=tuple(rung.model_dump(mode="json") for rung in clock.rungs),
        moved=tuple(move.model_dump(mode="json") for move in clock.moved),
    )


def publication(
    procedure: Procedure,
    state: CaseState,
    steps: tuple[StepView, ...],
    closed_tasks: tuple[str, ...],
    first_run_id: str,
    now: datetime,
) -> PublishInput:
    """What records are given: the waiting steps and the whole present state, so that each write heals the last."""
    shown = [task for task in state.tasks.values() if task.is_open or task.key in closed_tasks]
    return PublishInput(
        case=case_record(procedure, state, first_run_id),
        steps=steps,
        tasks=tuple(task_record(procedure, state, task) for task in shown),
        task_deadlines={task.key: due_at for task in shown if (due_at := task_due(procedure, state, task)) is not None},
        clocks=tuple(clock_record(procedure, running, now) for running in state.clocks.values()),
        children=tuple(child_view(child) for child in state.children.values()),
        watches=watches_of(procedure, state),
        files=state.files,
        step=state.step,
        written_at=now,
    )


def child_view(child: Child) -> ChildView:
    return ChildView(key=child.key, sop=child.sop, case_id=child.case_id, status=child.status, outcome=child.outcome)
