"""A case hears of episodes in readings: once each, whoever dies between finding and telling."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import delete, select, update

from sop_engine.basis.faults import InvalidInput, NotPermitted
from sop_engine.cases.contracts.records import RepairRecordsInput
from sop_engine.cases.contracts.registers import GivenRow
from sop_engine.cases.contracts.streams import ShowStreamInput, TakenReadings, TakeReadingsInput, WatchStreamsInput
from sop_engine.content.library import load_library
from sop_engine.records.engine import writing
from sop_engine.records.identity import ErrandRow
from sop_engine.records.readings import Bringer, ReadingRepository
from sop_engine.records.streams import EpisodeRow, JudgedRow, NewsRow, ReadingRow, ReadingsCommandRow
from sop_engine.temporal.queues import STREAMS, streams_id
from sop_engine.temporal.records_gateway import RecordsGateway
from sop_engine.temporal.streams_gateway import StreamsGateway
from tests.integration.installation import Installation, until
from tests.integration.stream_house import stream_house
from tests.unit.content.stream_samples import temperatures

NOW = datetime.now(UTC)


@pytest_asyncio.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    folders = (Path(tmp_path_factory.mktemp(name)) for name in ("content", "house"))
    async with stream_house(*folders) as running:
        yield running


def row(container: str, minutes_ago: float, celsius: str) -> GivenRow:
    at = (NOW - timedelta(minutes=minutes_ago)).isoformat()
    return GivenRow(values={"container_no": container, "at": at, "celsius": celsius})


def brought(*rows: GivenRow, actor: str = "wang.fang") -> TakeReadingsInput:
    return TakeReadingsInput(stream_name="temperatures", source="logger", rows=rows, actor=actor)


def keeper(house_roles: set[str]) -> str:
    people = load_library().organization.people
    return next(name for name, person in people.items() if house_roles & set(person.roles))


KEEPER = keeper({"warehouse_keeper"})


async def open_case(house: Installation, case_id: str, container: str) -> None:
    sealed_at = (NOW - timedelta(hours=5)).isoformat()
    await house.open("Cooling", case_id, {"containers": [container, f"{container}X"], "sealed_at": sealed_at})


async def is_in(house: Installation, case_id: str, state: str) -> bool:
    return (await house.view(case_id)).states == (state,)


async def heard(house: Installation, case_id: str) -> list[str]:
    return [each.name for each in await house.published_journal(case_id) if each.name.startswith("cargo.")]


async def test_a_case_hears_what_readings_show_and_who_may_not_bring_them_is_refused(house: Installation) -> None:
    streams = StreamsGateway(house.gateway)
    await open_case(house, "CO-1", "MSKU 1")
    warm = [row("MSKU1", 60, "8.5"), row("MSKU1", 45, "9"), row("MSKU1", 45, "9.0")]
    with pytest.raises(InvalidInput, match="1 faults"):
        await streams.take(brought(*warm, row("MSKU1", 30, "hot"), actor=KEEPER))
    with pytest.raises(NotPermitted, match="no role that feeds temperatures"):
        await streams.take(brought(*warm, actor="lin.yue"))
    assert await streams.take(brought(*warm, actor=KEEPER)) == TakenReadings(new=2, doubled=1)
    await until(lambda: is_in(house, "CO-1", "warm"), "the episode, told by the worker")
    assert await streams.take(brought(*warm, actor=KEEPER)) == TakenReadings(doubled=3)
    await streams.take(brought(row("MSKU1", 30, "4"), actor=KEEPER))
    await until(lambda: is_in(house, "CO-1", "cool"), "its end")
    assert await heard(house, "CO-1") == ["cargo.too_warm", "cargo.cooled"]
    since = (await house.view("CO-1")).data["warm_since_at"]
    assert datetime.fromisoformat(since) == NOW - timedelta(minutes=60)
    shown = await streams.shown(ShowStreamInput(stream_name="temperatures", subject="msku 1"))
    assert (shown.total, [each.told for each in shown.episodes]) == (3, [("begun", "ended")])
    (line,) = (await streams.streams("temperatures")).streams
    assert (line.readings, line.subjects, line.waiting) == (3, 1, 0)


async def test_what_nobody_told_is_told_by_the_next_round_and_told_again_is_heard_once(house: Installation) -> None:
    await open_case(house, "CO-2", "MSKU2")
    spec = temperatures()
    by = Bringer("by hand", KEEPER, "logger", NOW)
    rows = [row("MSKU2", 60, "8.5"), row("MSKU2", 45, "9")]
    ReadingRepository(house.engine, {spec.name: spec}).take(spec, rows, by)
    queue = house.settings.task_queue
    await house.client.start_workflow(
        STREAMS, WatchStreamsInput(task_queue=queue), id=streams_id(queue), task_queue=queue
    )
    await until(lambda: is_in(house, "CO-2", "warm"), "what waited")
    table = NewsRow.table()
    await until(lambda: _told(house, "CO-2"), "that it is noted")
    with writing(house.engine) as connection:
        connection.execute(update(table).where(table.c.case_id == "CO-2").values(status="waiting"))
    streams = StreamsGateway(house.gateway)
    await streams.take(brought(row("MSKU2", 30, "4"), actor=KEEPER))
    await until(lambda: is_in(house, "CO-2", "cool"), "the end")
    assert await heard(house, "CO-2") == ["cargo.too_warm", "cargo.cooled"]


def _told(house: Installation, case_id: str) -> bool:
    table = NewsRow.table()
    with house.engine.connect() as connection:
        statuses = connection.execute(select(table.c.status).where(table.c.case_id == case_id)).scalars().all()
    return bool(statuses) and set(statuses) == {"told"}


async def test_readings_that_were_lost_are_brought_again_by_a_repair(house: Installation) -> None:
    with house.engine.begin() as connection:
        for model in (ReadingRow, ReadingsCommandRow, JudgedRow, EpisodeRow, NewsRow, ErrandRow):
            connection.execute(delete(model.table()))
    administrator = next(name for name, person in load_library().organization.people.items() if person.administrator)
    await RecordsGateway(house.gateway).repair(RepairRecordsInput(actor=administrator), lambda _: None)
    (line,) = (await StreamsGateway(house.gateway).streams("temperatures")).streams
    assert (line.readings, line.waiting) == (4, 0), "three of the first container, one of the second by a workflow"
    table = NewsRow.table()
    with house.engine.connect() as connection:
        events = connection.execute(select(table.c.event).where(table.c.case_id == "CO-1")).scalars().all()
    assert events == ["cargo.too_warm", "cargo.cooled"], "found again, under the same ids"
    assert await heard(house, "CO-1") == ["cargo.too_warm", "cargo.cooled"]
