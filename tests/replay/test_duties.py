"""Every recorded run of the duties replays with the present code: a worker of a later release takes over a sleeping
one."""

import json
import re
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory

from sop_engine.temporal.replaying import CaseReplayer
from tests.replay.replayed_histories import PROJECT
from workflows.duties import DutiesWorkflow

RUNS = sorted((PROJECT / "tests" / "replay" / "duties").glob("*.json"))
TIMER, UPDATE = "EVENT_TYPE_TIMER_FIRED", "EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED"
AGAIN, POKED = "EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW", "EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED"


def recorded(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def kinds(path: Path) -> list[str]:
    return [event["eventType"] for event in json.loads(recorded(path))["events"]]


def test_the_runs_show_each_way_to_wake_and_one_that_sleeps() -> None:
    seen = {kind for path in RUNS for kind in kinds(path)}
    assert {TIMER, UPDATE, AGAIN, POKED} <= seen
    assert any(AGAIN not in kinds(path) for path in RUNS)


@pytest.mark.parametrize("path", RUNS, ids=lambda path: path.stem)
async def test_a_run_replays(path: Path) -> None:
    history = WorkflowHistory.from_json("sop.duties.sop", recorded(path))
    replayed = await CaseReplayer(DutiesWorkflow).replay(history)
    assert replayed.failure is None


async def test_a_run_that_the_code_does_not_follow_is_noticed() -> None:
    path = next(path for path in RUNS if TIMER in kinds(path))
    text = recorded(path).replace('"duty_round"', '"another_round"')
    replayed = await CaseReplayer(DutiesWorkflow).replay(WorkflowHistory.from_json("sop.duties.sop", text))
    assert "Nondeterminism" in str(replayed.failure)


def test_no_run_names_the_machine_that_recorded_it() -> None:
    for path in RUNS:
        text = recorded(path)
        assert str(PROJECT) not in text
        assert re.search(r"\d@", text) is None
