"""`sop schedule`: recurring duties: what is in force, what would change, and the acts on one of them."""

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from sop_engine.cases.contracts.duties import ApplyDutiesInput, PauseDutyInput, ResumeDutyInput, RunDutyInput
from sop_engine.console.arguments import Reason, read_moment
from sop_engine.console.command import command, group
from sop_engine.console.context import Session
from sop_engine.console.inputs import contract

if TYPE_CHECKING:
    from sop_engine.temporal.duties_gateway import DutiesGateway

schedule = group("schedule", "Recurring duties: the procedures that are started again and again by themselves.")

DutyName = Annotated[str, typer.Argument(metavar="DUTY", help="Its name in schedules.yaml.")]
From = Annotated[
    str | None,
    typer.Option("--from", metavar="DAY", help="From when new duties count, a day or an instant; now when left out."),
]
Yes = Annotated[bool, typer.Option("--yes", help="Apply what is shown without asking.")]
PeriodKey = Annotated[str, typer.Option("--period", metavar="KEY", help="Which one, such as 2026-10 or 2026-W48.")]
SubjectId = Annotated[
    str | None, typer.Option("--subject", metavar="ID", help="For one alone; for all of them when left out.")
]


@command(schedule, "list", reads=True)
async def show(session: Session) -> None:
    """List the duties: when each is due next, what it started, what is paused or late."""
    found = await (await _gateway(session)).list()
    if session.as_json:
        session.json(found)
        return
    from sop_engine.console.render_duties import render_duties

    session.show(render_duties(found, session.language, session.zone))
    others = [line.duty for line in found.duties if line.status in ("changed", "new", "removed")]
    if others:
        session.say(f"the file says something else of {', '.join(others)}: see `sop schedule apply`")


@command(schedule, "apply", reads=True, acts=True)
async def apply(session: Session, since: From = None, yes: Yes = False) -> None:
    """Show how schedules.yaml differs from what is in force, and put it in force; for an administrator.

    Without --yes it asks; where nobody can be asked, it only shows. Nothing that was due before is started, unless
    --from names a day.
    """
    gateway, actor = await _gateway(session), session.actor()
    begins = _instant(since)
    found = await gateway.differences(begins)
    if session.as_json:
        session.json(found)
    else:
        from sop_engine.console.render_duties import told

        for difference in found.differences:
            for line in told(difference, session.zone):
                session.line(line)
    if not found.differences:
        session.say("what is in force is what the file says")
        return
    if not yes and not (session.is_watched() and typer.confirm("Put this in force?", err=True)):
        session.say("nothing was changed; --yes puts it in force")
        return
    done = await gateway.apply(ApplyDutiesInput(actor=actor, content=found.content, since=begins))
    session.say(done.message)


@command(schedule, "pause", acts=True)
async def pause(session: Session, duty: DutyName, reason: Reason) -> None:
    """Keep a duty from starting anything until it is resumed; for the owner of its procedure and those above."""
    given = contract(PauseDutyInput, actor=session.actor(), duty=duty, reason=reason)
    session.say((await (await _gateway(session)).pause(given)).message)


@command(schedule, "resume", acts=True)
async def resume(session: Session, duty: DutyName) -> None:
    """Let a paused duty go on; what it missed is made up for or skipped, as its `missed` says."""
    given = contract(ResumeDutyInput, actor=session.actor(), duty=duty)
    session.say((await (await _gateway(session)).resume(given)).message)


@command(schedule, "run", reads=True, acts=True)
async def run(session: Session, duty: DutyName, period: PeriodKey, subject: SubjectId = None) -> None:
    """Start one period by hand, once: one from before the duty was in force, or one that was skipped."""
    given = contract(RunDutyInput, actor=session.actor(), duty=duty, period=period, subject=subject)
    done = await (await _gateway(session)).run(given)
    if session.as_json:
        session.json(done)
    session.say(done.message)


def _instant(text: str | None) -> datetime | None:
    """A day is its beginning in the machine's zone. Raises `InvalidInput`."""
    if text is None:
        return None
    try:
        return datetime.combine(date.fromisoformat(text), datetime.min.time()).astimezone(UTC)
    except ValueError:
        return read_moment(text, "--from")


async def _gateway(session: Session) -> "DutiesGateway":
    from sop_engine.temporal.duties_gateway import DutiesGateway

    return DutiesGateway(await session.gateway())
