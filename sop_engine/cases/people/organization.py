"""Roles, units, people and escalation: who is who in the firm, as `sop_definitions/organization.yaml` says.

A person has posts: a role in a unit for some days. Structure is written there; who is away is a row of the register of
absences, and reaches the organisation only as it stands at present (`Organization.present`).
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable
from datetime import date
from hashlib import sha256
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from sop_engine.basis.models import Frozen, Title
from sop_engine.cases.people.firm import Firm

EVERY_ROLE = "*"
"""Under `deputies`: whatever the person does."""


class Role(Frozen):
    """A capacity in which people take part, such as `customs_declarant`."""

    title: Title
    superior: str | None = None
    """The role that supervises this one; escalations climb it."""
    external: bool = False
    """Of outside parties (customer, carrier, customs), who act through the firm's people or systems; nobody has it."""


class Unit(Frozen):
    """A company, department, team or group: where people have their posts."""

    title: Title
    kind: str = Field(min_length=1)
    """Such as `company` or `team`; a field of type `unit` may ask for one kind."""
    parent: str | None = None
    """The unit that this one is part of."""


class Post(Frozen):
    """A role that a person has, in a unit and for some days."""

    role: str
    unit: str | None = None
    """None: in the firm, and in no unit of it."""
    since: date | None = None
    """The first day."""
    until: date | None = None
    """The last day."""
    calendar: str | None = None
    """By which the person works in this post, where it is not the procedure's."""

    @model_validator(mode="after")
    def _in_order(self) -> Post:
        if self.since is not None and self.until is not None and self.until < self.since:
            raise ValueError(f"`until` {self.until} lies before `since` {self.since}")
        return self

    def is_held_on(self, day: date) -> bool:
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


def _read_key(text: str) -> str:
    """A public key as it is written. Raises ValueError for what is none."""
    try:
        key = b64decode(text, validate=True)
    except ValueError:
        key = b""
    if len(key) != 32:
        allowed = "base64 of the 32 bytes of an Ed25519 key, as `sop key show` prints it"
        raise ValueError(f"{text[:60]!r} is no public key: {allowed}")
    return b64encode(key).decode()


def fingerprint(key: str) -> str:
    """By which a public key is named where it is used."""
    return sha256(key.encode()).hexdigest()[:16]


class Person(Frozen):
    """Somebody who acts on cases."""

    name: str
    roles: tuple[str, ...] = ()
    """Posts without a unit and without an end, by their roles alone."""
    posts: tuple[Post, ...] = ()
    deputies: dict[str, tuple[str, ...]] = {}
    """Role, or `*` for every one -> who acts for this person while it is away."""
    email: str | None = None
    unit: str | None = None
    """Where the person sits; who may do what, posts say."""
    administrator: bool = False
    keys: tuple[Annotated[str, AfterValidator(_read_key)], ...] = ()
    """Public keys, of which any proves the person where an installation asks for proofs."""

    @property
    def all_posts(self) -> tuple[Post, ...]:
        return (*(Post(role=role) for role in self.roles), *self.posts)

    @property
    def all_roles(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(post.role for post in self.all_posts))

    def deputies_for(self, role: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.deputies.get(role, ()), *self.deputies.get(EVERY_ROLE, ()))))


class Organization(Firm):
    """The firm: its particulars, roles, units, people, and which role supervises which."""

    zone: str = "Asia/Shanghai"
    """Where its days begin: those of posts and absences."""
    roles: dict[str, Role]
    units: dict[str, Unit] = {}
    people: dict[str, Person]
    away: frozenset[str] = frozenset()
    """Who is away at present. No file says it: a worker knows it of the register of absences."""

    def present(self, day: date, away: Iterable[str] = ()) -> Organization:
        """The organisation as it stands on a day: the posts of that day, and who is away."""
        people = {
            name: person.model_copy(update={"posts": tuple(post for post in person.posts if post.is_held_on(day))})
            for name, person in self.people.items()
        }
        return self.model_copy(update={"people": people, "away": frozenset(away)})

    def superiors(self, role: str) -> tuple[str, ...]:
        """The chain of roles above one, nearest first; a loop ends where it would repeat."""
        chain: list[str] = []
        current = self.roles.get(role)
        while current is not None and current.superior is not None and current.superior not in chain:
            chain.append(current.superior)
            current = self.roles.get(current.superior)
        return tuple(chain)

    def around(self, unit: str) -> tuple[str, ...]:
        """The unit and those that it is part of, nearest first; a loop ends where it would repeat."""
        chain: list[str] = []
        current: str | None = unit
        while current is not None and current not in chain:
            chain.append(current)
            current = self.units[current].parent if current in self.units else None
        return tuple(chain)

    def holds(self, person: str, role: str, unit: str | None = None) -> bool:
        """Whether the person has the role; of a unit, by a post there or below."""
        known = self.people.get(person)
        return known is not None and any(
            post.role == role and (unit is None or (post.unit is not None and unit in self.around(post.unit)))
            for post in known.all_posts
        )

    def supervises(self, person: str, role: str, unit: str | None = None) -> bool:
        """Whether the person is an administrator, or has a role above the given one: of a unit, by a post there, above
        it or in no unit.
        """
        known = self.people.get(person)
        if known is None:
            return False
        above = self.superiors(role)
        return known.administrator or any(
            post.role in above and (unit is None or post.unit is None or post.unit in self.around(unit))
            for post in known.all_posts
        )

    def people_of(self, role: str, unit: str | None = None) -> tuple[str, ...]:
        return tuple(name for name in self.people if self.holds(name, role, unit))

    def supervisors_of(self, role: str, unit: str | None = None) -> tuple[str, ...]:
        """Who has the nearest role above one that anybody has; administrators are not meant."""
        for superior in self.superiors(role):
            found = tuple(
                name
                for name in self.people_of(superior)
                if not self.people[name].administrator and self.supervises(name, role, unit)
            )
            if found:
                return found
        return ()
