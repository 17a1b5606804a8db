"""Every activity is either declared a read or is done for one case; nothing else can be registered unnoticed."""

import dataclasses
import inspect
import typing
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import create_engine
from temporalio.testing import ActivityEnvironment

from activities.access import Guard, brings_content, is_read, is_read_for_its_case, reads
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
    if brings_content(activity):
        assert kind_of(activity) == "piece", "whoever comes along may keep content, and nothing else"
        return
    assert len(parameters) == 1, f"{activity.__name__} is neither a read nor takes one input of a case"
    taken = typing.get_type_hints(activity)[parameters[0]]
    assert issubclass(taken, ForCase), f"{activity.__name__} is neither a read nor done for one case"


@pytest.mark.parametrize("activity", of_a_worker(), ids=lambda activity: activity.__name__)
def test_an_activity_reads_or_says_what_it_writes(activity: Callable[..., Any]) -> None:
    """A repair carries out again what writes for a case; what it does not know of would be lost."""
    is_any_read = is_read(activity) or is_read_for_its_case(activity)
    assert is_any_read != (kind_of(activity) is not None)
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


DAY = timedelta(days=1)


class Runs(Executions):
    """Chains of runs as the server would tell them, each run on the task queue named and begun after the one before."""

    def __init__(self, queues: list[str], forgotten: int = 0, sop: str = "Complaint", kept: timedelta = DAY) -> None:
        self._queues = queues
        self._forgotten = forgotten
        self._sop = sop
        self._kept = kept

    async def describe(self, workflow_id: str, run_id: str | None = None) -> Run | None:
        number = int(run_id or 0)
        if number < self._forgotten:
            return None
        at = datetime.now(UTC) - 2 * DAY + number * timedelta(hours=1)
        return Run(workflow_id, str(number), "0", self._sop, self._queues[number], 1, at, None, None)

    async def continued_from(self, workflow_id: str, run_id: str) -> str | None:
        return str(int(run_id) - 1)

    async def retention(self) -> timedelta:
        return self._kept


async def judge(runs: Runs, workflow_id: str, run: int, known: str | None, *, is_ours: bool) -> None:
    """Has an activity asked for by a run; fails unless it is admitted or refused as it should be."""
    guard = Guard(runs, OURS, lambda _: known)
    environment = ActivityEnvironment()
    environment.info = dataclasses.replace(environment.info, workflow_id=workflow_id, workflow_run_id=str(run))
    asked = LoadInput(sop="Complaint", version=None, opened_at=datetime(2026, 11, 30, tzinfo=UTC))
    if is_ours:
        await environment.run(guard.admit, asked)
    else:
        with pytest.raises(ForeignRun, match="is no run of this engine"):
            await environment.run(guard.admit, asked)


@pytest.mark.parametrize("chain", CHAINS)
async def test_what_a_run_asks_for_is_done_where_its_chain_began_here(chain: str) -> None:
    queues = CHAINS[chain]
    await judge(Runs(queues), "C-1", len(queues) - 1, None, is_ours=chain == "ours")


@pytest.mark.parametrize(("known", "is_ours"), [("0", True), ("another", False)])
@pytest.mark.parametrize("kept", [DAY, 30 * DAY])
@pytest.mark.parametrize("forgotten", [1, 2])
async def test_of_a_chain_whose_first_run_is_gone_the_records_know_whose_it_is(
    forgotten: int, kept: timedelta, known: str, is_ours: bool
) -> None:
    await judge(Runs([OURS] * 3, forgotten, kept=kept), "C-1", 2, known, is_ours=is_ours)


@pytest.mark.parametrize("forgotten", [1, 2])
async def test_a_case_whose_first_run_the_server_forgot_outlives_its_records(forgotten: int) -> None:
    await judge(Runs([OURS] * 3, forgotten), "C-1", 2, None, is_ours=True)


@pytest.mark.parametrize("forgotten", [1, 2])
async def test_a_first_run_that_went_before_its_time_was_deleted_by_hand(forgotten: int) -> None:
    """Where it was, nobody can tell any more, and the records have taken nothing of the chain."""
    await judge(Runs([OURS] * 3, forgotten, kept=30 * DAY), "C-1", 2, None, is_ours=False)


@pytest.mark.parametrize(
    ("workflow_id", "sop"),
    [("sop.watch.sop", "SopWatch"), ("sop.duties.sop", "SopDuties"), ("sop.records.sop", "SopRecords")],
)
async def test_what_lasts_outlives_the_retention_of_its_first_run_and_is_of_its_own_type(
    workflow_id: str, sop: str
) -> None:
    """A run of the duties may sleep longer than the one before it is kept."""
    await judge(Runs([OURS] * 3, 2, sop), workflow_id, 2, None, is_ours=True)
    await judge(Runs([OURS] * 3, 2), workflow_id, 2, None, is_ours=False)
