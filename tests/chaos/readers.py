"""Several clients that ask the cases all the time, as command lines and opened pages of the Web UI do."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from datetime import timedelta

from temporalio.client import Client, WorkflowQueryFailedError, WorkflowQueryRejectedError
from temporalio.service import RPCError

from sop_engine.temporal.client import connect_to
from tests.chaos.evidence import Evidence
from tests.chaos.options import Options
from tests.integration.installation import Installation

CLIENTS = 3
QUESTIONS = ("case", "tasks", "clocks", "timeline", "__temporal_workflow_metadata")
WITHIN = 10.0
"""Seconds that a question waits for its answer."""
PATIENT = 40.0
"""Seconds that a page waits that somebody keeps open."""
PAUSE = 0.3
"""The longest pause between two questions of one reader."""
CROWD = 25
"""Pages opened at once when nobody answers."""


class Readers:
    """Readers of random cases. `known` is read anew for each question."""

    def __init__(self, evidence: Evidence, options: Options, chance: random.Random) -> None:
        self._evidence = evidence
        self._options = options
        self._chance = chance
        self._clients: list[Client] = []
        self._crowd: set[asyncio.Task[None]] = set()
        self.children: set[str] = set()
        """Cases that others started."""

    async def connect(self, house: Installation) -> None:
        self._clients = [await connect_to(house.server.address) for _ in range(CLIENTS)]

    async def run(self, stop: asyncio.Event) -> None:
        await asyncio.gather(*(self._read(stop) for _ in range(self._options.readers)))
        await asyncio.gather(*self._crowd)

    def gather_round(self, first: Sequence[str]) -> None:
        """Many open the page of a case at this very moment: of these, and of any."""
        known = self._known()
        for case_id in [*first, *self._chance.sample(known, min(CROWD, len(known)))]:
            task = asyncio.create_task(self._ask(case_id, PATIENT))
            self._crowd.add(task)
            task.add_done_callback(self._crowd.discard)

    async def _read(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            if known := self._known():
                await self._ask(self._chance.choice(known), WITHIN)
            await asyncio.sleep(self._chance.random() * PAUSE)

    async def _ask(self, case_id: str, within: float) -> None:
        question = self._chance.choice(QUESTIONS)
        handle = self._chance.choice(self._clients).get_workflow_handle(case_id)
        try:
            await handle.query(question, rpc_timeout=timedelta(seconds=within))
        except RPCError as error:
            self._evidence.asked[error.status.name.lower()] += 1
        except (WorkflowQueryFailedError, WorkflowQueryRejectedError):
            self._evidence.asked["told to ask again"] += 1
        else:
            self._evidence.asked["answered"] += 1

    def _known(self) -> Sequence[str]:
        return [*self._evidence.opened, *self.children]
