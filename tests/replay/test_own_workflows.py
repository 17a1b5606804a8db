"""Every recorded run of the engine's own workflows replays with the present code: a worker of a later release takes
over one that sleeps, or one that is in the middle of a person's order."""

import json
import pkgutil
import re
from importlib import import_module
from inspect import getmembers, isclass
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.workflow import _Definition

import workflows
from sop_engine.temporal.queues import DISPOSAL, DUTIES, HAND_OVER, NOTICE, OWN_WORKFLOWS, STREAMS, lasting_types
from sop_engine.temporal.replaying import CaseReplayer
from tests.replay.replayed_histories import PROJECT

FOLDER = PROJECT / "tests" / "replay" / "own"
RUNS = sorted(FOLDER.glob("*/*.json"))
TIMER, UPDATE = "EVENT_TYPE_TIMER_FIRED", "EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED"
AGAIN, POKED = "EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW", "EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED"
DONE, FAILED = "EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED", "EVENT_TYPE_WORKFLOW_EXECUTION_FAILED"
ASKED = "EVENT_TYPE_ACTIVITY_TASK_SCHEDULED"


def own_types() -> dict[str, type]:
    """Every class of a workflow that is no case, by its type: a case has the name of its SOP, and its class none."""
    modules = (import_module(f"workflows.{found.name}") for found in pkgutil.iter_modules(workflows.__path__))
    classes = {each for module in modules for _, each in getmembers(module, isclass)}
    named = ((getattr(each, "__temporal_workflow_definition", None), each) for each in classes)
    return {found.name: each for found, each in named if isinstance(found, _Definition) and found.name is not None}


TYPES = own_types()


def recorded(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def history_of(path: Path, text: str) -> WorkflowHistory:
    """By its own id, from which a notice makes those of its messages."""
    started = json.loads(text)["events"][0]["workflowExecutionStartedEventAttributes"]
    return WorkflowHistory.from_json(started.get("workflowId", path.stem), text)


def kinds(path: Path) -> list[str]:
    return [event["eventType"] for event in json.loads(recorded(path))["events"]]


def of(kind: str) -> list[list[str]]:
    return [kinds(path) for path in RUNS if path.parent.name == kind]


def test_every_workflow_of_the_engine_s_own_is_known_and_has_recorded_runs() -> None:
    assert TYPES.keys() == set(OWN_WORKFLOWS) == {path.parent.name for path in RUNS}


@pytest.mark.parametrize("kind", sorted(lasting_types("sop").values()))
def test_one_that_never_ends_was_recorded_as_it_goes_on_and_as_it_sleeps(kind: str) -> None:
    assert {AGAIN in run for run in of(kind)} == {True, False}


@pytest.mark.parametrize("kind", sorted(set(OWN_WORKFLOWS) - set(lasting_types("sop").values()) - {NOTICE}))
def test_an_order_was_recorded_carried_out_and_refused(kind: str) -> None:
    assert {run[-1] for run in of(kind)} == {DONE, FAILED}


def test_the_runs_show_each_way_to_wake_and_more_than_one_bite() -> None:
    assert {TIMER, UPDATE, AGAIN, POKED} <= {kind for run in of(DUTIES) for kind in run}
    assert TIMER in {kind for run in of(STREAMS) for kind in run}
    assert max(run.count(ASKED) for run in of(DISPOSAL)) > 1
    assert max(run.count(ASKED) for run in of(HAND_OVER)) > 2


@pytest.mark.parametrize("path", RUNS, ids=lambda path: f"{path.parent.name}-{path.stem}")
async def test_a_run_replays(path: Path) -> None:
    replayed = await CaseReplayer(TYPES[path.parent.name]).replay(history_of(path, recorded(path)))
    assert replayed.failure is None


@pytest.mark.parametrize("kind", OWN_WORKFLOWS)
async def test_a_run_that_the_code_does_not_follow_is_noticed(kind: str) -> None:
    path = max((path for path in RUNS if path.parent.name == kind), key=lambda path: kinds(path).count(ASKED))
    text = re.sub(r'("activityType": \{\s*"name": ")', r"\1another_", recorded(path))
    replayed = await CaseReplayer(TYPES[kind]).replay(history_of(path, text))
    assert "Nondeterminism" in str(replayed.failure)


def test_no_run_names_the_machine_that_recorded_it() -> None:
    for path in RUNS:
        text = recorded(path)
        assert str(PROJECT) not in text
        assert re.search(r"\d@", text) is None
