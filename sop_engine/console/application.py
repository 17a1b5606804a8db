"""The `sop` command put together: its groups, and the commands that stand alone."""

import os
import sys
from typing import Annotated

import typer

from sop_engine.cases.contracts.signals import EventSignal
from sop_engine.console.acting import add_other_acts
from sop_engine.console.arguments import CaseId, FileOption, LimitOption, OverdueOption, SetOption, SopOption
from sop_engine.console.bringing import brought
from sop_engine.console.case_acts import case
from sop_engine.console.command import before_the_command, command
from sop_engine.console.context import Invocation, Serve, Session
from sop_engine.console.demo import demo
from sop_engine.console.dev import dev
from sop_engine.console.doctor import doctor
from sop_engine.console.document import document
from sop_engine.console.incident import incident
from sop_engine.console.inputs import contract, read_values
from sop_engine.console.issuing import issue
from sop_engine.console.notice import notice
from sop_engine.console.person import person
from sop_engine.console.place import place
from sop_engine.console.printing import LegibleGroup
from sop_engine.console.publishing import definition
from sop_engine.console.records import records
from sop_engine.console.register import register
from sop_engine.console.report import report
from sop_engine.console.retention import retention
from sop_engine.console.schedule import schedule
from sop_engine.console.signing import key, sign
from sop_engine.console.stream import stream
from sop_engine.console.table import tables
from sop_engine.console.task import show_tasks, task
from sop_engine.console.webhook import webhook
from sop_engine.console.worker import worker

application = typer.Typer(
    name="sop",
    cls=LegibleGroup,
    help="Run a freight forwarder's standard operating procedures.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
application.callback()(before_the_command)

command(application, "demo", local=True)(demo)
command(application, "dev", local=True)(dev)
command(application, "worker")(worker)
command(application, "doctor", reads=True)(doctor)
command(application, "sign", reads=True, acts=True, deputises=True, local=True)(sign)


@command(application, "inbox", reads=True, acts=True)
async def inbox(
    session: Session, overdue: OverdueOption = False, sop: SopOption = None, limit: LimitOption = 100
) -> None:
    """List what you have to do, or may claim, the most urgent first."""
    await show_tasks(session, (), session.actor(), overdue=overdue, sop=sop, limit=limit)


@command(application, "receive", reads=True)
async def receive(
    session: Session,
    case_id: CaseId,
    event: Annotated[str, typer.Argument(metavar="EVENT", help="A declared event such as customs.released.")],
    *,
    assignments: SetOption = None,
    file: FileOption = None,
    event_id: Annotated[
        str | None, typer.Option("--id", help="The sender's id; what has the same is taken once.")
    ] = None,
) -> None:
    """Tell a case what another system brings, files among it: nobody's act, and no signal, which can name no file."""
    from sop_engine.temporal.queues import RECEIVE

    data = await brought(await session.gateway(), read_values(assignments or (), file))
    told = contract(EventSignal, name=event, data=data, id=event_id)
    answer = await (await session.gateway()).update(case_id, RECEIVE, told)
    if session.as_json:
        session.json(answer)
    session.say(f"{case_id}: {answer.message}{' (told before)' if answer.duplicate else ''}")


@command(application, "ui")
def ui(
    session: Session,
    case_id: Annotated[str | None, typer.Argument(metavar="[CASE]", help="The case; the list when left out.")] = None,
) -> None:
    """Print the address of the Web UI, or of one case in it; a browser opens it when a person is watching."""
    from sop_engine.temporal.client import namespace_of
    from sop_engine.temporal.gateway import web_link

    link = web_link(session.settings.ui_url, namespace_of(session.profile), case_id)
    session.line(link)
    if session.is_watched():
        typer.launch(link)


command(task, "issue", acts=True)(issue)
add_other_acts(case, task)
for part in (
    case,
    task,
    incident,
    notice,
    webhook,
    definition,
    document,
    report,
    records,
    register,
    retention,
    schedule,
    stream,
    tables,
    place,
    person,
    key,
):
    application.add_typer(part)


def run(serve: Serve) -> None:
    """Runs the command line of this process. `serve` runs a worker, for the commands that bring one along."""
    try:
        application(obj=Invocation(serve=serve, environ=os.environ))
    except SystemExit as ending:
        if "temporalio" not in sys.modules or not isinstance(ending.code, int):
            raise
        from sop_engine.temporal.ending import end_process

        end_process(ending.code)
