"""An older release's worker and the present one on one task queue, each killed in turn while duties, streams and what
people order are under way: `python -m tests.upgrade.rolling CHECKOUT`, a folder with that release. See README.md.
"""

from __future__ import annotations

import asyncio
import sys
import time
from asyncio.subprocess import Process
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import ColumnElement, func, select
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowExecution
from temporalio.service import RPCError

from sop_engine.cases.contracts.duties import ApplyDutiesInput, PauseDutyInput, ResumeDutyInput, RunDutyInput
from sop_engine.cases.contracts.handing_over import BITE, HandOverDone, HandOverInput
from sop_engine.cases.contracts.orders import DecideDisposalInput, RequestDisposalInput
from sop_engine.cases.contracts.registers import GivenRow, KeepRowsInput
from sop_engine.cases.contracts.retention import CHUNK, CarryOutDisposalInput
from sop_engine.cases.contracts.streams import TakeReadingsInput
from sop_engine.records.columns import Row
from sop_engine.records.duties import STARTED, DutyPeriodRow
from sop_engine.records.publishing import Publisher
from sop_engine.records.streams import ReadingRow
from sop_engine.temporal.client import UnreachableError
from sop_engine.temporal.duties_gateway import DutiesGateway
from sop_engine.temporal.handing_over import hand_over
from sop_engine.temporal.queues import lasting_types
from sop_engine.temporal.records_gateway import RecordsGateway
from sop_engine.temporal.registers_gateway import RegistersGateway
from sop_engine.temporal.replaying import OUT_OF_TIME
from sop_engine.temporal.retention_gateway import RetentionGateway
from sop_engine.temporal.streams_gateway import StreamsGateway
from sop_engine.temporal.stuck import stuck_cases
from tests.integration.complaint import COMPLAINT
from tests.integration.installation import PROJECT, Installation, installation, kill, until
from tests.integration.published import published, step
from tests.integration.worker_process import first_worker

DUTY = """
review:
  title: {en: Review, zh: 复审}
  sop: CreditTerms
  every: year
  on: first working day
  at: "09:00"
  calendar: cn_office
  for_each: {register: customers}
  with: {customer_name: subject.name}
"""
CUSTOMERS, FILES, CASES, BATCHES = 45, CHUNK + 3, 2 * BITE, 6
LONG_AGO = datetime(2020, 3, 2, 4, tzinfo=UTC)
ADMINISTRATOR, MANAGER, AGENT, SUCCESSOR, DISPATCHER = "admin", "qian.li", "li.na", "wu.fang", "ma.chao"
ASKS, APPROVES = "sun.lihua", "chen.guodong"
WITHIN = 300.0
NUDGE = "nudge"
"""A signal that no workflow takes: it only has a worker live the history again."""
BROKEN = frozenset((EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED, EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED))


class Queue:
    """Workers of two releases on one task queue."""

    def __init__(self, house: Installation, older: Path) -> None:
        self._house = house
        self._places = {"older": older, "present": PROJECT}
        self._running: dict[str, Process] = {}

    async def start(self, release: str) -> None:
        self._running[release] = await asyncio.create_subprocess_exec(
            sys.executable, *("-m", "worker"), cwd=self._places[release], env=self._house.environment()
        )

    async def kill(self, release: str) -> None:
        await kill(self._running.pop(release))

    async def end(self) -> None:
        for release in (*self._running,):
            await self.kill(release)


@asynccontextmanager
async def queue(folder: Path, older: Path) -> AsyncIterator[tuple[Installation, Queue]]:
    duties = folder / "duties.yaml"
    duties.write_text(DUTY, encoding="utf-8")
    async with installation(folder / "house", schedules_file=duties) as house:
        workers = Queue(house, older)
        try:
            yield house, workers
        finally:
            await workers.end()


