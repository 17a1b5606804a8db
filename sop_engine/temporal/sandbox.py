"""The sandbox that cases run in: the SDK's own, with our modules passed through."""

from __future__ import annotations

import dataclasses
import json
import threading
from typing import Any

from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.converter import SerializationContext, StorageDriverStoreContext
from temporalio.worker import WorkflowInstance, WorkflowInstanceDetails
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions
from temporalio.workflow import Info, SandboxImportNotificationPolicy

from sop_engine.temporal.guard import Guard, refused
from sop_engine.temporal.resets import mark_taken_again

PASSED_THROUGH = (
    "sop_engine",  # our pure rooms and contracts: checked for purity by linters, and shared for speed
    "workflows.acts",  # code of the interpreter without state of its own: executed once per process, not once per run
    "workflows.alarm",
    "workflows.background",
    "workflows.earlier_words",
    "workflows.errands",
    "workflows.leaving",
    "workflows.openers",
    "workflows.reading",
    "workflows.receiving",
    "workflows.outbox",
    "workflows.person_orders",
    "workflows.portions",
    "workflows.proofs",
    "workflows.queries",
    "workflows.relatives",
    "workflows.rungs",
    "workflows.signals",
    "workflows.step_keys",
    "workflows.updates",
    "activities",  # only named by workflows; held in one copy with the worker's
    "cryptography",  # looks for its own errors when a signature is wrong; loaded once more, it ends the process
    "jinja2",  # parses expressions; its generated code must not be imported anew in each run
    "markupsafe",  # part of jinja2
    "stdnum",  # check digits of identifiers; pure functions
    "pydantic",
    "pydantic_core",
    "annotated_types",
    "typing_extensions",
    "typing_inspection",
)


def sandbox(*, is_guarded: bool) -> SandboxedWorkflowRunner:
    """The sandbox with our modules passed through; an import that nobody declared raises.

    A worker's is guarded. A replayer's is not: it may be given events that no task has taken yet, and keeps nothing.
    """
    restrictions = SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH)
    restrictions = dataclasses.replace(
        restrictions,
        import_notification_policy=SandboxImportNotificationPolicy.RAISE_ON_UNINTENTIONAL_PASSTHROUGH,
    )
    return GuardedSandbox(restrictions=restrictions) if is_guarded else CaseSandbox(restrictions=restrictions)


class CaseSandbox(SandboxedWorkflowRunner):
    """A sandbox that is entered to run a workflow, and for nothing else."""

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        return _Undisturbed(super().create_instance(det))


class GuardedSandbox(SandboxedWorkflowRunner):
    """A case's sandbox behind a `Guard`."""

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        return _Guarded(super().create_instance(det))


class _Undisturbed(WorkflowInstance):
    """A workflow in its sandbox, whose turns end by themselves and whose payloads are converted alike everywhere.

    The SDK enters the sandbox for each payload of a task, several times, to ask in which context the payload is
    converted: a quarter of a worker's Python time. Our converters do not look at contexts.

    A turn that takes two seconds fails its task, and the run leaves the cache. The SDK raises an error in the thread of
    the turn and does not wait for its end: where the thread is just then decides whether the run can ever leave, and
    one that cannot stands still in this worker until the worker ends. Our turns end, so the thread is not named, and
    what comes next waits for it.
    """

    def __init__(self, inside: WorkflowInstance) -> None:
        self._inside = inside
        self._one_turn = threading.Lock()

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        with self._one_turn:
            return self.taken(act)

    def taken(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        give_signals_one_argument(act)
        mark_taken_again(act)
        return self._inside.activate(act)

    def get_serialization_context(self, command_info: Any) -> SerializationContext | None:
        return None

    def get_external_store_context(self, command_info: Any) -> StorageDriverStoreContext:
        return StorageDriverStoreContext(target=None)

    def get_info(self) -> Info:
        return self._inside.get_info()

    def get_thread_id(self) -> int | None:
        return None


class _Guarded(_Undisturbed):
    """A workflow that gets to know only what the guard lets pass."""

    def __init__(self, inside: WorkflowInstance) -> None:
        super().__init__(inside)
        self._guard = Guard()

    def taken(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        if self._guard.refuses(act):
            return refused(act.run_id)
        completion = super().taken(act)
        self._guard.follow(act, completion)
        return completion


def give_signals_one_argument(act: WorkflowActivation) -> None:
    """Lets a signal with several arguments come as one with an argument that says so, and that nobody can read.

    The SDK would call its handler with all of them, and the workflow task would fail with each attempt.
    """
    for job in act.jobs:
        if job.HasField("signal_workflow") and len(job.signal_workflow.input) > 1:
            said = json.dumps(f"{len(job.signal_workflow.input)} arguments").encode()
            del job.signal_workflow.input[:]
            job.signal_workflow.input.add(metadata={"encoding": b"json/plain"}, data=said)
