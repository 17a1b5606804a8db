"""Who may do what: posts and supervision decide, judged by the worker's present copy of the organisation.

The owner of a case is its SOP's `owner` role. A supervisor of a role is anybody with a role above it, or an
administrator. Every act of a person names one of the policies here (`casework.ACTS`). Each judges by whose right the
act is done, which is the actor's own or, of a deputy, what the principal lends (`people/deputies.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sop_engine.basis.faults import NotPermitted
from sop_engine.cases.contracts.acts import Act, AssignTaskInput, DelegateTaskInput, EventInput, TaskAct
from sop_engine.cases.people.deputies import is_deputy
from sop_engine.cases.people.identity import person_of
from sop_engine.cases.people.offers import Refusal, refusal
from sop_engine.cases.people.organization import Organization
from sop_engine.cases.running.four_eyes import offer_of
from sop_engine.cases.running.state import CaseState
from sop_engine.cases.running.turn import Turn
from sop_engine.cases.told.open_tasks import find
from sop_engine.cases.written.definition import SopDefinition
from sop_engine.cases.written.procedure import Procedure

Policy = Callable[[Organization, Turn, Any, str], None]
"""Raises NotPermitted where the roles of the act's actor do not allow it; the text says what they may not do.

Its docstring tells people whose act it is.
"""


def refuse_kept_from(procedure: Procedure, state: CaseState, act: Act) -> None:
    """Raises NotPermitted for somebody from whom the case is hidden, and for who acts for them: its work is others'."""
    kept_from = procedure.definition.kept_from(state.snapshot.data)
    if any(hand in kept_from for hand in act.hands):
        raise NotPermitted(f"{state.case_id} is not for {act.by}: its procedure says who may see it")


def anybody(organization: Organization, turn: Turn, act: Any, verb: str) -> None:
    """Whom the organisation knows."""


def holder(organization: Organization, turn: Turn, act: TaskAct, verb: str) -> None:
    """Those who do the work: the role of the task in its unit, or among it those to whom it is offered; of a task for a
    person that person alone."""
    found = _why_not(organization, turn, act)
    if found is not None:
        raise NotPermitted(f"{act.by} may not {verb} {find(turn, act.task).key}: {found.why}", allowed=found.allowed)


def supervisor(organization: Organization, turn: Turn, act: TaskAct, verb: str) -> None:
    """Those above the role of the task."""
    task = find(turn, act.task)
    if not organization.supervises(act.principal, task.role, task.unit):
        allowed = organization.superiors(task.role)
        raise NotPermitted(f"{act.by} may not {verb} {task.key}", allowed=allowed)


def handing_on(policy: Policy) -> Policy:
    """Those of the policy, to somebody who has the role of the task."""

    def judge(organization: Organization, turn: Turn, act: AssignTaskInput | DelegateTaskInput, verb: str) -> None:
        policy(organization, turn, act, verb)
        task = find(turn, act.task)
        if act.to != task.person and not organization.holds(act.to, task.role, task.unit):
            where = f" in {task.unit}" if task.unit is not None else ""
            allowed = organization.people_of(task.role, task.unit)
            raise NotPermitted(f"{act.to} has not the role {task.role}{where}", allowed=allowed)

    judge.__doc__ = f"{policy.__doc__} Only to somebody who has the role of the task."
    return judge


def assignee(organization: Organization, turn: Turn, act: TaskAct, verb: str) -> None:
    """Who has the task, a holder while nobody has it, and those above."""
    task = find(turn, act.task)
    is_own = task.assignee in (None, act.principal) and _why_not(organization, turn, act) is None
    if not (is_own or organization.supervises(act.principal, task.role, task.unit)):
        raise NotPermitted(f"{act.by} may not {verb} {task.key}: it is claimed by {task.assignee}")


def owner(organization: Organization, turn: Turn, act: Any, verb: str) -> None:
    """The case's owner role and those above it."""
    _require_owner(organization, turn, verb, act)


def reporter(organization: Organization, turn: Turn, act: EventInput, verb: str) -> None:
    """The roles that the event names and those above them, and the owner."""
    spec = turn.procedure.definition.events.get(act.name)
    if spec is None:  # nobody may: the case refuses it as undeclared
        return
    if not any(holds_or_supervises(organization, act.principal, role) for role in spec.roles):
        _require_owner(organization, turn, f"{verb} {act.name} to", act, spec.roles)


def permit_opening(organization: Organization, procedure: Procedure, actor: str) -> None:
    """Raises NotPermitted for somebody who may not open a case: who has no part in the procedure at all. One that asks
    above whom its opener stands is anybody's who does (`refuse_beside`).
    """
    person_of(organization, actor)
    if any(spec.below_opener_as for spec in procedure.definition.data.values()):
        return
    roles = {procedure.definition.owner}
    roles.update(shape.task.role for shape in procedure.shapes.values() if shape.task is not None)
    roles.update(role for spec in procedure.definition.events.values() for role in spec.roles)
    known = sorted(roles & organization.roles.keys())
    if not any(holds_or_supervises(organization, actor, role) for role in known):
        raise NotPermitted(f"{actor} may not open a {procedure.sop}: no role of theirs has a part in it", allowed=known)


def refuse_beside(organization: Organization, definition: SopDefinition, data: Mapping[str, Any], actor: str) -> None:
    """Raises NotPermitted where the opener does not stand above whom the case is opened for."""
    for name, spec in definition.data.items():
        role, person = data.get(spec.below_opener_as or ""), data.get(name)
        if role is None or person is None:
            continue
        if not organization.holds(person, role):
            raise NotPermitted(f"{person} has not the role {role}", allowed=organization.people_of(role))
        if not organization.supervises(actor, role):
            allowed = organization.superiors(role)
            raise NotPermitted(
                f"{actor} may not open a {definition.sop} for {person}: no role above {role}", allowed=allowed
            )


def holds_or_supervises(organization: Organization, actor: str, role: str) -> bool:
    return organization.holds(actor, role) or organization.supervises(actor, role)


def _require_owner(organization: Organization, turn: Turn, what: str, act: Any, roles: tuple[str, ...] = ()) -> None:
    owning = turn.procedure.definition.owner
    if not holds_or_supervises(organization, act.principal, owning):
        allowed = (*roles, owning, *organization.superiors(owning))
        raise NotPermitted(f"{act.by} may not {what} a {turn.state.sop}", allowed=allowed)


def _why_not(organization: Organization, turn: Turn, act: TaskAct) -> Refusal | None:
    """Why the task is not the actor's. What somebody has by name, a deputy does only in a role that is lent."""
    task = find(turn, act.task)
    if act.on_behalf_of is not None and not is_deputy(organization, act.actor, act.on_behalf_of, task.role):
        return Refusal(f"{act.actor} is no deputy of {act.on_behalf_of} as {task.role}", ())
    return refusal(organization, offer_of(turn.procedure, turn.state, task), act.principal)
