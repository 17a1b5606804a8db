"""Reads the organisation's file, and what no model sees of it: names that lead nowhere, units that are part of
themselves."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import ValidationError

from sop_engine.basis.suggestion import suggestion
from sop_engine.cases.people.organization import EVERY_ROLE, Organization, Person
from sop_engine.cases.written.shape import faults_of
from sop_engine.content.yaml_files import YamlFault, YamlFile, read_noting

Found = Iterator[tuple[tuple[str | int, ...], str]]


def read_organization(path: Path, calendars: Collection[str], faults: list[YamlFault]) -> Organization | None:
    """The organisation; none, with every fault added, where the file cannot be read or has another shape."""
    file = read_noting(path, faults)
    if file is None:
        return None
    try:
        organization = Organization.model_validate(file.value)
    except ValidationError as error:
        faults += [file.fault(found.path, found.message) for found in faults_of(error, ())]
        return None
    faults += [file.fault(place, message) for place, message in _faults(organization, file, calendars)]
    return organization


def _faults(organization: Organization, file: YamlFile, calendars: Collection[str]) -> Found:
    if isinstance(file.value, dict) and "away" in file.value:
        yield ("away",), "who is away stands in the register of absences: `sop person away`"
    if not _is_zone(organization.zone):
        yield ("zone",), f"no zone is called {organization.zone!r}"
    for name, role in organization.roles.items():
        if role.superior is not None and role.superior not in organization.roles:
            yield ("roles", name, "superior"), f"unknown role {role.superior!r}"
    for name, unit in organization.units.items():
        if unit.parent is not None:
            yield from _known(("units", name, "parent"), "unit", unit.parent, organization.units)
            if unit.parent in organization.units and name in organization.around(unit.parent):
                yield ("units", name, "parent"), f"{name} would be part of itself"
    owners: dict[str, str] = {}
    for name, person in organization.people.items():
        yield from _of_person(organization, name, person, calendars)
        for index, key in enumerate(person.keys):
            if key in owners:
                yield ("people", name, "keys", index), f"{owners[key]} has that key already, so it proves nobody"
            owners[key] = name


def _of_person(organization: Organization, name: str, person: Person, calendars: Collection[str]) -> Found:
    here = ("people", name)
    for role in person.roles:
        yield from _held(organization, (*here, "roles"), role)
    for index, post in enumerate(person.posts):
        yield from _held(organization, (*here, "posts", index, "role"), post.role)
        if post.unit is not None:
            yield from _known((*here, "posts", index, "unit"), "unit", post.unit, organization.units)
        if post.calendar is not None:
            yield from _known((*here, "posts", index, "calendar"), "calendar", post.calendar, calendars)
    if person.unit is not None and organization.units:
        yield from _known((*here, "unit"), "unit", person.unit, organization.units)
    for role, deputies in person.deputies.items():
        if role != EVERY_ROLE:
            yield from _known((*here, "deputies", role), "role", role, organization.roles)
            if role in organization.roles and role not in person.all_roles:
                yield (*here, "deputies", role), f"{name} has not the role {role}, so nobody can act for {name} in it"
        for index, deputy in enumerate(deputies):
            place = (*here, "deputies", role, index)
            yield from _known(place, "person", deputy, organization.people)
            if deputy == name:
                yield place, "nobody is one's own deputy"


def _held(organization: Organization, place: tuple[str | int, ...], name: str) -> Found:
    role = organization.roles.get(name)
    if role is None:
        yield place, f"unknown role {name!r}"
    elif role.external:
        yield place, f"the role {name!r} is of an outside party; nobody here holds it"


def _known(place: tuple[str | int, ...], what: str, name: str, known: Collection[str]) -> Found:
    if name not in known:
        yield place, f"unknown {what} {name!r}{suggestion(name, known)}"


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
