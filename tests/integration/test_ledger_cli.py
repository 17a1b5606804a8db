"""`sop report run` against a real server and worker, as people and programs ask for it."""

import asyncio
import json
import os
import sys
from datetime import date
from pathlib import Path

from tests.integration.installation import PROJECT, Installation, installation
from tests.integration.ledger_office import Office


async def sop(house: Installation, *arguments: str) -> tuple[int, str, str]:
    environ = {
        **os.environ,
        "TEMPORAL_ADDRESS": house.server.address,
        "COLUMNS": "200",
        "SOP_DATA_DIRECTORY": str(house.settings.data_directory),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "cli", *arguments),
        cwd=PROJECT,
        env=environ,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


def is_pdf(path: str) -> bool:
    return Path(path).read_bytes().startswith(b"%PDF-")


async def test_a_report_is_shown_and_written_in_many_forms(tmp_path: Path) -> None:
    async with installation(tmp_path) as house, house.worker():
        office = Office(house.engine)
        for number in range(3):
            office.invoice(f"INV-{number}", "1000", customer=f"客户 {number}", due_on=date(2026, 3, 15))
        asked = ("report", "run", "ageing", "--on", "2026-03-31")
        answers = await asyncio.gather(
            sop(house, *asked, "--lang", "zh"),
            sop(house, *asked, "--format", "csv"),
            sop(house, *asked, "--format", "pdf"),
            sop(house, *asked, "--json"),
            sop(house, "report", "run", "statement"),
        )
    assert [code for code, _, _ in answers] == [0, 0, 0, 0, 2]
    shown, written, paper, told, refused = (out + err for _, out, err in answers)
    assert "往来单位" in shown
    assert "1,060.00" in shown
    assert "客户 2,CNY,0.00,1060.00" in written
    assert is_pdf(paper.strip())
    assert json.loads(told)["rows"][0][:4] == ["客户 0", "CNY", "0.00", "1060.00"]
    assert "--party: is missing" in refused
