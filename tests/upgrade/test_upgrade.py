"""A data folder that an earlier release made opens with the present code, and every open case in it goes on.

Nothing here knows how old the folder is: what retention took, and what fell due since, differ from run to run.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tarfile
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import Engine, select, text

import worker
from sop_engine.cases.contracts.reading import TrialBalance, TrialBalanceInput
from sop_engine.console.stack import worker_beside
from sop_engine.records.cases import CaseRow, StepRow
from sop_engine.records.engine import open_engine
from sop_engine.records.migration import drift
from sop_engine.settings import Settings
from sop_engine.temporal.client import connect_to
from sop_engine.temporal.server import EmbeddedServer
from tests.integration.installation import PROJECT, Installation
from tests.integration.postgresql import Url
from tests.replay.cold import ColdRun, replay_cold, runs_of
from tests.upgrade.going_on import go_on

pytest_plugins = ("tests.integration.databases",)

ARCHIVES = sorted((Path(__file__).parent / "releases").glob("*/*.tar.xz"))
OPEN = ("open", "held", "blocked")


@dataclass
class Opened:
    """An older release's folder under the present code."""

    house: Installation
    were_open: tuple[str, ...]
    """The cases that were open in it."""
    had: dict[str, int]
    """How many steps the journal of each case had."""


@pytest_asyncio.fixture(scope="module", params=ARCHIVES, ids=lambda path: f"{path.parent.name}-{path.name[:-7]}")
async def opened(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Opened]:
    folder = Path(tmp_path_factory.mktemp("upgrade"))
    with tarfile.open(request.param) as archive:
        archive.extractall(folder, filter="data")
    dump = folder / "records.sql"
    choices = {"database_url": restored(request, dump)} if dump.exists() else {}
    settings = Settings(data_directory=folder, **choices)
    engine = open_engine(settings.database_url)
    were_open, had = what_is_there(engine)
    async with EmbeddedServer(folder, ui=False) as server:
        client = await connect_to(server.address)
        async with worker_beside(worker.serve, client, settings):
            yield Opened(Installation(server, settings, client, engine), were_open, had)
    engine.dispose()


def restored(request: pytest.FixtureRequest, dump: Path) -> str:
    """A PostgreSQL database with what the dump holds."""
    url: Url = request.getfixturevalue("postgresql_url")
    name = f"upgrade_{ARCHIVES.index(request.param)}"
    made = open_engine(url("postgres"))
    with made.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template0"))
    made.dispose()
    engine = open_engine(url(name))
    driver = engine.raw_connection()
    driver.cursor().execute(dump.read_text(encoding="utf-8"))
    driver.commit()
    driver.close()
    engine.dispose()
    return url(name)


def what_is_there(engine: Engine) -> tuple[tuple[str, ...], dict[str, int]]:
    """The open cases of a database that no present code has touched, and the length of every journal."""
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT case_id FROM cases WHERE status IN ('open', 'held', 'blocked')"))
        were_open = tuple(sorted(rows.scalars()))
        steps = connection.execute(text("SELECT case_id, count(*) FROM steps WHERE NOT superseded GROUP BY case_id"))
        return were_open, {row[0]: row[1] for row in steps}


@pytest_asyncio.fixture(scope="module")
async def ended(opened: Opened) -> Opened:
    """Every case that was open has gone on to an end, and its last run with it: a parent hears its children out."""
    await go_on(opened.house, [case_id for case_id in opened.were_open if "." not in case_id])
    for case_id in opened.were_open:
        await opened.house.handle(case_id).result()
    return opened


@pytest_asyncio.fixture(scope="module")
async def replayed(ended: Opened, tmp_path_factory: pytest.TempPathFactory) -> list[ColdRun]:
    client = ended.house.client
    histories = [history for case_id in ended.were_open for history in await runs_of(client, case_id)]
    return await replay_cold(histories, Path(tmp_path_factory.mktemp("histories")))


def test_there_is_a_folder_to_open() -> None:
    assert ARCHIVES


async def test_the_records_are_migrated(opened: Opened) -> None:
    assert drift(opened.house.engine) == []


async def test_every_open_case_answers_as_its_records_say(opened: Opened) -> None:
    assert len(opened.were_open) > 20
    for case_id in opened.were_open:
        view = await opened.house.view(case_id)
        assert view.step >= opened.had[case_id], case_id
        rows = await opened.house.published_journal(case_id)
        assert len(rows) == view.step, case_id


async def test_every_open_case_goes_on_to_an_end(ended: Opened) -> None:
    table = CaseRow.table()
    with ended.house.engine.connect() as connection:
        chosen = select(table.c.case_id).where(table.c.status.in_(OPEN), table.c.case_id.in_(ended.were_open))
        left = connection.execute(chosen).scalars().all()
    assert left == []


async def test_the_journals_are_unbroken(ended: Opened) -> None:
    table = StepRow.table()
    with ended.house.engine.connect() as connection:
        known = connection.execute(select(table.c.case_id).distinct()).scalars().all()
    assert {*ended.had} <= {*known}
    for case_id in known:
        rows = ended.house.unbroken_journal(case_id)
        assert len(rows) >= ended.had.get(case_id, 1), case_id
        assert len({row.first_run_id for row in rows}) == 1, case_id


async def test_every_history_replays(replayed: list[ColdRun]) -> None:
    assert [f"{run.case_id}: {run.failure}" for run in replayed if run.failure] == []


async def test_every_replay_gives_the_steps_and_instants_of_the_journal(ended: Opened, replayed: list[ColdRun]) -> None:
    for case_id in ended.were_open:
        again = {step["step"]: told(step) for run in replayed if run.case_id == case_id for step in run.steps}
        kept = {row.step: (row.kind, row.name, row.actor, row.at) for row in ended.house.unbroken_journal(case_id)}
        # Retention may have taken earlier runs of a case, and nothing else.
        assert again == {number: step for number, step in kept.items() if number >= min(again)}, case_id


async def test_the_books_balance(ended: Opened) -> None:
    balance = await ended.house.gateway.read("trial_balance", TrialBalanceInput(), TrialBalance)
    assert balance.balanced
    assert {"1122", "6001", "2202"} <= {each.account for each in balance.accounts}


async def test_the_doctor_finds_nothing_wrong(ended: Opened) -> None:
    house = ended.house
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "cli", "--json", "doctor"),
        cwd=PROJECT,
        env={
            **os.environ,
            "TEMPORAL_ADDRESS": house.server.address,
            "SOP_DATA_DIRECTORY": str(house.settings.data_directory),
            "SOP_DATABASE_URL": house.settings.database_url,
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    findings: list[dict[str, Any]] = json.loads(out)["findings"]
    # The example firm, and a holiday year that may be missing on the day of the test.
    assert [each for each in findings if each["verdict"] != "ok" and each["check"] not in ("firm", "calendars")] == []
    assert process.returncode == 0, err.decode()


def told(step: Mapping[str, Any]) -> tuple[str, str, str, datetime]:
    """A replayed step as the journal's rows tell it."""
    return step["kind"], step["name"], step["actor"], datetime.fromisoformat(step["at"])
