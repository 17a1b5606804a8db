"""`sop person`: who is who in the firm at present, who is away, and who acts for whom."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sop_engine.basis.faults import Fault, InvalidInput, Refused
from sop_engine.cases.contracts.people import ListPeopleInput, People
from sop_engine.cases.contracts.registers import GivenRow, KeepRowsInput, ListRowsInput
from sop_engine.console.arguments import Reason
from sop_engine.console.command import command, group
from sop_engine.console.context import Session
from sop_engine.console.inputs import contract

if TYPE_CHECKING:
    from sop_engine.temporal.registers_gateway import RegistersGateway

ABSENCES = "absences"

person = group("person", "People: their posts, who is away, and who acts for them.")

Name = Annotated[str, typer.Argument(metavar="USER", help="The person's name in the organisation.")]


@command(person, "list", reads=True)
async def list_people(
    session: Session,
    role: Annotated[str | None, typer.Option("--role", help="Only who has this role today.")] = None,
    unit: Annotated[str | None, typer.Option("--unit", help="Only who has a post there or below.")] = None,
    away: Annotated[bool, typer.Option("--away", help="Only who is away.")] = False,
) -> None:
    """List people with their posts of today."""
    await _show(session, ListPeopleInput(role=role, unit=unit, away=away))


@command(person, "show", reads=True)
async def show(session: Session, name: Name) -> None:
    """Show one person: posts, deputies, and for whom the person acts now."""
    await _show(session, ListPeopleInput(person=name))


@command(person, "away", acts=True, reads=True)
async def away(
    session: Session,
    name: Name,
    until: Annotated[str, typer.Option("--until", metavar="DAY", help="The last day away, such as 2026-03-06.")],
    reason: Reason,
    since: Annotated[
        str | None, typer.Option("--from", metavar="DAY", help="The first day; today if left out.")
    ] = None,
    kind: Annotated[str, typer.Option("--kind", help="leave, sick, travel, training or other.")] = "leave",
) -> None:
    """Say that a person is away: as that person, or as a keeper of the register of absences. Deputies may act then."""
    first = await _today(session, name) if since is None else _day(since, "--from")
    last = _day(until, "--until")
    if last < first:
        raise InvalidInput("The days are in no order", [Fault("--until", f"lies before {first}", f"{first} or later")])
    values = {"person": name, "from_on": str(first), "until_on": str(last), "kind": kind}
    await _keep(session, await _gateway(session), values, reason)
    session.say(f"{name} is away from {first} until {last}")


@command(person, "back", acts=True, reads=True)
async def back(session: Session, name: Name, reason: Reason) -> None:
    """Say that a person is here again: absences that hold today end yesterday, and deputies may act no longer."""
    gateway, today = await _gateway(session), await _today(session, name)
    rows = (await gateway.rows(ListRowsInput(register_name=ABSENCES, text=name, limit=1_000))).rows
    current = [row.values["from_on"] for row in rows if row.values.get("person") == name and _holds(row.values, today)]
    if not current:
        raise Refused(f"{name} is not away")
    for first in current:
        ended = {"person": name, "from_on": first, "until_on": str(today - timedelta(days=1))}
        await _keep(session, gateway, ended, reason)
    session.say(f"{name} is here again")


def _holds(absence: Mapping[str, Any], today: date) -> bool:
    return bool(absence["from_on"] <= str(today) <= absence["until_on"])


async def _today(session: Session, name: str) -> date:
    """The firm's day. Raises `NotFound` for somebody whom the organisation does not know."""
    return (await _people(session, ListPeopleInput(person=name))).today


async def _people(session: Session, asked: ListPeopleInput) -> People:
    from sop_engine.temporal.queues import LIST_PEOPLE

    return await (await session.gateway()).read(LIST_PEOPLE, asked, People)


async def _show(session: Session, asked: ListPeopleInput) -> None:
    from sop_engine.console.render_people import render_people

    found = await _people(session, asked)
    if session.as_json:
        session.json(found)
        return
    session.show(render_people(found, session.language))
    session.say_count(len(found.people), len(found.people))


async def _keep(session: Session, gateway: "RegistersGateway", values: dict[str, str], reason: str) -> None:
    row = GivenRow(values=values)
    given = contract(KeepRowsInput, register_name=ABSENCES, rows=(row,), actor=session.actor(), reason=reason)
    kept = await gateway.keep(given)
    if session.as_json:
        session.json(kept)


async def _gateway(session: Session) -> "RegistersGateway":
    from sop_engine.temporal.registers_gateway import RegistersGateway

    return RegistersGateway(await session.gateway())


def _day(text: str, where: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput("A day cannot be read", [Fault(where, f"{text!r} is not a date", "YYYY-MM-DD")]) from None
