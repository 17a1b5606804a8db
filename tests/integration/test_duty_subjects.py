"""For whom duties are done: rows of a real register, by a condition, on both databases."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine

from sop_engine.cases.contracts.registers import GivenRow
from sop_engine.cases.duties.planning import owed
from sop_engine.content.library import load_library
from sop_engine.records.duties import DutyRepository
from sop_engine.records.duty_subjects import RegisterSubjects
from sop_engine.records.registers import By, RegisterRepository
from tests.unit.cases.duty_samples import applied, cycle_of
from tests.unit.timekeeping.timekeeping_samples import china

pytest_plugins = ("tests.integration.databases",)

LIBRARY = load_library()
BY = By("import", "qian.li", "first import", datetime(2026, 1, 1, tzinfo=UTC))


def customer(number: str, **values: Any) -> GivenRow:
    return GivenRow(values={"customer_no": number, "name": f"Customer {number}", "grade": "B", **values})


@pytest.fixture
def subjects(engine: Engine) -> RegisterSubjects:
    rows = [customer(f"C-{number:04}", **{"class": "core" if number % 3 == 0 else "trial"}) for number in range(1_500)]
    rows += [customer("A.7", **{"class": "core"}), customer("Z-1", **{"class": "key"}, payment_days=60)]
    RegisterRepository(engine).keep(LIBRARY.registers["customers"], rows, BY)
    return RegisterSubjects(engine, LIBRARY.registers)


def test_rows_are_chosen_by_the_condition_page_after_page(subjects: RegisterSubjects) -> None:
    core = subjects.subjects("customers", "class in ['core', 'key']")
    assert len(core) == 502
    assert (core[0].id, core[-1].id, core[-1].row["payment_days"]) == ("A.7", "Z-1", 60)
    assert len(subjects.subjects("customers", None)) == 1_502


def test_a_row_of_which_nobody_can_say_is_told_and_not_left_out(subjects: RegisterSubjects) -> None:
    found = {each.id: each.trouble for each in subjects.subjects("customers", "payment_days > 30")}
    assert found["Z-1"] == ""
    assert "nobody can say of it whether payment_days > 30" in found["C-0001"]


def test_a_duty_is_planned_for_each_row_with_what_it_says(engine: Engine, subjects: RegisterSubjects) -> None:
    given = applied(
        china("2026-01-01 00:00"),
        for_each={"register": "customers", "where": "class in ['core', 'key']"},
        gives={"month": "period.previous.key", "name": "subject.name ~ ' ' ~ subject.id"},
    )
    now = china("2026-01-06 09:00")
    cases = {case.subject: case for case in owed(given, cycle_of(given), (), now, subjects)}
    assert cases["Z-1"].data == {"month": "2025-12", "name": "Customer Z-1 Z-1"}
    assert cases["A.7"].reason == "the id 'A.7' cannot be part of a case's id (allowed: letters, digits, - and _)"
    assert DutyRepository(engine).plan(cases.values(), now) == 501
