"""`sop webhook`: events for other programs, sent once more."""

from typing import Annotated

import typer

from sop_engine.cases.contracts.orders import ResendWebhooksInput
from sop_engine.console.arguments import Reason
from sop_engine.console.command import command, group
from sop_engine.console.context import Session
from sop_engine.console.inputs import contract

webhook = group("webhook", "Events for other programs.")


@command(webhook, "resume", reads=True, acts=True)
async def resume(
    session: Session,
    channel: Annotated[str, typer.Argument(metavar="CHANNEL", help="The webhook, as channels.yaml calls it.")],
    after: Annotated[str, typer.Option("--after", metavar="ID", help="The last event that the receiver has; 0: none.")],
    reason: Reason,
) -> None:
    """Send every event after one again, the oldest first, each under the id that it has; for an administrator."""
    from sop_engine.temporal.notices_gateway import NoticesGateway

    given = contract(ResendWebhooksInput, channel=channel, after=after, reason=reason, actor=session.actor())
    done = await NoticesGateway(await session.gateway()).resend(given)
    if session.as_json:
        session.json(done)
    else:
        for warning in done.warnings:
            session.say(f"warning: {warning}")
    session.say(f"{channel}: {done.what} sent again")
