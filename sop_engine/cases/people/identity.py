"""The one place where a claim becomes a person: what an act or a start says of who acts is only a claim.

Today the name alone is believed, if the organisation has it. What proves it, a signed token for instance, is to be
judged here, and everything that asks who somebody is comes through here.
"""

from __future__ import annotations

from collections.abc import Iterable

from sop_engine.basis.faults import NotPermitted
from sop_engine.basis.suggestion import nearest
from sop_engine.cases.people.organization import Organization, Person


def person_of(organization: Organization, claim: str) -> Person:
    """The person that an act says it is by. Raises NotPermitted where the organisation has none of that name."""
    person = organization.people.get(claim)
    if person is None:
        alike = nearest(claim, organization.people)
        raise NotPermitted(f"nobody called {claim!r} is known", allowed=alike or tuple(organization.people)[:12])
    return person


def refuse_without_role(
    organization: Organization, claim: str, roles: Iterable[str], why: str, *, administrators: bool = True
) -> None:
    """Raises NotPermitted for somebody who has none of the roles; an administrator has no need of one, but where that
    is said. `why` stands behind the name: `may not set a legal hold`.
    """
    person, wanted = person_of(organization, claim), tuple(roles)
    if not (administrators and person.administrator) and not set(person.all_roles) & set(wanted):
        raise NotPermitted(f"{claim} {why}", allowed=wanted)
