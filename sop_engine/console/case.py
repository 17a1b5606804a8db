"""`sop case`: opens cases and reads them. What people do with one is in `case_acts`."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import uuid4

import typer

from sop_engine.basis.faults import InvalidInput, NotFound, SopError
from sop_engine.cases.contracts.opening import OpenCaseInput, OpenCheckInput, OpenCheckResult
from sop_engine.cases.contracts.reading import (
    CaseInput,
    CaseList,
    FindCasesInput,
    FoundCases,
    ListCasesInput,
    RecordedCase,
    Timeline,
    TimelineInput,
)
from sop_engine.cases.contracts.viewing import LIST_VIEWS, ListViewsInput, ViewList
from sop_engine.cases.contracts.views import CaseView
from sop_engine.console.arguments import (
    CaseId,
    CaseStatus,
    FileOption,
    LimitOption,
    OverdueOption,
    SetOption,
    SlaState,
    SopName,
    SopOption,
)
from sop_engine.console.bringing import brought
from sop_engine.console.command import command, group
from sop_engine.console.context import Session
from sop_engine.console.inputs import contract, read_values
from sop_engine.console.recorded import view_of, with_records
from sop_engine.console.viewing import view_for

case = group("case", "Open cases, look at them, act on them.")

CASE_ID = r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}"
"""No `/`, which would break links; no blank, which would break commands."""


@command(case, "start", acts=True)
async def start(
    session: Session,
    sop: SopName,
    *,
    case_id: Annotated[str | None, typer.Option("--id", help="The new case's id; made up when left out.")] = None,
    assignments: SetOption = None,
    file: FileOption = None,
    version: Annotated[
        int | None, typer.Option("--version", min=1, max=1_000_000, help="An older version of the procedure.")
    ] = None,
) -> None:
    """Open a case of an SOP; prints its id."""
    await start_case(session, sop, case_id, read_values(assignments or (), file), version)


async def start_case(
    session: Session, sop: str, case_id: str | None, data: dict[str, Any], version: int | None = None
) -> None:
    """Opens a case, once a worker said that it would open; prints its id."""
    import re

    identifier = case_id or f"{sop}-{datetime.now(UTC):%Y%m%d}-{uuid4().hex[:6]}"
    if not re.fullmatch(CASE_ID, identifier):
        raise InvalidInput(f"{identifier!r} cannot be a case's id: letters, digits, dots, hyphens and underscores can")
    gateway = await session.gateway()
    data = await brought(gateway, data)
    asked = OpenCheckInput(sop=sop, version=version, data=data, actor=session.actor())
    check = await gateway.read("check_opening", asked, OpenCheckResult)
    if check.faults:
        raise InvalidInput(f"No case of {sop} can be opened with this", check.faults)
    title = " ".join(check.title.values()) if check.title else ""
    opening = OpenCaseInput(version=version, data=data, actor=session.actor())
    view = await gateway.start_case(sop, identifier, opening, title)
    session.line(identifier)
    session.say(f"{title or sop} is {view.status}; `sop case show {identifier}` shows it")


@command(case, "show", reads=True)
async def show(session: Session, case_id: CaseId) -> None:
    """Show one case: state, tasks, clocks, children, documents, and what to type next."""
    view = await _seen(session, case_id)
    if session.as_json:
        session.json(view)
        return
    from sop_engine.console.render_case import render_case

    session.show(render_case(view, session.language, session.zone))
    await _tell_what_waits(session, case_id)


async def _tell_what_waits(session: Session, case_id: str) -> None:
    """Why a case does not go on that nobody has to act on: work that fails, records that cannot be relied on."""
    from sop_engine.temporal.records_gateway import RecordsGateway
    from sop_engine.temporal.waiting_work import waiting_work

    gateway = await session.gateway()
    for line in await waiting_work(gateway.client, case_id):
        session.say(line)
    with suppress(SopError):  # said by the doctor; the case was shown
        fitness = await RecordsGateway(gateway).fitness()
        if not fitness.is_fit:
            session.say(f"numbers, money, papers and registers wait: {fitness.what}\nmend: {fitness.remedy}")


async def _seen(session: Session, case_id: str) -> CaseView:
    """The live case, or what the records know of it. Raises NotOpened where all that there was is a refused start."""
    from sop_engine.temporal.gateway import NotOpened

    gateway = await session.gateway()
    asked = CaseInput(case_id=case_id, **session.reading())
    try:
        view = await view_for(session, gateway, case_id)
    except NotOpened as refusal:
        try:
            kept = await gateway.read("read_case_record", asked, RecordedCase)
        except NotFound:
            raise refusal from None
        session.say(refusal.text())
        return view_of(kept)
    except NotFound:
        return view_of(await gateway.read("read_case_record", asked, RecordedCase))
    with suppress(SopError):  # the records may lack it for a moment, or be away
        return with_records(view, await gateway.read("read_case_record", asked, RecordedCase))
    return view


@command(case, "list", reads=True)
async def list_cases(
    session: Session,
    *,
    sop: SopOption = None,
    status: Annotated[CaseStatus | None, typer.Option("--status", help="Only with this status.")] = None,
    sla: Annotated[SlaState | None, typer.Option("--sla", help="Only where the promises stand so.")] = None,
    stage: Annotated[str | None, typer.Option("--stage", help="Only in this phase.")] = None,
    state: Annotated[str | None, typer.Option("--state", help="Only in this state.")] = None,
    owner: Annotated[str | None, typer.Option("--owner", help="Only of this owning role.")] = None,
    parent: Annotated[str | None, typer.Option("--parent", help="Only children of this case.")] = None,
    overdue: OverdueOption = False,
    unheard: Annotated[
        bool, typer.Option("--unheard", help="Only those told something that they did not take; says what and why.")
    ] = False,
    everything: Annotated[bool, typer.Option("--all", help="Closed cases too.")] = False,
    limit: LimitOption = 100,
) -> None:
    """List cases, the most pressing first."""
    question = contract(
        ListCasesInput,
        **session.reading(),
        sop=sop,
        status=status,
        sla=sla,
        open=None if everything or status else True,
        stage=stage,
        state=state,
        owner=owner,
        parent=parent,
        overdue=overdue,
        unheard=unheard,
        limit=limit,
    )
    answer = await (await session.gateway()).read("list_cases", question, CaseList)
    if session.as_json:
        session.json(answer)
        return
    from sop_engine.console.render_lists import render_cases, render_unheard

    render = render_unheard if unheard else render_cases
    session.show(render(answer.cases, session.language, session.zone))
    session.say_count(len(answer.cases), answer.total)


@command(case, "timeline", reads=True)
async def timeline(
    session: Session,
    case_id: CaseId,
    superseded: Annotated[
        bool, typer.Option("--superseded", help="Also steps of lost attempts, marked with a star.")
    ] = False,
    before: Annotated[
        int | None, typer.Option("--before", min=1, max=2**31 - 1, help="Only steps before this number.")
    ] = None,
    limit: LimitOption = 200,
) -> None:
    """Show a case's journal: who did what when, and what changed."""
    question = contract(
        TimelineInput, **session.reading(), case_id=case_id, superseded=superseded, before=before, limit=limit
    )
    answer = await (await session.gateway()).read("read_timeline", question, Timeline)
    if session.as_json:
        session.json(answer)
        return
    from sop_engine.console.render_lists import render_timeline

    session.show(render_timeline(answer.steps, session.language, session.zone))
    if answer.more:
        session.say(f"Earlier steps: --before {answer.steps[0].step}")


@command(case, "find", reads=True)
async def find(
    session: Session,
    reference: Annotated[str, typer.Argument(metavar="REFERENCE", help="Or its beginning; blanks do not matter.")],
    limit: LimitOption = 50,
) -> None:
    """Find cases by booking, container, waybill, declaration or any other reference."""
    question = contract(FindCasesInput, **session.reading(), text=reference, limit=min(limit, 500))
    answer = await (await session.gateway()).read("find_cases", question, FoundCases)
    if session.as_json:
        session.json(answer)
        return
    if not answer.found:
        raise NotFound(f"No case is known by {reference!r}")
    from sop_engine.console.render_lists import render_found

    session.show(render_found(answer.found, session.language))


@command(case, "views", reads=True)
async def views(session: Session, case_id: CaseId, limit: LimitOption = 100) -> None:
    """Show who saw what is classified in a case: for its owner and those above."""
    question = contract(ListViewsInput, **session.reading(), case_id=case_id, limit=limit)
    answer = await (await session.gateway()).read(LIST_VIEWS, question, ViewList)
    if session.as_json:
        session.json(answer)
        return
    from sop_engine.console.render_lists import render_views

    session.show(render_views(answer.views, session.language, session.zone))
