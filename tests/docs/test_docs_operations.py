"""The runbook: each of its commands is carried out, and it tells of everything that the doctor may find."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from sop_engine.console.application import application
from sop_engine.records.engine import open_engine
from sop_engine.records.migration import migrate
from sop_engine.temporal.act_latency import ACT_LATENCY
from sop_engine.temporal.metrics import OPEN_CASES, STUCK_CASES
from tests.docs.ports import free_ports
from tests.docs.runbook import PROGRAMS, Block, Reader, blocks_of
from tests.integration.postgresql import debian_binaries

pytest_plugins = ("tests.integration.databases",)

PAGE = Path(__file__).parents[2] / "docs" / "operations.md"
BLOCKS = blocks_of(PAGE)
GROUPS = {group.name for group in application.registered_groups}


def is_for_files(block: Block) -> bool:
    """Whether the block belongs to an installation on SQLite, and its commands are there."""
    return block.how != "postgresql" and (block.how != "records" or "records" in GROUPS)


def test_every_command_of_the_page_does_what_it_says(tmp_path: Path) -> None:
    reader = Reader(tmp_path, free_ports("7233", "8233", "9464"))
    try:
        for block in filter(is_for_files, BLOCKS):
            reader.carry_out(block)
    finally:
        reader.leave()


def test_records_in_postgresql_are_backed_up_and_restored(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    url = make_url(request.getfixturevalue("postgresql_url")("postgres"))
    engine = open_engine(url.render_as_string(hide_password=False))
    migrate(engine)
    binaries = debian_binaries()
    reader = Reader(
        tmp_path,
        free_ports("7233", "8233", "9464"),
        RECORDS=url.set(drivername="postgresql").render_as_string(hide_password=False),
        PATH=os.pathsep.join([*([str(binaries)] if binaries else []), os.environ["PATH"]]),
    )
    (tmp_path / "backup").mkdir()
    back_up, restore = (block for block in BLOCKS if block.how == "postgresql")
    reader.carry_out(back_up)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE notices")
    reader.carry_out(restore)
    with engine.begin() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM notices").scalar() == 0
    engine.dispose()


def test_the_page_tells_of_everything_that_is_found_and_measured() -> None:
    page = PAGE.read_text(encoding="utf-8")
    environ = {**os.environ, "TEMPORAL_ADDRESS": "127.0.0.1:9"}
    done = subprocess.run(
        [PROGRAMS / "sop", "doctor", "--json"], env=environ, capture_output=True, text=True, check=False
    )
    checks = {finding["check"] for finding in json.loads(done.stdout)["findings"]}
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| ")]
    told = {name.strip() for row in rows for name in row.split(",")}
    assert checks <= told
    assert {f"`{name}`" for name in (STUCK_CASES, OPEN_CASES, ACT_LATENCY)} <= told
