"""Who is who at present, as the command line asks it of a worker."""

from __future__ import annotations

from datetime import date

from sop_engine.cases.contracts.base import ActivityInput, Contract


class ListPeopleInput(ActivityInput):
    """Activity `list_people`: the people who meet every condition."""

    person: str | None = None
    role: str | None = None
    unit: str | None = None
    """With `role`: by a post there or below. Without: with any post there or below."""
    away: bool = False
    """Only those who are away."""


class PersonLine(Contract):
    """One person, by the posts of today."""

    person: str
    name: str
    posts: tuple[str, ...]
    """Roles, with ` @ unit` where the post is in one."""
    is_away: bool
    deputies: dict[str, tuple[str, ...]]
    acts_for: tuple[str, ...]
    """Who is away, and for whom this person acts now."""


class People(Contract):
    people: tuple[PersonLine, ...]
    today: date
    """The firm's day, by which it is told."""
