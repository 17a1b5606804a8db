"""The page on the format of SOPs lists the automated work that there is, and what lint does not find."""

from tests.docs.computed_page import filled, names
from tests.docs.work_table import BLOCKS, PAGE


def test_the_tables_are_those_that_contracts_and_planted_faults_give() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert names(page) == list(BLOCKS)
    assert filled(page, BLOCKS) == page, "run: python -m tests.docs.work_table"
