"""Four eyes that the organisation cannot keep: tasks of which each pair must be different people's, and too few people.

Whoever may do one task and no other is enough for one; so every way to give the tasks to people is tried, until one
has different people where different ones are asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, product

from sop_engine.cases.lint.findings import Notebook
from sop_engine.cases.lint.naming import units_of
from sop_engine.cases.written.task import TaskSpec

MOST_TRIED = 10_000
"""Ways to give tasks to people: more than any procedure of a firm needs."""

Names = tuple[str, ...]
Pairs = Mapping[str, Names]
People = Mapping[str, Names]
"""Task -> who may do it."""


def lint_four_eyes(notes: Notebook) -> None:
    """Every `distinct_from` that names no task, and the first of several that together cannot be kept."""
    tasks = {name: shape.task for name, shape in notes.procedure.shapes.items() if shape.task is not None}
    pairs: dict[str, tuple[str, ...]] = {}
    for state, spec in tasks.items():
        path = (*notes.places[state], "task", "distinct_from")
        for other in spec.distinct_from:
            if not notes.known(path, "task", other, tasks):
                continue
            joined = _with(pairs, state, other)
            group = _group(joined, state)
            ways = {where: people for where, people in _ways(notes, tasks, group) if people}
            kept = [where for where, people in ways.items() if _can_be_kept(joined, group, people)]
            if not ways or len(kept) == len(ways):
                pairs = joined
            elif kept:
                pairs = joined
                lost = ", ".join(" and ".join(where) for where in ways if where not in kept)
                notes.warn(
                    path, f"four eyes can never be in {lost}: too few people may do '{other}' and '{state}' there"
                )
            else:
                notes.error(path, _told(group, (state, other), tuple(ways.values())))


def _told(group: Sequence[str], pair: tuple[str, str], ways: Sequence[People]) -> str:
    state, other = pair
    everybody = tuple(dict.fromkeys(person for people in ways for task in group for person in people[task]))
    alone = tuple(dict.fromkeys(person for people in ways for task in pair for person in people[task]))
    if len(alone) == 1:
        return f"four eyes can never be: {alone[0]} alone does '{other}' and '{state}'"
    if len(ways) > 1:
        return f"four eyes can never be: in no unit may two people do '{other}' and '{state}'"
    named = ", ".join(f"'{task}'" for task in group)
    message = f"four eyes can never be: {named} must be different people's, and {', '.join(everybody)}"
    return f"{message} are all who may do them"


def _ways(notes: Notebook, tasks: Mapping[str, TaskSpec], group: Sequence[str]) -> Iterator[tuple[Names, People]]:
    """Who may do each task of a group, for each way to fill the fields that say in which units they are done."""
    sources = tuple(dict.fromkeys(unit for task in group if (unit := tasks[task].unit) is not None))
    for units in islice(product(*(units_of(notes, source) for source in sources)), MOST_TRIED):
        yield units, _able(notes, tasks, group, dict(zip(sources, units, strict=True)))


def _able(notes: Notebook, tasks: Mapping[str, TaskSpec], group: Sequence[str], units: Mapping[str, str]) -> People:
    """Who may do each task; nothing where that is not known of one, or where nobody may, which is told of its role."""
    organization = notes.around.organization
    found: dict[str, tuple[str, ...]] = {}
    for state in group:
        spec = tasks[state]
        if organization is None or spec.person is not None or spec.role not in organization.roles:
            return {}
        found[state] = organization.people_of(spec.role, units.get(spec.unit or ""))
    return found if all(found.values()) else {}


def _with(pairs: Pairs, one: str, other: str) -> dict[str, tuple[str, ...]]:
    joined = dict(pairs)
    for task, partner in ((one, other), (other, one)):
        joined[task] = tuple(dict.fromkeys((*joined.get(task, ()), partner)))
    return joined


def _group(pairs: Pairs, start: str) -> tuple[str, ...]:
    """The tasks that hang together by four eyes."""
    found = [start]
    for task in found:
        found += [other for other in pairs.get(task, ()) if other not in found]
    return tuple(found)


def _can_be_kept(pairs: Pairs, group: Sequence[str], people: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether each task of a group can be somebody's so that every pair is two people's; yes where that is too much
    to try."""
    if not people:
        return True
    tried = 0
    given: list[dict[str, str]] = [{}]
    while given:
        known = given.pop()
        if len(known) == len(group):
            return True
        task = group[len(known)]
        taken = [known[other] for other in pairs.get(task, ()) if other in known]
        given += [{**known, task: person} for person in reversed(people[task]) if person not in taken]
        tried += 1
        if tried > MOST_TRIED:
            return True
    return False
