"""What tests of whole cases share: a time-skipping server, a real worker with real activities on a fresh SQLite file,
and short words for what people and machines do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from temporalio.client import Client, WorkflowHandle
from temporalio.testing import WorkflowEnvironment

import worker
from sop_engine.basis.faults import SopError
from sop_engine.cases.contracts.acts import ActResult
from sop_engine.cases.contracts.opening import OpenCaseInput
from sop_engine.cases.contracts.signals import EventSignal
from sop_engine.cases.contracts.views import CaseView, StepView
from sop_engine.content.library import Library, load_library
from sop_engine.records.engine import open_engine
from sop_engine.records.migration import migrate
from sop_engine.settings import Settings
from sop_engine.temporal.gateway import CaseGateway
from sop_engine.temporal.time_skipping import skip, time_skipping
from tests.serving import serving
from tests.whole_view import whole_view


@dataclass
class House:
    """A running installation in a test."""

    environment: WorkflowEnvironment
    settings: Settings
    library: Library
    engine: Engine
    gateway: CaseGateway

    @property
    def client(self) -> Client:
        return self.environment.client

    def handle(self, case_id: str) -> WorkflowHandle[Any, Any]:
        return self.client.get_workflow_handle(case_id)

    async def now(self) -> datetime:
        return await self.environment.get_current_time()

    async def open(self, sop: str, case_id: str, data: dict[str, Any], actor: str | None = None) -> CaseView:
        return await self.gateway.start_case(sop, case_id, OpenCaseInput(data=data, actor=actor))

    async def view(self, case_id: str) -> CaseView:
        return await whole_view(self.gateway, self.engine, case_id)

    async def act(self, case_id: str, name: str, /, **values: Any) -> ActResult:
        """Any act of a person, by the name of its update."""
        from sop_engine.cases.casework import ACTS

        return await self.gateway.update(case_id, name, ACTS[name].model.model_validate(values))

    async def complete(
        self, case_id: str, actor: str, outcome: str, task: str | None = None, **values: Any
    ) -> ActResult:
        return await self.act(case_id, "complete_task", actor=actor, outcome=outcome, task=task, **values)

    async def refused(self, case_id: str, name: str, /, **values: Any) -> SopError:
        """The refusal that an act gets; fails where it is taken."""
        try:
            answer = await self.act(case_id, name, **values)
        except SopError as error:
            return error
        raise AssertionError(f"{name} was taken: {answer}")

    async def signal(self, case_id: str, event: str, message_id: str | None = None, **data: Any) -> None:
        await self.gateway.signal(case_id, EventSignal(name=event, data=data, id=message_id))

    async def timeline(self, case_id: str) -> list[StepView]:
        return await self.gateway.query(case_id, "timeline", list[StepView])

    async def pass_time(self, length: timedelta) -> None:
        """Skips time; on a server that does not skip, this is not to be used."""
        await skip(self.client, length)

    async def pass_until(self, at: datetime) -> None:
        await self.pass_time(at - await self.now())

    async def until(self, condition: Callable[[], Any], what: str, within: float = 60) -> Any:
        """Waits for a condition on the real clock, asking again and again. Fails saying what never came."""
        loop = asyncio.get_running_loop()
        end = loop.time() + within
        while True:
            found = await condition()
            if found:
                return found
            if loop.time() > end:
                raise AssertionError(f"never came: {what}")
            await asyncio.sleep(0.05)

    async def events(self, case_id: str) -> list[int]:
        """The types of all history events of the latest run."""
        return [int(event.event_type) for event in (await self.handle(case_id).fetch_history()).events]


@asynccontextmanager
async def time_skipping_house(
    folder: Path, *, library: Library | None = None, extra: Sequence[Callable[..., Any]] = (), **options: Any
) -> AsyncIterator[House]:
    """An installation on the time-skipping server. Time stands still while the test acts, and skips in `pass_time`."""
    async with (
        time_skipping() as environment,
        house_on(environment, folder, library=library, extra=extra, **options) as house,
    ):
        yield house


@asynccontextmanager
async def house_on(
    environment: WorkflowEnvironment,
    folder: Path,
    *,
    library: Library | None = None,
    extra: Sequence[Callable[..., Any]] = (),
    **options: Any,
) -> AsyncIterator[House]:
    """A worker with every real activity on a fresh database beside a server that runs already."""
    settings = Settings(data_directory=folder, **options)
    library = library or load_library()
    engine = open_engine(settings.database_url)
    migrate(engine)
    try:
        async with serving(worker.build_worker(environment.client, settings, library, engine)):
            gateway = CaseGateway(environment.client, settings.task_queue)
            yield House(environment, settings, library, engine, gateway)
    finally:
        engine.dispose()
