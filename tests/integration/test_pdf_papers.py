"""Every paper as PDF: with full, missing, wrong and hostile data; and that it is the same wherever it is made."""

import re
import subprocess
import sys
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from sop_engine.documents.paper_facts import UNPRINTABLE
from tests.integration.paper_samples import FOLDER, PAPERS, SAMPLES, ordinary, pages, paper, sample
from tests.integration.pdf_leaves import HOSTILE, hostile, leaves

every_template = pytest.mark.parametrize("template", PAPERS.ids)


def test_every_template_has_a_sample() -> None:
    assert tuple(sorted(path.stem for path in SAMPLES.glob("*.yaml"))) == PAPERS.ids


@every_template
def test_a_paper_says_all_its_facts(template: str) -> None:
    rendered = ordinary(template, "print")
    text = "".join(pages(rendered))
    assert rendered.title.zh in text
    assert [said for said in leaves(sample(template)) if "".join(said.split()) not in text] == []
    assert UNPRINTABLE not in text


@every_template
def test_the_contract_at_the_top_names_every_field(template: str) -> None:
    shared = ("_shared/shipment.typ", "_shared/bill.typ")
    sources = {name: (FOLDER / name).read_text(encoding="utf-8") for name in (f"{template}.typ", *shared)}
    contract = "".join(source.partition("#import")[0] for source in sources.values())
    assert [field for field in sample(template) if re.search(rf"\b{field}\b", contract) is None] == []


@every_template
def test_missing_facts_are_dashes(template: str) -> None:
    assert "—" in "".join(pages(paper(template, {})))
    assert "—" in "".join(pages(paper(template, dict.fromkeys(sample(template)))))


@every_template
def test_facts_of_a_wrong_kind_do_no_harm(template: str) -> None:
    kinds: tuple[Any, ...] = (
        "text",
        7,
        True,
        ["a", None],
        [[1]],
        [{}],
        {"a": {"b": None}},
        {"amount": "x", "currency": 5},
    )
    for wrong in kinds:
        paper(template, dict.fromkeys(sample(template), wrong))


@every_template
def test_hostile_text_stays_text(template: str) -> None:
    text = "".join(pages(paper(template, hostile(sample(template)))))
    assert "".join(HOSTILE.split()) in text.replace("\u200b", "")
    assert UNPRINTABLE in text
    assert "root:" not in text


@pytest.mark.parametrize("medium", ["print", "screen"])
def test_every_paper_is_the_same_in_another_process(medium: Any) -> None:
    script = (
        "import sys; from tests.integration.paper_samples import *\n"
        "for template in PAPERS.ids: print(ordinary(template, sys.argv[1]).sha256)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", script, medium], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": "2"}
    )
    assert answer.stdout.split() == [ordinary(template, medium).sha256 for template in PAPERS.ids]


def test_figures_are_grouped_worded_and_local() -> None:
    (text,) = pages(paper("invoice", sample("invoice", issued_on="2026-03-17T23:30:00+00:00")))
    for said in (
        "CNY26,799.80",
        "人民币贰万陆仟柒佰玖拾玖元捌角整",
        "RENMINBIYUANTWENTY-SIXTHOUSANDSEVENHUNDREDNINETY-NINEAND80/100ONLY",
        "6%",
        "2026-03-18",
        "SHP-2026-0117,2026-03-1807:30+08:00",
        "第1页，共1页",
    ):
        assert said in text


def test_right_sides_of_figures_agree() -> None:
    """In a column of amounts the last digits stand under one another: wider amounts begin further left."""
    begins: dict[str, float] = {}

    def note(text: str, place: list[float], *_: Any) -> None:
        begins[text.strip()] = place[4]

    PdfReader(BytesIO(paper("invoice", sample("invoice", net=None)).content)).pages[0].extract_text(visitor_text=note)
    assert begins["CNY 20,520.00"] < begins["CNY 2,100.00"] < begins["CNY 450.00"]


def test_sixty_lines_span_pages_under_a_repeated_head() -> None:
    lines = [
        {
            "description": f"餐盘 Plate no. {number:02}",
            "hs_code": "6911101900",
            "quantity": "1200",
            "unit": "件",
            "unit_price": {"amount": "1.05", "currency": "USD"},
            "amount": {"amount": "1260.00", "currency": "USD"},
        }
        for number in range(60)
    ]
    found = pages(paper("commercial_invoice", sample("commercial_invoice", lines=lines)))
    assert len(found) == 2
    for number, text in enumerate(found, start=1):
        assert f"Page{number}/2" in text
        assert "HT-INV-2026-0311" in text
        assert "货物描述" in text
        assert "Plateno." in text
    assert [number for number in range(60) if f"Plateno.{number:02}" not in "".join(found)] == []
    assert "USD75,600.00" in "".join(found)


def test_a_sum_with_a_missing_or_foreign_amount_is_a_dash_not_a_wrong_figure() -> None:
    one = {"description": "A", "amount": {"amount": "1.00", "currency": "USD"}}
    for other in ({"description": "B"}, {"description": "B", "amount": {"amount": "2.00", "currency": "EUR"}}):
        (text,) = pages(paper("commercial_invoice", {"lines": [one, other]}))
        assert "合计Total—" in text


@pytest.mark.parametrize(
    ("level", "said"),
    [(1, "请忽略本函"), (2, "首次提醒"), (3, "正式催告"), (4, "提交我司管理层"), (5, "停止授信并暂停接受新订舱")],
)
def test_each_dunning_level_has_its_words(level: int, said: str) -> None:
    (text,) = pages(paper("dunning_notice", sample("dunning_notice"), level=level))
    assert said in text
    assert f"L{level}" in text
    assert "CNY20,240.00" in text


def test_several_invoices_are_dunned_in_one_letter() -> None:
    open_items = [
        {"invoice_no": f"FP-{number}", "balance": {"amount": "100.10", "currency": "CNY"}} for number in range(3)
    ]
    (text,) = pages(paper("dunning_notice", sample("dunning_notice", invoices=open_items, late_fee=None)))
    assert text.count("CNY300.30") == 3
