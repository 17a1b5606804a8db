"""How long a turn of a workflow may take in a worker before the SDK takes it for one that never ends."""

from __future__ import annotations

from temporalio.worker import Worker

TURN_WITHIN = 8.0
"""Seconds, less than the ten of a workflow task. The SDK gives two: some thousand signals that come with one task need
them before the case looks at any, and a busy machine takes them for much less."""


def patient(worker: Worker) -> Worker:
    """The same worker, with more time for each turn. The SDK has no parameter for it.

    Raises RuntimeError where an SDK keeps that time elsewhere.
    """
    workflows = worker._workflow_worker
    if workflows is not None:
        if not isinstance(getattr(workflows, "_deadlock_timeout_seconds", None), int | float):
            raise RuntimeError("this version of the Temporal SDK keeps the time of a turn elsewhere")
        workflows._deadlock_timeout_seconds = TURN_WITHIN  # type: ignore[assignment]
    return worker
