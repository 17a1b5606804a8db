"""Records that were put back or lost, on both databases: what cases have alone, and which periods were started, is
known again before anything new is claimed or started."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, delete, insert, select, text
from temporalio.client import WorkflowExecution

from sop_engine.cases.contracts.duties import ApplyDutiesInput
from sop_engine.cases.contracts.records import RepairRecordsInput
from sop_engine.records.duties import FOUND, PLANNED, STARTED, AppliedDutyRow, DutyPeriodRow
from sop_engine.records.tables import METADATA
from sop_engine.temporal.duties_gateway import DutiesGateway
from sop_engine.temporal.queues import duties_id
from tests.integration.case_status import is_kept_back
from tests.integration.installation import Installation, installation, until
from tests.integration.register_house import library
from tests.integration.ticket import serving
from tests.workflows.duty_house import ADMINISTRATOR, library_of_chores

pytest_plugins = ("tests.integration.databases",)

YEARLY = """
yearly:
  title: {en: Yearly, zh: 每年}
  sop: Chore
  every: year
  on: first day
  none: skip
  at: "00:00"
  calendar: hotline_24h
  with: {period: period.key}
"""
SINCE = datetime.now(UTC) - timedelta(days=800)
"""Two years' first days lie after it at least, whatever the day."""
Kept = dict[str, list[dict[str, Any]]]


def copy_of(engine: Engine) -> Kept:
    """A copy of the records, as a backup makes it."""
    with engine.connect() as connection:
        rows = ((table.name, connection.execute(select(table)).mappings()) for table in METADATA.sorted_tables)
        return {name: [dict(row) for row in found] for name, found in rows}


def put_back(engine: Engine, kept: Kept) -> None:
    with engine.begin() as connection:
        for table in reversed(METADATA.sorted_tables):
            connection.execute(delete(table))
        for table in METADATA.sorted_tables:
            if rows := kept[table.name]:
                connection.execute(insert(table), rows)


def lose(engine: Engine) -> None:
    """As a database that was deleted; a worker that starts makes it anew."""
    with engine.begin() as connection:
        METADATA.drop_all(connection)
        connection.execute(text("DROP TABLE alembic_version"))


async def apply(house: Installation) -> None:
    duties = DutiesGateway(house.gateway)
    keeper = duties_id(house.settings.task_queue)
    await until(lambda: house.gateway.is_running(keeper), "the duties that a worker keeps")
    content = (await duties.differences(SINCE)).content
    await duties.apply(ApplyDutiesInput(actor=ADMINISTRATOR, content=content, since=SINCE))


def periods(engine: Engine) -> dict[str, tuple[str, str | None]]:
    table = DutyPeriodRow.table()
    with engine.connect() as connection:
        return {row.period: (row.status, row.reason) for row in connection.execute(select(table))}


async def chores(house: Installation) -> list[WorkflowExecution]:
    return [each async for each in house.client.list_workflows("WorkflowType = 'Chore'")]


async def is_in(house: Installation, case_id: str, state: str) -> bool:
    return (await house.view(case_id)).states == (state,)


async def ask(house: Installation, case_id: str, number: str, state: str) -> None:
    await house.open("Voucher", case_id, {"number": number})
    await until(lambda: is_in(house, case_id, state), f"{case_id} in {state}")


def holder(house: Installation, case_id: str) -> str:
    told = [row.data["holder"] for row in house.journal(case_id) if row.name == "unique.voucher.taken"]
    return str(told[-1])


@pytest.mark.parametrize("is_lost", [False, True], ids=["older", "lost"])
async def test_claims_and_periods_are_known_again_first(empty_engine: Engine, tmp_path: Path, is_lost: bool) -> None:
    content = library_of_chores(library(tmp_path / "content").root, YEARLY)
    url = empty_engine.url.render_as_string(hide_password=False)
    async with installation(tmp_path / "house", database_url=url) as house:
        engine = house.engine
        async with serving(house, content):
            await ask(house, "VO-1", "TT-1", "booking")
            kept = copy_of(engine)
            await ask(house, "VO-2", "TT-2", "booking")
            await apply(house)
            await until(lambda: {status for status, _ in periods(engine).values()} == {STARTED}, "the periods")
            started = periods(engine)
            await until(lambda: chores(house), "cases in the list")
            kept |= older_by_a_moment(copy_of(engine))
        assert len(started) >= 2
        if is_lost:
            lose(engine)
        else:
            put_back(engine, kept)

        async with serving(house, content) as records:
            assert (await records.fitness()).verdict == ("empty" if is_lost else "behind")
            await house.open("Voucher", "VO-3", {"number": "TT-2"})
            for waiting in ("VO-3", duties_id(house.settings.task_queue)):
                await until(partial(is_kept_back, house, waiting), f"{waiting}, which waits")
            assert await is_in(house, "VO-3", "asking")
            done = await records.repair(RepairRecordsInput(actor=ADMINISTRATOR), lambda _: None)
            assert (done.differences, done.unreadable) == ((), ())
            if is_lost:
                await apply(house)
            await until(lambda: is_in(house, "VO-3", "doubled"), "who has the number")
            assert holder(house, "VO-3") == "VO-2"
            await ask(house, "VO-4", "tt 1", "doubled")
            assert holder(house, "VO-4") == "VO-1"
            await until(lambda: {*periods(engine).values()} == {(STARTED, FOUND)}, "the periods, found")
            assert periods(engine).keys() == started.keys()
            found = await chores(house)
            assert sorted(each.id for each in found) == sorted(f"yearly-{period}" for period in started)


def older_by_a_moment(kept: Kept) -> Kept:
    """The duty is in force, of one period it is known that it is planned, and of no other anything."""
    (first, *_) = sorted(kept[DutyPeriodRow.__tablename__], key=lambda row: str(row["period"]))
    planned = {**first, "status": PLANNED, "reason": None, "settled_at": None}
    return {
        AppliedDutyRow.__tablename__: kept[AppliedDutyRow.__tablename__],
        DutyPeriodRow.__tablename__: [planned],
    }
