"""`sop definition simulate` and `coverage`: scenarios played on the core, what came of them, what none comes past."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import BaseModel

from sop_engine.basis.faults import Fault, InvalidInput, NotFound, Refused
from sop_engine.console.arguments import SopName
from sop_engine.console.command import command
from sop_engine.console.context import Session
from sop_engine.console.definition import SopNames, read_library, unknown_sop
from sop_engine.console.file_faults import place_faults, read_file
from sop_engine.console.lint import definition

if TYPE_CHECKING:
    from sop_engine.cases.scenarios.coverage import Coverage
    from sop_engine.cases.scenarios.model import Scenario
    from sop_engine.cases.scenarios.playing import Played
    from sop_engine.content.scenario_files import ScenarioFile, Theatre

__all__ = ["definition"]
"""The group, with the commands that are here."""

WhichScenario = Annotated[
    str | None,
    typer.Option("--scenario", metavar="NAME|FILE", help="One by its name, or those of a file; all when left out."),
]
AsSilence = Annotated[
    bool, typer.Option("--silence", help="Open the case and let nobody do anything; nothing is expected.")
]
Until = Annotated[
    str | None,
    typer.Option("--until", help='Let time pass until then: "60d" after the opening, or "2026-06-01 09:00".'),
]
OnServer = Annotated[
    bool,
    typer.Option(
        "--server",
        help="Play it on a server that skips time as well, and say where its journal differs; takes seconds.",
    ),
]
SILENT_FOR = "60d"


class JudgedExpectation(BaseModel):
    """One expectation, and whether it holds."""

    place: str
    """File and line."""
    holds: bool
    message: str


class TimelineEntry(BaseModel):
    """One line of what happened."""

    at: datetime
    elapsed: str
    """Since the opening."""
    working: str
    """In working time."""
    case: str
    kind: str
    name: str
    by: str
    to: str
    entered: tuple[str, ...]
    note: str | None


class SimulatedScenario(BaseModel):
    """A scenario that was played."""

    scenario: str
    sop: str
    title: dict[str, str]
    place: str
    opened_at: datetime
    ended_at: datetime
    holds: bool
    expectations: tuple[JudgedExpectation, ...]
    timeline: tuple[TimelineEntry, ...]
    plain: dict[str, int]
    """Automated work that the scenario gave no answer for, with how often it was asked."""
    provisional: tuple[str, ...]
    """Why instants may still move: a reason for each year whose holidays nobody has published."""


class Simulation(BaseModel):
    scenarios: tuple[SimulatedScenario, ...]


class Missing(BaseModel):
    """Something that no scenario comes past, or names."""

    place: str
    kind: str
    name: str
    promised: bool
    """It must be named by a scenario and is not."""


class SopCoverage(BaseModel):
    sop: str
    touched: dict[str, tuple[int, int]]
    """Kind of element -> how many scenarios come past, of how many."""
    missing: tuple[Missing, ...]


class CoverageReport(BaseModel):
    sops: tuple[SopCoverage, ...]


@command(definition, "simulate", reads=True, local=True)
async def simulate(
    session: Session,
    sop: SopName,
    scenario: WhichScenario = None,
    silence: AsSilence = False,
    until: Until = None,
    server: OnServer = False,
) -> None:
    """Play scenarios of one SOP with time as an argument: its timeline, and a verdict on each expectation.

    Nothing is started and nobody is told. Exit code 1 where an expectation does not hold.
    """
    from sop_engine.console.render_scenario import render_played, render_verdicts

    theatre = theatre_of(session)
    if sop not in theatre.library.sops:
        raise unknown_sop(theatre.library, sop)
    chosen = _chosen(theatre, sop, scenario, silence)
    played = [(file, _played(theatre, each, until or (SILENT_FOR if silence else None))) for file, each in chosen]
    if session.as_json:
        session.json(Simulation(scenarios=tuple(_simulated(file, each) for file, each in played)))
    elif len(played) == 1:
        session.show(render_played(*played[0], session.language))
    else:
        session.show(render_verdicts(played, session.language))
    if wrong := [fault for file, each in played for fault in _faults(file, each)]:
        failed = sum(not each.holds for _, each in played)
        raise Refused(f"{len(wrong)} expectations do not hold, in {failed} of {len(played)} scenarios", wrong)
    if server:
        await _serve(session, theatre, played, silence)
    if not silence:
        held = sum(len(each.verdicts) for _, each in played)
        session.say(f"{held} expectations hold, in {len(played)} scenarios")


async def _serve(
    session: Session, theatre: "Theatre", played: "list[tuple[ScenarioFile, Played]]", silence: bool
) -> None:
    """Raises `Refused` with every step in which the server differs."""
    from sop_engine.console.served import serve_scenario
    from sop_engine.console.stack import log_to

    log_to(session.settings.data_directory / "simulate.log")
    faults = []
    for _, each in played:
        served = await serve_scenario(session, theatre, each)
        name = f"{each.scenario.name} in silence" if silence else each.scenario.name
        faults += [replace(fault, where=f"{name} {fault.where}") for fault in served.differs]
        session.say(
            f"{name}: {served.steps} steps on the server, {served.days} days later than written; "
            f"none more than {served.most_off.total_seconds():.1f} s off"
        )
    if faults:
        raise Refused("The server's journal is another one", faults)


@command(definition, "coverage", reads=True, local=True)
def coverage(
    session: Session,
    sops: SopNames = None,
    missing: Annotated[bool, typer.Option("--missing", help="List each of them with its file and line.")] = False,
) -> None:
    """Say what of SOPs no scenario comes past: states, transitions, outcomes, checks, clocks, rungs and ends."""
    from sop_engine.console.render_scenario import render_coverage

    theatre = theatre_of(session)
    for sop in sops or ():
        if sop not in theatre.library.sops:
            raise unknown_sop(theatre.library, sop)
    played = [
        theatre.play(scenario)
        for file in files_of(theatre, theatre.reaching(sops or theatre.library.sops))
        for scenario in file.scenarios.values()
    ]
    now = datetime.now(UTC)
    found = [theatre.coverage(sop, played, now) for sop in sops or sorted(theatre.library.sops)]
    report = CoverageReport(sops=tuple(_covered(theatre, each) for each in found))
    if session.as_json:
        session.json(report)
        return
    session.show(render_coverage(found, session.language))
    for each in report.sops if missing else ():
        for one in each.missing:
            session.line(f"{one.place}: {one.kind} {one.name}" + (", which no scenario names" if one.promised else ""))


def theatre_of(session: Session) -> "Theatre":
    """What plays the scenarios of this machine's content. Raises `InvalidInput` with every fault of every file."""
    from sop_engine.content.scenario_files import Theatre

    return Theatre(read_library(session))


