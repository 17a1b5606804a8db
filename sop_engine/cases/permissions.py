"""Who may do what: roles and supervision decide, judged by the worker's present copy of the organisation.

The owner of a case is its SOP's `owner` role. A supervisor of a role is anybody with a role above it, or an
administrator.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sop_engine.cases.contracts.acts import Act, AssignTaskInput, DelegateTaskInput, EventInput, TaskAct
from sop_engine.cases.faults import NotPermitted
from sop_engine.cases.identity import person_of
from sop_engine.cases.organization import Organization
from sop_engine.cases.procedure import Procedure
from sop_engine.cases.state import HumanTask
from sop_engine.cases.tasks import find
from sop_engine.cases.turn import Turn

HOLDERS = ("complete_task", "claim_task", "delegate_task")
"""Acts of those who do the work."""

SUPERVISORS = ("assign_task", "skip_task")
"""Acts of those above the role of the task."""

OWNERS = ("amend", "hold", "resume", "cancel", "move_deadline", "resolve_incident")
"""Acts of the case's owner role and those above it."""


def permit(organization: Organization, turn: Turn, name: str, act: Act) -> None:
    """Raises NotPermitted where the actor's roles do not allow the act."""
    person_of(organization, act.actor)
    if isinstance(act, TaskAct):
        _permit_task(organization, turn, find(turn, act.task), name, act)
    elif name in OWNERS:
        _require_owner(organization, turn, _VERBS.get(name, name), act.actor)
    elif isinstance(act, EventInput):
        spec = turn.procedure.definition.events.get(act.name)
        if spec is None:  # nobody may: the case refuses it as undeclared
            return
        if not any(holds_or_supervises(organization, act.actor, role) for role in spec.roles):
            _require_owner(organization, turn, f"report {act.name} to", act.actor, spec.roles)


def permit_opening(organization: Organization, procedure: Procedure, actor: str) -> None:
    """Raises NotPermitted for somebody who may not open a case: who has no part in the procedure at all."""
    person_of(organization, actor)
    roles = {procedure.definition.owner}
    roles.update(shape.task.role for shape in procedure.shapes.values() if shape.task is not None)
    roles.update(role for spec in procedure.definition.events.values() for role in spec.roles)
    known = sorted(roles & organization.roles.keys())
    if not any(holds_or_supervises(organization, actor, role) for role in known):
        raise NotPermitted(f"{actor} may not open a {procedure.sop}: no role of theirs has a part in it", allowed=known)


def holds_or_supervises(organization: Organization, actor: str, role: str) -> bool:
    return organization.holds(actor, role) or organization.supervises(actor, role)


def _require_owner(organization: Organization, turn: Turn, what: str, actor: str, roles: tuple[str, ...] = ()) -> None:
    owner = turn.procedure.definition.owner
    if not holds_or_supervises(organization, actor, owner):
        allowed = (*roles, owner, *organization.superiors(owner))
        raise NotPermitted(f"{actor} may not {what} a {turn.state.sop}", allowed=allowed)


def _permit_task(organization: Organization, turn: Turn, task: HumanTask, name: str, act: TaskAct) -> None:
    role = task.role
    supervises = organization.supervises(act.actor, role)
    holds = organization.holds(act.actor, role) or task.assignee == act.actor
    verb = _VERBS.get(name, name.replace("_", " "))
    candidates = _candidates(turn, task)
    if name in HOLDERS and candidates and act.actor not in (*candidates, task.assignee):
        raise NotPermitted(f"{act.actor} may not {verb} {task.key}: it is offered to others", allowed=candidates)
    if name in HOLDERS and not holds:
        raise NotPermitted(
            f"{act.actor} may not {verb} {task.key}: it is work of {role}", allowed=organization.people_of(role)
        )
    if name in SUPERVISORS and not supervises:
        raise NotPermitted(f"{act.actor} may not {verb} {task.key}", allowed=organization.superiors(role))
    if name in ("release_task", "suspend_task") and not (
        supervises or task.assignee == act.actor or (holds and task.assignee is None)
    ):
        raise NotPermitted(f"{act.actor} may not {verb} {task.key}: it is claimed by {task.assignee}")
    if isinstance(act, AssignTaskInput | DelegateTaskInput) and not organization.holds(act.to, role):
        raise NotPermitted(f"{act.to} has not the role {role}", allowed=organization.people_of(role))


def _candidates(turn: Turn, task: HumanTask) -> tuple[str, ...]:
    """To whom alone the task is offered; once a rung gave it to another role, to nobody in particular."""
    spec = turn.procedure.shapes[task.state].task
    return spec.candidates if spec is not None and task.role == spec.role else ()


_VERBS: Mapping[str, str] = MappingProxyType(
    {
        "complete_task": "complete",
        "claim_task": "claim",
        "release_task": "release",
        "assign_task": "assign",
        "delegate_task": "delegate",
        "skip_task": "skip",
        "suspend_task": "suspend",
        "move_deadline": "move a deadline of",
        "resolve_incident": "resolve an incident of",
    }
)
