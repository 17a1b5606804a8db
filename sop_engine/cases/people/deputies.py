"""Who acts for whom: a deputy, by the right of a principal who is away.

One step, and only for as long as it is so: who stands in for a deputy is nobody. What a deputy may, is judged by the
principal's posts in the roles for which the deputy is named, and by nothing else.
"""

from __future__ import annotations

from sop_engine.basis.faults import NotPermitted
from sop_engine.cases.contracts.acts import Act
from sop_engine.cases.people.identity import person_of
from sop_engine.cases.people.organization import Organization, Person


def is_deputy(organization: Organization, deputy: str, principal: str, role: str) -> bool:
    """Whether somebody acts at present for a person in a role."""
    known = organization.people.get(principal)
    is_time = principal in organization.away and deputy not in organization.away
    return known is not None and is_time and deputy != principal and deputy in known.deputies_for(role)


def by_right_of(organization: Organization, act: Act) -> Organization:
    """The organisation by which an act is judged: of the principal it knows only what the deputy may do.

    Raises NotPermitted where the actor acts for nobody but says so.
    """
    person_of(organization, act.actor)
    if act.on_behalf_of is None:
        return organization
    principal = person_of(organization, act.on_behalf_of)
    why = _no_deputy(organization, act.actor, act.on_behalf_of, principal)
    if why is not None:
        allowed = tuple(dict.fromkeys(name for named in principal.deputies.values() for name in named))
        raise NotPermitted(f"{act.actor} may not act for {act.on_behalf_of}: {why}", allowed=allowed)
    lent = principal.model_copy(
        update={
            "roles": (),
            "posts": tuple(post for post in principal.all_posts if act.actor in principal.deputies_for(post.role)),
            "administrator": False,
        }
    )
    return organization.model_copy(update={"people": {**organization.people, act.on_behalf_of: lent}})


def _no_deputy(organization: Organization, actor: str, name: str, principal: Person) -> str | None:
    if actor == name:
        return "nobody is one's own deputy"
    if not any(actor in named for named in principal.deputies.values()):
        return f"{actor} is no deputy of {name}"
    if name not in organization.away:
        return f"{name} is not away"
    if actor in organization.away:
        return f"{actor} is away as well"
    return None
