"""The page on the format of SOPs lists the automated work that there is, and what lint does not find."""

import pytest

from tests.docs.computed_page import filled, names
from tests.docs.language_uses import USES, Use
from tests.docs.work_table import BLOCKS, PAGE
from tests.scenarios.shipped import played


def test_the_tables_are_those_that_contracts_and_planted_faults_give() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert names(page) == list(BLOCKS)
    assert filled(page, BLOCKS) == page, "run: python -m tests.docs.work_table"


@pytest.mark.parametrize("use", USES, ids=[use.need for use in USES])
def test_what_is_asked_of_the_language_is_shown_by_something_shipped(use: Use) -> None:
    assert use.words in use.path.read_text(encoding="utf-8")
    if use.scenario is not None:
        assert played(use.sop, use.scenario).holds
