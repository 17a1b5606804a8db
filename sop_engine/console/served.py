"""A scenario on a server that skips time, beside its rehearsal in memory: the same acts, and how journals differ."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from sop_engine.basis.faults import Fault, InvalidInput, SopError
from sop_engine.console.context import Session
from sop_engine.console.stack import worker_beside
from sop_engine.settings import Settings

if TYPE_CHECKING:
    from temporalio.testing import WorkflowEnvironment

    from sop_engine.cases.scenarios.moving import Came
    from sop_engine.cases.scenarios.playing import Played
    from sop_engine.content.scenario_files import Theatre
    from sop_engine.records.queries import CaseQueries
    from sop_engine.temporal.gateway import CaseGateway

AHEAD = timedelta(hours=1)
"""After the server's clock a case opens at the earliest: what a worker does before has no hurry then."""
MOMENT = timedelta(minutes=1)
"""By how much an instant may be off: people's acts reach a server late, and clocks count from them."""
OF_THE_CONTENT = ("organization_file", "parameters_file", "tables_folder")
"""The settings by which cases of this site differ from those of another."""
PATIENCE, PAUSE = 30.0, 0.1
"""Seconds that a case has to come to where an act can be taken, and between two attempts."""

SETTLED_WITHIN = 10.0
"""Seconds in which the last steps reach the records."""


@dataclass(frozen=True)
class Served:
    """What a server made of a scenario."""

    days: int
    """So much later than written it was played."""
    steps: int
    """Of all cases of the scenario."""
    most_off: timedelta
    differs: tuple[Fault, ...]
    """Each kind of step that came another number of times, or at another instant, than in memory."""


async def serve_scenario(session: Session, theatre: "Theatre", played: "Played") -> Served:
    """Plays on a server what was played in memory, moved to days that are alike and lie ahead.

    What the scenario answers is answered there as well. Raises InvalidInput where a server cannot play it: its clock
    does not go back, and its worker really plays every child.
    """
    from sop_engine.cases.scenarios.fakes import Fakes
    from sop_engine.temporal.gateway import CaseGateway
    from sop_engine.temporal.standing_in import StandIn
    from sop_engine.temporal.time_skipping import time_skipping

    _refuse_faked_children(played)
    with TemporaryDirectory(prefix="sop-simulate-") as folder:
        async with time_skipping() as environment:
            later = theatre.later(played, await environment.get_current_time() + AHEAD)
            if later is None:
                what = "no stretch of days ahead is alike: a holiday lies in it, or a day of another length"
                raise InvalidInput("A server cannot play this scenario", [Fault("given.at", what, "play it in memory")])
            days, ahead = later
            # Nothing else of the installation's own settings: no mail leaves, no other database is touched.
            own = session.settings.model_dump(include=set(OF_THE_CONTENT))
            settings = Settings(data_directory=Path(folder), **own)
            given = ahead.scenario.given
            stand_in = StandIn(Fakes(given.answers, given.reads, given.unique))
            async with worker_beside(partial(session.serve, stand_in=stand_in), environment.client, settings):
                gateway = CaseGateway(environment.client, settings.task_queue)
                await _play(environment, gateway, ahead)
                came = await _course(settings, ahead)
    return Served(days, len(came), *_compared(played, came))


def _refuse_faked_children(played: "Played") -> None:
    given = played.scenario.given
    faked = (name for name, fake in given.children.items() if fake is not None)
    faults = [Fault(f"given.children.{name}", "is faked", "really played") for name in faked]
    if not played.holds:
        faults.append(Fault("", "does not hold in memory"))
    if faults:
        raise InvalidInput(f"A server cannot play {played.scenario.name}", faults)


async def _play(environment: "WorkflowEnvironment", gateway: "CaseGateway", played: "Played") -> None:
    from sop_engine.cases.contracts.opening import OpenCaseInput
    from sop_engine.cases.contracts.signals import EventSignal
    from sop_engine.temporal.time_skipping import skip_until

    given, root = played.scenario.given, played.rehearsal.root
    await skip_until(environment, played.opened_at)
    await gateway.start_case(played.scenario.sop, root, OpenCaseInput(data=dict(given.data), actor=given.by))
    for told in played.rehearsal.told:
        await skip_until(environment, told.at)
        if isinstance(told.what, EventSignal):
            await gateway.signal(told.case_id, told.what)
            continue
        end = asyncio.get_running_loop().time() + PATIENCE
        while True:
            try:
                await gateway.update(told.case_id, told.what.update, told.what)
                break
            except SopError:
                if asyncio.get_running_loop().time() > end:
                    raise
                await asyncio.sleep(PAUSE)
    # Past what is due at this very instant, for no time is skipped while an activity runs.
    await skip_until(environment, played.rehearsal.now + MOMENT)


async def _course(settings: Settings, played: "Played") -> "list[Came]":
    """The journals of all cases, from the worker's own records: this server carries out no activity that a command asks
    for. They are looked at until they have as many steps as the rehearsal, or nothing more comes."""
    from sop_engine.cases.scenarios.moving import course
    from sop_engine.records.engine import open_engine
    from sop_engine.records.queries import CaseQueries

    engine = open_engine(settings.database_url)
    end = asyncio.get_running_loop().time() + SETTLED_WITHIN
    try:
        while True:
            found = list(_journals(CaseQueries(engine), played))
            if len(found) >= len(course(played)) or asyncio.get_running_loop().time() > end:
                return found
            await asyncio.sleep(PAUSE)
    finally:
        engine.dispose()


def _journals(queries: "CaseQueries", played: "Played") -> "Iterator[Came]":
    from sop_engine.cases.contracts.reading import TimelineInput
    from sop_engine.cases.scenarios.moving import Came

    for case_id in played.rehearsal.states:
        before: int | None = None
        while True:
            page = queries.timeline(TimelineInput(case_id=case_id, before=before, limit=1_000))
            yield from (Came(case_id, step.kind, step.name, step.at - played.opened_at) for step in page.steps)
            if not page.more:
                break
            before = page.steps[0].step


def _compared(played: "Played", served: "Iterable[Came]") -> tuple[timedelta, tuple[Fault, ...]]:
    from sop_engine.cases.scenarios.moving import course

    here, there = _by_name(course(played)), _by_name(served)
    faults = list(_differences(here, there))
    pairs = (pair for key in here.keys() & there.keys() for pair in zip(here[key], there[key], strict=False))
    return max((abs(one - other) for one, other in pairs), default=timedelta()), tuple(faults)


def _by_name(steps: "Iterable[Came]") -> dict[tuple[str, str, str], list[timedelta]]:
    found: dict[tuple[str, str, str], list[timedelta]] = defaultdict(list)
    for step in steps:
        found[step.case_id, step.kind, step.name].append(step.since)
    return {key: sorted(times) for key, times in found.items()}


def _differences(
    here: dict[tuple[str, str, str], list[timedelta]], there: dict[tuple[str, str, str], list[timedelta]]
) -> Iterator[Fault]:
    for key in sorted({*here, *there}):
        one, other = here.get(key, []), there.get(key, [])
        where = " ".join(key)
        if len(one) != len(other):
            yield Fault(where, f"came {len(other)} times on the server, {len(one)} times in memory")
        elif (off := max(abs(first - second) for first, second in zip(one, other, strict=True))) > MOMENT:
            yield Fault(where, f"came {off} off on the server", f"within {MOMENT}")
