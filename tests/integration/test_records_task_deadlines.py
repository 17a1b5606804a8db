"""Rows of tasks that an earlier release wrote, by which a case's own deadline was no task's."""

from typing import Any

import pytest
from sqlalchemy import Engine

from sop_engine.cases.contracts.publishing import PublishInput
from sop_engine.records.comparing import differences, read_said, replayed_said
from sop_engine.records.publishing import Publisher
from tests.integration.published import minute, published, step, task

pytest_plugins = ("tests.integration.databases",)

CASE = "COL-1"
TASKS = (task("calling#1"), task("copying#1", due_at=minute(90)))


def written(**changes: Any) -> PublishInput:
    return published(minute(1), step(1, "opened"), case={"case_id": CASE}, tasks=TASKS).model_copy(update=changes)


PRESENT = written(task_deadlines={"calling#1": minute(30), "copying#1": minute(30)})


def told(engine: Engine) -> list[str]:
    lived = replayed_said(CASE, [PRESENT])
    return [difference.what for difference in differences(CASE, read_said(engine, CASE), lived)]


@pytest.mark.parametrize("by", [written(), PRESENT], ids=["an earlier release", "this release"])
def test_a_row_with_the_deadline_of_its_release_is_no_difference(engine: Engine, by: PublishInput) -> None:
    Publisher(engine).publish(by)
    assert told(engine) == []


def test_any_other_deadline_is_a_difference(engine: Engine) -> None:
    Publisher(engine).publish(written(task_deadlines={"calling#1": minute(31), "copying#1": minute(30)}))
    assert [what.partition(" is ")[0] for what in told(engine)] == ["calling#1: due_at"]
