"""Who may have a person's tasks handed over, and to whom. Of each task its own case judges."""

from __future__ import annotations

from collections.abc import Collection

from sop_engine.basis.faults import Fault, InvalidInput, NotPermitted
from sop_engine.basis.suggestion import nearest
from sop_engine.cases.contracts.handing_over import HandOverInput
from sop_engine.cases.people.identity import person_of
from sop_engine.cases.people.organization import Organization


def judge_hand_over(organization: Organization, order: HandOverInput, roles: Collection[str]) -> None:
    """Judges an order by the roles of the tasks that the person has.

    Raises InvalidInput for a successor who is nobody or the same person, and NotPermitted for whoever supervises none
    of the roles. Who supervises some of them may order it: the cases of the others refuse.
    """
    person_of(organization, order.actor)
    faults = []
    if order.to not in organization.people:
        alike = nearest(order.to, organization.people) or tuple(organization.people)[:12]
        faults.append(Fault("to", f"nobody called {order.to!r} is known", ", ".join(alike)))
    if order.to == order.held_by:
        faults.append(Fault("to", "is the person who has the tasks", "somebody else"))
    if faults:
        raise InvalidInput("There is no such successor", faults)
    if roles and not any(organization.supervises(order.actor, role) for role in roles):
        above = dict.fromkeys(superior for role in sorted(roles) for superior in organization.superiors(role))
        raise NotPermitted(
            f"{order.actor} may not hand over what {order.held_by} has", allowed=(*above, "an administrator")
        )
