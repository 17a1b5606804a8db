"""`sop doctor`: what is wrong with this installation, each with its mend."""

import importlib.util
import sys
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import typer

import sop_engine
from sop_engine.basis.faults import SopError
from sop_engine.cases.contracts.reading import CaseList, ListCasesInput
from sop_engine.cases.people.firm import Firm
from sop_engine.console.context import Session
from sop_engine.console.definition import read_library
from sop_engine.console.findings import Finding, Findings, Verdict
from sop_engine.console.words import word
from sop_engine.timekeeping.calendar import BusinessCalendar

if TYPE_CHECKING:
    from temporalio.client import Client

    from sop_engine.cases.written.register import RegisterSpec
    from sop_engine.temporal.gateway import CaseGateway

OUR_NAMES = ("workflows", "activities", "sop_definitions", "cli", "worker")
NOTICE_AHEAD = timedelta(days=60)
"""How long before the last published holiday year ends its successor should be there."""
DUTIES_LATE = timedelta(minutes=5)
"""After so long what was to be looked at is overdue."""


async def doctor(session: Session) -> None:
    """Check this installation; says what is wrong and how to mend it."""
    findings = (*look_at_machine(session), *await look_at_temporal(session))
    if session.as_json:
        session.json(Findings(findings=findings))
    else:
        from sop_engine.console.render_lists import render_findings

        session.show(render_findings(findings, session.language))
        for finding in findings:
            if finding.mend:
                session.line(f"{word('mend', session.language)} ({finding.check}): {finding.mend}")
    verdicts = [finding.verdict for finding in findings]
    if "wrong" in verdicts:
        raise typer.Exit(1)
    if "unreachable" in verdicts:
        raise typer.Exit(4)


def look_at_machine(session: Session) -> list[Finding]:
    """What can be checked without a server."""
    return [
        check_python(),
        check_names(Path(sop_engine.__file__).parents[1]),
        check_program(),
        check_folder(session.settings.data_directory),
        *check_content(session),
    ]


def check_python() -> Finding:
    """Older ones cannot import this module at all; of the newer, 3.12 loads the workflow sandbox more surely."""
    return Finding(check="python", verdict="ok", what=".".join(map(str, sys.version_info[:3])))


def check_names(root: Path) -> Finding:
    """Our root modules have everyday names, which another package in the same environment may cover."""
    strangers = []
    for name in OUR_NAMES:
        spec = importlib.util.find_spec(name)
        origin = Path(spec.origin) if spec is not None and spec.origin else None
        if origin is None or not origin.is_relative_to(root):
            strangers.append(f"{name} is {origin or 'missing'}")
    if not strangers:
        return Finding(check="modules", verdict="ok", what=str(root))
    mend = "install this application into an environment of its own: make install"
    return Finding(check="modules", verdict="wrong", what="; ".join(strangers), mend=mend)


def check_program() -> Finding:
    from sop_engine.temporal.server import temporal_program

    try:
        return Finding(check="temporal program", verdict="ok", what=str(temporal_program()))
    except SopError as error:
        return Finding(check="temporal program", verdict="wrong", what=error.message, mend="make install")


def check_folder(folder: Path) -> Finding:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".writable"
        probe.write_text("")
        probe.unlink()
    except OSError as error:
        mend = "make it writable, or set SOP_DATA_DIRECTORY to a folder that is"
        return Finding(check="data directory", verdict="wrong", what=f"{folder}: {error.strerror}", mend=mend)
    return Finding(check="data directory", verdict="ok", what=str(folder))


def check_content(session: Session) -> list[Finding]:
    """The SOPs, the organisation, and the calendars' holidays."""
    try:
        library = read_library(session)
    except SopError as error:
        return [Finding(check="content", verdict="wrong", what=error.text(), mend="correct the files named")]
    sops = Finding(check="content", verdict="ok", what=f"{len(library.sops)} SOPs in {library.root}")
    firm = check_firm(library.organization, session.settings.organization_file)
    registers = check_registers(library.registers.values())
    return [sops, registers, firm, *check_calendars(library.calendars.values(), datetime.now(UTC).date())]


def check_registers(registers: "Iterable[RegisterSpec]") -> Finding:
    """Which registers are read; a fault in their files is one of the content."""
    named = [f"{spec.name} ({len(spec.fields)} fields)" for spec in registers]
    return Finding(check="registers", verdict="ok", what=", ".join(named) or "none is declared")