def files_of(theatre: "Theatre", sops: Iterable[str]) -> "tuple[ScenarioFile, ...]":
    """The scenarios beside some SOPs. Raises `InvalidInput` with every fault of every file."""
    with _told_plainly(theatre):
        return theatre.files(sops)


@contextmanager
def _told_plainly(theatre: "Theatre") -> Iterator[None]:
    """Tells faults of scenarios, and of the SOPs that they play, with their places."""
    from sop_engine.cases.written.procedure import DefinitionError
    from sop_engine.content.library import ContentError, definition_faults

    try:
        yield
    except ContentError as error:
        raise InvalidInput("The scenarios cannot be played", place_faults(error.faults)) from None
    except DefinitionError as error:
        faults = definition_faults(theatre.library.sops[error.sop], error)
        raise InvalidInput(f"{error.sop} cannot be played", place_faults(faults)) from None


def _chosen(theatre: "Theatre", sop: str, named: str | None, silence: bool) -> "list[tuple[ScenarioFile, Scenario]]":
    """The scenarios to be played, each with its file. Raises `NotFound` where there is none."""
    from sop_engine.basis.suggestion import nearest

    if named is not None and (Path(named).suffix in (".yaml", ".yml", ".json") or named == "-"):
        files = (_read(theatre, Path(named), sop),)
        found = [(file, scenario) for file in files for scenario in file.scenarios.values()]
    else:
        found = [(file, each) for file in files_of(theatre, [sop]) for each in file.scenarios.values()]
        if named is not None:
            names = [each.name for _, each in found]
            found = [(file, each) for file, each in found if each.name == named]
            if not found:
                raise NotFound(f"{sop} has no scenario {named!r}", allowed=tuple(nearest(named, names)) or names)
    if silence:
        with _told_plainly(theatre):
            return [_silent(*found[0])] if found else [theatre.plainest(sop, datetime.now(UTC))]
    if not found:
        raise NotFound(f"There are no scenarios of {sop}; --silence plays a case in which nobody does anything")
    return found


