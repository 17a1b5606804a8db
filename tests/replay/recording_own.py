"""Records runs of the engine's own workflows, which every later version must replay: `make record WHAT=SopDuties`."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import BaseModel
from temporalio.client import WorkflowFailureError

from sop_engine.cases.contracts.duties import PauseDutyInput, ResumeDutyInput
from sop_engine.cases.contracts.handing_over import BITE, HandOverInput
from sop_engine.cases.contracts.orders import DecideDisposalInput, GivenOrder, RequestDisposalInput, SetHoldInput
from sop_engine.cases.contracts.records import AdoptRecordsInput, RepairRecordsInput
from sop_engine.cases.contracts.registers import GivenRow, KeepRowsInput
from sop_engine.cases.contracts.retention import CHUNK, CarryOutDisposalInput
from sop_engine.cases.contracts.streams import TakeReadingsInput, WatchStreamsInput
from sop_engine.cases.contracts.watching import WatchState
from sop_engine.cases.told.case_ids import OWN_IDS
from sop_engine.records.publishing import Publisher
from sop_engine.temporal.anchor import Anchor
from sop_engine.temporal.orders import order
from sop_engine.temporal.queues import (
    DISPOSAL,
    DUTIES,
    HAND_OVER,
    KEEP_REGISTER,
    NOTICE,
    ORDER,
    POKE,
    RECORDS_ANCHOR,
    STREAMS,
    TAKE_STREAM,
    WATCH,
    anchor_id,
    streams_id,
    watch_id,
)
from sop_engine.temporal.records_gateway import RecordsGateway
from tests.integration.installation import Installation, installation, until
from tests.integration.offers import LEAVES, ORDERS, SUCCEEDS, offers
from tests.integration.provider import Provider, says, serving_http
from tests.integration.published import published, step
from tests.integration.register_house import register_house
from tests.replay.keeping import keep_history, runs_in_turn
from tests.unit.timekeeping.timekeeping_samples import china
from tests.workflows.desk import Desk
from tests.workflows.duty_house import ADMINISTRATOR, CLERK, Duties, library_of_chores
from tests.workflows.harness import House, time_skipping_house
from tests.workflows.instants import PUBLISHED, library_with
from tests.workflows.notice_house import notice_house
from workflows.anchor import TELLINGS
from workflows.watch import LOOKS

FOLDER = Path(__file__).parent / "own"
QUEUE = "sop"
LONG_AGO = datetime(2020, 3, 2, 4, tzinfo=UTC)
ASKS, APPROVES, DISPATCHES = "sun.lihua", "chen.guodong", "ma.chao"


@asynccontextmanager
async def running() -> AsyncIterator[Installation]:
    with tempfile.TemporaryDirectory() as folder:
        library = offers(Path(folder, "content"))
        async with installation(Path(folder, "house")) as house, house.worker(library):
            yield house


async def keep_runs(house: Installation | House, kind: str, workflow_id: str, named: str = "run") -> None:
    """Each run of a workflow as a file; of one run without a number."""
    runs = await runs_in_turn(house.client, workflow_id)
    for number, history in enumerate(runs, 1):
        path = FOLDER / kind / f"{named}{number if len(runs) > 1 else ''}.json"
        keep_history(path, history)
        print(f"{path.parent.name}/{path.stem}: {len(history.events)} events")


async def ordered(house: Installation, kind: str, named: str, given: BaseModel) -> None:
    """What a person starts, to its end, and be it a refusal."""
    handle = await house.client.start_workflow(kind, given, id=f"{OWN_IDS}recorded.{named}", task_queue=QUEUE)
    with suppress(WorkflowFailureError):
        await handle.result()
    await keep_runs(house, kind, handle.id, named)


async def record_duties() -> None:
    """Nothing applied, acts of people, a poke, a timer that rang; the last run sleeps."""
    with tempfile.TemporaryDirectory() as folder:
        library = library_of_chores(library_with(PUBLISHED, Path(folder)).root)
        async with time_skipping_house(Path(folder), library=library) as house:
            await house.pass_until(china("2093-12-28 08:00"))
            duties = Duties(house)
            await duties.begin()
            await duties.at_rest()
            await duties.apply()
            await duties.at_rest()
            await duties.gateway.pause(PauseDutyInput(actor=CLERK, duty="weekly", reason="stocktaking"))
            await duties.at_rest()
            await duties.handle.signal(POKE)
            await house.pass_until(china("2093-12-28 12:00"))
            await duties.gateway.resume(ResumeDutyInput(actor=CLERK, duty="weekly"))
            await duties.at_rest()
            await keep_runs(house, DUTIES, duties.handle.id)


async def record_streams() -> None:
    """A round whose sleep is over; the last run sleeps."""
    with tempfile.TemporaryDirectory() as folder:
        async with time_skipping_house(Path(folder)) as house:
            await house.client.start_workflow(
                STREAMS, WatchStreamsInput(task_queue=QUEUE), id=streams_id(QUEUE), task_queue=QUEUE
            )
            await house.pass_time(timedelta(minutes=20))
            await keep_runs(house, STREAMS, streams_id(QUEUE))


async def record_watch() -> None:
    """As many looks as a run has, with the daily check in them; the last run waits."""
    async with running() as house:
        handle = await house.client.start_workflow(
            WATCH, WatchState(task_queue=QUEUE), id=watch_id(QUEUE), task_queue=QUEUE
        )
        first = (await handle.describe()).run_id

        async def has_moved() -> bool:
            await house.handle(handle.id).signal("look")
            return (await house.handle(handle.id).describe()).run_id != first

        await until(has_moved, f"{LOOKS} looks")
        await keep_runs(house, WATCH, handle.id)


async def record_anchor() -> None:
    """Told as often as a run hears; then adopted, repaired, and told once more."""
    with tempfile.TemporaryDirectory() as folder:
        async with register_house(Path(folder, "content"), Path(folder, "house")) as house:
            anchor, records = Anchor(house.client, QUEUE), RecordsGateway(house.gateway)
            mark = (await anchor.told())[-1]
            for _ in range(TELLINGS):
                await anchor.tell(mark)
            await records.adopt(AdoptRecordsInput(actor=ADMINISTRATOR, reason="a trial"))
            await records.repair(RepairRecordsInput(actor=ADMINISTRATOR), lambda _: None)
            await anchor.tell(mark)
            await keep_runs(house, RECORDS_ANCHOR, anchor_id(QUEUE))


async def record_register() -> None:
    async with running() as house:
        for named, vehicle in (("kept", "box"), ("faults", "boat")):
            row = GivenRow(values={"plate_no": "沪A12345", "kind": vehicle, "capacity_kg": "9000"})
            given = KeepRowsInput(register_name="vehicles", rows=(row,), actor=DISPATCHES, reason="new")
            await ordered(house, KEEP_REGISTER, named, given)


async def record_readings() -> None:
    async with running() as house:
        for named, speed in (("taken", 0), ("faults", "fast")):
            position = {"vehicle": "沪A12345", "latitude": 31.2, "longitude": 121.5, "speed_kmh": speed}
            row = GivenRow(values={**position, "at": datetime.now(UTC).isoformat()})
            given = TakeReadingsInput(stream_name="positions", source="beidou", rows=(row,), actor=DISPATCHES)
            await ordered(house, TAKE_STREAM, named, given)


async def record_order() -> None:
    async with running() as house:
        for named, actor in (("done", APPROVES), ("refused", LEAVES)):
            hold = SetHoldInput(actor=actor, reason="a lawsuit", kind="party", subject="Blue Lake")
            await ordered(house, ORDER, named, GivenOrder(order=hold))


async def record_disposal() -> None:
    """More files than are disposed of at a time; and one that nobody asked for."""
    async with running() as house:
        for number in range(CHUNK + 4):
            case = {"case_id": f"OLD-{number}", "status": "completed", "closed_at": LONG_AGO, "references": ()}
            Publisher(house.engine).publish(published(LONG_AGO, step(1, "opened"), case=case))
        asked = await order(house.gateway, RequestDisposalInput(actor=ASKS, reason="yearly clearing"))
        disposal_id = asked.what.split()[0]
        decided = {"disposal_id": disposal_id, "approved": True}
        await order(house.gateway, DecideDisposalInput(actor=APPROVES, reason="yearly clearing", **decided))
        for named, wanted in (("carried-out", disposal_id), ("refused", "D-none")):
            await ordered(house, DISPOSAL, named, CarryOutDisposalInput(disposal_id=wanted, actor=ASKS))


async def record_hand_over() -> None:
    """More tasks than are handed over at a time, tried first; and ordered by who may not."""
    async with running() as house:
        for number in range(BITE + 2):
            await house.open("Offer", f"O-{number}", {})
            await house.act(f"O-{number}", "claim_task", actor=LEAVES)
        for named, actor in (("refused", SUCCEEDS), ("tried", ORDERS), ("handed", ORDERS)):
            who = {"actor": actor, "reason": "leaves the firm", "held_by": LEAVES, "to": SUCCEEDS}
            await ordered(house, HAND_OVER, named, HandOverInput(**who, dry_run=named == "tried"))


async def record_notice() -> None:
    """A receipt; one that comes late, which ends the call that began meanwhile; a refusal, and a call in its place."""
    taken, refused = says({"code": "OK", "id": "sms-1"}), says({"code": "isv.BLACKLIST"})
    with tempfile.TemporaryDirectory() as folder, serving_http(Provider(taken, taken, refused)) as provider:
        async with notice_house(Path(folder), sms=provider.url) as notices:
            for case_id, how in (("P-1", "accepted"), ("P-2", "accepted"), ("P-3", "refused")):
                await notices.promise(case_id, phone="+86 138 0000 0000")
                await notices.one_sent(case_id, how)
            (receipt,) = await notices.sent("P-1")
            await notices.receipt(receipt.out_id, "delivered")
            await notices.clock("P-1", "met")
            await notices.house.pass_time(timedelta(hours=1, minutes=1))
            await Desk(notices.house, "P-2.notice.told#1.call").task("calling")
            (late,) = await notices.sent("P-2")
            await notices.receipt(late.out_id, "delivered")
            await notices.clock("P-2", "met")
            told_at = (await notices.house.now() - timedelta(minutes=1)).isoformat()
            call = Desk(notices.house, "P-3.notice.told#1.call")
            await call.do("li.na", "calling", "told", told_at=told_at, told_whom="Wang Lei")
            await notices.clock("P-3", "met")
            for case_id, named in (("P-1", "receipt"), ("P-2", "late-receipt"), ("P-3", "call")):
                await keep_runs(notices.house, NOTICE, f"{case_id}.notice.told#1", named)


OWN_RECORDINGS: dict[str, Callable[[], Awaitable[None]]] = {
    DUTIES: record_duties,
    STREAMS: record_streams,
    WATCH: record_watch,
    RECORDS_ANCHOR: record_anchor,
    KEEP_REGISTER: record_register,
    TAKE_STREAM: record_readings,
    ORDER: record_order,
    DISPOSAL: record_disposal,
    HAND_OVER: record_hand_over,
    NOTICE: record_notice,
}
"""By the type of the workflow."""
