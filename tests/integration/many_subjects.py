"""One period of a duty for many customers, on a real server, the worker killed in the middle:
`python -m tests.integration.many_subjects --customers 2000`.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory

from sqlalchemy import func, select
from temporalio.client import WorkflowExecution

from sop_engine.cases.contracts.duties import ApplyDutiesInput, RunDutyInput
from sop_engine.cases.contracts.registers import GivenRow, KeepRowsInput
from sop_engine.content.library import content_root
from sop_engine.records.duties import FOUND, STARTED, DutyPeriodRow
from sop_engine.temporal.duties_gateway import DutiesGateway
from sop_engine.temporal.queues import DUTIES, duties_id
from sop_engine.temporal.registers_gateway import RegistersGateway
from tests.integration.installation import Installation, installation, kill, until
from tests.integration.worker_process import process
from tests.workflows.duty_house import ADMINISTRATOR, CLERK, library_of_chores

STATEMENTS = """
statement:
  title: {en: Statement, zh: 对账单}
  sop: Chore
  every: year
  on: first working day
  at: "09:00"
  calendar: cn_office
  for_each: {register: customers}
  with: {period: period.key}
"""
PERIOD = "2020"
WITHIN = 600.0
ROWS = DutyPeriodRow.table()


@dataclass(frozen=True)
class Seen:
    """What was there at the end."""

    executions: int
    cases: int
    """Ids of cases; fewer than executions where one was started twice."""
    rows: int
    """Periods that are started."""
    found: int
    """Of these, started by the worker that was killed before it could say so."""
    most_a_second: int
    rounds: int
    most_events: int
    """Of one round's history."""
    seconds: float
    """From the order to the last start."""


async def started_for(customers: int, folder: Path) -> Seen:
    """Everything is due at one instant; the worker is killed once a third is started, and another goes on."""
    root = folder / "content"
    copytree(content_root(), root)
    library_of_chores(root, STATEMENTS)
    async with installation(folder / "house") as house:
        async with _worker(house, root):
            await _keep(house, customers)
            duties = DutiesGateway(house.gateway)
            content = (await duties.differences()).content
            await duties.apply(ApplyDutiesInput(actor=ADMINISTRATOR, content=content))
            begun = time.time()
            await duties.run(RunDutyInput(actor=CLERK, duty="statement", period=PERIOD))
            await until(lambda: started_rows(house) >= customers // 3, "a third of the cases", within=WITHIN)
        async with _worker(house, root):
            await until(lambda: started_rows(house) == customers, "all cases", within=WITHIN)
            cases = await until(lambda: _all(house, "Chore", customers), "the last case in the list", within=WITHIN)
            rounds = await _list(house, DUTIES)
    starts = [case.start_time.timestamp() for case in cases]
    return Seen(
        executions=len(cases),
        cases=len({case.id for case in cases}),
        rows=started_rows(house),
        found=started_rows(house, FOUND),
        most_a_second=max(Counter(map(int, starts)).values()),
        rounds=len(rounds),
        most_events=max(each.history_length for each in rounds),
        seconds=max(starts) - begun,
    )


def started_rows(house: Installation, reason: str | None = None) -> int:
    chosen = select(func.count()).select_from(ROWS).where(ROWS.c.status == STARTED)
    chosen = chosen if reason is None else chosen.where(ROWS.c.reason == reason)
    with house.engine.connect() as connection:
        return connection.scalar(chosen) or 0


@asynccontextmanager
async def _worker(house: Installation, root: Path) -> AsyncIterator[None]:
    """One that is killed at the end."""
    duties = duties_id(house.settings.task_queue)
    async with process(house, "tests.integration.content_worker", CONTENT=str(root)) as running:
        await until(lambda: house.gateway.is_running(duties), "the duties that a worker keeps")
        yield
        await kill(running)


async def _keep(house: Installation, customers: int) -> None:
    names = (f"C-{number:04}" for number in range(customers))
    rows = tuple(GivenRow(values={"customer_no": name, "name": name, "grade": "B"}) for name in names)
    given = KeepRowsInput(register_name="customers", rows=rows, actor="lin.yue", reason="customers of a trial")
    await RegistersGateway(house.gateway).keep(given)


async def _all(house: Installation, kind: str, wanted: int) -> list[WorkflowExecution]:
    found = await _list(house, kind)
    return found if len(found) >= wanted else []


async def _list(house: Installation, kind: str) -> list[WorkflowExecution]:
    return [each async for each in house.client.list_workflows(f"WorkflowType = '{kind}'")]


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=2_000)
    asked = parser.parse_args(arguments)
    with TemporaryDirectory() as folder:
        print(asyncio.run(started_for(asked.customers, Path(folder))))


if __name__ == "__main__":
    main(sys.argv[1:])
