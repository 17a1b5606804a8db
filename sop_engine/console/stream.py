"""`sop stream`: readings of sensors and trackers, and the episodes in them that cases were told of."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from pydantic import BaseModel

from sop_engine.basis.faults import Fault, InvalidInput
from sop_engine.cases.contracts.streams import (
    ReadingsCheck,
    ShowStreamInput,
    TakenReadings,
    TakeReadingsInput,
)
from sop_engine.console.arguments import LimitOption
from sop_engine.console.command import command, group
from sop_engine.console.context import Session
from sop_engine.console.inputs import contract

if TYPE_CHECKING:
    from sop_engine.temporal.streams_gateway import StreamsGateway

stream = group("stream", "Streams of readings: positions, temperatures, what trackers and sensors send.")

StreamName = Annotated[str, typer.Argument(metavar="STREAM", help="Its name, such as positions.")]


class Import(BaseModel):
    """What came of a file."""

    readings: int
    dry_run: bool
    taken: TakenReadings
    """What was taken; of a dry run, what would be."""


@command(stream, "list", reads=True)
async def list_streams(session: Session) -> None:
    """List the streams, with how much is kept of each and how many open cases watch it."""
    from sop_engine.console.render_streams import render_streams

    found = await (await _gateway(session)).streams()
    if session.as_json:
        session.json(found)
    else:
        session.show(render_streams(found, session.language, session.zone))


@command(stream, "show", reads=True)
async def show(
    session: Session,
    name: StreamName,
    subject: Annotated[
        str | None, typer.Argument(metavar="[SUBJECT]", help="Only of this container, vehicle, …; all when left out.")
    ] = None,
    limit: LimitOption = 20,
) -> None:
    """Show the episodes that were found, what cases were told of them, and the newest readings."""
    from sop_engine.console.render_streams import render_stream

    gateway = await _gateway(session)
    spec = await gateway.stream(name)
    found = await gateway.shown(contract(ShowStreamInput, stream_name=name, subject=subject, limit=limit))
    if session.as_json:
        session.json(found)
        return
    session.show(render_stream(spec, found, session.language, session.zone))
    session.say_count(len(found.readings), found.total)


@command(stream, "import", reads=True, acts=True)
async def import_readings(
    session: Session,
    name: StreamName,
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="A table (.csv in UTF-8, .xlsx) or JSON lines (.jsonl, or - for stdin)."),
    ],
    source: Annotated[
        str,
        typer.Option("--source", help="Whose ids the readings have: a provider, a logger. Doubles are known by it."),
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be taken, or every fault.")] = False,
    sheet: Annotated[str | None, typer.Option("--sheet", help="Of a workbook with several sheets.")] = None,
) -> None:
    """Take the readings of a file: every one, or none where any has a fault. What is known already is passed over."""
    from sop_engine.console.reading_files import read_readings

    gateway = await _gateway(session)
    spec = await gateway.stream(name)
    found = read_readings(spec, file, sheet)
    if not found.rows and not found.faults:
        raise InvalidInput("The file has no readings", [Fault(str(file), "holds none", "one in each line")])
    first = contract(
        TakeReadingsInput, stream_name=name, source=source, rows=found.rows[:1] or _ANY, actor=session.actor()
    )
    given = first.model_copy(update={"rows": tuple(found.rows)})
    check = (
        await gateway.check(given, datetime.now(UTC)) if found.rows else ReadingsCheck(would=TakenReadings(), faults=())
    )
    told = [*found.faults, *check.faults]
    if told:
        raise InvalidInput(f"{len(told)} faults in {file}; nothing is taken", sorted(told, key=_line))
    taken = check.would if dry_run else await gateway.take(given)
    if session.as_json:
        session.json(Import(readings=len(found.rows), dry_run=dry_run, taken=taken))
    would = "would be " if dry_run else ""
    late = f", {taken.late} of them too late to be judged" if taken.late else ""
    session.say(f"{len(found.rows)} readings: {taken.new} {would}new{late}, {taken.doubled} known already")


_ANY: tuple[dict[str, Any], ...] = ({"values": {}},)
"""Stands for rows where none can be read, so that the rest of what was asked is checked."""


def _line(fault: Fault) -> int:
    """By the row of the file; what has none comes first."""
    number = fault.where.removeprefix("row ").split(",")[0]
    return int(number) if number.isdigit() else 0


async def _gateway(session: Session) -> "StreamsGateway":
    from sop_engine.temporal.streams_gateway import StreamsGateway

    return StreamsGateway(await session.gateway())
