"""Files through Temporal on a real server: over a line that breaks, by a client that is killed, by the command line."""

import asyncio
import json
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import func, select
from temporalio.api.workflowservice.v1 import CountActivityExecutionsRequest

from sop_engine.basis.faults import InvalidInput, Refused
from sop_engine.cases.contracts.files import FileHead, FinishFileInput
from sop_engine.cases.contracts.signals import EventSignal
from sop_engine.content.library import content_root, load_library
from sop_engine.records.contents import PieceRow
from sop_engine.records.file_uses import FileUses
from sop_engine.temporal.client import UnreachableError, connect_to
from sop_engine.temporal.files_gateway import FilesGateway
from sop_engine.temporal.gateway import CaseGateway
from sop_engine.temporal.queues import FILE_BEGIN, FILE_FINISH, FILE_PIECE, RECEIVE
from tests.integration.complaint import COMPLAINT
from tests.integration.cut_line import line_to
from tests.integration.dev_process import Dev, sop
from tests.integration.installation import PROJECT, Installation, installation, kill, until
from tests.integration.postgresql import postgresql

SIZE = 20_000_000
PIECES = 41


def written(folder: Path, name: str = "scan.pdf", size: int = SIZE, seed: int = 7) -> Path:
    path = folder / name
    path.write_bytes(b"%PDF-1.7\n" + Random(seed).randbytes(size - 9))
    return path


def pieces(house: Installation) -> int:
    with house.engine.connect() as connection:
        return int(connection.execute(select(func.count()).select_from(PieceRow.table())).scalar_one())


async def left_on_the_server(house: Installation) -> int:
    asked = CountActivityExecutionsRequest(namespace=house.client.namespace)
    return int((await house.client.workflow_service.count_activity_executions(asked)).count)


async def bring_over_a_broken_line(house: Installation, folder: Path) -> None:
    """A file of 20 MB: the line breaks twice, and each attempt goes on where the last one came to."""
    path = written(folder)
    async with house.worker(), line_to(house.server.address) as line:
        away = CaseGateway(await connect_to(line.address), house.settings.task_queue)
        kept = []
        for cut_after in (6_000_000, 6_000_000):
            line.mend(cut_after)
            with pytest.raises(UnreachableError):
                await FilesGateway(away).bring(path)
            kept.append(pieces(house))
        line.mend()
        file = await FilesGateway(away).bring(path)
        assert 0 < kept[0] < kept[1] < PIECES
        assert (pieces(house), file["size"], file["type"]) == (PIECES, SIZE, "application/pdf")
        line.mend()
        again = await FilesGateway(away).bring(path)
        assert (again["sha256"], pieces(house)) == (file["sha256"], PIECES)
        assert line.passed < 100_000, "what is kept is not brought again"
        await asyncio.sleep(0)
        assert await left_on_the_server(house) <= 2 * 4, "only what the broken line kept from being deleted"


async def test_a_file_over_a_line_that_breaks_twice_is_kept_once(tmp_path: Path) -> None:
    async with installation(tmp_path / "data") as house:
        await bring_over_a_broken_line(house, tmp_path)


async def test_the_same_in_postgresql(tmp_path: Path) -> None:
    with postgresql() as url:
        async with installation(tmp_path / "data", database_url=url("postgres")) as house:
            await bring_over_a_broken_line(house, tmp_path)


async def test_reads_and_files_leave_nothing_on_the_server_and_lies_are_refused(tmp_path: Path) -> None:
    async with installation(tmp_path / "data") as house, house.worker():
        files = FilesGateway(house.gateway)
        await files.bring(written(tmp_path, size=1_000_000))
        head = FileHead(sha256="0" * 64, size=5)
        wanted: Any = await house.gateway.run(FILE_BEGIN, [head], dict)
        await house.gateway.run(FILE_PIECE, [head, b"12345"], None)
        lie = FinishFileInput(sha256=head.sha256, nonce=wanted["nonce"], possession="1" * 64)
        with pytest.raises(Refused, match="nothing of it is kept"):
            await house.gateway.run(FILE_FINISH, [lie], dict)
        assert pieces(house) == 3
        assert await left_on_the_server(house) == 0


SCANNED = """
sop: Scanned
version: 1
title: {en: Scanned, zh: 扫描}
owner: operator
calendar: cn_office
data:
  scan: {type: file, accept: [application/pdf], title: {en: Scan, zh: 扫描件}}
events:
  scan.came:
    title: {en: A scan came, zh: 扫描件已到}
    data: {scan: {type: file, required: true, title: {en: Scan, zh: 扫描件}}}
initial: waiting
states:
  waiting:
    title: {en: Waiting, zh: 等待}
    task: {role: operator, outcomes: {done: {en: Done, zh: 完成}}}
    on: {waiting.done: closed, scan.came: closed}
  closed: {title: {en: Closed, zh: 结束}, final: closed}
"""


async def test_a_machine_brings_a_file_and_cannot_name_one_by_a_signal(tmp_path: Path) -> None:
    root = tmp_path / "sop_definitions"
    shutil.copytree(content_root(), root)
    (root / "service" / "Scanned.yaml").write_text(SCANNED, encoding="utf-8")
    async with installation(tmp_path / "data") as house, house.worker(load_library(root)):
        await house.open("Scanned", "SCAN-1", {})
        named = {"name": "s.pdf", "sha256": "0" * 64, "size": 7, "type": "application/pdf"}
        await house.signal("SCAN-1", "scan.came", scan=named)
        await until(lambda: len(house.journal("SCAN-1")) == 2, "the refused signal")
        assert house.journal("SCAN-1")[1].kind == "event_refused"
        told = EventSignal(name="scan.came", data={"scan": {**named, "receipt": "2026-01-01T00:00:00+00:00|0"}})
        with pytest.raises(InvalidInput, match="does not fit its receipt"):
            await house.gateway.update("SCAN-1", RECEIVE, told)
        assert len(house.journal("SCAN-1")) == 2
        scan = await FilesGateway(house.gateway).bring(written(tmp_path, "scan.pdf", 1_000))
        told = EventSignal(name="scan.came", data={"scan": scan}, id="scanner-7")
        answer = await house.gateway.update("SCAN-1", RECEIVE, told)
        assert (answer.status, answer.message, answer.duplicate) == ("completed", "scan.came taken", False)
        assert [line.name for line in FileUses(house.engine).list("SCAN-1").files] == ["scan.pdf"]


