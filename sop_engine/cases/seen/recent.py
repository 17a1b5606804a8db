"""What happened lately in a case, for those who look at it. Nothing decides by it, it does not travel to the next run,
and the records have all of it.
"""

from __future__ import annotations

from typing import Any

from sop_engine.cases.contracts.limits import cut, size_of
from sop_engine.cases.contracts.views import StepView
from sop_engine.cases.running.turn import Turn

STEPS, ENTRIES = 50, 20
"""How many steps, and how many comments, attachments and documents."""

STEP_BYTES = 3_000
"""What a step may have before its long texts are cut."""

WORDS = 400
"""Bytes left of a long text."""


class Recent:
    """The last steps of a case, and what else its view shows of what happened."""

    def __init__(self) -> None:
        self.timeline: tuple[StepView, ...] = ()
        self.comments: tuple[dict[str, Any], ...] = ()
        self.attachments: tuple[dict[str, Any], ...] = ()
        self.documents: tuple[dict[str, Any], ...] = ()

    def take(self, turn: Turn) -> None:
        """Keeps what a turn brought."""
        self.timeline = (*self.timeline, *map(shortened, turn.steps))[-STEPS:]
        self.comments = (*self.comments, *_shortened(comments_of(turn.steps)))[-ENTRIES:]
        self.attachments = (*self.attachments, *_shortened(attachments_of(turn.steps)))[-ENTRIES:]
        self.documents = (*self.documents, *turn.documents)[-ENTRIES:]


def comments_of(steps: list[StepView] | tuple[StepView, ...]) -> list[dict[str, Any]]:
    """The comments among steps of the journal."""
    return [
        {"by": step.actor, "at": step.at.isoformat(), "text": step.note} for step in steps if step.kind == "comment"
    ]


def attachments_of(steps: list[StepView] | tuple[StepView, ...]) -> list[dict[str, Any]]:
    """The files among steps of the journal: attached to the case, or to a task that was completed."""
    found: list[dict[str, Any]] = []
    for step in steps:
        common = {"by": step.actor, "at": step.at.isoformat()}
        if step.kind == "attached":
            found.append({"task": None, "kind": "file", "file": step.data, **common})
        elif step.kind == "task" and isinstance(files := step.data.get("attachments"), dict):
            task = step.name.rsplit(".", 1)[0]
            found += [{"task": task, "kind": kind, "file": file, **common} for kind, file in files.items()]
    return found


def shortened(step: StepView) -> StepView:
    """The step with its long texts cut."""
    if size_of(step) <= STEP_BYTES:
        return step
    return step.model_copy(
        update={
            "note": None if step.note is None else _words(step.note),
            "changes": tuple({key: _words(value) for key, value in change.items()} for change in step.changes[:20]),
            "data": {},
        }
    )


def _shortened(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{key: _words(value) for key, value in entry.items()} for entry in entries]


def _words(value: Any) -> Any:
    """A value, or the beginning of what is written of it."""
    if size_of(value) <= WORDS:
        return value
    return cut(value if isinstance(value, str) else str(value), WORDS) + " …"
