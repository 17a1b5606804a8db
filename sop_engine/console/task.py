"""`sop task`: the inbox, and what people do with their work."""

import sys
from collections.abc import Iterable, Sequence
from typing import Annotated

import typer

from sop_engine.basis.faults import InvalidInput, NotFound, Refused
from sop_engine.cases.contracts.acts import (
    CompleteTaskInput,
)
from sop_engine.cases.contracts.handing_over import HandOverInput
from sop_engine.cases.contracts.reading import ListTasksInput, TaskList
from sop_engine.cases.contracts.views import TaskView
from sop_engine.console.acting import act_command, carry_out
from sop_engine.console.arguments import (
    ActIdOption,
    CaseId,
    FileOption,
    LimitOption,
    OptionalReason,
    OverdueOption,
    Reason,
    SetOption,
    SopOption,
    TaskKey,
    read_files,
    read_moment,
)
from sop_engine.console.asking import ask
from sop_engine.console.command import command, group
from sop_engine.console.context import Session
from sop_engine.console.inputs import contract, read_values
from sop_engine.console.viewing import view_for

task = group("task", "The work of people: find it, take it, complete it.")

TaskOption = Annotated[
    str | None, typer.Option("--task", metavar="TASK", help="The task's key or state; left out where only one is open.")
]


@command(task, "list", reads=True)
async def list_tasks(
    session: Session,
    *,
    role: Annotated[list[str] | None, typer.Option("--role", help="Only of this role; may be repeated.")] = None,
    user: Annotated[str | None, typer.Option("--user", help="What this person has, or may claim.")] = None,
    overdue: OverdueOption = False,
    sop: SopOption = None,
    case_id: Annotated[str | None, typer.Option("--case", help="Only of this case and those below it.")] = None,
    limit: LimitOption = 100,
) -> None:
    """List open tasks, the most urgent first."""
    await show_tasks(session, role or (), user, overdue=overdue, sop=sop, case_id=case_id, limit=limit)


async def show_tasks(
    session: Session,
    roles: Iterable[str],
    user: str | None,
    *,
    overdue: bool,
    sop: str | None,
    limit: int,
    case_id: str | None = None,
) -> None:
    question = contract(
        ListTasksInput,
        **session.reading(),
        roles=tuple(roles),
        user=user,
        overdue=overdue,
        sop=sop,
        case_id=case_id,
        limit=limit,
    )
    answer = await (await session.gateway()).read("list_tasks", question, TaskList)
    if session.as_json:
        session.json(answer)
        return
    from sop_engine.console.render_lists import render_tasks

    session.show(render_tasks(answer.tasks, session.language, session.zone))
    session.say_count(len(answer.tasks), answer.total)


@command(task, "show", reads=True)
async def show(session: Session, case_id: CaseId, key: TaskKey = None) -> None:
    """Show one task: its form, its checklist, its outcomes."""
    view = await view_for(session, await session.gateway(), case_id)
    found = _the_task(view.tasks, case_id, key)
    if session.as_json:
        session.json(found)
        return
    from sop_engine.console.render_case import render_task

    session.show(render_task(found, case_id, session.language, session.zone))


@command(task, "hand-over", acts=True, reads=True)
async def hand_over(
    session: Session,
    held_by: Annotated[str, typer.Option("--from", metavar="USER", help="Who has the tasks.")],
    to: Annotated[str, typer.Option("--to", metavar="USER", help="Who takes them over.")],
    reason: Reason,
    sop: SopOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Ask each case what it would answer; hand nothing over.")
    ] = False,
) -> None:
    """Hand everything that a person has claimed or been given to a successor, as a supervisor; what is refused is
    listed."""
    from sop_engine.console.render_lists import render_handed
    from sop_engine.temporal.handing_over import hand_over as order

    given = contract(
        HandOverInput, actor=session.actor(), held_by=held_by, to=to, reason=reason, sop=sop, dry_run=dry_run
    )
    done = await order(await session.gateway(), given)
    if session.as_json:
        session.json(done)
    elif done.tasks:
        session.show(render_handed(done, session.language))
    would, number = ("would be " if dry_run else ""), len(done.tasks)
    session.say(f"{done.handed} of {number} tasks of {held_by} {would}handed over to {to}")
    if done.left:
        session.say(f"{done.left} more were not looked at; hand over again, or by --sop")


def _the_task(tasks: Sequence[TaskView], case_id: str, key: str | None) -> TaskView:
    found = [task for task in tasks if key is None or key in (task.task, task.state)]
    if len(found) == 1:
        return found[0]
    names = [task.task for task in tasks]
    if not found:
        raise NotFound(f"{case_id} has no open task" + (f" {key!r}" if key else ""), allowed=names)
    raise Refused(f"{case_id} has {len(found)} open tasks; name one", allowed=names)


@act_command(task, "complete", CompleteTaskInput)
async def complete(
    session: Session,
    case_id: CaseId,
    outcome: Annotated[str, typer.Argument(metavar="OUTCOME", help="One of the task's outcomes.")],
    *,
    key: TaskOption = None,
    assignments: SetOption = None,
    file: FileOption = None,
    ticks: Annotated[list[str] | None, typer.Option("--tick", metavar="KEY", help="A checklist entry done.")] = None,
    attachments: Annotated[
        list[str] | None, typer.Option("--attach", metavar="KEY=FILE", help="A file the task asks for.")
    ] = None,
    reason: OptionalReason = None,
    at: Annotated[str | None, typer.Option("--at", help="When it happened, if earlier; needs a reason.")] = None,
    act_id: ActIdOption = None,
) -> None:
    """Complete a task with an outcome. At a terminal, what is missing is asked for."""
    act = contract(
        CompleteTaskInput,
        actor=session.actor(),
        id=act_id,
        task=key,
        outcome=outcome,
        data=read_values(assignments or (), file),
        checklist=tuple(ticks or ()),
        attachments=read_files(attachments or ()),
        reason=reason,
        happened_at=read_moment(at, "--at"),
    )
    while True:
        try:
            return await carry_out(session, case_id, act)
        except InvalidInput as error:
            # A refused act leaves no trace in the case, so its own list of faults is the list of questions.
            answered = ask(act, error.faults) if sys.stdin.isatty() else None
            if answered is None:
                raise
            act = answered
