"""The installation under the soak: the embedded server on its file, worker processes, and a mail server."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from sqlalchemy import text

from sop_engine.records.engine import open_engine
from tests.chaos.evidence import Evidence
from tests.chaos.options import Options
from tests.chaos.post_office import PostOffice, post_office
from tests.integration.installation import PROJECT, Installation, installation, until
from tests.integration.postgresql import postgresql

SITE = {"Complaint": {"first_response_within": "5 minutes"}}
"""This site's figures: short promises, so that timers ring while things are down."""
POLITE = 60.0
"""Seconds that a worker has to end by itself when asked."""
AGAIN = 0.5
"""Seconds after which a worker that ended by itself is started again, as a service manager does."""


class Stack:
    """The installation with its processes. Workers that should be up are kept up."""

    def __init__(self, house: Installation, office: PostOffice, evidence: Evidence, options: Options) -> None:
        self.house = house
        self.office = office
        self._evidence = evidence
        self._workers: list[Process | None] = [None] * options.workers
        self._wanted = [False] * options.workers
        self._keepers: list[asyncio.Task[None]] = []
        self._log: IO[bytes] = (house.settings.data_directory / "workers.log").open("ab")

    @property
    def is_up(self) -> bool:
        """Whether every worker process runs."""
        return all(worker is not None and worker.returncode is None for worker in self._workers)

    @property
    def numbers(self) -> range:
        return range(len(self._workers))

    async def start(self) -> None:
        for number in self.numbers:
            self.start_worker(number)
            self._keepers.append(asyncio.create_task(self._keep(number)))
        await until(self._answers, "an answer of a worker", within=120)

    def start_worker(self, number: int) -> None:
        self._wanted[number] = True

    async def end_worker(self, number: int, how: signal.Signals) -> None:
        """Kills the worker, or asks it to end and waits; one that does not end is killed and noted."""
        self._wanted[number] = False
        worker = self._workers[number]
        if worker is None or worker.returncode is not None:
            return
        self.signal_worker(number, how)
        try:
            await asyncio.wait_for(worker.wait(), POLITE)
        except TimeoutError:
            self._evidence.oddities.append(f"worker {number} did not end within {POLITE:.0f} s of {how.name}")
            with suppress(ProcessLookupError):
                worker.kill()
            await worker.wait()

    def signal_worker(self, number: int, how: signal.Signals) -> None:
        """Tells a worker that may be gone."""
        worker = self._workers[number]
        if worker is not None and worker.returncode is None:
            with suppress(ProcessLookupError):
                worker.send_signal(how)

    async def stop_workers(self) -> None:
        """Ends every worker for good."""
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*(self.end_worker(number, signal.SIGTERM) for number in self.numbers))

    async def stop(self) -> None:
        await self.stop_workers()
        self._log.close()

    async def _keep(self, number: int) -> None:
        while True:
            worker = self._workers[number]
            if self._wanted[number] and (worker is None or worker.returncode is not None):
                self._workers[number] = await self._spawn()
            await asyncio.sleep(AGAIN)

    async def _spawn(self) -> Process:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "worker"),
            cwd=PROJECT,
            env={**os.environ, **self.house.environment()},
            stdout=self._log,
            stderr=self._log,
        )

    async def _answers(self) -> bool:
        from sop_engine.cases.contracts.reading import CaseList, ListCasesInput

        await self.house.gateway.read("list_cases", ListCasesInput(limit=1), CaseList)
        return self.is_up


@contextmanager
def records(options: Options) -> Iterator[dict[str, Any]]:
    """The choice of database: none for SQLite in the data folder."""
    if options.database == "sqlite":
        yield {}
        return
    with postgresql() as url:
        engine = open_engine(url("postgres"))
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("CREATE DATABASE chaos TEMPLATE template0"))
        engine.dispose()
        yield {"database_url": url("chaos")}


@asynccontextmanager
async def running(folder: Path, options: Options, evidence: Evidence) -> AsyncIterator[Stack]:
    """Everything up and answering; everything down again behind it."""
    site = folder / "site.yaml"
    site.write_text(json.dumps(SITE), encoding="utf-8")
    with records(options) as choices, post_office(random.Random(options.seed)) as (office, port):
        choices |= {"parameters_file": site, "continue_after": options.continue_after}
        choices |= {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_from": "sop@harbour-bridge.example"}
        async with installation(folder, **choices) as house:
            stack = Stack(house, office, evidence, options)
            try:
                await stack.start()
                yield stack
            finally:
                await stack.stop()
