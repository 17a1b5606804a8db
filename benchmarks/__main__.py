"""`make bench`: the interpreter beside a hand-written workflow that does the same, in turn on one server.

Figures of one machine and one moment; read the ratio, not the seconds.
"""

from __future__ import annotations

import asyncio
import resource
import shutil
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from temporalio.client import Client
from temporalio.worker import Worker

import worker
from benchmarks.handwritten import STEPS, WRITERS, HandwrittenRelay, write_row
from sop_engine.cases.contracts.acts import ActResult, CompleteTaskInput
from sop_engine.cases.contracts.opening import OpenCaseInput
from sop_engine.content.library import content_root, load_library
from sop_engine.records.engine import open_engine
from sop_engine.records.migration import migrate
from sop_engine.settings import Settings
from sop_engine.temporal.client import connect_to
from sop_engine.temporal.server import EmbeddedServer

CASES, ROUNDS = 20, 5
TABLE = "create table relay (case_id text, step integer, at text, primary key (case_id, step))"

Drive = Callable[[Client, str, str], Awaitable[None]]


async def drive_interpreter(client: Client, prefix: str, person: str) -> None:
    async def one(number: int) -> None:
        handle = await client.start_workflow("Relay", OpenCaseInput(), id=f"{prefix}-{number}", task_queue="sop")
        for _ in range(STEPS):
            act = CompleteTaskInput(actor=person, outcome="passed")
            await handle.execute_update("complete_task", act, result_type=ActResult)
        await handle.result()

    await asyncio.gather(*(one(number) for number in range(CASES)))


async def drive_handwritten(client: Client, prefix: str, person: str) -> None:
    async def one(number: int) -> None:
        handle = await client.start_workflow(HandwrittenRelay.run, id=f"{prefix}-{number}", task_queue="by-hand")
        for _ in range(STEPS):
            await handle.execute_update(HandwrittenRelay.passed, person)
        await handle.result()

    await asyncio.gather(*(one(number) for number in range(CASES)))


class Figures(NamedTuple):
    """What one drive cost: steps a second, and milliseconds of this process's CPU a step."""

    rate: float
    cpu: float


async def measure(drive: Drive, client: Client, prefix: str, person: str) -> Figures:
    before, started = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    await drive(client, prefix, person)
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    steps = CASES * STEPS
    return Figures(steps / (time.perf_counter() - started), cpu * 1000 / steps)


async def main() -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(content_root(), folder / "content")
        shutil.copy(Path(__file__).with_name("Relay.yaml"), folder / "content" / "freight")
        library = load_library(folder / "content")
        person = library.organization.people_of("operator")[0]
        settings = Settings(data_directory=folder)
        engine = open_engine(settings.database_url)
        migrate(engine)
        journal = engine.raw_connection()
        journal.cursor().execute(TABLE)
        journal.commit()

        def write(row: dict[str, object]) -> None:
            with engine.begin() as connection:
                connection.exec_driver_sql("insert or ignore into relay values (?, ?, ?)", tuple(row.values()))

        WRITERS.append(write)
        async with EmbeddedServer(data_dir=folder / "server", ui=False) as server:
            client = await connect_to(server.address)
            by_hand = Worker(
                client,
                task_queue="by-hand",
                workflows=[HandwrittenRelay],
                activities=[write_row],
                activity_executor=ThreadPoolExecutor(16),
            )
            async with worker.build_worker(client, settings, library, engine), by_hand:
                await drive_interpreter(client, "warm-i", person)
                await drive_handwritten(client, "warm-h", person)
                pairs = [await pair(client, turn, person) for turn in range(ROUNDS)]
        engine.dispose()
    show(pairs)


async def pair(client: Client, turn: int, person: str) -> tuple[Figures, Figures]:
    """Both once; who comes first changes from turn to turn."""
    drives = {"ours": drive_interpreter, "by-hand": drive_handwritten}
    order = sorted(drives, reverse=turn % 2 == 0)
    figures = {name: await measure(drives[name], client, f"{name}-{turn}", person) for name in order}
    return figures["ours"], figures["by-hand"]


def show(pairs: Sequence[tuple[Figures, Figures]]) -> None:
    """Medians of each side, and the median of the ratios pair by pair."""
    print(f"{CASES} cases of {STEPS} steps, {ROUNDS} rounds in turn, client and worker in one process")
    for label, side in (("interpreter", 0), ("hand-written", 1)):
        rate = statistics.median(both[side].rate for both in pairs)
        cpu = statistics.median(both[side].cpu for both in pairs)
        print(f"{label:14}{rate:7.1f} steps/s  {cpu:6.2f} ms CPU a step")
    rate = statistics.median(ours.rate / theirs.rate for ours, theirs in pairs)
    cpu = statistics.median(ours.cpu / theirs.cpu for ours, theirs in pairs)
    print(f"{'ratio':14}{rate:7.2f} steps/s  {cpu:6.2f} CPU")


if __name__ == "__main__":
    asyncio.run(main())
