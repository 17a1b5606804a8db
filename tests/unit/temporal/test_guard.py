"""The guard before a run: what it lets pass and what it refuses, and that it knows every job and field it reads."""

from datetime import UTC, datetime, timedelta
from importlib.metadata import version

import pytest
from temporalio.bridge.proto.workflow_activation import WorkflowActivation, WorkflowActivationJob
from temporalio.bridge.proto.workflow_commands import WorkflowCommand
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion

from sop_engine.temporal.guard import ANSWERED_AT_ONCE, ASK_AGAIN, NEWS, NO_NEWS, Guard, refused

START = datetime(2026, 3, 2, 1, tzinfo=UTC)
QUERY, ATTACHED = "legacy_query", "query-1"


def job(kind: str, *, query: str = QUERY, number: int = 1, is_local: bool = False) -> WorkflowActivationJob:
    made = WorkflowActivationJob()
    getattr(made, kind).SetInParent()
    if kind == "query_workflow":
        made.query_workflow.query_id = query
    if kind == "resolve_activity":
        made.resolve_activity.seq, made.resolve_activity.is_local = number, is_local
    return made


class Run:
    """A run behind a guard, given one activation after another."""

    def __init__(self) -> None:
        self._guard = Guard()

    def given(
        self, at: float, *jobs: WorkflowActivationJob, replaying: bool = False, cancels: int | None = None
    ) -> bool:
        """Whether the run gets to know these jobs of the task that started after so many seconds."""
        activation = WorkflowActivation(run_id="run", jobs=jobs, is_replaying=replaying, history_size_bytes=int(at))
        activation.timestamp.FromDatetime(START + timedelta(seconds=at))
        if self._guard.refuses(activation):
            return False
        completion = WorkflowActivationCompletion(run_id="run")
        completion.successful.SetInParent()
        if cancels is not None:
            completion.successful.commands.add().request_cancel_activity.seq = cancels
        self._guard.follow(activation, completion)
        return True


def begun() -> Run:
    run = Run()
    assert run.given(0, job("initialize_workflow"))
    return run


def loaded() -> Run:
    run = Run()
    assert run.given(0, job("initialize_workflow"), replaying=True)
    return run


@pytest.mark.parametrize("kind", sorted(NEWS))
def test_news_comes_with_a_task_of_its_own(kind: str) -> None:
    for run in (begun(), loaded()):
        assert run.given(1, job(kind))
        assert not run.given(1, job(kind, number=2))
        assert not run.given(1, job("notify_has_patch"), job(kind, number=2))


@pytest.mark.parametrize("kind", sorted(NO_NEWS - {"initialize_workflow"}))
def test_other_jobs_need_none(kind: str) -> None:
    run = begun()
    assert run.given(1, job("fire_timer"))
    assert run.given(1, job(kind))


def test_the_end_of_a_local_activity_comes_when_it_comes() -> None:
    run = begun()
    assert run.given(0, job("resolve_activity", is_local=True))
    assert run.given(0.5, job("resolve_activity", is_local=True))


def test_a_replay_may_give_anything() -> None:
    run = loaded()
    assert run.given(0, job("signal_workflow"), replaying=True)
    assert not run.given(0, job("signal_workflow"))


def test_what_the_run_cancelled_is_answered_within_the_task() -> None:
    run = begun()
    assert run.given(1, job("do_update"), cancels=7)
    assert not run.given(1, job("resolve_activity", number=8))
    assert run.given(1, job("resolve_activity", number=7))
    assert run.given(2, job("fire_timer"))
    assert not run.given(2, job("resolve_activity", number=7))


def test_a_query_that_loaded_a_lost_task_is_refused() -> None:
    run = loaded()
    assert run.given(1, job("fire_timer"))
    assert run.given(1.5, job("resolve_activity", is_local=True))
    assert not run.given(1.5, job("query_workflow"), replaying=True)


@pytest.mark.parametrize("query", [QUERY, ATTACHED])
def test_a_query_is_answered_where_nothing_is_in_doubt(query: str) -> None:
    asked = job("query_workflow", query=query)
    new, old, known, at_work = begun(), loaded(), loaded(), loaded()
    assert new.given(1, job("fire_timer"))
    assert new.given(1, asked, replaying=True)
    assert old.given(1, asked, replaying=True)
    assert known.given(1, asked, replaying=True)
    assert known.given(2, job("fire_timer"))
    assert known.given(2, asked, replaying=True)
    assert at_work.given(1, job("fire_timer"))
    assert at_work.given(2, job("signal_workflow"))
    assert at_work.given(2, asked, replaying=True)


def test_a_query_that_came_with_its_task_takes_the_doubt_away() -> None:
    run = loaded()
    assert run.given(1, job("fire_timer"))
    assert run.given(1, job("query_workflow", query=ATTACHED), replaying=True)
    assert run.given(1, job("query_workflow"), replaying=True)


def test_a_refusal_fails_the_activation() -> None:
    completion = refused("run")
    assert (completion.run_id, completion.WhichOneof("status")) == ("run", "failed")
    assert completion.failed.failure.message == ASK_AGAIN


# -- what a new version of the SDK may change --------------------------------------------------------------------------


def test_every_job_of_the_sdk_is_news_or_not() -> None:
    """Where this fails, find out in the core whether the new job comes of an event, and say so in the guard."""
    kinds = [field.name for field in WorkflowActivationJob.DESCRIPTOR.oneofs_by_name["variant"].fields]
    assert sorted(NEWS | NO_NEWS) == sorted(kinds)
    assert not NEWS & NO_NEWS


def test_every_command_that_cancels_is_known() -> None:
    """But for those that the server answers, and a timer's, which nothing answers."""
    fields = {field.name: field for field in WorkflowCommand.DESCRIPTOR.oneofs_by_name["variant"].fields}
    assert {name for name in fields if "cancel" in name} - set(ANSWERED_AT_ONCE) == {
        "cancel_timer",
        "cancel_workflow_execution",
        "request_cancel_external_workflow_execution",
        "request_cancel_local_activity",
    }
    jobs = {field.name: field for field in WorkflowActivationJob.DESCRIPTOR.oneofs_by_name["variant"].fields}
    for name, (number, answers) in ANSWERED_AT_ONCE.items():
        assert number in fields[name].message_type.fields_by_name
        assert all("seq" in jobs[answer].message_type.fields_by_name for answer in answers)


def test_the_guard_was_tried_with_this_version_of_the_sdk() -> None:
    """Another needs tests/replay/test_waiting_queries.py to pass, and its core's source read anew."""
    assert version("temporalio") == "1.35.0"
