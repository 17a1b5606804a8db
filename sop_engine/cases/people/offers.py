"""To whom a task is offered. Whoever asks who may take one asks here: the validator of an act, the inbox, and the
choice of a person, so that nobody is shown what is refused, or chosen for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sop_engine.basis.models import Frozen
from sop_engine.cases.people.deputies import is_deputy
from sop_engine.cases.people.organization import Organization


class Offer(Frozen):
    """What decides who may do a task."""

    role: str
    unit: str | None = None
    """Only those who have the role by a post there or below."""
    person: str | None = None
    """For whom alone it is, whatever roles that person has."""
    candidates: tuple[str, ...] = ()
    """Those of the role to whom alone it is offered."""
    assignee: str | None = None
    barred: tuple[str, ...] = ()
    """Whom four eyes keep from it."""


class Refusal(NamedTuple):
    why: str
    allowed: tuple[str, ...]


def refusal(organization: Organization, offer: Offer, person: str) -> Refusal | None:
    """Why the work is not the person's own; none where it is. Of four eyes it says nothing."""
    if person == offer.assignee:
        return None
    if offer.person is not None:
        return None if person == offer.person else Refusal("it is for another person", (offer.person,))
    if offer.candidates and person not in offer.candidates:
        return Refusal("it is offered to others", offer.candidates)
    if not organization.holds(person, offer.role, offer.unit):
        where = f" in {offer.unit}" if offer.unit is not None else ""
        return Refusal(f"it is work of {offer.role}{where}", organization.people_of(offer.role, offer.unit))
    return None


def right_to(organization: Organization, offer: Offer, actor: str) -> str | None:
    """By whose right somebody may do the work now: their own, or that of somebody who is away; none where they may not.

    What somebody else has claimed is nobody's to take.
    """
    if actor not in organization.people or actor in offer.barred:
        return None
    return next((one for one in _hands(organization, offer, actor) if _may(organization, offer, one)), None)


def _hands(organization: Organization, offer: Offer, actor: str) -> Iterator[str]:
    yield actor
    for name in sorted(organization.away - set(offer.barred)):
        if is_deputy(organization, actor, name, offer.role):
            yield name


def _may(organization: Organization, offer: Offer, one: str) -> bool:
    return offer.assignee in (None, one) and refusal(organization, offer, one) is None


def pool(organization: Organization, offer: Offer) -> tuple[str, ...]:
    """Everybody who is here and may do the work, for themselves or for somebody who is away."""
    here = (name for name in organization.people if name not in organization.away)
    return tuple(name for name in here if right_to(organization, offer, name) is not None)