def check_firm(firm: Firm, own: Path | None) -> Finding:
    """Whose name and bank account stand on the papers: the packaged ones are an example."""
    name = firm.name.both()
    if own is None:
        mend = "enter your own firm in a file of yours and name it in SOP_ORGANIZATION_FILE"
        return Finding(check="firm", verdict="warning", what=f"papers are those of the example {name}", mend=mend)
    if not firm.accounts:
        mend = f"enter `accounts` in {own}"
        return Finding(
            check="firm", verdict="warning", what=f"{name} has no account: bills say not where to pay", mend=mend
        )
    return Finding(check="firm", verdict="ok", what=f"{name}, paid in {', '.join(firm.accounts)}")


def check_calendars(calendars: Iterable[BusinessCalendar], today: date) -> list[Finding]:
    """Calendars that follow yearly notices: is the coming year's there, 60 days ahead?"""
    names: dict[int, list[str]] = {}
    for calendar in calendars:
        if calendar.needs_notice:
            published = [known.year for known in calendar.years if known.status == "published"]
            names.setdefault(max(published, default=today.year - 1), []).append(calendar.name)
    findings = []
    for last, followers in sorted(names.items()):
        what = f"{', '.join(followers)}: holidays published up to {last}"
        if today + NOTICE_AHEAD <= date(last, 12, 31):
            findings.append(Finding(check="calendars", verdict="ok", what=what))
        else:
            what += f"; deadlines in {last + 1} are provisional"
            mend = f"add the official notice for {last + 1} to the calendars' holiday files"
            findings.append(Finding(check="calendars", verdict="warning", what=what, mend=mend))
    return findings


async def look_at_temporal(session: Session) -> list[Finding]:
    """What only a server and a worker can tell."""
    try:
        gateway = await session.gateway()
    except SopError as error:
        mend = "`sop dev` starts an embedded server; --profile chooses another"
        return [Finding(check="temporal", verdict="unreachable", what=error.message, mend=mend)]
    address = f"{gateway.client.service_client.config.target_host}, namespace {gateway.client.namespace}"
    return [
        Finding(check="temporal", verdict="ok", what=address),
        await check_attributes(gateway.client),
        await check_worker(gateway),
        await check_stuck(gateway),
        await check_watch(gateway),
        await check_duties(gateway),
        await check_streams(gateway),
        await check_records(gateway),
        *await check_daily(gateway),
    ]


async def check_attributes(client: "Client") -> Finding:
    """An attribute that is not registered blocks every case in its first task."""
    from sop_engine.temporal.attributes import SEARCH_ATTRIBUTES, missing_attributes, registration

    missing = await missing_attributes(client)
    if not missing:
        return Finding(check="search attributes", verdict="ok", what=f"{len(SEARCH_ATTRIBUTES)} registered")
    return Finding(
        check="search attributes",
        verdict="wrong",
        what="not registered: " + ", ".join(name for name, _ in missing),
        mend=registration(client.namespace, missing),
    )


async def check_worker(gateway: "CaseGateway") -> Finding:
    """A worker that answers a read has its database, migrated, too."""
    try:
        answer = await gateway.read("list_cases", ListCasesInput(limit=1), CaseList)
    except SopError as error:
        verdict: Verdict = "unreachable" if error.exit_code == 4 else "wrong"
        return Finding(check="worker", verdict=verdict, what=error.message, mend="start one with `sop worker`")
    what = f"answers on {gateway.task_queue!r}; cases in its records: {answer.total}"
    return Finding(check="worker", verdict="ok", what=what)


async def check_stuck(gateway: "CaseGateway") -> Finding:
    """Cases whose workflow task keeps failing: nothing of them goes on, and they cannot say so themselves."""
    from sop_engine.temporal.stuck import PROBLEMS_SETTING, reports_problems, stuck_cases

    if not await reports_problems(gateway.client):
        mend = f"set {PROBLEMS_SETTING} to 3 in the server's dynamic configuration"
        what = "this server does not mark cases whose workflow task keeps failing; they are seen one by one only"
        return Finding(check="stuck cases", verdict="warning", what=what, mend=mend)
    stuck = await stuck_cases(gateway.client, gateway.task_queue)
    if not stuck:
        return Finding(check="stuck cases", verdict="ok", what="none")
    mend = "nothing is lost; start a worker that can take them: see `Stuck cases` in docs/operations.md"
    return Finding(check="stuck cases", verdict="wrong", what="\n".join(map(str, stuck)), mend=mend)


async def check_watch(gateway: "CaseGateway") -> Finding:
    """The workflow that looks for cases ended past the engine."""
    from sop_engine.temporal.queues import watch_id

    name = watch_id(gateway.task_queue)
    if await gateway.is_running(name):
        return Finding(check="watch", verdict="ok", what=f"{name} runs")
    mend = "a worker starts it, at its own start and within 15 seconds after it was ended"
    what = f"{name} does not run: terminated cases stay open in the records"
    return Finding(check="watch", verdict="warning", what=what, mend=mend)


