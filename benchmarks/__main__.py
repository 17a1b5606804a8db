"""`make bench`: the interpreter beside a hand-written workflow that does the same, in turn on one server.

Figures of one machine and one moment; read the ratio, not the seconds.
"""

from __future__ import annotations

import asyncio
import resource
import shutil
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from temporalio.client import Client
from temporalio.worker import Worker

import worker
from benchmarks.handwritten import STEPS, WRITERS, HandwrittenRelay, write_row
from sop_engine.cases.contracts import ActResult, CompleteTaskInput, OpenCaseInput
from sop_engine.content.library import content_root, load_library
from sop_engine.records.engine import open_engine
from sop_engine.records.migration import migrate
from sop_engine.settings import Settings
from sop_engine.temporal.client import connect_to
from sop_engine.temporal.server import EmbeddedServer

CASES, ROUNDS = 20, 5


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


async def measure(drive: object, client: Client, prefix: str, person: str) -> tuple[float, float]:
    before, started = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    await drive(client, prefix, person)  # type: ignore[operator]
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    steps = CASES * STEPS
    return steps / (time.perf_counter() - started), cpu * 1000 / steps


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
        journal.cursor().execute("create table relay (case_id text, step integer, at text, primary key (case_id, step))")
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
                pairs = []
                for turn in range(ROUNDS):
                    order = (drive_interpreter, drive_handwritten) if turn % 2 == 0 else (drive_handwritten, drive_interpreter)
                    figures = {drive: await measure(drive, client, f"{drive.__name__}-{turn}", person) for drive in order}
                    pairs.append((figures[drive_interpreter], figures[drive_handwritten]))
        engine.dispose()
    rate = statistics.median(ours[0] / theirs[0] for ours, theirs in pairs)
    cpu = statistics.median(ours[1] / theirs[1] for ours, theirs in pairs)
    print(f"{CASES} cases of {STEPS} steps, {ROUNDS} rounds in turn, client and worker in one process")
    print(f"interpreter   {statistics.median(o[0] for o, _ in pairs):6.1f} steps/s  {statistics.median(o[1] for o, _ in pairs):6.2f} ms CPU a step")
    print(f"hand-written  {statistics.median(h[0] for _, h in pairs):6.1f} steps/s  {statistics.median(h[1] for _, h in pairs):6.2f} ms CPU a step")
    print(f"ratio         {rate:6.2f} steps/s  {cpu:6.2f} CPU")


if __name__ == "__main__":
    asyncio.run(main())
