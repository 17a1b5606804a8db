"""The page on the format of SOPs lists the automated work that there is, and what lint does not find."""

import pytest

from sop_engine.cases.duties.planning import Applied, owed
from tests.docs.computed_page import filled, names
from tests.docs.language_uses import USES, Use
from tests.docs.work_table import BLOCKS, PAGE
from tests.scenarios.served import opened_at
from tests.scenarios.shipped import named, played, theatre
from tests.unit.cases.duty_samples import Customers
from tests.unit.timekeeping.timekeeping_samples import china


def test_the_tables_are_those_that_contracts_and_planted_faults_give() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert names(page) == list(BLOCKS)
    assert filled(page, BLOCKS) == page, "run: python -m tests.docs.work_table"


@pytest.mark.parametrize("use", USES, ids=[use.need for use in USES])
def test_what_is_asked_of_the_language_is_shown_by_something_shipped(use: Use) -> None:
    assert use.words in use.path.read_text(encoding="utf-8")
    assert played(use.sop, use.scenario).holds


@pytest.mark.parametrize(
    ("duty", "period", "sop", "name"),
    [
        ("month_end", "2026-10", "MonthEnd", "the_duty_closes_the_month_before"),
        ("customer_review", "2026-H2", "CustomerClassification", "the_duty_reviews_each_key_customer"),
    ],
)
def test_a_case_of_a_duty_is_opened_when_and_with_what_the_duty_says(
    duty: str, period: str, sop: str, name: str
) -> None:
    library = theatre().library
    applied = Applied(duty, library.schedules.duties[duty], china("2026-01-01 00:00"))
    cycle = applied.duty.cycle(library.calendars["cn_office"], library.festivals["cn_office"])
    customers = Customers("C-2001")
    until = china("2026-12-31 00:00")
    (case,) = (each for each in owed(applied, cycle, (), until, customers) if each.period == period)
    assert (case.due_at, case.data) == (opened_at(named(sop, name)), named(sop, name).given.data)
