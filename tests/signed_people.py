"""People with keys, made of their names: who proves in tests that an act is theirs."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from sop_engine.cases.people.organization import Organization
from sop_engine.cases.people.signatures import PrivateKey


def key_of(person: str) -> PrivateKey:
    return PrivateKey.made_of(sha256(person.encode()).digest())


def with_keys(organization: Organization, people: Iterable[str]) -> Organization:
    """The organisation in which these people have their keys."""
    keyed = {name: organization.people[name].model_copy(update={"keys": (key_of(name).public,)}) for name in people}
    return organization.model_copy(update={"people": {**organization.people, **keyed}})
