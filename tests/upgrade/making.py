"""Makes the data folder of a release: `python -m tests.upgrade.making OUT [sqlite|postgresql]`.

To be run in a checkout of the release, with its environment; README.md beside this file says how. It leaves
`OUT/<database>.tar.xz` with `temporal.db`, the records (`records.db`, or `records.sql` as `pg_dump` writes them) and
`made.json`. The database files are those of a clean stop. Nothing in them names the machine that made them.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from temporalio import activity
from temporalio.converter import DefaultFailureConverter
from temporalio.exceptions import ApplicationError

import worker
from activities.work import WorkActivities
from sop_engine.cases.contracts.effects import WorkInput, WorkResult
from sop_engine.console.playing import Player
from sop_engine.records.engine import open_engine
from tests.integration.complaint import ACTS, COMPLAINT
from tests.integration.installation import Installation, installation, until
from tests.integration.postgresql import debian_binaries, postgresql
from tests.integration.shipment import export_example
from tests.upgrade.stories import (
    BLOCKED,
    CLOSED,
    COMPLAINTS,
    CONTINUED,
    HELD,
    LATE,
    REVISITED,
    SHIPMENTS,
    SUSPENDED,
)

PLACE = "release"
"""What stands for the machine's name in whatever is kept."""
DATABASE = "records"


class Refusing(WorkActivities):
    """The screening of goods fails for good."""

    @activity.defn(name="cargo_acceptance")
    def cargo_acceptance(self, given: WorkInput) -> WorkResult:
        raise ApplicationError("the list of prohibited goods is not there", type="WorkInput", non_retryable=True)


async def make_complaints(house: Installation) -> None:
    async def is_late() -> bool:
        return (await house.view(LATE)).sla == "breached"

    for case_id, acts in COMPLAINTS.items():
        await house.open("Complaint", case_id, COMPLAINT, "li.na")
        await perform(house, case_id, acts)
    await house.open("Complaint", HELD, COMPLAINT, "li.na")
    await house.act(HELD, "claim_task", actor="li.na", task="registered")
    await house.act(HELD, "comment", actor="li.na", text="客户要求等待 the customer asks to wait")
    await house.act(HELD, "hold", actor="zhao.min", reason="waiting for the insurer")
    await house.signal(HELD, "complainant.informed", "held-1", progress="we wait")
    await house.signal(HELD, "moon.rose", "held-2")
    await house.open("Complaint", LATE, COMPLAINT, "li.na")
    due_at = datetime.now(UTC) + timedelta(seconds=2)
    await house.act(LATE, "move_deadline", actor="zhao.min", clock="first_response", to=due_at, reason="agreed")
    await house.open("Complaint", SUSPENDED, COMPLAINT, "li.na")
    until_then = datetime.now(UTC) + timedelta(days=2)
    await house.act(
        SUSPENDED, "suspend_task", actor="li.na", task="registered", until=until_then, reason="customer away"
    )
    await house.open("Complaint", CLOSED, COMPLAINT, "li.na")
    await house.act(CLOSED, "cancel", actor="zhao.min", reason="customer withdrew")
    await until(is_late, "the breach")


async def make_revisited(house: Installation) -> None:
    async def revisit_is_open(case_id: str) -> bool:
        return any(task.state == "revisiting" for task in (await house.view(case_id)).tasks)

    for case_id in REVISITED:
        await house.open("Complaint", case_id, COMPLAINT, "li.na")
        await perform(house, case_id, ACTS[:7])
    for case_id, count in REVISITED.items():
        await until(partial(revisit_is_open, case_id), "the revisit", within=120)
        await perform(house, case_id, ACTS[7:count])


async def make_continued(house: Installation) -> None:
    async def has_moved() -> bool:
        described = await house.handle(CONTINUED).describe()
        return described.raw_description.workflow_execution_info.first_run_id != described.run_id

    await house.open("Complaint", CONTINUED, COMPLAINT, "li.na")
    await perform(house, CONTINUED, ACTS[:3])
    await until(has_moved, "the second run")
    await perform(house, CONTINUED, ACTS[3:4])


async def make_shipments(house: Installation) -> None:
    await asyncio.gather(*(ship(house, case_id, stop) for case_id, stop in SHIPMENTS.items()))
    await house.act("S-held", "hold", actor="zhou.jie", reason="the customer is silent")


async def ship(house: Installation, case_id: str, stop: str) -> None:
    """Plays the export example up to the act at which it stops, which it is ready for."""
    player = Player(house.gateway, export_example().model_copy(update={"id": case_id}), lambda view: None)
    await player.open()
    for act in player.example.script:
        await player.ready(act)
        if f"{act.case} {act.do}" == stop:
            return
        await player.play(act)
    raise AssertionError(f"the example has no act {stop!r}")


async def make_blocked(house: Installation) -> None:
    async def is_blocked() -> bool:
        return (await house.view(f"{BLOCKED}.intake")).status == "blocked"

    player = Player(house.gateway, export_example().model_copy(update={"id": BLOCKED}), lambda view: None)
    await player.open()
    for act in player.example.script[:2]:
        await player.ready(act)
        await player.gateway.case(f"{BLOCKED}.intake")
        await player.play(act)
    await until(is_blocked, "the incident")


