"""The page on the format of SOPs lists the automated work that there is."""

from tests.docs.computed_page import filled, names
from tests.docs.work_table import BLOCKS, PAGE


def test_the_table_of_automated_work_is_the_one_that_the_activities_give() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert names(page) == list(BLOCKS)
    assert filled(page, BLOCKS) == page, "run: python -m tests.docs.work_table"