async def test_a_client_that_is_killed_leaves_pieces_that_the_next_one_need_not_bring(tmp_path: Path) -> None:
    path = written(tmp_path)
    async with installation(tmp_path / "data") as house, house.worker():
        await house.open("Complaint", "CMP-kill", COMPLAINT)
        words = ("-m", "cli", "case", "attach", "CMP-kill", str(path), "--as", "li.na")
        process = await asyncio.create_subprocess_exec(sys.executable, *words, cwd=PROJECT, env=house.environment())
        await until(lambda: pieces(house) >= 5, "five pieces")
        await kill(process)
        assert 5 <= pieces(house) < PIECES, "killed in the middle"
        assert (await house.view("CMP-kill")).files == ()
        again = await asyncio.create_subprocess_exec(sys.executable, *words, cwd=PROJECT, env=house.environment())
        assert await again.wait() == 0
        (file,) = (await house.view("CMP-kill")).files
        assert (file.name, file.size, pieces(house)) == ("scan.pdf", SIZE, PIECES)


@pytest.fixture(scope="module")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dev]:
    running = Dev(tmp_path_factory.mktemp("dev") / "data")
    yield running
    running.end(signal.SIGTERM)


def started(dev: Dev, case_id: str, *more: str) -> Any:
    opening = ("--set", "complainant=Zhang", "--set", "event=Box wet", "--set", "contact=13800000000", *more)
    return sop(dev, "case", "start", "Complaint", "--id", case_id, "--as", "li.na", *opening)


def test_a_file_of_a_case_from_its_opening_to_the_disk_of_another(dev: Dev, tmp_path: Path) -> None:
    letter = written(tmp_path, "来函 1.pdf", 600_000)
    assert started(dev, "CMP-file", "--set", f"recording=@{letter}").exit_code == 0
    assert sop(dev, "case", "attach", "CMP-file", str(letter), "--as", "li.na").exit_code == 0
    letter = written(tmp_path, "来函 1.pdf", 700_000, seed=8)
    assert sop(dev, "case", "attach", "CMP-file", str(letter), "--as", "li.na").exit_code == 0
    view = json.loads(sop(dev, "case", "show", "CMP-file", "--json").stdout)
    held = [(file["kind"], file["name"], file["version"], file["size"]) for file in view["files"]]
    assert held == [
        ("recording", "来函 1.pdf", 1, 600_000),
        ("file", "来函 1.pdf", 1, 600_000),
        ("file", "来函 1.pdf", 2, 700_000),
    ]
    assert "来函 1.pdf" in sop(dev, "case", "show", "CMP-file").stdout
    folder = tmp_path / "fetched"
    fetched = sop(dev, "document", "get", "CMP-file", "file", "--to", str(folder))
    assert (fetched.exit_code, fetched.stdout) == (0, f"{folder / '来函 1.pdf'}\n"), fetched.stderr
    assert (folder / "来函 1.pdf").read_bytes() == letter.read_bytes()
    over = sop(dev, "document", "get", "CMP-file", "recording", "--to", str(folder))
    assert (over.exit_code, "is there already" in over.stderr) == (2, True)
    older = sop(dev, "document", "get", "CMP-file", "file", "--version", "1", "--to", str(tmp_path / "older"))
    assert older.exit_code == 0
    assert (tmp_path / "older" / "来函 1.pdf").stat().st_size == 600_000
    assert sop(dev, "document", "get", "CMP-file", "nothing").exit_code == 3


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("recording=letter.pdf", "is only named, its content is not kept"),
        ("recording=@/nowhere/letter.pdf", "No such file"),
        ("recording=@a\u202eb.pdf", "holds a sign that nobody sees"),
    ],
)
def test_what_is_no_file_is_refused_with_the_reason(dev: Dev, tmp_path: Path, value: str, why: str) -> None:
    refused = started(dev, "CMP-none", "--set", value)
    assert (refused.exit_code, why in refused.stderr) == (2, True), refused.stderr
    assert sop(dev, "case", "show", "CMP-none").exit_code == 3


async def test_a_path_in_a_name_and_a_forged_receipt_do_not_reach_a_case(dev: Dev) -> None:
    assert (await asyncio.to_thread(started, dev, "CMP-forged")).exit_code == 0
    client = await connect_to(dev.address)
    file = {"sha256": "0" * 64, "size": 7, "type": "application/pdf"}
    handle = client.get_workflow_handle("CMP-forged")
    before = len((await handle.fetch_history()).events)
    for given, why in (
        ({**file, "name": "../x"}, "holds '/'"),
        ({**file, "name": "x.pdf", "receipt": "2026-03-02T01:00:00+00:00|00"}, "does not fit its receipt"),
    ):
        with pytest.raises(Exception, match="Workflow update failed") as refused:
            await handle.execute_update("attach", {"actor": "li.na", **given})
        assert why in str(refused.value.__cause__)
    assert len((await handle.fetch_history()).events) == before
