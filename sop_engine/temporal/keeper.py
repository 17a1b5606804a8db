"""What a worker does beside its work: it sees that the watch and the duties run, measures the installation, and says
when Temporal or the records do not answer, and when they do again.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import BaseModel
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.runtime import Runtime
from temporalio.service import RPCError

from sop_engine.cases.contracts.duties import DutiesInput
from sop_engine.cases.contracts.streams import WatchStreamsInput
from sop_engine.cases.contracts.watching import WatchState
from sop_engine.temporal.metrics import Gauges
from sop_engine.temporal.queues import DUTIES, POKE, STREAMS, WATCH, duties_id, streams_id, watch_id
from sop_engine.temporal.stuck import stuck_cases

EVERY = 15.0
"""Seconds between two rounds."""
SWEPT_EVERY = timedelta(days=1)
SUMMARY = "Looks for cases ended past the engine 查看被强制终止的案件"
DUTIES_SUMMARY = "Starts the cases of recurring duties 发起定期工作的案件"
STREAMS_SUMMARY = "Looks after readings of sensors and trackers 监看传感器与定位数据流"

CountOpen = Callable[[], Mapping[tuple[str, str], int]]
"""Open cases in the records, by SOP and status."""

log = logging.getLogger(__name__)


class Keeper:
    """One per worker process."""

    def __init__(
        self,
        client: Client,
        task_queue: str,
        count_open: CountOpen,
        sweep: Callable[[datetime], int],
        *,
        has_streams: bool = False,
    ) -> None:
        self._client = client
        self._queue = task_queue
        self._count_open = count_open
        self._sweep = sweep
        self._swept_at: datetime | None = None
        self._gauges = Gauges((client.service_client.config.runtime or Runtime.default()).metric_meter)
        self._silent: set[str] = set()
        self._has_poked = False
        self._has_streams = has_streams

    async def keep(self) -> None:
        """Goes on until it is cancelled; no failure ends it."""
        address = self._client.service_client.config.target_host
        while True:
            if await self._asked(f"Temporal at {address}", self._see_to_the_watch):
                await self._asked(f"Temporal's duties at {address}", self._see_to_the_duties)
                if self._has_streams:
                    await self._asked(f"Temporal's streams at {address}", self._see_to_the_streams)
                await self._asked(f"Temporal's list of cases at {address}", self._measure_stuck)
            await self._asked("The records' database", self._measure_open)
            await self._asked("The records' files", self._see_to_the_files)
            await asyncio.sleep(EVERY)

    async def _asked(self, whom: str, ask: Callable[[], Awaitable[None]]) -> bool:
        """Whether it answered. Said once when it falls silent, and once when it answers again."""
        try:
            await ask()
        except Exception as error:
            if whom not in self._silent:
                self._silent.add(whom)
                why = error.message if isinstance(error, RPCError) else str(error)
                log.warning("%s does not answer; this worker goes on trying: %s", whom, why.partition("\n")[0])
            return False
        if whom in self._silent:
            self._silent.discard(whom)
            log.warning("%s answers again", whom)
        return True

    async def _see_to_the_watch(self) -> None:
        """Starts the watch where none runs: it never ends by itself, but anybody may terminate it."""
        await self._start(WATCH, WatchState(task_queue=self._queue), watch_id(self._queue), SUMMARY)

    async def _see_to_the_duties(self) -> None:
        """Starts the duties where nothing keeps them; a worker that starts has them looked at, by the files it read."""
        poke: dict[str, Any] = {} if self._has_poked else {"start_signal": POKE}
        given = DutiesInput(task_queue=self._queue)
        await self._start(DUTIES, given, duties_id(self._queue), DUTIES_SUMMARY, **poke)
        self._has_poked = True

    async def _see_to_the_streams(self) -> None:
        """Starts what looks after streams where nothing does."""
        given = WatchStreamsInput(task_queue=self._queue)
        await self._start(STREAMS, given, streams_id(self._queue), STREAMS_SUMMARY)

    async def _see_to_the_files(self) -> None:
        """Once a day: content that nothing refers to goes."""
        now = datetime.now(UTC)
        if self._swept_at is None or now - self._swept_at >= SWEPT_EVERY:
            await asyncio.to_thread(self._sweep, now)
            self._swept_at = now

    async def _start(self, workflow: str, given: BaseModel, workflow_id: str, said: str, **more: Any) -> None:
        """Starts one of the workflows that never end, where it does not run."""
        await self._client.start_workflow(
            workflow,
            given,
            id=workflow_id,
            task_queue=self._queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            static_summary=said,
            **more,
        )

    async def _measure_stuck(self) -> None:
        self._gauges.set_stuck([stuck.sop for stuck in await stuck_cases(self._client, self._queue)])

    async def _measure_open(self) -> None:
        self._gauges.set_open(await asyncio.to_thread(self._count_open))
