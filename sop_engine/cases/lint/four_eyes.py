"""Four eyes that the organisation cannot keep: tasks of which each pair must be different people's, and too few people.

Whoever may do one task and no other is enough for one; so every way to give the tasks to people is tried, until one
has different people where different ones are asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sop_engine.cases.lint.findings import Notebook

MOST_TRIED = 10_000
"""Ways to give tasks to people: more than any procedure of a firm needs."""

Pairs = Mapping[str, tuple[str, ...]]


def lint_four_eyes(notes: Notebook) -> None:
    """Every `distinct_from` that names no task, and the first of several that together cannot be kept."""
    tasks = {name: shape.task for name, shape in notes.procedure.shapes.items() if shape.task is not None}
    pairs: dict[str, tuple[str, ...]] = {}
    for state, spec in tasks.items():
        path = (*notes.places[state], "task", "distinct_from")
        for other in spec.distinct_from:
            if not notes.known(path, "task", other, tasks) or not (able := _able(notes, (state, other))):
                continue
            joined = _with(pairs, state, other)
            group = _group(joined, state)
            people = _able(notes, group)
            if _can_be_kept(joined, group, people):
                pairs = joined
                continue
            everybody = tuple(dict.fromkeys(person for task in group for person in people[task]))
            alone = tuple(dict.fromkeys(person for each in able.values() for person in each))
            if len(alone) == 1:
                notes.error(path, f"four eyes can never be: {alone[0]} alone does '{other}' and '{state}'")
            else:
                named = ", ".join(f"'{task}'" for task in group)
                message = f"four eyes can never be: {named} must be different people's, and {', '.join(everybody)}"
                notes.error(path, f"{message} are all who may do them")


def _able(notes: Notebook, tasks: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Who may do each task; nothing where that is not known of one, or where nobody may, which is told of its role."""
    organization = notes.around.organization
    found: dict[str, tuple[str, ...]] = {}
    for state in tasks:
        spec = notes.procedure.shapes[state].task
        if organization is None or spec is None or spec.role not in organization.roles:
            return {}
        found[state] = organization.people_of(spec.role)
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