async def perform(house: Installation, case_id: str, acts: Any) -> None:
    for act in acts:
        await house.act(case_id, "complete_task", **act)


async def make(folder: Path, choices: Mapping[str, Any]) -> None:
    async with installation(folder, **choices) as house:
        given = house.settings
        house.settings = given.model_copy(update={"continue_after": 3})
        async with house.worker():
            await make_continued(house)
        house.settings = given
        async with house.worker():
            await make_revisited(house)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(worker, "WorkActivities", Refusing)
            async with house.worker():
                await make_blocked(house)
        async with house.worker():
            await make_shipments(house)
            await make_complaints(house)
            await at_rest(house)


async def at_rest(house: Installation) -> None:
    """Waits until no case has an activity under way, so that the records hold every notice, paper and entry."""

    async def is_idle() -> bool:
        async for execution in house.client.list_workflows("ExecutionStatus = 'Running'"):
            described = await house.handle(execution.id).describe()
            if described.raw_description.pending_activities:
                return False
        return True

    await until(is_idle, "rest", within=120)


@contextmanager
def nameless() -> Iterator[None]:
    """Neither the machine's name nor a path of it gets into what is kept."""
    convert = DefaultFailureConverter.to_failure

    def to_failure(self: DefaultFailureConverter, *given: Any) -> None:
        convert(self, *given)
        given[-1].stack_trace = ""

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "gethostname", lambda: PLACE)
        patch.setattr(DefaultFailureConverter, "to_failure", to_failure)
        yield


def close(database: Path) -> None:
    """One file, without a log beside it."""
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.execute("PRAGMA journal_mode=DELETE")
    connection.close()


def forget_place(database: Path) -> None:
    """The server asks the kernel for the machine's name and keeps it in the histories of its own workflows."""
    name = os.uname().nodename.encode()
    said, unsaid = b"@" + name + b"@", b"@" + b"x" * len(name) + b"@"
    connection = sqlite3.connect(database)
    with connection:
        rows = connection.execute("SELECT rowid, data FROM history_node WHERE instr(data, ?) > 0", (said,)).fetchall()
        for row, data in rows:
            connection.execute("UPDATE history_node SET data = ? WHERE rowid = ?", (data.replace(said, unsaid), row))
    connection.close()


def dumped(url: str) -> str:
    """The records in plain SQL that any client can run: no data in the program's own form, no words for `psql`."""
    binaries = debian_binaries()
    assert binaries is not None, "pg_dump is needed"
    answer = subprocess.run(
        [
            binaries / "pg_dump",
            *("--inserts", "--rows-per-insert=500", "--no-owner", "--no-privileges"),
            url.replace("postgresql+psycopg://", "postgresql://", 1),
        ],
        check=True,
        capture_output=True,
        text=True,
    )
    return re.sub(r"^(\\(un)?restrict .*|SET .*;|--.*)\n", "", answer.stdout, flags=re.MULTILINE)


def pack(folder: Path, names: list[str], to: Path) -> None:
    with tarfile.open(to, "w:xz", preset=9) as archive:
        for name in names:
            entry = archive.gettarinfo(folder / name, name)
            entry.uid = entry.gid = 0
            entry.uname = entry.gname = ""
            entry.mtime = 0
            with (folder / name).open("rb") as file:
                archive.addfile(entry, file)


def release() -> str:
    answer = subprocess.run(["git", "rev-parse", "--short", "HEAD"], check=True, capture_output=True, text=True)
    return answer.stdout.strip()


def main(out: Path, database: str) -> None:
    out = out.absolute()
    out.mkdir(parents=True, exist_ok=True)
    is_file = database == "sqlite"
    with tempfile.TemporaryDirectory() as made, nullcontext() if is_file else postgresql() as url, nameless():
        folder = Path(made)
        choices = {}
        if url is not None:
            engine = open_engine(url("postgres"))
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text(f"CREATE DATABASE {DATABASE} TEMPLATE template0"))
            engine.dispose()
            choices = {"database_url": url(DATABASE)}
        told = {"release": release(), "database": database, "made_at": datetime.now(UTC).isoformat(timespec="seconds")}
        # The server keeps the name of its file, so it is given one without a path.
        os.chdir(folder)
        asyncio.run(make(Path(), choices))
        close(folder / "temporal.db")
        forget_place(folder / "temporal.db")
        if url is None:
            close(folder / "records.db")
        else:
            (folder / "records.sql").write_text(dumped(url(DATABASE)), encoding="utf-8")
        (folder / "made.json").write_text(json.dumps(told), encoding="utf-8")
        records = "records.db" if is_file else "records.sql"
        pack(folder, ["made.json", "temporal.db", records], out / f"{database}.tar.xz")
    print(
        f"{out / database}.tar.xz: {(out / f'{database}.tar.xz').stat().st_size:,} bytes of release {told['release']}"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "sqlite")
