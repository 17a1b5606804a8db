"""`sop task issue`: a task that a superior gives somebody, as a case of its own."""

from typing import Annotated

import typer

from sop_engine.basis.faults import Fault, InvalidInput
from sop_engine.cases.contracts.people import ListPeopleInput, People
from sop_engine.console.arguments import read_moment
from sop_engine.console.case import start_case
from sop_engine.console.context import Session

AD_HOC_TASK = "AdHocTask"


async def issue(
    session: Session,
    to: Annotated[str, typer.Option("--to", metavar="USER", help="Who is to do it.")],
    due: Annotated[str, typer.Option("--due", metavar="INSTANT", help="Such as 2026-03-02T17:00+08:00.")],
    about: Annotated[str, typer.Option("--about", help="What is to be done.")],
    role: Annotated[str | None, typer.Option("--role", help="In which role, where the person has several.")] = None,
    case_id: Annotated[str | None, typer.Option("--id", help="The new case's id; made up when left out.")] = None,
) -> None:
    """Give somebody below you a task of its own, with a due date; prints the id of its case."""
    from sop_engine.temporal.queues import LIST_PEOPLE

    if role is None:
        (person,) = (await (await session.gateway()).read(LIST_PEOPLE, ListPeopleInput(person=to), People)).people
        roles = tuple(dict.fromkeys(post.partition(" @ ")[0] for post in person.posts))
        if len(roles) != 1:
            raise InvalidInput(f"{to} has {len(roles)} roles", [Fault("--role", "is missing", ", ".join(roles))])
        role = roles[0]
    due_at = read_moment(due, "--due")
    data = {"recipient": to, "capacity": role, "about": about, "due_at": due_at.isoformat() if due_at else due}
    await start_case(session, AD_HOC_TASK, case_id, data)
