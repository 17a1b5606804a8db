"""Whose a chain of runs is.

A workflow of somebody else's can go on as new on our task queue, with whatever state it likes, and our own interpreter
may hand it over to a next run before its first write is refused. Ours never goes on elsewhere, so the queue of the
first run says it for all.
"""

import asyncio
from datetime import UTC, datetime, timedelta

from sop_engine.temporal.executions import ChainOf, Executions, Run
from sop_engine.temporal.queues import lasting_types

SLACK = timedelta(minutes=10)
"""By so much the server's clock may be ahead of ours."""


class Origins:
    """Tells chains of our own from others."""

    def __init__(self, executions: Executions, task_queue: str, chain_of: ChainOf) -> None:
        self._executions = executions
        self._task_queue = task_queue
        self._chain_of = chain_of

    async def is_ours(self, run: Run) -> bool:
        """Whether this worker's interpreter runs the run, and ran the first one of its chain.

        A first run that is not there any more may have been deleted by hand, to hide where it was. Then the records
        must know the chain, which only admitted runs write; of a chain that they do not know, they were lost or it is
        none of ours. The server itself forgets nothing before its retention is over, and that tells the two apart.
        """
        if run.task_queue != self._task_queue:
            return False
        if run.first_run_id == run.run_id:
            return True
        first = await self._executions.describe(run.workflow_id, run.first_run_id)
        if first is not None:
            return first.task_queue == self._task_queue
        lasting = lasting_types(self._task_queue).get(run.workflow_id)
        if lasting is not None:
            return run.workflow_type == lasting
        chain = await asyncio.to_thread(self._chain_of, run.workflow_id)
        return chain == run.first_run_id if chain is not None else await self._is_forgotten_by_time(run)

    async def _is_forgotten_by_time(self, run: Run) -> bool:
        """Whether the runs that are not there any more ended so long ago that the server has forgotten them."""
        kept_since = datetime.now(UTC) + SLACK - await self._executions.retention()
        earliest = run
        while earliest.started_at > kept_since:
            before_id = await self._executions.continued_from(run.workflow_id, earliest.run_id)
            before = await self._executions.describe(run.workflow_id, before_id) if before_id is not None else None
            if before is None:
                return False
            earliest = before
        return True