def _read(theatre: "Theatre", path: Path, sop: str) -> "ScenarioFile":
    with _told_plainly(theatre):
        return theatre.read(read_file(path), path.name, sop)


def _silent(file: "ScenarioFile", scenario: "Scenario") -> "tuple[ScenarioFile, Scenario]":
    """What is given in a scenario, and nobody does anything."""
    return file, replace(scenario, steps=(), expectations=())


def _played(theatre: "Theatre", scenario: "Scenario", until: str | None) -> "Played":
    from sop_engine.cases.scenarios.instants import read_instant, read_until

    calendar = theatre.library.sop_calendars()[scenario.sop]
    try:
        at = None if until is None else read_until(until, calendar, read_instant(scenario.given.at, calendar))
    except ValueError as error:
        raise InvalidInput("The input cannot be used", [Fault(where="until", what=str(error))]) from None
    return theatre.play(scenario, at)


def _faults(file: "ScenarioFile", played: "Played") -> list[Fault]:
    wrong = (verdict for verdict in played.verdicts if not verdict.holds)
    return [Fault(where=file.place(verdict.path), what=verdict.message) for verdict in wrong]


def _simulated(file: "ScenarioFile", played: "Played") -> SimulatedScenario:
    from sop_engine.cases.scenarios.timeline import doubts, elapsed

    procedure = played.rehearsal.procedure(played.rehearsal.root) if played.rehearsal.states else None
    entries = []
    for line in played.rehearsal.lines:
        since = elapsed(procedure, played.opened_at, line.at) if procedure is not None else None
        entries.append(
            TimelineEntry(
                at=line.at,
                elapsed=str(since.whole) if since is not None else "",
                working=str(since.working) if since is not None else "",
                case=line.case_id,
                kind=line.kind,
                name=line.name,
                by=line.actor,
                to=line.to,
                entered=line.entered,
                note=line.note,
            )
        )
    return SimulatedScenario(
        scenario=played.scenario.name,
        sop=played.scenario.sop,
        title=played.scenario.title.model_dump(),
        place=file.place(played.scenario.path),
        opened_at=played.opened_at,
        ended_at=played.rehearsal.now,
        holds=played.holds,
        expectations=tuple(
            JudgedExpectation(place=file.place(each.path), holds=each.holds, message=each.message)
            for each in played.verdicts
        ),
        timeline=tuple(entries),
        plain=dict(played.rehearsal.fakes.plain),
        provisional=doubts(procedure, played.opened_at, played.rehearsal.now) if procedure is not None else (),
    )


def _covered(theatre: "Theatre", found: "Coverage") -> SopCoverage:
    file = theatre.library.sops[found.sop]
    elements = dict.fromkeys((*found.unnamed, *found.missing))
    placed = [(file.place(each.path, ""), each) for each in elements]
    return SopCoverage(
        sop=found.sop,
        touched={count.kind: (count.touched, count.whole) for count in found.counts},
        missing=tuple(
            Missing(place=f"{at.file}:{at.line}", kind=each.kind, name=each.name, promised=each in found.unnamed)
            for at, each in placed
        ),
    )
