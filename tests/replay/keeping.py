"""Keeping histories as files: each run of a workflow, without who recorded it and where."""

from __future__ import annotations

import json
import re
from pathlib import Path
from socket import gethostname
from typing import Any

from temporalio.api.history.v1 import WorkflowExecutionStartedEventAttributes
from temporalio.client import Client, WorkflowHistory


async def runs_in_turn(client: Client, workflow_id: str) -> list[WorkflowHistory]:
    """Each run, from the first to the latest. The server that skips time leaves the id out; here it has it."""
    runs = [await client.get_workflow_handle(workflow_id).fetch_history()]
    while before := started(runs[0]).continued_execution_run_id:
        runs.insert(0, await client.get_workflow_handle(workflow_id, run_id=before).fetch_history())
    for run in runs:
        started(run).workflow_id = workflow_id
    return runs


def started(history: WorkflowHistory) -> WorkflowExecutionStartedEventAttributes:
    return history.events[0].workflow_execution_started_event_attributes


def keep_history(path: Path, history: WorkflowHistory) -> None:
    write(path, without_place(json.loads(history.to_json())))


def without_place(value: Any) -> Any:
    """A history without who recorded it, and where."""
    if isinstance(value, dict):
        hidden = {"identity": "recorder", "stackTrace": ""}
        return {key: hidden[key] if key in hidden else without_place(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [without_place(inner) for inner in value]
    return re.sub(rf"\d+@{re.escape(gethostname())}", "recorder", value) if isinstance(value, str) else value


def write(path: Path, value: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
