"""The records' present state against the word of each live case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.chaos.auditing import Difference, Word

ENDED_TASKS = ("completed", "skipped", "cancelled")


def check_word(case_id: str, word: Word | str) -> Iterator[Difference]:
    """Journal, states, tasks, clocks and children of one case."""
    if isinstance(word, str):
        yield Difference("case", case_id, f"it cannot be asked: {word}")
        return
    if word.case is None:
        yield Difference("case", case_id, "the records do not know it")
        return
    view = word.view
    if not word.steps or word.steps[-1].step != view.step:
        last = word.steps[-1].step if word.steps else 0
        yield Difference("case", case_id, f"the journal ends with step {last}, the case with {view.step}")
    rows = {row.step: (row.kind, row.name, row.actor, row.at, row.note) for row in word.steps}
    for step in word.timeline:
        if rows.get(step.step) != (step.kind, step.name, step.actor, step.at, step.note):
            said = (step.kind, step.name, step.actor, step.at.isoformat())
            yield Difference("case", case_id, f"step {step.step} is {rows.get(step.step)}, the case says {said}")
    told = {"status": view.status, "outcome": view.outcome, "sla": view.sla, "states": {*view.states}}
    kept = {
        "status": word.case.status,
        "outcome": word.case.outcome,
        "sla": word.case.sla,
        "states": {*word.case.states},
    }
    yield from _compare("case", case_id, kept, told)
    yield from _compare(
        "tasks",
        case_id,
        {row.key: (row.state, row.assignee, row.due_at) for row in word.tasks if row.status not in ENDED_TASKS},
        {task.task: (task.state, task.assignee, task.due_at) for task in view.tasks},
    )
    # A paused clock's due instant is only what it would be at the moment of the question.
    yield from _compare(
        "clocks",
        case_id,
        {row.key: (row.status, None if row.status == "paused" else row.due_at) for row in word.clocks},
        {clock.clock: (clock.status, None if clock.status == "paused" else clock.due_at) for clock in view.clocks},
    )
    yield from _compare(
        "children",
        case_id,
        # That a child has started is no step of its parent: the records hear of it with the next one.
        {
            row.key: (row.child_id, "open" if row.status == "starting" else row.status, row.outcome)
            for row in word.children
        },
        {child.key: (child.case_id, child.status, child.outcome) for child in view.children},
    )


def _compare(about: str, case_id: str, kept: Mapping[str, Any], told: Mapping[str, Any]) -> Iterator[Difference]:
    for key in sorted({*kept, *told}):
        if kept.get(key) != told.get(key):
            yield Difference(about, case_id, f"{key}: the records have {kept.get(key)}, the case says {told.get(key)}")
