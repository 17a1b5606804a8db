"""`sop incident`: what is stuck for a technical reason, and the mend."""

from typing import TYPE_CHECKING, Annotated, Any

import typer
from pydantic import BaseModel

from sop_engine.basis.faults import NotFound, Refused
from sop_engine.cases.contracts.acts import ResolveIncidentInput
from sop_engine.cases.contracts.reading import CaseList, ListCasesInput
from sop_engine.console.acting import act_command, carry_out
from sop_engine.console.arguments import ActIdOption, CaseId, FileOption, LimitOption, Reason, SetOption
from sop_engine.console.command import command, group
from sop_engine.console.context import Session
from sop_engine.console.inputs import contract, read_values
from sop_engine.console.viewing import view_for

if TYPE_CHECKING:
    from sop_engine.temporal.stuck import StuckCase

WORKFLOW_TASK = "workflow task"

incident = group("incident", "Technical failures that stop a case: see them, retry, correct, skip.")

IncidentKey = Annotated[
    str | None, typer.Argument(metavar="[INCIDENT]", help="The incident's key; left out where there is only one.")
]


class IncidentLine(BaseModel):
    """One incident of one case."""

    case_id: str
    incident: dict[str, Any]


class IncidentList(BaseModel):
    incidents: tuple[IncidentLine, ...]


@command(incident, "list", reads=True)
async def list_incidents(
    session: Session,
    case_id: Annotated[str | None, typer.Argument(metavar="[CASE]", help="Only of this case.")] = None,
    limit: LimitOption = 100,
) -> None:
    """List what is stuck, in one case or in all; first the cases whose own workflow task keeps failing."""
    from sop_engine.temporal.stuck import stuck_cases

    gateway = await session.gateway()
    stuck = await stuck_cases(gateway.client, gateway.task_queue, limit)
    standing = [one for one in stuck if case_id in (None, one.case_id)]
    lines = [IncidentLine(case_id=one.case_id, incident=standing_still(one)) for one in standing]
    if case_id is None:
        question = ListCasesInput(status="blocked", limit=limit, **session.reading())
        blocked = await gateway.read("list_cases", question, CaseList)
        cases = [line.case_id for line in blocked.cases]
    else:
        cases = [case_id]
    mute = {one.case_id for one in stuck}
    lines += [
        IncidentLine(case_id=case, incident=found)
        for case in cases
        if case not in mute
        for found in (await view_for(session, gateway, case)).incidents
    ]
    answer = IncidentList(incidents=tuple(lines))
    if session.as_json:
        session.json(answer)
        return
    from sop_engine.console.render_lists import render_incidents

    session.show(render_incidents([(line.case_id, line.incident) for line in lines], session.language, session.zone))


def standing_still(stuck: "StuckCase") -> dict[str, Any]:
    """A case that cannot say itself what is wrong with it, as an incident: nobody resolves it but a mended worker."""
    return {
        "incident": WORKFLOW_TASK,
        "kind": "stuck",
        "message": f"failed {stuck.attempts} times: {stuck.cause}",
        "at": stuck.since,
    }


@act_command(incident, "retry", ResolveIncidentInput)
async def retry(
    session: Session, case_id: CaseId, reason: Reason, key: IncidentKey = None, act_id: ActIdOption = None
) -> None:
    """Try the same once more, now that the cause is mended."""
    await resolve(session, case_id, key, "retry", data={}, reason=reason, act_id=act_id)


@act_command(incident, "correct", ResolveIncidentInput)
async def correct(
    session: Session,
    case_id: CaseId,
    *,
    reason: Reason,
    key: IncidentKey = None,
    assignments: SetOption = None,
    file: FileOption = None,
    act_id: ActIdOption = None,
) -> None:
    """Correct the case's data, then try once more."""
    data = read_values(assignments or (), file)
    await resolve(session, case_id, key, "correct", data=data, reason=reason, act_id=act_id)


@act_command(incident, "skip", ResolveIncidentInput)
async def skip(
    session: Session,
    case_id: CaseId,
    *,
    reason: Reason,
    key: IncidentKey = None,
    assignments: SetOption = None,
    file: FileOption = None,
    act_id: ActIdOption = None,
) -> None:
    """Go on without it, with a result given by hand."""
    data = read_values(assignments or (), file)
    await resolve(session, case_id, key, "skip", data=data, reason=reason, act_id=act_id)


async def resolve(
    session: Session, case_id: str, key: str | None, how: str, *, data: dict[str, Any], reason: str, act_id: str | None
) -> None:
    actor = session.actor()
    if key is None:
        key = await _only_incident(session, case_id)
    act = contract(ResolveIncidentInput, actor=actor, id=act_id, incident=key, how=how, data=data, reason=reason)
    await carry_out(session, case_id, act)


async def _only_incident(session: Session, case_id: str) -> str:
    keys = [str(found["incident"]) for found in (await (await session.gateway()).case(case_id)).incidents]
    if not keys:
        raise NotFound(f"{case_id} has no incident")
    if len(keys) > 1:
        raise Refused(f"{case_id} has {len(keys)} incidents; name one", allowed=keys)
    return keys[0]
