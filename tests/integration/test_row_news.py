"""A changed row reaches every open case that reads it, once, and no case hears of what it does not read."""

from asyncio import gather
from pathlib import Path

from sop_engine.cases.contracts.registers import GivenRow, KeepRowsInput
from sop_engine.temporal.registers_gateway import RegistersGateway
from tests.integration.installation import Installation, until
from tests.integration.register_house import register_house


async def test_a_changed_grade_reaches_every_open_case_once(tmp_path: Path) -> None:
    async with register_house(tmp_path / "content", tmp_path / "house") as house:
        await _reaches_all(house)


async def _reaches_all(house: Installation) -> None:
    registers = RegistersGateway(house.gateway)
    row = GivenRow(values={"customer_no": "M-1", "name": "Many", "grade": "B"})
    await registers.keep(KeepRowsInput(register_name="customers", rows=(row,), actor="lin.yue", reason="new"))
    cases = [f"MANY-{number}" for number in range(100)]
    for first in range(0, 100, 10):
        await gather(*(house.open("Serving", case_id, {"number": "M-1"}) for case_id in cases[first : first + 10]))
    await until(lambda: _read(house, cases) == [1] * 100, "the first reading of all")
    changes = ({"remarks": "nothing that they read"}, {"grade": "A"}, {"grade": "A"})
    for values in changes:
        better = GivenRow(values={"customer_no": "M-1", **values})
        await registers.keep(KeepRowsInput(register_name="customers", rows=(better,), actor="lin.yue", reason="grows"))
    await until(lambda: _read(house, cases) == [2] * 100, "the changed grade in all")
    for case_id in cases:
        steps = [(row.kind, row.name) for row in house.unbroken_journal(case_id)]
        assert steps == [("opened", "Serving"), *[("read", "reads.customer.found")] * 2], case_id


def _read(house: Installation, cases: list[str]) -> list[int]:
    """How often each case has read."""
    return [sum(row.kind == "read" for row in house.journal(case_id)) for case_id in cases]
