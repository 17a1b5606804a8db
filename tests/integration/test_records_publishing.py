"""The journal and the present state after writes that came once, again, late, or from a lost attempt."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Engine

from sop_engine.basis.faults import NotFound
from sop_engine.cases.contracts.publishing import PublishInput
from sop_engine.cases.contracts.reading import RecordedCase, TimelineInput
from sop_engine.records.publishing import Publisher, UsedIdError
from sop_engine.records.queries import CaseQueries
from tests.integration.published import case_record, child, clock, minute, published, step, task

pytest_plugins = ("tests.integration.databases",)

CASE = "CMP-2026-0001"


class Records:
    """Publishes and reads back one case."""

    def __init__(self, engine: Engine) -> None:
        self._publisher = Publisher(engine)
        self._queries = CaseQueries(engine)

    def publish(self, *writes: PublishInput) -> None:
        for write in writes:
            self._publisher.publish(write)

    def journal(self, *, superseded: bool = False) -> list[Any]:
        steps = self._queries.timeline(TimelineInput(case_id=CASE, superseded=superseded)).steps
        return [(s.step, s.name, s.superseded) if superseded else (s.step, s.name) for s in steps]

    def case(self) -> RecordedCase:
        return self._queries.read_case(CASE)

    def tasks(self) -> dict[str, str]:
        return {task.key: task.status for task in self.case().tasks}


@pytest.fixture
def records(engine: Engine) -> Records:
    return Records(engine)


def test_what_is_written_is_read_back_unchanged(records: Records) -> None:
    opened = step(1, "opened", entered=("registered",), changes=({"field": "event", "old": None, "new": "湿"},))
    late = step(
        2, "carrier.answered", happened_at=minute(-30), note="by phone", data={"days": 3, "list": [1, {"a": None}]}
    )
    full_task = task(assignee="li.na", due_at=minute(60), suspended_until=minute(5), candidates=("li.na", "王芳"))
    write = published(minute(1), opened, late, tasks=(full_task,), clocks=(clock(),), children=(child(),))
    records.publish(write)

    kept = records.case()
    assert kept.case == write.case
    assert kept.tasks == write.tasks
    assert kept.clocks == write.clocks
    assert kept.children == write.children
    assert kept.written_at == write.written_at
    assert Records.journal(records) == [(1, "opened"), (2, "carrier.answered")]
    assert records._queries.timeline(TimelineInput(case_id=CASE)).steps == write.steps


def test_the_same_write_again_changes_nothing(records: Records) -> None:
    write = published(minute(1), step(1, "opened"), clocks=(clock(),), children=(child(),))
    records.publish(write)
    once = (records.case(), records.journal(superseded=True))
    records.publish(write)
    assert (records.case(), records.journal(superseded=True)) == once


def test_a_lost_attempt_is_kept_and_replaced(records: Records) -> None:
    records.publish(
        published(minute(1), step(1, "A"), case={"status": "from A"}),
        published(minute(2), step(1, "B"), step(2, "A"), case={"status": "from B, A"}),
    )
    assert records.journal() == [(1, "B"), (2, "A")]
    assert records.journal(superseded=True) == [(1, "A", True), (1, "B", False), (2, "A", False)]
    assert records.case().case.status == "from B, A"


def test_a_lost_attempt_that_arrives_last_is_kept_as_superseded_only(records: Records) -> None:
    records.publish(
        published(minute(2), step(1, "B"), step(2, "A"), case={"status": "from B, A"}),
        published(
            minute(1), step(1, "A"), step(2, "C"), step(3, "D"), case={"status": "lost"}, tasks=(task("ghost#1"),)
        ),
    )
    assert records.journal() == [(1, "B"), (2, "A")]
    assert len(records.journal(superseded=True)) == 5
    assert records.case().case.status == "from B, A"
    assert list(records.tasks()) == ["registered#1"]


def test_both_orders_of_arrival_end_in_the_same_records(engine: Engine) -> None:
    attempts = [
        published(minute(0), step(1, "opened")),
        published(minute(1), step(2, "A"), step(3, "B"), tasks=(task("ghost#1"), task())),
        published(minute(2), step(2, "C"), tasks=(task(status="completed"), task("next#1"))),
    ]
    seen = []
    for number, order in enumerate([(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)]):
        case_id = f"CMP-{number}"
        for index in order:
            write = attempts[index]
            Publisher(engine).publish(write.model_copy(update={"case": case_record(case_id=case_id)}))
        queries = CaseQueries(engine)
        timeline = queries.timeline(TimelineInput(case_id=case_id, superseded=True))
        tasks = {each.key: each.status for each in queries.read_case(case_id).tasks}
        seen.append(([(each.step, each.name, each.superseded) for each in timeline.steps], tasks))
    journal = [(1, "opened", False), (2, "A", True), (2, "C", False), (3, "B", True)]
    assert seen == [(journal, {"registered#1": "completed", "next#1": "ready"})] * 6


def test_a_late_write_fills_its_gap_and_leaves_the_newer_state(records: Records) -> None:
    records.publish(
        published(minute(1), step(1, "opened")),
        published(minute(3), step(3, "third"), case={"status": "newest"}, tasks=(task("next#1"),)),
        published(minute(2), step(2, "second"), tasks=(task(status="completed"), task("next#1", status="claimed"))),
    )
    assert records.journal() == [(1, "opened"), (2, "second"), (3, "third")]
    assert records.case().case.status == "newest"
    assert records.tasks() == {"registered#1": "completed", "next#1": "ready"}


def test_an_empty_gap_takes_a_lost_attempt_until_the_real_step_comes(records: Records) -> None:
    records.publish(
        published(minute(3), step(2, "second")),
        published(minute(1), step(1, "lost")),
        published(minute(2), step(1, "first")),
    )
    assert records.journal() == [(1, "first"), (2, "second")]


def test_tasks_that_only_a_replaced_attempt_knew_disappear(records: Records) -> None:
    records.publish(
        published(minute(0), step(1, "opened"), tasks=(task("old#1", status="completed"), task())),
        published(minute(1), step(2, "A"), tasks=(task(status="completed"), task("ghost#1"))),
        published(minute(2), step(2, "B")),
    )
    assert records.tasks() == {"old#1": "completed", "registered#1": "ready"}


def test_tasks_that_are_not_sent_stay_as_they_are(records: Records) -> None:
    records.publish(
        published(minute(1), step(1, "opened")),
        published(minute(2), step(2, "done"), tasks=(task(status="completed"), task("next#1"))),
        published(minute(3), step(3, "noted"), tasks=(task("next#1"),)),
    )
    assert records.tasks() == {"registered#1": "completed", "next#1": "ready"}


def test_clocks_children_and_references_are_replaced_as_a_whole(records: Records) -> None:
    records.publish(
        published(minute(1), step(1, "opened"), clocks=(clock(),), children=(child(),)),
        published(
            minute(2), step(2, "next"), clocks=(clock("answer#1"),), case={"references": (("awb", "020-12345675"),)}
        ),
    )
    kept = records.case()
    assert [each.key for each in kept.clocks] == ["answer#1"]
    assert kept.children == ()
    assert kept.case.references == (("awb", "020-12345675"),)


def test_two_writes_of_one_workflow_task_end_with_the_later_step(records: Records) -> None:
    first = published(minute(1), step(1, "opened"), case={"status": "first"})
    second = published(minute(1), step(2, "next"), case={"status": "second"}, tasks=(task(status="claimed"),))
    records.publish(first, second, first)
    assert records.journal() == [(1, "opened"), (2, "next")]
    assert records.case().case.status == "second"
    assert records.tasks() == {"registered#1": "claimed"}


def test_another_chain_of_the_same_id_is_refused_and_changes_nothing(records: Records) -> None:
    second = {"first_run_id": "run-2", "status": "second"}
    records.publish(published(minute(1), step(1, "opened"), step(2, "went"), tasks=(task("old#1"),)))
    with pytest.raises(UsedIdError, match="that of another case"):
        records.publish(published(minute(5), step(1, "opened again"), case=second, tasks=(task("new#1"),)))
    assert records.journal() == [(1, "opened"), (2, "went")]
    assert len(records.journal(superseded=True)) == 2
    assert records.case().case.status != "second"
    assert records.tasks() == {"old#1": "ready"}


def test_attempts_at_the_same_moment_end_as_if_one_after_the_other(engine: Engine) -> None:
    writes = [published(minute(number), *(step(s, f"{number}.{s}") for s in (1, 2))) for number in range(8)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(Publisher(engine).publish, writes))
    records = Records(engine)
    assert records.journal() == [(1, "7.1"), (2, "7.2")]
    assert len(records.journal(superseded=True)) == 16
    assert records.case().written_at == minute(7)


def test_a_naive_instant_is_refused_and_nothing_is_written(records: Records) -> None:
    with pytest.raises(Exception, match="has no zone"):
        records.publish(published(minute(1).replace(tzinfo=None), step(1, "opened")))
    with pytest.raises(NotFound):
        records.case()
