"""Where each word of a paper stands, of a long one too: none over another, none off the page, no row lost."""

import re
from collections import Counter
from typing import Any

import pytest

from tests.integration.paper_places import sheets
from tests.integration.paper_samples import PAPERS, paper, sample

MARK = re.compile(r"[QZ]\d{4}")
every_template = pytest.mark.parametrize("template", PAPERS.ids)


def faults(template: str, data: dict[str, Any]) -> list[str]:
    return [fault for sheet in sheets(paper(template, data).content) for fault in sheet.faults()]


@every_template
def test_ordinary_papers_have_every_word_in_its_place(template: str) -> None:
    assert faults(template, sample(template)) == []


def test_eight_long_goods_stand_under_one_another_below_a_repeated_head() -> None:
    first = sample("bill_of_lading")["goods"][0]
    goods = [{**first, "name": f"Q{number:04} " + "long goods " * 20 + f" Z{number:04}"} for number in range(8)]
    printed = sheets(paper("bill_of_lading", sample("bill_of_lading", goods=goods)).content)
    assert [fault for sheet in printed for fault in sheet.faults()] == []
    marks = Counter(mark for sheet in printed for mark in MARK.findall(sheet.text))
    assert marks == {f"{side}{number:04}": 1 for side in "QZ" for number in range(8)}
    with_goods = [sheet for sheet in printed if MARK.search(sheet.text)]
    assert len(with_goods) > 1
    assert all("品名" in sheet.text for sheet in with_goods)
