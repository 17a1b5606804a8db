"""`sop report run` against a real server and worker, as people and programs ask for it."""

import asyncio
import json
from datetime import date
from pathlib import Path

from tests.integration.installation import installation
from tests.integration.ledger_office import Office
from tests.integration.ledger_terminal import sop


def begins(path: str, start: bytes) -> bool:
    return Path(path).read_bytes().startswith(start)


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
            sop(house, "report", "run", "overdue", "--on", "2026-03-31", "--format", "svg"),
            sop(house, "report", "run", "overdue", "--on", "2026-03-31", "--json"),
            sop(house, "report", "run", "statement"),
            sop(house, *asked, "--format", "png"),
        )
    assert [code for code, _, _ in answers] == [0, 0, 0, 0, 0, 0, 2, 2]
    shown, written, paper, told, picture, measured, refused, undrawn = (out + err for _, out, err in answers)
    assert "往来单位" in shown
    assert "1,060.00" in shown
    assert "客户 2,CNY,0.00,1060.00" in written
    assert begins(paper.strip(), b"%PDF-")
    assert json.loads(told)["rows"][0][:4] == ["客户 0", "CNY", "0.00", "1060.00"]
    assert begins(picture.strip(), b"<svg")
    assert json.loads(measured)["rows"][0] == ["CNY", "1-30", "3180.00"]
    assert json.loads(measured)["measured"]["unit"]["en"] == "in the currency of the row"
    assert "--party: is missing" in refused
    assert "--format: ageing is no measure" in undrawn