async def prepare(house: Installation) -> str:
    """Customers, tasks that somebody has, and an approved disposal, whose id it gives."""
    names = (f"C-{number:03}" for number in range(CUSTOMERS))
    rows = tuple(GivenRow(values={"customer_no": name, "name": f"Firm {name}", "grade": "B"}) for name in names)
    given = KeepRowsInput(register_name="customers", rows=rows, actor="lin.yue", reason="a trial")
    await RegistersGateway(house.gateway).keep(given)
    for first in range(0, CASES, BITE):
        await asyncio.gather(*(_claimed(house, f"H-{number:02}") for number in range(first, first + BITE)))
    for number in range(FILES):
        case = {"case_id": f"OLD-{number:02}", "status": "completed", "closed_at": LONG_AGO, "references": ()}
        Publisher(house.engine).publish(published(LONG_AGO, step(1, "opened"), case=case))
    retention = RetentionGateway(house.gateway)
    asked = await retention.order(RequestDisposalInput(actor=ASKS, reason="clearing"))
    disposal_id = asked.what.split()[0]
    decided = DecideDisposalInput(actor=APPROVES, reason="it is due", disposal_id=disposal_id, approved=True)
    await retention.order(decided)
    duties = DutiesGateway(house.gateway)
    content = (await duties.differences()).content
    await duties.apply(ApplyDutiesInput(actor=ADMINISTRATOR, content=content))
    return disposal_id


async def _claimed(house: Installation, case_id: str) -> None:
    await house.open("Complaint", case_id, COMPLAINT)
    await house.act(case_id, "claim_task", actor=AGENT, task="registered")


async def bring(house: Installation) -> None:
    """Batch after batch of readings, each twice, and again where nobody answered."""
    streams, now = StreamsGateway(house.gateway), datetime.now(UTC)
    for batch in range(BATCHES):
        at = (now - timedelta(minutes=batch)).isoformat()
        row = GivenRow(values={"vehicle": "沪A12345", "at": at, "latitude": 31.2, "longitude": 121.5, "speed_kmh": 0})
        given = TakeReadingsInput(stream_name="positions", source="beidou", rows=(row,), actor=DISPATCHER)
        left = 2
        while left:
            with suppress(UnreachableError):
                await streams.take(given)
                left -= 1


def started_rows(house: Installation) -> int:
    return counted(house, DutyPeriodRow, DutyPeriodRow.table().c.status == STARTED)


def counted(house: Installation, model: type[Row], condition: ColumnElement[bool] | None = None) -> int:
    chosen = select(func.count()).select_from(model.table())
    with house.engine.connect() as connection:
        return connection.scalar(chosen if condition is None else chosen.where(condition)) or 0


