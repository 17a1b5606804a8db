"""Every run of every case, replayed cold, against the journal: the same steps at the same instants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHistory

from tests.chaos.auditing import Difference, Found


def check_replays(found: Found) -> Iterator[Difference]:
    for run in found.replays:
        if run.failure is not None:
            yield Difference("replay", run.case_id, f"run {run.run_id} ({run.events} events): {run.failure}")
    broken = {run.case_id for run in found.replays if run.failure is not None}
    for case_id, rows in found.journal.items():
        if case_id in broken:
            continue
        again = {
            int(step["step"]): _told(step) for run in found.replays if run.case_id == case_id for step in run.steps
        }
        kept = {int(row.step): _kept(row) for row in rows}
        for number in sorted({*again, *kept}):
            if again.get(number) != kept.get(number):
                what = f"step {number}: a replay gives {again.get(number)}, the journal has {kept.get(number)}"
                yield Difference("replay", case_id, what)


def failed_tasks(history: WorkflowHistory) -> list[str]:
    """Why workflow tasks of a run failed, kills and lost sticky workers apart."""
    return [
        event.workflow_task_failed_event_attributes.failure.message
        for event in history.events
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED
        and event.workflow_task_failed_event_attributes.failure.message
    ]


def _told(step: Mapping[str, Any]) -> tuple[str, str, str, str | None, str]:
    at = datetime.fromisoformat(step["at"])
    return step["kind"], step["name"], step["actor"], step["note"], at.isoformat()


def _kept(row: Row[Any]) -> tuple[str, str, str, str | None, str]:
    return row.kind, row.name, row.actor, row.note, row.at.isoformat()
