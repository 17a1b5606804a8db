"""`sop case`: what people do with a case as a whole. The case answers each act, or refuses and says what it allows."""

from pathlib import Path
from typing import Annotated

import typer

from sop_engine.cases.contracts.acts import (
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
from sop_engine.console.acting import act_command, carry_out
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
from sop_engine.console.context import Session
from sop_engine.console.inputs import contract, read_values


@act_command(case, "signal", EventInput)
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
    await carry_out(session, case_id, act)


@act_command(case, "hold", HoldInput)
async def hold(session: Session, case_id: CaseId, reason: Reason, act_id: ActIdOption = None) -> None:
    """Stop a case for a while: its clocks pause, its tasks wait, its children too."""
    await carry_out(session, case_id, contract(HoldInput, actor=session.actor(), id=act_id, reason=reason))


@act_command(case, "resume", ResumeInput)
async def resume(session: Session, case_id: CaseId, reason: OptionalReason = None, act_id: ActIdOption = None) -> None:
    """Go on with a case that is held; deadlines move by the time it was held."""
    await carry_out(session, case_id, contract(ResumeInput, actor=session.actor(), id=act_id, reason=reason))


@act_command(case, "cancel", CancelInput)
async def cancel(session: Session, case_id: CaseId, reason: Reason, act_id: ActIdOption = None) -> None:
    """End a case before its end; what it did is undone as its SOP says."""
    await carry_out(session, case_id, contract(CancelInput, actor=session.actor(), id=act_id, reason=reason))


@act_command(case, "comment", CommentInput)
async def comment(
    session: Session,
    case_id: CaseId,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What to note down.")],
    act_id: ActIdOption = None,
) -> None:
    """Note something down on a case."""
    await carry_out(session, case_id, contract(CommentInput, actor=session.actor(), id=act_id, text=text))


@act_command(case, "attach", AttachInput)
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
    await carry_out(session, case_id, contract(AttachInput, actor=session.actor(), id=act_id, **values))


@act_command(case, "amend", AmendInput)
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
    await carry_out(session, case_id, contract(AmendInput, actor=session.actor(), id=act_id, data=data, reason=reason))


@act_command(case, "move-deadline", MoveDeadlineInput)
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
    await carry_out(session, case_id, act)


__all__ = ["case"]
