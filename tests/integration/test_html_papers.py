"""Every paper as HTML: the facts of the PDF, as text, on an accessible page that needs nothing from elsewhere."""

import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from sop_engine.documents.environment import TemplateError
from sop_engine.documents.papers import PaperTemplates
from tests.integration.paper_samples import FOLDER, PAPERS, pages, paper, sample
from tests.integration.pdf_leaves import hostile, leaves

PAGE = {"html", "head", "meta", "title", "style", "body", "header", "main", "footer"}
TEXT = {"h1", "h2", "h3", "p", "br", "div", "span", "strong", "aside", "dl", "dt", "dd"}
TABLE = {"table", "thead", "tbody", "tfoot", "tr", "th", "td"}
every_template = pytest.mark.parametrize("template", PAPERS.ids)


class Page(HTMLParser):
    """What a browser would find."""

    def __init__(self, template: str, data: dict[str, Any], papers: PaperTemplates = PAPERS) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text, self.inside = "", ""
        self.feed(paper(template, data, papers, medium="screen").content.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.inside = tag

    def handle_data(self, data: str) -> None:
        if self.inside != "style":
            self.text += "".join(data.split())

    def attributes(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@every_template
def test_a_page_says_all_its_facts(template: str) -> None:
    page = Page(template, sample(template))
    assert [said for said in leaves(sample(template)) if "".join(said.split()) not in page.text] == []


@every_template
def test_a_page_can_be_read_aloud_and_needs_nothing_from_elsewhere(template: str) -> None:
    page = Page(template, sample(template))
    assert page.attributes("html") == [{"lang": "zh-CN"}]
    assert len(page.attributes("h1")) == len(page.attributes("main")) == len(page.attributes("title")) == 1
    assert {heading.get("scope") for heading in page.attributes("th")} <= {"col", "row"}
    assert {"en", "zh-CN"} == {span["lang"] for span in page.attributes("span") if "lang" in span}
    assert {name for name, _ in page.tags} <= PAGE | TEXT | TABLE
    assert [attributes for _, attributes in page.tags if {"src", "href", "style"} & set(attributes)] == []


@every_template
def test_hostile_text_stays_text(template: str) -> None:
    markup = "</style><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7 * 6 }}{% if %}"
    wicked = hostile({"sly": "x"})["sly"] + markup

    def poisoned(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: poisoned(entry) for key, entry in value.items()}
        if isinstance(value, list):
            return [poisoned(entry) for entry in value]
        return wicked if isinstance(value, str) else value

    page = Page(template, poisoned(sample(template)))
    assert {name for name, _ in page.tags} <= PAGE | TEXT | TABLE
    assert "".join(markup.split()) in page.text
    assert "root:" not in page.text


@every_template
def test_missing_facts_are_dashes(template: str) -> None:
    assert "—" in Page(template, {}).text
    assert "—" in Page(template, dict.fromkeys(sample(template))).text


@every_template
def test_the_same_facts_give_the_same_page(template: str) -> None:
    again = paper(template, sample(template), PaperTemplates(FOLDER), medium="screen")
    assert again == paper(template, sample(template), medium="screen")


def test_both_media_have_the_same_words() -> None:
    """What a template may write, each medium knows: `#let` names without an underscore."""

    def words(name: str) -> set[str]:
        return set(re.findall(r"^#let ([a-z][a-z-]*)\(", (FOLDER / "_shared" / name).read_text(encoding="utf-8"), re.M))

    assert words("screen.typ") == words("print.typ")


@pytest.mark.parametrize("medium", ["print", "screen"])
def test_what_is_left_out_while_unknown_leaves_no_gap_and_no_dash(medium: Any) -> None:
    lines = [{"service": "Ocean freight", "amount": {"amount": "100.00", "currency": "CNY"}}]
    told = {"buyer_title": "Acme", "taxpayer_no": "9131", "issued_on": "2026-03-18", "due_on": "2026-04-17"}
    more = {"invoice_kind": "agency", "tax_invoice_no": "2633", "service_lines": lines, "tax_rate": "0.06"}
    sums = dict.fromkeys(("net", "vat", "total"), lines[0]["amount"])
    data = {**told, **more, **sums, "invoice_no": "INV-1"}
    if medium == "print":
        (text,) = pages(paper("invoice", data))
    else:
        page = Page("invoice", data)
        text = page.text
        boxes = [str(box["class"]) for box in page.attributes("div") if str(box.get("class")).startswith("span-")]
        # Title and number; date, due day and kind, which takes what is left of its row; the tax invoice; the words;
        # where to pay.
        assert boxes == ["span-2", "span-2", "span-1", "span-1", "span-2", "span-4", "span-1", "span-1"]
    assert "—" not in text
    assert "Bookingnumber" not in text
    assert "Unitprice" not in text
    assert "Unitprice" in "".join(pages(paper("invoice", sample("invoice"))))


def test_figures_and_words_stand_as_on_paper() -> None:
    page = Page("invoice", sample("invoice"))
    words = ("人民币贰万陆仟柒佰玖拾玖元捌角整", "TWENTY-SIXTHOUSANDSEVENHUNDREDNINETY-NINEAND80/100ONLY")
    for said in (*words, "CNY26,799.80", "6%"):
        assert said in page.text


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A folder of templates beside the shared pieces."""
    folder = tmp_path / "documents"
    shutil.copytree(FOLDER / "_shared", folder / "_shared")
    return folder


def written(folder: Path, body: str) -> PaperTemplates:
    """A paper of a title and this body."""
    head = '#import "_shared/paper.typ": *\n#show: paper.with((en: "A", zh: "B"))\n'
    (folder / "own.typ").write_text(head + body, encoding="utf-8")
    return PaperTemplates(folder)


def test_the_words_of_a_template_may_be_strong_and_broken_in_lines(own: Path) -> None:
    papers = written(own, '#say[Don\'t *pay \\ twice*, says "he".][*不*付]')
    page = paper("own", {}, papers, medium="screen").content.decode()
    assert '<p lang="en">Don’t <strong>pay </strong><br><strong> twice</strong>, says &#34;he&#34;.</p>' in page
    assert '<p lang="zh-CN"><strong>不</strong>付</p>' in page


@pytest.mark.parametrize(
    ("body", "match"),
    [
        ("#say[a][b]\nLoose", r"own\.typ:4 \(_shared/screen\.typ:\d+\): .*text outside of form, lines, say"),
        ("$ x $", r"own\.typ:3 .*: .*equation outside of form, lines, say"),
        ("#lines(7)", r"own\.typ:3 \(_shared/contents\.typ:\d+\): type integer"),
        ("#say[a][b]\n#say[$x$][b]", r"own\.typ, part 2 say\.en: a screen shows no equation, but text,"),
        ('#form(columns: 7, field("A", "甲", "a"))', r"own\.typ, part 1 form\.columns: .*less than or equal to 6"),
        ('#metadata((kind: "verse")) <part>', r"own\.typ, part 1 : .*'verse'.*'signatures'"),
    ],
)
def test_what_a_page_would_lose_or_cannot_show_is_refused_where_it_stands(own: Path, body: str, match: str) -> None:
    with pytest.raises(TemplateError, match=match):
        paper("own", {}, written(own, body), medium="screen")


def test_every_fault_of_a_page_is_named(own: Path) -> None:
    with pytest.raises(TemplateError) as refused:
        paper("own", {}, written(own, '#form(columns: 7, field("A", "甲", "a"))\n#say[$x$][#box[x]]'), medium="screen")
    assert [fault.where for fault in refused.value.faults] == [
        "own.typ, part 1 form.columns",
        "own.typ, part 1 form.fields.0.span",
        "own.typ, part 2 say.en",
        "own.typ, part 2 say.zh",
    ]


@pytest.mark.parametrize(
    ("page", "match"),
    [
        ("\n{{ page.abuot }}", r"page\.html\.j2:2: .*no attribute 'abuot'"),
        ("{% if %}", r"page\.html\.j2:1: "),
        ("{{ page.__class__.__mro__ }}", r"page\.html\.j2:1: .*__class__.* unsafe"),
    ],
)
def test_a_page_that_cannot_be_drawn_says_where(own: Path, page: str, match: str) -> None:
    (own / "_shared" / "page.html.j2").write_text(page, encoding="utf-8")
    with pytest.raises(TemplateError, match=match):
        paper("own", {}, written(own, ""), medium="screen")


def test_every_kind_of_part_is_drawn_in_its_place(own: Path) -> None:
    body = """
#small[ka]
#section("kb", "z")
#say[kc][z]
#notice[kd][z]
#article[ke][kf]
#form(columns: 1, field("kg", "z", [kh]))
#lines(((a: "kk", b: 3), (a: none, b: 4)), totals: ("b",), column("ki", "z", "a"), figures("kj", "z", "b"))
#sums(("kl", "z", [km]),)
#signatures(("kn", "z"), ("ko", "z"))
"""
    page = Page("own", {}, written(own, body))
    assert re.findall("k[a-z]", page.text) == [f"k{letter}" for letter in "abcdefghijklmno"]
    assert "kk3—4合计Total7" in page.text


def test_no_paper_asks_the_machine_for_the_day() -> None:
    """The compiler tells a page the machine's day and a PDF the case's: both media say what `given` says."""
    assert [path.name for path in FOLDER.rglob("*.typ") if "datetime" in path.read_text(encoding="utf-8")] == []


@pytest.mark.parametrize(("columns", "is_small"), [(9, False), (10, True)])
def test_a_table_of_many_columns_is_printed_small_so_that_no_sheet_cuts_it(
    columns: int, is_small: bool, own: Path
) -> None:
    """A browser shrinks what is too wide by a third at most, and cuts the rest."""
    heads = ", ".join('column("a", "甲", "a")' for _ in range(columns))
    (table,) = Page("own", {}, written(own, f"#lines(((a: 1),), {heads})")).attributes("table")
    assert (table.get("class") == "many") == is_small
    assert ".many { font-size: 7pt; }" in (FOLDER / "_shared" / "style.css").read_text(encoding="utf-8")
