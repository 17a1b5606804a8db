"""The guard before a run: it refuses news that no workflow task of its own brought.

A query that waited while no worker polled makes the SDK's core load the run and live through the events behind the last
workflow task, at that task's instant and in an order that no replay gives again, and keep the run so. The guard fails
such a query: the run leaves the cache, and the task that is due lives through all its events at once.
`docs/decisions.md` tells the mechanism.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from temporalio.bridge.proto.workflow_activation import WorkflowActivation, WorkflowActivationJob
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion

ASK_AGAIN = "The case takes in what happened while no worker answered; ask again in a moment"
"""How a refused query fails. It leaves no other trace: its case's history does not know of it."""

NEWS = frozenset(
    {
        "cancel_workflow",
        "do_update",
        "fire_timer",
        "resolve_activity",
        "resolve_child_workflow_execution",
        "resolve_child_workflow_execution_start",
        "resolve_nexus_operation",
        "resolve_nexus_operation_start",
        "resolve_request_cancel_external_workflow",
        "resolve_signal_external_workflow",
        "signal_workflow",
        "update_random_seed",
    }
)
"""Jobs that come of events or messages, and these come with a workflow task."""

NO_NEWS = frozenset({"initialize_workflow", "notify_has_patch", "query_workflow", "remove_from_cache"})
"""Jobs that begin or end a run in this worker, ask it, or prepare it for the news they come with."""

ANSWERED_AT_ONCE: Mapping[str, tuple[str, frozenset[str]]] = MappingProxyType(
    {
        "cancel_child_workflow_execution": (
            "child_workflow_seq",
            frozenset({"resolve_child_workflow_execution", "resolve_child_workflow_execution_start"}),
        ),
        "cancel_signal_workflow": ("seq", frozenset({"resolve_signal_external_workflow"})),
        "request_cancel_activity": ("seq", frozenset({"resolve_activity"})),
        "request_cancel_nexus_operation": (
            "seq",
            frozenset({"resolve_nexus_operation", "resolve_nexus_operation_start"}),
        ),
    }
)
"""Commands that the core answers by itself within the same workflow task: the field that numbers what they cancel, and
the jobs that may answer. Only what waits for the end of the cancelled is answered later, and no case asks for that."""

LEGACY_QUERY = "legacy_query"
"""The id of every query that came without a workflow task."""


class Guard:
    """Watches what one run in this worker's cache is given.

    News of one workflow task has the instant of its start and the history's size then in common with nothing before.
    """

    def __init__(self) -> None:
        self._last: tuple[int, int] | None = None
        self._cancelled: set[tuple[str, int]] = set()
        """What was cancelled at this moment: the kind of job that may answer, and the number of what was cancelled."""
        self._is_from_history = False
        """Whether all that the run was given so far is a replay of its history."""
        self._is_doubtful = False
        """Whether the replay ended in news, and nothing says yet that a task brought it: if a worker took a task and
        was lost, its start stands in the history, and a query that loads the run gives the news at that instant."""

    def refuses(self, activation: WorkflowActivation) -> bool:
        """Whether the run must not get to know this. The run is of no use then and has to leave the cache."""
        if self._is_doubtful and any(map(_is_legacy_query, activation.jobs)):
            return True
        is_brought = activation.is_replaying or _moment(activation) != self._last
        return not is_brought and any(map(self._is_unexpected, activation.jobs))

    def follow(self, activation: WorkflowActivation, completion: WorkflowActivationCompletion) -> None:
        """Takes note of what the run was given, and of what it answered."""
        has_news = any(map(_is_news, activation.jobs))
        if self._last is None:
            self._is_from_history = activation.is_replaying
        elif has_news and not activation.is_replaying:
            if _moment(activation) != self._last:
                self._is_doubtful, self._is_from_history = self._is_from_history, False
        elif any(job.HasField("query_workflow") for job in activation.jobs):
            self._is_doubtful = self._is_from_history = False
        if _moment(activation) != self._last:
            self._last = _moment(activation)
            self._cancelled.clear()
        self._cancelled.update(_cancelled_by(completion))

    def _is_unexpected(self, job: WorkflowActivationJob) -> bool:
        return _is_news(job) and (_kind(job), getattr(getattr(job, _kind(job)), "seq", -1)) not in self._cancelled


def _moment(activation: WorkflowActivation) -> tuple[int, int]:
    return activation.timestamp.ToNanoseconds(), activation.history_size_bytes


def _kind(job: WorkflowActivationJob) -> str:
    return job.WhichOneof("variant") or ""


def _is_news(job: WorkflowActivationJob) -> bool:
    """The end of a local activity is none: it comes whenever the activity ends."""
    return _kind(job) in NEWS and not job.resolve_activity.is_local


def _is_legacy_query(job: WorkflowActivationJob) -> bool:
    return job.query_workflow.query_id == LEGACY_QUERY


def _cancelled_by(completion: WorkflowActivationCompletion) -> Iterator[tuple[str, int]]:
    for command in completion.successful.commands:
        name = command.WhichOneof("variant") or ""
        if name in ANSWERED_AT_ONCE:
            number, answers = ANSWERED_AT_ONCE[name]
            for answer in answers:
                yield answer, getattr(getattr(command, name), number)


def refused(run_id: str) -> WorkflowActivationCompletion:
    """The answer that fails a query with `ASK_AGAIN` and takes the run out of the cache."""
    completion = WorkflowActivationCompletion(run_id=run_id)
    completion.failed.failure.message = ASK_AGAIN
    return completion
