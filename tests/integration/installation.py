"""A whole installation for tests of durability: the embedded server on its database file, and workers that can be
killed. The journal is read from the records, past every case."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from inspect import isawaitable
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Row, select
from temporalio.client import Client, WorkflowHandle, WorkflowHistory
from temporalio.service import RPCError

import worker
from sop_engine.basis.faults import SopError
from sop_engine.cases.casework import ACTS
from sop_engine.cases.contracts.acts import ActResult
from sop_engine.cases.contracts.opening import OpenCaseInput
from sop_engine.cases.contracts.signals import EventSignal
from sop_engine.cases.contracts.views import CaseView, StepView
from sop_engine.content.library import Library, load_library
from sop_engine.records.cases import StepRow
from sop_engine.records.engine import open_engine
from sop_engine.records.migration import migrate
from sop_engine.settings import PREFIX, Settings
from sop_engine.temporal.client import connect_to
from sop_engine.temporal.gateway import CaseGateway
from sop_engine.temporal.server import EmbeddedServer
from tests.serving import serving
from tests.whole_view import whole_view

PROJECT = Path(__file__).parents[2]
PATIENCE = 40.0
"""Seconds within which what was killed must have recovered: the server takes ten to notice."""


@dataclass
class Installation:
    """What a test does to an installation, and what it reads from it."""

    server: EmbeddedServer
    settings: Settings
    client: Client
    engine: Engine
    gateway: CaseGateway = field(init=False)

    def __post_init__(self) -> None:
        self.gateway = CaseGateway(self.client, self.settings.task_queue)

    # -- acting --------------------------------------------------------------------------------------------------------

    def handle(self, case_id: str) -> WorkflowHandle[Any, Any]:
        return self.client.get_workflow_handle(case_id)

    async def open(self, sop: str, case_id: str, data: Mapping[str, Any], actor: str | None = None) -> CaseView:
        return await self.gateway.start_case(sop, case_id, OpenCaseInput(data=dict(data), actor=actor))

    async def start(self, sop: str, case_id: str, data: Mapping[str, Any]) -> WorkflowHandle[Any, Any]:
        """Starts a case without waiting for it; a lost workflow task is noticed after two seconds, not ten."""
        return await self.client.start_workflow(
            sop,
            OpenCaseInput(data=dict(data)),
            id=case_id,
            task_queue=self.settings.task_queue,
            task_timeout=timedelta(seconds=2),
        )

    async def act(self, case_id: str, name: str, /, **values: Any) -> ActResult:
        return await self.gateway.update(case_id, name, ACTS[name].model.model_validate(values))

    async def refused(self, case_id: str, name: str, /, **values: Any) -> SopError:
        """The refusal that an act gets; fails where it is taken."""
        try:
            answer = await self.act(case_id, name, **values)
        except SopError as error:
            return error
        raise AssertionError(f"{name} was taken: {answer}")

    async def signal(self, case_id: str, event: str, message_id: str | None = None, **data: Any) -> None:
        await self.gateway.signal(case_id, EventSignal(name=event, data=data, id=message_id))

    # -- reading -------------------------------------------------------------------------------------------------------

    async def view(self, case_id: str) -> CaseView:
        return await whole_view(self.gateway, self.engine, case_id)

    async def timeline(self, case_id: str) -> list[StepView]:
        return await self.gateway.query(case_id, "timeline", list[StepView])

    async def history(self, case_id: str, run_id: str | None = None) -> WorkflowHistory:
        return await self.client.get_workflow_handle(case_id, run_id=run_id).fetch_history()

    def journal(self, case_id: str, *, superseded: bool = False) -> list[Row[Any]]:
        """The rows of a case's journal in order: those that stand, or those that were replaced."""
        table = StepRow.table()
        chosen = select(table).where(table.c.case_id == case_id, table.c.superseded == superseded)
        with self.engine.connect() as connection:
            rows = connection.execute(chosen.order_by(table.c.first_run_id, table.c.step, table.c.written_at))
            return list(rows)

    def unbroken_journal(self, case_id: str) -> list[Row[Any]]:
        """The standing rows; fails unless they are numbered 1, 2, 3, … without a gap or a double."""
        rows = self.journal(case_id)
        assert [row.step for row in rows] == list(range(1, len(rows) + 1)), case_id
        return rows

    async def published_journal(self, case_id: str) -> list[Row[Any]]:
        """The journal once it has come as far as the case; fails where it is broken or tells something else."""
        told = {step.step: (step.kind, step.name, step.actor) for step in await self.timeline(case_id)}
        last = max([(await self.view(case_id)).step, *told])
        await until(lambda: len(self.journal(case_id)) >= last, f"{last} steps of {case_id}")
        rows = self.unbroken_journal(case_id)
        assert {row.step: (row.kind, row.name, row.actor) for row in rows if row.step in told} == told
        return rows

    # -- workers -------------------------------------------------------------------------------------------------------

    @asynccontextmanager
    async def worker(self, library: Library | None = None) -> AsyncIterator[None]:
        """A worker in this process."""
        library = library or load_library(parameters_file=self.settings.parameters_file)
        async with serving(worker.build_worker(self.client, self.settings, library, self.engine)):
            yield

    async def worker_process(self, module: str = "worker", **environment: str) -> Process:
        """A worker in a process of its own, as an installation starts it."""
        return await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", module),
            cwd=PROJECT,
            env=self.environment(**environment),
        )

    def environment(self, **more: str) -> dict[str, str]:
        """What a process of this installation finds in its environment."""
        chosen = self.settings.model_dump(mode="json", include=self.settings.model_fields_set)
        return {
            **os.environ,
            "TEMPORAL_ADDRESS": self.server.address,
            **{PREFIX + name.upper(): str(value) for name, value in chosen.items() if value is not None},
            **more,
        }


@asynccontextmanager
async def installation(folder: Path, **choices: Any) -> AsyncIterator[Installation]:
    """A server and empty records in a folder; no worker yet."""
    settings = Settings(data_directory=folder, **choices)
    async with EmbeddedServer(folder, ui=False) as server:
        engine = open_engine(settings.database_url)
        migrate(engine)
        try:
            yield Installation(server, settings, await connect_to(server.address), engine)
        finally:
            engine.dispose()


async def until(condition: Callable[[], Any], what: str, within: float = PATIENCE) -> Any:
    """Asks again and again until the condition holds; fails saying what never came. A server that is down says no."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within
    while loop.time() < deadline:
        with suppress(RPCError, SopError):
            found = condition()
            if isawaitable(found):
                found = await found
            if found:
                return found
        await asyncio.sleep(0.05)
    raise AssertionError(f"never came: {what}")


async def kill(process: Process) -> None:
    """Ends a process as a power cut would."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
