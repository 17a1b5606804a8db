"""`sop demo`: two real shipments from commission to collection on a throw-away stack, told as they happen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

import sop_engine
from sop_engine.basis.faults import SopError
from sop_engine.cases.contracts.reading import TrialBalance, TrialBalanceInput
from sop_engine.cases.contracts.views import CaseView
from sop_engine.console.context import Session
from sop_engine.console.definition import read_library
from sop_engine.console.demo_notices import Phone, tell, text_messages
from sop_engine.console.playing import CLOSED, ZONE, Example, PlayedAct, Player, read_example
from sop_engine.console.stack import log_to, told_to_stop, until_told, worker_beside
from sop_engine.settings import Settings

if TYPE_CHECKING:
    from sop_engine.cases.people.organization import Organization
    from sop_engine.temporal.gateway import CaseGateway

EXAMPLES = ("export_fcl.yaml", "import_air.yaml")
EXPECTED_OUTCOME = "paid"
RECENT = 3
"""So many of the cases opened last are looked at again after each act."""


@dataclass(frozen=True)
class Played:
    """What came of one example."""

    example: Example
    views: tuple[CaseView, ...]
    """The shipment and its children as last seen."""
    failure: str | None = None

    @property
    def shipment(self) -> CaseView | None:
        return next((view for view in self.views if view.case_id == self.example.id), None)


async def demo(
    session: Session,
    keep: Annotated[bool, typer.Option("--keep", help="Leave everything running until Ctrl-C.")] = False,
    examples: Annotated[
        list[Path] | None, typer.Option("--example", metavar="FILE", help="Play this instead of the two shipped.")
    ] = None,
) -> None:
    """Watch two shipments go from commission to collection on a throw-away embedded server."""
    from sop_engine.temporal.client import connect_to
    from sop_engine.temporal.gateway import CaseGateway
    from sop_engine.temporal.server import EmbeddedServer, free_or_any

    shipped = Path(sop_engine.__file__).parents[1] / "examples"
    plays = [read_example(path) for path in examples or [shipped / name for name in EXAMPLES]]
    organization = read_library(session).organization
    stop = told_to_stop()
    log = session.settings.data_directory / "demo.log"
    log_to(log)
    with TemporaryDirectory(prefix="sop-demo-") as folder:
        session.line("Starting an embedded Temporal server and a worker in a temporary folder …")
        session.line("Below, each line is somebody's act; indented under it is what the engine did about it.")
        server = EmbeddedServer(data_dir=Path(folder), port=free_or_any(7233), ui_port=free_or_any(8233))
        async with server:
            client = await connect_to(server.address)
            with text_messages() as phone:
                # Nothing of the installation's own settings: no mail leaves, no other database is touched.
                settings = Settings(
                    data_directory=Path(folder), ui_url=server.ui_url, channel_settings=phone.settings()
                )
                async with worker_beside(session.serve, client, settings) as serving:
                    gateway = CaseGateway(client, settings.task_queue, ui_url=server.ui_url, say=session.say)
                    played = [await play(session, gateway, example, organization) for example in plays]
                    failures = [one.failure for one in played if one.failure]
                    if examples is None:
                        failures += await must_be_told(session, gateway, phone)
                    balance = await gateway.read("trial_balance", TrialBalanceInput(), TrialBalance)
                    failures += [] if balance.balanced else ["the ledger does not balance"]
                    close(session, gateway, played, balance, server.address, keep=keep)
                    for failure in failures:
                        session.say(f"error: {failure}")
                    if failures:
                        session.say(f"\nhint: the worker's log is {log}")
                    if keep:
                        await until_told(serving, stop)
    if failures:
        raise typer.Exit(1)


async def must_be_told(session: Session, gateway: "CaseGateway", phone: Phone) -> list[str]:
    """Two complaints whose complainants are told; what went wrong."""
    session.line("")
    session.line("== Two complaints: who complained must have been told  两起投诉：务必告知投诉人")
    try:
        await tell(gateway, phone, session.line)
    except SopError as error:
        return [error.text()]
    return []


async def play(session: Session, gateway: "CaseGateway", example: Example, organization: "Organization") -> Played:
    """Plays one example, telling what happens."""
    from sop_engine.console.telling import Teller

    teller = Teller(lambda text: session.line(f"            {text}"), session.language, ZONE)
    player = Player(gateway, example, teller.see)
    session.line("")
    session.line(f"== {example.id}  {example.title.get(session.language, '')}".rstrip())
    failure = None
    try:
        await player.open()
        for act in example.script:
            await player.ready(act)
            actor, done = who(act, organization, session.language), what(act, session.language)
            session.line(f"  {datetime.now(ZONE):%H:%M:%S}  {actor}: {done}")
            await player.play(act)
            # Papers are made beside the case, so they may come a moment after the act.
            for case_id in tuple(teller.seen)[-RECENT:]:
                teller.see(await gateway.case(case_id))
        shipment = await player.until(example.id, "its end", lambda view: view.status in CLOSED)
        if shipment.outcome != EXPECTED_OUTCOME:
            failure = f"{example.id} ended as {shipment.outcome}, not as {EXPECTED_OUTCOME}"
    except SopError as error:
        failure = f"{example.id}: {error.text()}"
    for case_id in tuple(teller.seen):
        teller.see(await gateway.case(case_id))
    return Played(example, tuple(teller.seen.values()), failure)


def who(act: PlayedAct, organization: "Organization", language: str) -> str:
    """The person with the role, or the outside world."""
    if act.person is None:
        return "外部" if language == "zh" else "from outside"
    person = organization.people.get(act.person)
    if person is None:
        return act.person
    role = organization.roles[person.roles[0]].title.text(language) if person.roles else ""
    return f"{person.name} ({role})" if role else person.name


def what(act: PlayedAct, language: str) -> str:
    """The example's own words, or the act's."""
    if act.say:
        return act.say.get(language) or next(iter(act.say.values()))
    return f"{act.target} → {act.outcome}" if act.is_task else act.target


def close(
    session: Session,
    gateway: "CaseGateway",
    played: Sequence[Played],
    balance: TrialBalance,
    address: str,
    *,
    keep: bool,
) -> None:
    """The summary, the ledger, the links, and what to type next."""
    from rich.text import Text

    from sop_engine.console.render_lists import render_balance
    from sop_engine.console.render_values import heading

    session.line("")
    session.show(summary(played, session.language))
    session.line("")
    session.show(heading("ledger", session.language))
    session.show(render_balance(balance, session.language))
    session.show(Text("The ledger balances" if balance.balanced else "The ledger does NOT balance", style="bold"))
    session.line("")
    if not keep:
        session.line("The server stops now. `make demo KEEP=1` leaves it running; then there are")
    session.line(f"  the Web UI  {gateway.ui_url}")
    for one in played:
        session.line(f"  {one.example.id}  {gateway.ui_link(one.example.id)}")
    session.line(
        "and what to type next, in another terminal:" if keep else "and what to type then, in another terminal:"
    )
    elsewhere = "" if address.endswith(":7233") else f"TEMPORAL_ADDRESS={address} "
    for command in ("case list --all", *(f"case show {one.example.id}" for one in played), "report balance"):
        session.line(f"  {elsewhere}.venv/bin/sop {command}")
    if keep:
        session.line("Ctrl-C stops the server and forgets everything")


def summary(played: Sequence[Played], language: str) -> object:
    """One line a shipment, its children counted in."""
    from sop_engine.console.render_values import EMPTY, table

    figures = ("cases", "documents", "met", "breached")
    made = table(("case", "state", "status", "outcome", *figures), language, right=figures)
    for one in played:
        shipment = one.shipment
        statuses = [clock.status for view in one.views for clock in view.clocks]
        made.add_row(
            one.example.id,
            standing(shipment, language) if shipment else EMPTY,
            shipment.status if shipment else EMPTY,
            (shipment.outcome if shipment else None) or EMPTY,
            str(len(one.views)),
            str(sum(len(view.documents) for view in one.views)),
            str(statuses.count("met")),
            str(statuses.count("breached")),
        )
    return made


def standing(view: CaseView, language: str) -> str:
    """The stage of an open case, the last state of a closed one."""
    from sop_engine.console.render_values import titled

    return titled(view.stage, language) if view.stage else ", ".join(titled(t, language) for t in view.state_titles)