async def check_duties(gateway: "CaseGateway") -> Finding:
    """The workflow that starts the cases of recurring duties: is it there, and did it look when it said it would."""
    from sop_engine.temporal.duties_gateway import DutiesGateway
    from sop_engine.temporal.queues import duties_id

    name = duties_id(gateway.task_queue)
    if not await gateway.is_running(name):
        mend = "a worker starts it, at its own start and within 15 seconds after it was ended"
        return Finding(check="duties", verdict="warning", what=f"{name} does not run: nothing is started", mend=mend)
    try:
        done = await DutiesGateway(gateway).state()
    except SopError as error:
        return Finding(check="duties", verdict="unreachable", what=error.message, mend="start one with `sop worker`")
    if done is None:
        what = f"{name} has not looked yet: its round is under way, or waits for the records"
        return Finding(
            check="duties", verdict="warning", what=what, mend="`sop records check` says whether they are fit"
        )
    if done.next_at is not None and done.next_at + DUTIES_LATE < datetime.now(UTC):
        what = f"{name} was to look at {done.next_at:%Y-%m-%d %H:%M} UTC and has not"
        mend = f"look at it in the Web UI; `temporal workflow signal --workflow-id {name} --name poke` has it look"
        return Finding(check="duties", verdict="wrong", what=what, mend=mend)
    if done.troubles:
        mend = "put back what is missing, or `sop schedule apply` the file without these duties"
        return Finding(check="duties", verdict="warning", what="\n".join(done.troubles), mend=mend)
    after = f"next at {done.next_at:%Y-%m-%d %H:%M} UTC: {done.next_is}" if done.next_at else "nothing is due"
    paused = f"; paused: {', '.join(done.paused)}" if done.paused else ""
    return Finding(check="duties", verdict="ok", what=f"{name} runs; {after}{paused}")


async def check_streams(gateway: "CaseGateway") -> Finding:
    """What is kept of streams, whether a file is gone that cases need, and the workflow that looks for silence."""
    from sop_engine.temporal.queues import streams_id
    from sop_engine.temporal.streams_gateway import StreamsGateway

    try:
        found = await StreamsGateway(gateway).streams()
    except SopError as error:
        return Finding(check="streams", verdict="unreachable", what=error.message, mend="start one with `sop worker`")
    if found.undeclared:
        what = "\n".join(
            f"{name}: {count} open cases watch it, and no file declares it" for name, count in found.undeclared.items()
        )
        mend = "put its file back into the streams folder, or cancel or amend the cases: they hear nothing of it"
        return Finding(check="streams", verdict="warning", what=what, mend=mend)
    lines = [f"{each.written['stream']} ({each.readings} readings, {each.watched} cases)" for each in found.streams]
    what, name = ", ".join(lines) or "none is declared", streams_id(gateway.task_queue)
    if found.streams and not await gateway.is_running(name):
        mend = "a worker starts it, at its own start and within 15 seconds after it was ended"
        return Finding(check="streams", verdict="warning", what=f"{name} does not run: no silence is found", mend=mend)
    return Finding(check="streams", verdict="ok", what=what)


async def check_records(gateway: "CaseGateway") -> Finding:
    """Whether the worker's records are those that the cases know, and as far."""
    from sop_engine.temporal.records_gateway import RecordsGateway

    try:
        fitness = await RecordsGateway(gateway).fitness()
    except SopError as error:
        return Finding(check="records", verdict="unreachable", what=error.message, mend="start one with `sop worker`")
    if fitness.is_fit:
        return Finding(check="records", verdict="ok", what=fitness.what)
    what = f"{fitness.verdict}: {fitness.what}; numbers, money, papers and registers wait"
    return Finding(check="records", verdict="wrong", what=what, mend=fitness.remedy)


async def check_daily(gateway: "CaseGateway") -> list[Finding]:
    """What the watch found when it last compared the records with all cases; nothing where it has not yet."""
    from sop_engine.temporal.records_gateway import RecordsGateway

    try:
        found = await RecordsGateway(gateway).daily()
    except SopError:
        return []  # that no worker answers, or no watch runs, is said already
    if found is None or found.ended_at is None:
        return []
    at = f"{found.checked} cases compared with their histories on {found.ended_at:%Y-%m-%d %H:%M} UTC"
    if not found.differences:
        return [Finding(check="daily check", verdict="ok", what=at)]
    mend = "`sop records check` lists them, `sop records repair` mends them"
    return [Finding(check="daily check", verdict="wrong", what=f"{at}: {found.differences} differences", mend=mend)]
