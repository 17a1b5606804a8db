"""Which updates a reset takes again: those that come to a run together with its new seed of randomness.

The server draws the seed anew where it resets a run, and history keeps it, so a replay finds the same updates. The id
of a run would tell as much of one that is lived, but a replay does not know it; and the SDK hands the seed to a
workflow only after the updates that came with it.
"""

from __future__ import annotations

from temporalio.api.common.v1 import Payload
from temporalio.bridge.proto.workflow_activation import WorkflowActivation

_MARK = "sop-taken-again"


def mark_taken_again(act: WorkflowActivation) -> None:
    """Marks the inputs of the updates that a reset takes again, and none that a client marked."""
    is_reset = any(job.HasField("update_random_seed") for job in act.jobs)
    for job in act.jobs:
        if job.HasField("do_update"):
            for payload in job.do_update.input:
                payload.metadata.pop(_MARK, None)
                if is_reset:
                    payload.metadata[_MARK] = b""


def is_taken_again(payload: Payload) -> bool:
    """Whether a payload is the input of an update that a reset takes again."""
    return _MARK in payload.metadata
