"""Every activity is either declared a read or is done for one case; nothing else can be registered unnoticed."""

import dataclasses
import inspect
import typing
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import create_engine
from temporalio.testing import ActivityEnvironment

from activities.access import Guard, is_read, reads
from activities.work_rules import load_work_rules
from sop_engine.basis.faults import ForeignRun
from sop_engine.cases.contracts.base import ActivityInput, ForCase
from sop_engine.cases.contracts.opening import LoadInput
from sop_engine.content.library import content_root, load_library
from sop_engine.records.engine import open_engine, read_only, writing
from sop_engine.settings import read_settings
from sop_engine.temporal.executions import Executions, Run
from sop_engine.temporal.writes import ERRANDS, kind_of
from worker import activities


def of_a_worker() -> list[Callable[..., Any]]:
    engine = create_engine("sqlite://")
    return list(activities(read_settings({}), load_library(), engine, load_work_rules(content_root())))


@pytest.mark.parametrize("activity", of_a_worker(), ids=lambda activity: activity.__name__)
def test_an_activity_reads_or_is_done_for_one_case(activity: Callable[..., Any]) -> None:
    parameters = list(inspect.signature(activity).parameters)
    if is_read(activity):
        assert all(issubclass(typing.get_type_hints(activity)[name], ActivityInput) for name in parameters)
        return
    assert len(parameters) == 1, f"{activity.__name__} is neither a read nor takes one input of a case"
    taken = typing.get_type_hints(activity)[parameters[0]]
    assert issubclass(taken, ForCase), f"{activity.__name__} is neither a read nor done for one case"


@pytest.mark.parametrize("activity", of_a_worker(), ids=lambda activity: activity.__name__)
def test_an_activity_reads_or_says_what_it_writes(activity: Callable[..., Any]) -> None:
    """A repair carries out again what writes for a case; what it does not know of would be lost."""
    assert is_read(activity) != (kind_of(activity) is not None)
    taken = typing.get_type_hints(activity)
    if kind_of(activity) in ERRANDS:
        assert all(name in taken["given"].model_fields for name in ("key",)), "an errand is known by its key"


def test_an_activity_that_nobody_thought_about_is_no_read() -> None:
    def forgotten() -> None: ...

    assert not is_read(forgotten)
    assert is_read(reads(forgotten))


def test_what_is_declared_a_read_cannot_write() -> None:
    engine = open_engine("sqlite://")
    with read_only(), pytest.raises(RuntimeError, match="read only"), writing(engine):
        pass
    with writing(engine):
        pass


OURS = "sop"
CHAINS = {
    "ours": [OURS, OURS, OURS],
    "begun elsewhere": ["elsewhere", OURS],
    "begun elsewhere and handed on by our own interpreter": ["elsewhere", OURS, OURS],
}


class Runs(Executions):
    """Chains of runs as the server would tell them, each run on the task queue named."""

    def __init__(self, queues: list[str], forgotten: int = 0) -> None:
        self._queues = queues
        self._forgotten = forgotten

    async def describe(self, workflow_id: str, run_id: str | None = None) -> Run | None:
        number = int(run_id or 0)
        if number < self._forgotten:
            return None
        at = datetime(2026, 11, 30, tzinfo=UTC)
        return Run(workflow_id, str(number), "0", "Complaint", self._queues[number], 1, at, None, None)

    async def continued_from(self, workflow_id: str, run_id: str) -> str | None:
        return str(int(run_id) - 1)


@pytest.mark.parametrize("chain", CHAINS)
async def test_what_a_run_asks_for_is_done_where_its_chain_began_here(chain: str) -> None:
    queues = CHAINS[chain]
    guard = Guard(Runs(queues), OURS, lambda _: None)
    environment = ActivityEnvironment()
    environment.info = dataclasses.replace(environment.info, workflow_id="C-1", workflow_run_id=str(len(queues) - 1))
    asked = LoadInput(sop="Complaint", version=None, opened_at=datetime(2026, 11, 30, tzinfo=UTC), case_id="C-1")
    if chain == "ours":
        await environment.run(guard.admit, asked)
    else:
        with pytest.raises(ForeignRun, match="is no run of this engine"):
            await environment.run(guard.admit, asked)


async def test_a_case_whose_first_run_the_server_forgot_outlives_its_records() -> None:
    guard = Guard(Runs([OURS] * 3, forgotten=1), OURS, lambda _: None)
    environment = ActivityEnvironment()
    environment.info = dataclasses.replace(environment.info, workflow_id="C-1", workflow_run_id="2")
    asked = LoadInput(sop="Complaint", version=None, opened_at=datetime(2026, 11, 30, tzinfo=UTC))
    await environment.run(guard.admit, asked)


@pytest.mark.parametrize(
    ("workflow_id", "known", "is_admitted"),
    [
        ("sop.watch.sop", None, True),
        ("sop.duties.sop", None, True),
        ("sop.records.sop", None, True),
        ("C-1", "0", True),
        ("C-1", None, False),
        ("C-1", "another", False),
    ],
)
async def test_a_chain_whose_runs_the_server_forgot_is_ours_if_it_lasts_or_the_records_know_it(
    workflow_id: str, known: str | None, is_admitted: bool
) -> None:
    """A run of the duties may sleep longer than the one before it is kept."""
    guard = Guard(Runs([OURS] * 3, forgotten=2), OURS, lambda _: known)
    environment = ActivityEnvironment()
    environment.info = dataclasses.replace(environment.info, workflow_id=workflow_id, workflow_run_id="2")
    asked = LoadInput(sop="Complaint", version=None, opened_at=datetime(2026, 11, 30, tzinfo=UTC))
    if is_admitted:
        await environment.run(guard.admit, asked)
    else:
        with pytest.raises(ForeignRun, match="is no run of this engine"):
            await environment.run(guard.admit, asked)
