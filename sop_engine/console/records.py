"""`sop records`: do the records agree with what Temporal keeps, and the mends where they do not."""

from collections.abc import Callable
from typing import Annotated

import typer
from pydantic import BaseModel

from sop_engine.cases.contracts.records import (
    AdoptRecordsInput,
    Difference,
    RecordsFitness,
    RecordsRepair,
    RepairProgress,
    RepairRecordsInput,
)
from sop_engine.console.arguments import Reason
from sop_engine.console.command import command, group
from sop_engine.console.context import Session

records = group("records", "The records as a whole: compare them with Temporal, repair them, accept them.")

SHOWN_EVERY = 100
"""After so many cases a check says how far it is, where nobody looks at a screen."""


class CheckedRecords(BaseModel):
    """What a check of all pages found."""

    fitness: RecordsFitness
    checked: int
    differences: tuple[Difference, ...]
    gone: tuple[str, ...]
    unreadable: tuple[str, ...]


@command(records, "check", reads=True)
async def check(
    session: Session,
    case_id: Annotated[str | None, typer.Option("--case", metavar="CASE", help="Only this case.")] = None,
) -> None:
    """Compare the records with the histories of all cases; exit code 1 where they differ."""
    await _check(session, case_id)


@command(records, "repair", reads=True, acts=True)
async def repair(
    session: Session,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only list what would be rebuilt.")] = False,
) -> None:
    """Rebuild from the histories what the records lack; for an administrator. Exit code 1 where something differs."""
    if dry_run:
        await _check(session, None)
        return
    from sop_engine.temporal.records_gateway import RecordsGateway

    gateway = RecordsGateway(await session.gateway())
    done = await gateway.repair(RepairRecordsInput(actor=session.actor()), _progress(session))
    if session.as_json:
        session.json(done)
    else:
        _tell_repair(session, done)
    if done.differences or done.unreadable:
        raise typer.Exit(1)


@command(records, "adopt", acts=True)
async def adopt(session: Session, reason: Reason) -> None:
    """Accept the records as they are, differences and all; for an administrator. Registers go on, never back."""
    from sop_engine.temporal.records_gateway import RecordsGateway

    gateway = RecordsGateway(await session.gateway())
    mark = await gateway.adopt(AdoptRecordsInput(actor=session.actor(), reason=reason))
    session.line(f"The cases belong to the records {mark.identity} now")


async def _check(session: Session, case_id: str | None) -> None:
    """Pages through all cases. What is found is told as it is found; for programs, as one answer."""
    from sop_engine.temporal.records_gateway import RecordsGateway

    gateway = RecordsGateway(await session.gateway())
    fitness = await gateway.fitness()
    if not fitness.is_fit:
        session.say(f"{fitness.verdict}: {fitness.what}\nmend: {fitness.remedy}")
    checked = total = told = count = more_gone = 0
    differences: list[Difference] = []
    gone: tuple[str, ...] = ()
    unreadable: list[str] = []
    async for page in gateway.check(case_id):
        checked += page.checked
        total = total or page.total
        count += len(page.differences) + len(page.unreadable) + page.more
        gone, more_gone = page.gone, page.more_gone
        if session.as_json:
            differences += page.differences
            unreadable += page.unreadable
        else:
            for line in (*map(str, page.differences), *page.unreadable):
                session.line(line)
            if page.more:
                session.line(f"and {page.more} lines more")
        if checked - told >= SHOWN_EVERY and page.next:
            told = checked
            session.say(f"{checked} of about {total} cases compared")
    if session.as_json:
        session.json(
            CheckedRecords(
                fitness=fitness,
                checked=checked,
                differences=tuple(differences),
                gone=gone,
                unreadable=tuple(unreadable),
            )
        )
    else:
        for case in gone:
            session.line(f"{case}: Temporal keeps no history of it any more; its rows are in backups only")
        if more_gone:
            session.line(f"and {more_gone} cases more, of which Temporal keeps no history")
        session.say(f"{checked} cases compared: {count or 'no'} differences")
    if count or not fitness.is_fit:
        raise typer.Exit(1)


def _tell_repair(session: Session, done: RecordsRepair) -> None:
    for line in (*map(str, done.differences), *done.unreadable):
        session.line(line)
    for case in done.lost:
        session.line(f"{case}: closed in the records, for Temporal knows no such case")
    for case in done.gone:
        session.line(f"{case}: Temporal keeps no history of it any more; its rows are in backups only")
    if done.more:
        session.line(f"and {done.more} lines more")
    session.say(f"{done.cases} histories read: {done.steps} steps and {done.errands} errands were missing")


def _progress(session: Session) -> Callable[[RepairProgress], None]:
    told: list[RepairProgress] = []

    def tell(progress: RepairProgress) -> None:
        if told != [progress] and progress.done:
            told[:] = [progress]
            session.say(f"{progress.stage.replace('_', ' ')}: {progress.done} of {progress.total}")

    return tell
