"""`sop case`: what people do with a case as a whole. The case answers each act, or refuses and says what it allows."""

from pathlib import Path
from typing import Annotated

import typer

from sop_engine.cases.contracts.acts import (
    Act,
    AmendInput,
    AttachInput,
    CancelInput,
    CommentInput,
    EventInput,
    HoldInput,
    MoveDeadlineInput,
    ResumeInput,
)
from sop_engine.cases.faults import Fault, InvalidInput
from sop_engine.console.arguments import (
    ActIdOption,
    CaseId,
    FileOption,
    OptionalReason,
    Reason,
    SetOption,
    fingerprint,
    read_moment,
)
from sop_engine.console.case import case
from sop_engine.console.command import command
from sop_engine.console.context import Session
from sop_engine.console.inputs import contract, read_values


async def carry_out(session: Session, case_id: str, name: str, act: Act) -> None:
    """Sends an act and tells what came of it."""
    answer = await (await session.gateway()).update(case_id, name, act)
    if session.as_json:
        session.json(answer)
    where = ", ".join(answer.states) or answer.status
    tasks = f"; open tasks: {', '.join(answer.tasks)}" if answer.tasks else ""
    again = " (this act had been carried out before)" if answer.duplicate else ""
    session.say(f"{case_id}: {answer.message or 'done'}{again}; now in {where}{tasks}")


@command(case, "signal", acts=True, reads=True)
async def signal(
    session: Session,
    case_id: CaseId,
    event: Annotated[str, typer.Argument(metavar="EVENT", help="A declared event such as customs.released.")],
    *,
    assignments: SetOption = None,
    file: FileOption = None,
    at: Annotated[str | None, typer.Option("--at", help="When it happened, if earlier; needs a reason.")] = None,
    reason: OptionalReason = None,
    act_id: ActIdOption = None,
) -> None:
    """Tell a case what happened outside; refused when nothing waits for it."""
    data = read_values(assignments or (), file)
    moment = read_moment(at, "--at")
    act = contract(EventInput, actor=session.actor(), id=act_id, name=event, data=data, at=moment, reason=reason)
    await carry_out(session, case_id, "event", act)


@command(case, "hold", acts=True, reads=True)
async def hold(session: Session, case_id: CaseId, reason: Reason, act_id: ActIdOption = None) -> None:
    """Stop a case for a while: its clocks pause, its tasks wait, its children too."""
    await carry_out(session, case_id, "hold", contract(HoldInput, actor=session.actor(), id=act_id, reason=reason))


@command(case, "resume", acts=True, reads=True)
async def resume(session: Session, case_id: CaseId, reason: OptionalReason = None, act_id: ActIdOption = None) -> None:
    """Go on with a case that is held; deadlines move by the time it was held."""
    await carry_out(session, case_id, "resume", contract(ResumeInput, actor=session.actor(), id=act_id, reason=reason))


@command(case, "cancel", acts=True, reads=True)
async def cancel(session: Session, case_id: CaseId, reason: Reason, act_id: ActIdOption = None) -> None:
    """End a case before its end; what it did is undone as its SOP says."""
    await carry_out(session, case_id, "cancel", contract(CancelInput, actor=session.actor(), id=act_id, reason=reason))


@command(case, "comment", acts=True, reads=True)
async def comment(
    session: Session,
    case_id: CaseId,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What to note down.")],
    act_id: ActIdOption = None,
) -> None:
    """Note something down on a case."""
    await carry_out(session, case_id, "comment", contract(CommentInput, actor=session.actor(), id=act_id, text=text))


@command(case, "attach", acts=True, reads=True)
async def attach(
    session: Session,
    case_id: CaseId,
    path: Annotated[Path, typer.Argument(metavar="FILE", help="The file.")],
    act_id: ActIdOption = None,
) -> None:
    """Record a file on a case: its name, size, type and SHA-256. The file itself stays where it is."""
    try:
        values = fingerprint(path)
    except (OSError, ValueError) as error:
        fault = Fault(where=str(path), what=f"cannot be read: {getattr(error, 'strerror', None) or error}")
        raise InvalidInput("Nothing was attached", [fault]) from None
    await carry_out(session, case_id, "attach", contract(AttachInput, actor=session.actor(), id=act_id, **values))


@command(case, "amend", acts=True, reads=True)
async def amend(
    session: Session,
    case_id: CaseId,
    *,
    reason: Reason,
    assignments: SetOption = None,
    file: FileOption = None,
    act_id: ActIdOption = None,
) -> None:
    """Correct a case's data; the old value stays in the journal."""
    data = read_values(assignments or (), file)
    await carry_out(
        session, case_id, "amend", contract(AmendInput, actor=session.actor(), id=act_id, data=data, reason=reason)
    )


@command(case, "move-deadline", acts=True, reads=True)
async def move_deadline(
    session: Session,
    case_id: CaseId,
    *,
    clock: Annotated[str, typer.Argument(metavar="CLOCK", help="The clock's name or key.")],
    to: Annotated[str, typer.Argument(metavar="INSTANT", help="Such as 2026-03-02T17:00+08:00, or at T24:00.")],
    reason: Reason,
    act_id: ActIdOption = None,
) -> None:
    """Move the deadline of a running clock."""
    moment = read_moment(to, "INSTANT")
    act = contract(MoveDeadlineInput, actor=session.actor(), id=act_id, clock=clock, to=moment, reason=reason)
    await carry_out(session, case_id, "move_deadline", act)


__all__ = ["carry_out", "case"]
