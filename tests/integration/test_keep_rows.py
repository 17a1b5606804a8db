"""A procedure keeps rows of a register: once for each step, refused rows as an incident, brought back by a repair."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import delete
from sqlmodel import Session, col, select

from sop_engine.cases.contracts.records import RepairRecordsInput
from sop_engine.cases.contracts.registers import GivenRow, KeepRowsInput, KeptRows
from sop_engine.content.library import load_library
from sop_engine.records.identity import ErrandRow
from sop_engine.records.registers import RegisterChangeRow, RegisterCommandRow, RegisterRow
from sop_engine.temporal.records_gateway import RecordsGateway
from sop_engine.temporal.registers_gateway import RegistersGateway
from tests.integration.installation import Installation, until
from tests.integration.register_house import register_house


@pytest_asyncio.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    folders = (Path(tmp_path_factory.mktemp(name)) for name in ("content", "house"))
    async with register_house(*folders) as running:
        yield running


def changes(house: Installation, key: str) -> list[RegisterChangeRow]:
    chosen = select(RegisterChangeRow).where(RegisterChangeRow.key == key).order_by(col(RegisterChangeRow.version))
    with Session(house.engine) as session:
        return list(session.exec(chosen))


async def grade(house: Installation, case_id: str, grade: str) -> None:
    await house.act(case_id, "complete_task", actor="lin.yue", outcome="done", data={"grade": grade})


async def test_each_step_keeps_its_row_once(house: Installation) -> None:
    await house.open("Grading", "GR-1", {"customer_no": "K-1", "customer_name": "Sea Trade"})
    for step in ("A", "A", "B"):
        await grade(house, "GR-1", step)
    await until(lambda: len(changes(house, "K-1")) == 2, "two changes")
    added, changed = changes(house, "K-1")
    assert (added.actor, added.reason, added.case_id) == ("lin.yue", "Review GR-1", "GR-1")
    assert changed.changes == {"grade": {"old": "A", "new": "B"}}
    assert added.kept_by != changed.kept_by


async def test_a_row_with_faults_is_an_incident_that_names_them(house: Installation) -> None:
    await house.open("Grading", "GR-2", {"customer_no": "K-2"})
    await grade(house, "GR-2", "Z")
    view = await until(lambda: _incidents(house, "GR-2"), "the incident")
    assert "grade: 'Z' is not among the choices" in view[0]["message"]
    assert "name: is missing" in view[0]["message"]
    assert changes(house, "K-2") == []


async def _incidents(house: Installation, case_id: str) -> list[dict[str, str]]:
    return [dict(found) for found in (await house.view(case_id)).incidents]


async def test_rows_of_a_person_and_of_a_case_are_errands_that_the_records_know(house: Installation) -> None:
    registers = RegistersGateway(house.gateway)
    row = GivenRow(values={"customer_no": "K-3", "name": "Air Trade"})
    given = KeepRowsInput(register_name="customers", rows=(row,), actor="lin.yue", reason="new")
    assert await registers.keep(given) == KeptRows(added=1)
    (change,) = changes(house, "K-3")
    assert (change.actor, change.case_id) == ("lin.yue", None)
    with house.engine.connect() as connection:
        known = {row.activity for row in connection.execute(ErrandRow.table().select())}
    assert {"keep_row", "keep_rows"} <= known


async def test_a_case_reads_a_row_and_goes_on_by_it(house: Installation) -> None:
    registers = RegistersGateway(house.gateway)
    people = [{"name": "Li", "email": "li@sea.example"}]
    row = GivenRow(values={"customer_no": "R-1", "name": "Sea Trade", "grade": "B", "contacts": people})
    await registers.keep(KeepRowsInput(register_name="customers", rows=(row,), actor="lin.yue", reason="new"))
    await house.open("Serving", "SV-1", {"number": "R-1"})
    await house.open("Serving", "SV-2", {"number": "R-2"})
    await until(lambda: _is_in(house, "SV-2", "unknown"), "what is missing")
    read = await until(lambda: _customer(house, "SV-1"), "the row")
    assert (read["grade"], read["contacts"][0]["email"]) == ("B", "li@sea.example")
    better = GivenRow(values={"customer_no": "R-1", "grade": "A"})
    await registers.keep(KeepRowsInput(register_name="customers", rows=(better,), actor="lin.yue", reason="grows"))
    await until(lambda: _is_in(house, "SV-1", "special"), "the better grade, told by the worker")
    late = GivenRow(values={"customer_no": "R-2", "name": "Air Trade"})
    await registers.keep(KeepRowsInput(register_name="customers", rows=(late,), actor="lin.yue", reason="new"))
    await until(lambda: _is_in(house, "SV-2", "waiting"), "the row that was missing")
    journal = await house.published_journal("SV-1")
    assert [(row.kind, row.name) for row in journal if row.kind == "read"] == [("read", "reads.customer.found")] * 2


async def _customer(house: Installation, case_id: str) -> dict[str, Any] | None:
    read: dict[str, Any] | None = (await house.view(case_id)).data["customer"]
    return read


async def _is_in(house: Installation, case_id: str, state: str) -> bool:
    return (await house.view(case_id)).states == (state,)


async def test_more_rows_than_one_message_takes_are_kept_part_by_part(house: Installation) -> None:
    rows = tuple(
        GivenRow(values={"customer_no": f"P-{number}", "name": "Pumps", "remarks": "x" * 900}) for number in range(900)
    )
    given = KeepRowsInput(register_name="customers", rows=rows, actor="lin.yue", reason="new list")
    registers = RegistersGateway(house.gateway)
    assert (await registers.check(given)).would == KeptRows(added=900)
    assert await registers.keep(given) == KeptRows(added=900)
    assert await registers.keep(given) == KeptRows(unchanged=900)


async def test_what_was_lost_is_carried_out_again(house: Installation) -> None:
    with house.engine.begin() as connection:
        for model in (RegisterRow, RegisterChangeRow, RegisterCommandRow, ErrandRow):
            connection.execute(delete(model.table()))
    administrator = next(name for name, person in load_library().organization.people.items() if person.administrator)
    records = RecordsGateway(house.gateway)
    await records.repair(RepairRecordsInput(actor=administrator), lambda _: None)
    assert [change.changes["grade"]["new"] for change in changes(house, "K-1")] == ["A", "B"]
    assert [change.actor for change in changes(house, "K-3")] == ["lin.yue"]
    assert len(changes(house, "P-1")) == 1
