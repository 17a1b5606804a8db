"""`sop retention`: how long files are kept, what holds them, and disposing of what is due."""

from typing import TYPE_CHECKING, Annotated

import typer

from sop_engine.basis.faults import Fault, InvalidInput
from sop_engine.cases.contracts.orders import (
    DecideDisposalInput,
    LiftHoldInput,
    RequestDisposalInput,
    SetHoldInput,
)
from sop_engine.cases.contracts.retention import (
    LARGEST_DISPOSAL,
    CarryOutDisposalInput,
    ListDisposalsInput,
    ListDueInput,
    ListHoldsInput,
)
from sop_engine.console.arguments import LimitOption, Reason
from sop_engine.console.command import command, group
from sop_engine.console.context import Session
from sop_engine.console.inputs import contract

if TYPE_CHECKING:
    from sop_engine.temporal.retention_gateway import RetentionGateway

retention = group("retention", "Files of closed cases: how long they are kept, what holds them, disposing of them.")

DisposalId = Annotated[str, typer.Argument(metavar="DISPOSAL", help="Its id, as `request` told it.")]
HoldId = Annotated[str, typer.Argument(metavar="HOLD", help="Its id, as `holds` tells it.")]
Rules = Annotated[
    list[str] | None, typer.Option("--rule", help="Only files that this rule of retention.yaml keeps longest.")
]


@command(retention, "due", reads=True)
async def due(
    session: Session,
    rules: Rules = None,
    every: Annotated[bool, typer.Option("--all", help="Those that are not due too, and why.")] = False,
    limit: LimitOption = 100,
) -> None:
    """List the files of closed cases that are due for disposal."""
    from sop_engine.console.render_retention import render_due

    found = await (await _gateway(session)).due(
        contract(ListDueInput, rules=tuple(rules or ()), all=every, limit=limit)
    )
    if session.as_json:
        session.json(found)
        return
    session.show(render_due(found, session.language))
    session.say_count(len(found.files), found.total)


@command(retention, "holds", reads=True)
async def holds(
    session: Session, every: Annotated[bool, typer.Option("--all", help="Those that were lifted too.")] = False
) -> None:
    """List the legal holds: who set them, why, and who lifted them."""
    from sop_engine.console.render_retention import render_holds

    found = await (await _gateway(session)).holds(ListHoldsInput(all=every))
    if session.as_json:
        session.json(found)
    else:
        session.show(render_holds(found, session.language, session.zone))


@command(retention, "hold", reads=True, acts=True)
async def hold(
    session: Session,
    reason: Reason,
    case_id: Annotated[str | None, typer.Option("--case", metavar="CASE", help="This case and all below it.")] = None,
    party: Annotated[
        str | None, typer.Option("--party", metavar="NAME", help="Every case that names this party or number.")
    ] = None,
) -> None:
    """Set a legal hold: no file under it is disposed of, even of an approved disposal."""
    if (case_id is None) == (party is None):
        raise InvalidInput("A hold is on one thing", [Fault("--case, --party", "one of them is needed", "either")])
    kind, subject = ("case", case_id) if case_id is not None else ("party", party)
    given = contract(SetHoldInput, kind=kind, subject=subject, actor=session.actor(), reason=reason)
    done = await (await _gateway(session)).order(given)
    if session.as_json:
        session.json(done)
    for warning in done.warnings:
        session.say(f"warning: {warning}")
    session.say(f"{done.what} holds {kind} {subject}")


@command(retention, "release", reads=True, acts=True)
async def release(session: Session, hold_id: HoldId, reason: Reason) -> None:
    """Lift a legal hold; it stays in the list of all."""
    given = contract(LiftHoldInput, hold_id=hold_id, actor=session.actor(), reason=reason)
    done = await (await _gateway(session)).order(given)
    if session.as_json:
        session.json(done)
    session.say(f"{hold_id} is lifted" if done.changed else f"{hold_id} was lifted before")


@command(retention, "request", reads=True, acts=True)
async def request(
    session: Session,
    reason: Reason,
    rules: Rules = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=LARGEST_DISPOSAL, help="At most so many files.")] = (
        LARGEST_DISPOSAL
    ),
) -> None:
    """Ask for the disposal of what is due now; nothing is deleted before somebody else approves it."""
    given = contract(RequestDisposalInput, rules=tuple(rules or ()), limit=limit, actor=session.actor(), reason=reason)
    done = await (await _gateway(session)).order(given)
    if session.as_json:
        session.json(done)
    disposal_id, files = done.what.split()
    session.say(f"{disposal_id}: {files} files, to be approved by another person")


@command(retention, "approve", reads=True, acts=True)
async def approve(session: Session, disposal_id: DisposalId, reason: Reason) -> None:
    """Approve a disposal that somebody else asked for."""
    await _decide(session, disposal_id, reason, approved=True)


@command(retention, "refuse", reads=True, acts=True)
async def refuse(session: Session, disposal_id: DisposalId, reason: Reason) -> None:
    """Refuse a disposal; its files may be asked for again."""
    await _decide(session, disposal_id, reason, approved=False)


@command(retention, "run", reads=True, acts=True)
async def run(session: Session, disposal_id: DisposalId) -> None:
    """Carry out an approved disposal; what is held or not due any more is kept. Run again, it goes on."""
    given = contract(CarryOutDisposalInput, disposal_id=disposal_id, actor=session.actor())
    done = await (await _gateway(session)).carry_out(given)
    if session.as_json:
        session.json(done)
    session.say(f"{disposal_id}: {done.disposed} files disposed of, {done.kept} kept; see `sop retention certificates`")


@command(retention, "certificates", reads=True)
async def certificates(
    session: Session,
    disposal_id: Annotated[
        str | None, typer.Argument(metavar="[DISPOSAL]", help="One with each file; all when left out.")
    ] = None,
) -> None:
    """List disposals with who asked, who approved and what became of them, or show one with ids and hashes."""
    from sop_engine.console.render_retention import render_disposal, render_disposals

    found = await (await _gateway(session)).disposals(contract(ListDisposalsInput, disposal_id=disposal_id))
    if session.as_json:
        session.json(found if disposal_id is None else found.disposals[0])
    elif disposal_id is None:
        session.show(render_disposals(found, session.language, session.zone))
    else:
        session.show(render_disposal(found.disposals[0], session.language, session.zone))


async def _decide(session: Session, disposal_id: str, reason: str, *, approved: bool) -> None:
    given = contract(
        DecideDisposalInput, disposal_id=disposal_id, approved=approved, actor=session.actor(), reason=reason
    )
    done = await (await _gateway(session)).order(given)
    if session.as_json:
        session.json(done)
    said = "approved" if approved else "refused"
    session.say(f"{disposal_id} is {said}" if done.changed else f"{disposal_id} was {said} before")


async def _gateway(session: Session) -> "RetentionGateway":
    from sop_engine.temporal.retention_gateway import RetentionGateway

    return RetentionGateway(await session.gateway())