async def roll(house: Installation, workers: Queue) -> HandOverDone:
    """Older alone, both, present alone, both, older alone, present alone; everything is under way meanwhile."""
    await workers.start("older")
    await first_worker(house)
    disposal_id = await prepare(house)
    duties = DutiesGateway(house.gateway)
    await duties.run(RunDutyInput(actor=MANAGER, duty="review", period="2020"))
    who = {"actor": ADMINISTRATOR, "reason": "leaves the firm", "held_by": AGENT, "to": SUCCESSOR}
    handing = asyncio.ensure_future(hand_over(house.gateway, HandOverInput(**who)))
    disposing = asyncio.ensure_future(
        RetentionGateway(house.gateway).carry_out(CarryOutDisposalInput(disposal_id=disposal_id, actor=ASKS))
    )
    bringing = asyncio.ensure_future(bring(house))
    await workers.start("present")
    await until(lambda: started_rows(house) >= CUSTOMERS // 3, "a third of the cases", within=WITHIN)
    await workers.kill("older")
    await until(lambda: started_rows(house) >= 2 * CUSTOMERS // 3, "two thirds of the cases", within=WITHIN)
    await _pause_and_resume(duties)
    await nudge(house)
    await workers.start("older")
    await asyncio.sleep(5)  # both answer now
    await workers.kill("present")
    await until(lambda: started_rows(house) == CUSTOMERS, "all cases", within=WITHIN)
    done = await asyncio.wait_for(handing, WITHIN)
    disposed = await asyncio.wait_for(disposing, WITHIN)
    assert (disposed.disposed, disposed.left) == (FILES, 0), disposed
    await asyncio.wait_for(bringing, WITHIN)
    await _pause_and_resume(duties)
    await nudge(house)
    await workers.start("present")
    await workers.kill("older")
    await nudge(house)
    return done


async def _pause_and_resume(duties: DutiesGateway) -> None:
    await duties.pause(PauseDutyInput(actor=MANAGER, duty="review", reason="stocktaking"))
    await duties.resume(ResumeDutyInput(actor=MANAGER, duty="review"))


async def nudge(house: Installation) -> None:
    """Has every workflow that is open live its history again, and waits until each has."""
    before = datetime.now(UTC)
    nudged: list[str] = []
    for each in await everything(house, "ExecutionStatus = 'Running'"):
        with suppress(RPCError):  # it has ended meanwhile
            await house.handle(each.id).signal(NUDGE)
            nudged.append(each.id)

    async def have_all() -> bool:
        return all([await _is_lived(house, workflow_id, before) for workflow_id in nudged])

    await until(have_all, "every open workflow", within=WITHIN)


async def _is_lived(house: Installation, workflow_id: str, since: datetime) -> bool:
    """Whether a workflow task was completed since; the latest run of what goes on in a new one counts."""
    events = (await house.history(workflow_id)).events
    completed = EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED
    return any(event.event_type == completed and event.event_time.ToDatetime(UTC) > since for event in events)


async def everything(house: Installation, query: str = "") -> list[WorkflowExecution]:
    return [each async for each in house.client.list_workflows(query)]


async def audit(house: Installation, done: HandOverDone) -> list[str]:
    """What is wrong: nothing may be doubled or lost, and no workflow task may have failed."""
    wrong: list[str] = []
    found = await everything(house)
    opened = defaultdict(list)
    for each in found:
        opened[each.workflow_type].append(each.id)
        broken = [event for event in (await house.history(each.id, each.run_id)).events if _is_broken(event)]
        wrong += [f"{each.id}: {EventType.Name(event.event_type)}" for event in broken]
    wrong += [f"stuck: {stuck}" for stuck in await stuck_cases(house.client, house.settings.task_queue)]
    reviews = opened["CreditTerms"]
    wrong += [] if len(reviews) == len(set(reviews)) == CUSTOMERS else [f"{len(reviews)} reviews of {CUSTOMERS}"]
    for number in range(CASES):
        told = [row for row in house.unbroken_journal(f"H-{number:02}") if row.kind == "task_assigned"]
        wrong += [] if len(told) == 1 else [f"H-{number:02} was handed over {len(told)} times"]
    wrong += [] if done.handed == CASES == len(done.tasks) else [f"{done.handed} of {CASES} handed over"]
    readings = counted(house, ReadingRow)
    wrong += [] if readings == BATCHES else [f"{readings} of {BATCHES} readings"]
    wrong += [f"{name} does not run" for name in lasting_types(house.settings.task_queue).values() if not opened[name]]
    async for page in RecordsGateway(house.gateway).check():
        wrong += [f"{each.case_id}: {each.what}" for each in page.differences]
    print(f"{len(found)} runs: " + ", ".join(f"{len(ids)} {kind}" for kind, ids in sorted(opened.items())))
    return wrong


def _is_broken(event: HistoryEvent) -> bool:
    """Not where a busy machine gave a workflow task no time."""
    failure = event.workflow_task_failed_event_attributes.failure
    return event.event_type in BROKEN and OUT_OF_TIME not in failure.message


async def play(older: Path) -> list[str]:
    with TemporaryDirectory() as folder:
        async with queue(Path(folder), older) as (house, workers):
            return await audit(house, await roll(house, workers))


if __name__ == "__main__":
    begun = time.monotonic()
    found = asyncio.run(play(Path(sys.argv[1]).absolute()))
    print("\n".join(found) or f"nothing failed, nothing is stuck, doubled or lost; {time.monotonic() - begun:.0f} s")
    sys.exit(bool(found))
