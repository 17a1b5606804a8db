"""Documents and notices of the shipped templates, rendered from cases that were really played."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader

from sop_engine.documents.notices import NoticeTemplates
from sop_engine.documents.papers import PaperTemplates
from tests.unit.content.collection_house import collection, promised, report
from tests.unit.content.content_house import House, shipped
from tests.unit.content.customs_samples import NOTICE, tax
from tests.unit.content.freight_samples import differing
from tests.unit.content.played_examples import play

NOTICES = NoticeTemplates(shipped().root / "notices")
PAPERS = PaperTemplates(shipped().root / "documents")
FIRM = shipped().organization


def paper(house: House, template: str) -> str:
    made = next(paper for paper in house.papers if paper.template == template)
    return PAPERS.render(template, made.facts, made.values, FIRM, medium="screen").content.decode()


def printed(house: House, template: str) -> str:
    """The text of the PDF, without blanks."""
    made = next(paper for paper in house.papers if paper.template == template)
    pdf = PAPERS.render(template, made.facts, made.values, FIRM)
    return "".join("".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf.content)).pages)


@pytest.mark.parametrize("name", ["export_fcl.yaml", "import_air.yaml"])
def test_every_notice_and_document_of_an_example_is_written_out(name: str) -> None:
    house, _ = play(name)
    for notice in house.notices:
        rendered = NOTICES.render(notice.template, notice.facts, notice.values, FIRM)
        assert notice.facts.case_id in rendered.subject
    for made in house.papers:
        assert made.facts.case_id in paper(house, made.template)


def test_no_notice_names_what_nobody_provides() -> None:
    assert {name: NOTICES.undeclared(name) for name in NOTICES.ids if NOTICES.undeclared(name)} == {}


def test_the_invoice_holds_title_tax_number_items_amount_and_rate() -> None:
    house, _ = play("import_air.yaml")
    html = paper(house, "invoice")
    for fact in (
        "Qiming Automation",
        "91310104MA1FR8KD5Y",
        "Customs inspection",
        "CNY 24,300.00",
        ">6 %<",
        "CNY 53,432.25",
        "CNY 79,190.25",
        "柒万玖仟壹佰玖拾元贰角伍分",
    ):
        assert fact in html


def test_the_tax_notice_shows_amount_method_and_deadline() -> None:
    house = tax()
    house.do("T", "wang.fang", "notifying", "issued", NOTICE)
    html = paper(house, "tax_payment_notice")
    for fact in ("CNY 186,500.00", "Bank transfer", "2026-03-17", "滞纳金"):
        assert fact in html


@pytest.mark.parametrize(
    ("given", "last_day"),
    [
        ({}, "2026-02-24"),  # 15 days after 5 February: Friday 20 February, in the Spring Festival of 15-23 February
        ({"deadline_on": "2026-02-12"}, "2026-02-12"),
        ({"deadline_on": "2026-03-07"}, "2026-03-09"),  # a Saturday
    ],
)
def test_every_paper_of_the_tax_names_the_day_on_which_its_clock_is_due(given: dict[str, str], last_day: str) -> None:
    house = tax("2026-02-05")
    house.do("T", "wang.fang", "notifying", "issued", {**NOTICE, "noticed_on": "2026-02-05", **given})
    notice = next(notice for notice in house.notices if notice.template == "tax_payment_notice")
    told = NOTICES.render(notice.template, notice.facts, notice.values, FIRM)
    assert f"缴纳期限</span></dt><dd>{last_day}</dd>" in paper(house, "tax_payment_notice")
    assert f"缴纳期限{last_day}" in printed(house, "tax_payment_notice")
    assert f"by {last_day}" in told.subject
    assert f"Deadline: {last_day}" in told.text
    house.pass_time(timedelta(days=40))
    overdue = next(notice for notice in house.notices if notice.template == "tax_overdue")
    assert f"were due on {last_day}" in NOTICES.render("tax_overdue", overdue.facts, overdue.values, FIRM).text


def test_differences_between_the_papers_stand_side_by_side() -> None:
    house = differing(pieces=4)
    (row,) = re.findall("<tr>(?:(?!<tr>).)*Pieces 件数.*?</tr>", paper(house, "document_differences"))
    assert re.findall(">([^<>]+)<", row) == ["Pieces 件数", "3", "4", "3"]
    assert "Pieces件数343" in printed(house, "document_differences")


def test_the_dunning_notice_states_balance_and_consequences() -> None:
    house = collection("2026-03-04")
    house.pass_time(timedelta(days=3))
    html = paper(house, "dunning_notice")
    for fact in ("CNY 1,000.00", "CNY 0.50", "late fee", "credit", "违约金", "授信"):
        assert fact in html


def test_a_letter_names_the_day_by_which_to_pay_and_the_account_of_its_currency() -> None:
    house = collection("2026-03-04")
    house.pass_time(timedelta(days=3))
    # The first letter goes out as 5 March begins; a week on is the 12th.
    assert "最后付款日</span></dt><dd>2026-03-12</dd>" in paper(house, "dunning_notice")
    assert "Pleasepayby2026-03-12" in "".join(told(house, "dunning_notice").split())
    account = FIRM.accounts["CNY"]
    assert account.number in paper(house, "dunning_notice")
    assert f"Account账号{account.number}".replace(" ", "") in printed(house, "dunning_notice")


def short(house: House) -> str:
    report(house, "CNY 400.00", "B1")
    house.do("C", "hu.jing", "posting", "posted")
    return told(house, "payment_short")


def test_a_short_payment_asks_for_the_rest_by_a_day_that_lies_ahead() -> None:
    assert "Please pay the rest by 2026-03-31." in short(collection("2026-03-31"))
    late = collection("2026-03-04")
    late.pass_time(timedelta(days=3))
    assert "The rest was due on 2026-03-04; please pay it now." in short(late)
    assert "Please pay the rest by 2026-03-09." in short(promised("2026-03-09"))


def told(house: House, template: str) -> str:
    """The text of the last notice of a template."""
    notice = [notice for notice in house.notices if notice.template == template][-1]
    return NOTICES.render(notice.template, notice.facts, notice.values, FIRM).text
