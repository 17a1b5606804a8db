"""Work of a case that failed and is tried again: why a case that stands open does not go on."""

from __future__ import annotations

from collections.abc import Sequence

from temporalio.client import Client
from temporalio.service import RPCError

LONGEST = 500
"""Characters told of a reason."""


async def waiting_work(client: Client, case_id: str) -> Sequence[str]:
    """Each such work of an open case with the reason, in words; nothing where the server does not know the case."""
    try:
        described = (await client.get_workflow_handle(case_id).describe()).raw_description
    except RPCError:
        return ()
    return [
        f"{pending.activity_type.name} failed and is tried again: {pending.last_failure.message[:LONGEST]}"
        for pending in described.pending_activities
        if pending.HasField("last_failure")
    ]
