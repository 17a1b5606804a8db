"""Where each word of a paper stands: none over another, none off the page, no row lost, nobody signs an empty page.

Every paper is looked at as it usually is, and with every field at its longest.
"""

import re
import shutil
from collections import Counter
from html import unescape
from pathlib import Path

import pytest

from sop_engine.cases.written.fields import read_fields
from sop_engine.documents.papers import PaperTemplates, RenderedPaper
from tests.integration.longest_facts import MARK, fields, longest_case
from tests.integration.paper_places import Sheet, paging_faults, sheets, signing_faults
from tests.integration.paper_samples import FIRM, FOLDER, PAPERS, ordinary, paper, sample

every_template = pytest.mark.parametrize("template", PAPERS.ids)


def signing(template: str) -> list[str]:
    """What stands under the lines of those who sign, without blanks."""
    html = unescape(ordinary(template, "screen").content.decode())
    (signed,) = re.findall(r'<div class="signatures">(.*?)</div>\s*</div>', html, re.DOTALL) or [""]
    return ["".join(re.sub("<[^>]*>", "", party).split()) for party in re.findall(r"<div>(.*)", signed)]


def faults(printed: list[Sheet], parties: list[str]) -> list[str]:
    """All that is wrong with the places of a paper's words, each with its page."""
    return [
        *(f"page {number}: {fault}" for number, sheet in enumerate(printed, start=1) for fault in sheet.faults()),
        *paging_faults(printed),
        *(signing_faults(printed, parties) if parties else ()),
    ]


def printed(rendered: RenderedPaper) -> list[Sheet]:
    return sheets(rendered.content)


@every_template
def test_ordinary_papers_have_every_word_in_its_place(template: str) -> None:
    assert faults(printed(ordinary(template, "print")), signing(template)) == []


@every_template
def test_papers_with_every_field_at_its_longest_have_every_word_in_its_place(template: str) -> None:
    case = longest_case(template)
    pages = printed(PAPERS.render(template, case, {}, FIRM))
    assert faults(pages, signing(template)) == []
    marks = Counter(mark for mark in MARK.findall("".join(sheet.text for sheet in pages)))
    begun, ended = ({mark[1:]: count for mark, count in marks.items() if mark[0] == side} for side in "QZ")
    assert begun == ended
    assert begun


@every_template
def test_the_longest_values_are_such_as_a_case_takes(template: str) -> None:
    if template != "report":
        assert read_fields(fields(template), longest_case(template).data)[1] == []


def test_eight_long_goods_stand_under_one_another_below_a_repeated_head() -> None:
    first = sample("bill_of_lading")["goods"][0]
    goods = [{**first, "name": f"Q{number:04} " + "long goods " * 20 + f" Z{number:04}"} for number in range(8)]
    pages = printed(paper("bill_of_lading", sample("bill_of_lading", goods=goods)))
    assert faults(pages, signing("bill_of_lading")) == []
    marks = Counter(mark for sheet in pages for mark in MARK.findall(sheet.text))
    assert marks == {f"{side}{number:04}": 1 for side in "QZ" for number in range(8)}
    with_goods = [sheet for sheet in pages if MARK.search(sheet.text)]
    assert len(with_goods) > 1
    assert all("品名" in sheet.text for sheet in with_goods)


@pytest.mark.parametrize("template", ["bill_of_lading", "document_differences"])
def test_hundreds_of_rows_stand_on_as_many_pages_as_they_need(template: str) -> None:
    told = sample(template)
    name = "goods" if "goods" in told else "differences"
    rows = [
        {**told[name][number % 2], "marks": f"M{number:04}", "declaration": f"M{number:04}"} for number in range(250)
    ]
    pages = printed(paper(template, told | {name: rows}))
    assert faults(pages, signing(template)) == []
    assert re.findall(r"M\d{4}", "".join(sheet.text for sheet in pages)) == [f"M{number:04}" for number in range(250)]


@every_template
def test_what_stands_above_signatures_stays_with_them(template: str) -> None:
    """A sentence does by itself; anything else is said to close the paper."""
    source = (FOLDER / f"{template}.typ").read_text(encoding="utf-8")
    above, signed, arguments = source.rpartition("#signatures(")
    if signed and not arguments.lstrip().startswith("closing:"):
        assert re.findall(r"^#([a-z-]+)", above, re.MULTILINE)[-1] in ("say", "notice")


PARTIES = '("Buyer", "买方"), ("Seller", "卖方")'
ENDS = {
    "sentence": f"#say[a][b] #signatures({PARTIES})",
    "notice": f"#notice[a][b] #signatures({PARTIES})",
    "boxes": f'#signatures(closing: boxes(field("A", "甲", [a]), field("B", "乙", [b])), {PARTIES})',
    "high box below others": f"""#signatures({PARTIES}, closing: boxes(
        field("A", "甲", [a]), field("B", "乙", "note"), field("C", "丙", "report", span: 2)
    ))""",
    "high box alone": f'#signatures(closing: boxes(columns: 1, field("A", "甲", "report")), {PARTIES})',
    "high boxes": f'#signatures(closing: boxes(field("A", "甲", "report"), field("B", "乙", "report")), {PARTIES})',
    "rows": f'#lines("rows", signed: ({PARTIES}), column("A", "甲", "a"))',
    "sums": f'#lines("rows", totals: ("a",), signed: ({PARTIES}), figures("A", "甲", "a"))',
    "high rows": f'#lines("reports", signed: ({PARTIES}), column("A", "甲", "a"), column("B", "乙", "b"))',
}
"""How papers end."""
NOTE = "long words " * 40
TOLD = {
    "note": NOTE,
    "report": NOTE * 20,
    "rows": [{"a": 3}] * 30,
    "reports": [{"a": NOTE * 9, "b": NOTE * 8}] * 3,
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_wherever_a_paper_ends_somebody_signs_what_it_says(end: str, tmp_path: Path) -> None:
    shutil.copytree(FOLDER / "_shared", tmp_path / "_shared")
    head = '#import "_shared/paper.typ": *\n#show: paper.with((en: "A", zh: "B"))\n'
    for height in range(150, 245, 8):
        (tmp_path / f"at_{height}.typ").write_text(f"{head}#v({height}mm)\n{end}", encoding="utf-8")
    papers = PaperTemplates(tmp_path)
    found = {name: faults(printed(paper(name, TOLD, papers)), ["Buyer买方", "Seller卖方"]) for name in papers.ids}
    assert {name: what for name, what in found.items() if what} == {}
