"""Roles, people and escalation: who is who in the firm, as `sop_definitions/organization.yaml` says."""

from __future__ import annotations

from sop_engine.basis.models import Frozen, Title
from sop_engine.cases.people.firm import Firm


class Role(Frozen):
    """A capacity in which people take part, such as `customs_declarant`."""

    title: Title
    superior: str | None = None
    """The role that supervises this one; escalations climb it."""
    external: bool = False
    """Of outside parties (customer, carrier, customs), who act through the firm's people or systems; nobody has it."""


class Person(Frozen):
    """Somebody who acts on cases."""

    name: str
    roles: tuple[str, ...]
    email: str | None = None
    unit: str | None = None
    administrator: bool = False


class Organization(Firm):
    """The firm: its particulars, roles, people, and which role supervises which."""

    roles: dict[str, Role]
    people: dict[str, Person]

    def superiors(self, role: str) -> tuple[str, ...]:
        """The chain of roles above one, nearest first; a loop ends where it would repeat."""
        chain: list[str] = []
        current = self.roles.get(role)
        while current is not None and current.superior is not None and current.superior not in chain:
            chain.append(current.superior)
            current = self.roles.get(current.superior)
        return tuple(chain)

    def holds(self, person: str, role: str) -> bool:
        """Whether the person has the role."""
        known = self.people.get(person)
        return known is not None and role in known.roles

    def supervises(self, person: str, role: str) -> bool:
        """Whether the person has a role above the given one, or is an administrator."""
        known = self.people.get(person)
        if known is None:
            return False
        return known.administrator or any(superior in known.roles for superior in self.superiors(role))

    def people_of(self, role: str) -> tuple[str, ...]:
        return tuple(name for name, person in self.people.items() if role in person.roles)
