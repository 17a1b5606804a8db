"""`sop notice`: notices that wait for something, what was sent and answered, the mend of those that reached nobody."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from sop_engine.cases.contracts.outbox import ListOutboxInput
from sop_engine.cases.contracts.outgoing import MendNoticeInput, ReceiptInput
from sop_engine.console.arguments import LimitOption, Reason, read_moment
from sop_engine.console.command import command, group
from sop_engine.console.context import Session
from sop_engine.console.inputs import contract

if TYPE_CHECKING:
    from sop_engine.temporal.notices_gateway import NoticesGateway

notice = group("notice", "Notices that wait for something: what was sent, receipts, retry, correct, skip.")

NoticeId = Annotated[str, typer.Argument(metavar="NOTICE", help="Its id, such as CMP-7.notice.received#1.")]
Status = Annotated[str | None, typer.Option("--status", help="Only messages that stand so, such as refused.")]


@command(notice, "list", reads=True)
async def list_notices(
    session: Session,
    case_id: Annotated[str | None, typer.Argument(metavar="[CASE]", help="Only of this case.")] = None,
    status: Status = None,
    channel: Annotated[str | None, typer.Option("--channel", help="Only by this channel.")] = None,
    limit: LimitOption = 100,
) -> None:
    """List messages that left the house, or were to, the newest first."""
    from sop_engine.console.render_notices import render_messages

    asked = contract(ListOutboxInput, case_id=case_id, status=status, channel=channel, limit=limit, **session.reading())
    found = await (await _gateway(session)).messages(asked)
    if session.as_json:
        session.json(found)
    else:
        session.show(render_messages(found, session.language, session.zone))


@command(notice, "show", reads=True)
async def show(session: Session, notice_id: NoticeId) -> None:
    """Show how a notice stands, and each message of it."""
    from sop_engine.console.render_notices import render_messages, render_notice

    gateway = await _gateway(session)
    found = await gateway.messages(contract(ListOutboxInput, notice=notice_id, **session.reading()))
    view = await gateway.notice(notice_id)
    if session.as_json:
        session.json(view)
        return
    session.show(render_notice(view, session.language, session.zone))
    session.show(render_messages(found, session.language, session.zone))


@command(notice, "retry", acts=True)
async def retry(session: Session, notice_id: NoticeId, reason: Reason) -> None:
    """Try a notice again that reached nobody, by every way there is now."""
    await _mend(session, notice_id, MendNoticeInput(actor=session.actor(), how="retry", reason=reason))


@command(notice, "correct", acts=True)
async def correct(
    session: Session,
    notice_id: NoticeId,
    reason: Reason,
    email: Annotated[str | None, typer.Option("--email", help="The right e-mail address.")] = None,
    phone: Annotated[str | None, typer.Option("--phone", help="The right telephone number.")] = None,
    address: Annotated[str | None, typer.Option("--address", help="The right postal address.")] = None,
) -> None:
    """Try a notice again that reached nobody, at another address."""
    given = contract(
        MendNoticeInput,
        actor=session.actor(),
        how="correct",
        reason=reason,
        email=email,
        phone=phone,
        address=address,
    )
    await _mend(session, notice_id, given)


@command(notice, "skip", acts=True)
async def skip(session: Session, notice_id: NoticeId, reason: Reason) -> None:
    """Give a notice up that reached nobody; its case goes on without it."""
    await _mend(session, notice_id, MendNoticeInput(actor=session.actor(), how="skip", reason=reason))


@command(notice, "receipt")
async def receipt(
    session: Session,
    out_id: Annotated[str, typer.Argument(metavar="OUT_ID", help="The id that the provider was given with it.")],
    status: Annotated[Literal["delivered", "failed"], typer.Argument(help="What became of the message.")],
    at: Annotated[str | None, typer.Option("--at", help="When, as the provider says; now when left out.")] = None,
    why: Annotated[str | None, typer.Option("--why", help="What the provider says of a failure.")] = None,
) -> None:
    """Tell a notice what its provider says of a message: for the program that takes the provider's calls."""
    given = contract(ReceiptInput, out_id=out_id, status=status, at=read_moment(at, "--at"), why=why)
    session.say((await (await _gateway(session)).receipt(given)).message)


async def _mend(session: Session, notice_id: str, given: MendNoticeInput) -> None:
    session.say((await (await _gateway(session)).mend(notice_id, given)).message)


async def _gateway(session: Session) -> "NoticesGateway":
    from sop_engine.temporal.notices_gateway import NoticesGateway

    return NoticesGateway(await session.gateway())
