"""`sop case`: what people do with a case as a whole. The case answers each act, or refuses and says what it allows."""

from pathlib import Path
from typing import Annotated

import typer

from sop_engine.cases.contracts.acts import (
    AmendInput,
    AttachInput,
    EventInput,
)
from sop_engine.console.acting import act_command, carry_out
from sop_engine.console.arguments import (
    ActIdOption,
    CaseId,
    FileOption,
    OptionalReason,
    Reason,
    SetOption,
    read_moment,
)
from sop_engine.console.bringing import brought
from sop_engine.console.case import case
from sop_engine.console.context import Session
from sop_engine.console.inputs import LocalFile, contract, read_values


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


@act_command(case, "attach", AttachInput)
async def attach(
    session: Session,
    case_id: CaseId,
    path: Annotated[Path, typer.Argument(metavar="FILE", help="The file.")],
    *,
    kind: Annotated[
        str | None, typer.Option("--kind", help="A kind of attachment of its tasks; `file` when left out.")
    ] = None,
    act_id: ActIdOption = None,
) -> None:
    """Bring a file to a case. A later one of the same kind and name is its next version."""
    file = await brought(await session.gateway(), LocalFile(path))
    await carry_out(session, case_id, contract(AttachInput, actor=session.actor(), id=act_id, kind=kind, **file))


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


__all__ = ["case"]
