"""Documents and notices from templates: what facts look like, what is missing, what is wrong."""

import subprocess
import sys
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from sop_engine.cases.contracts.effects import CaseFacts
from sop_engine.cases.faults import NotFound
from sop_engine.cases.fields import Title
from sop_engine.documents.environment import TemplateError
from sop_engine.documents.notices import NoticeTemplates
from sop_engine.documents.rendering import DocumentTemplates, Rendered

TEMPLATES = Path(__file__).parent / "templates"
FIRM = Title(en="Harbour Bridge", zh="港桥")


def facts(**data: Any) -> CaseFacts:
    return CaseFacts(
        case_id="SHP-1",
        sop="Shipment",
        title={"en": "Shipment", "zh": "货运"},
        data={
            "eta": "2026-03-01T23:30:00+00:00",
            "total": {"amount": "1250.5", "currency": "CNY"},
            "consignee": "<b>A & B</b>",
            "notify_party": None,
            "items": [
                {"name": "Box", "weight": "1.05", "price": {"amount": "12", "currency": "JPY"}},
                {"name": "箱", "weight": None, "price": {"amount": None, "currency": "CNY"}},
            ],
            **data,
        },
        state="arrived",
        actor=None,
        at=datetime(2026, 3, 2, 1, 0, tzinfo=UTC),
        zone="Asia/Shanghai",
    )


def render(template: str, **data: Any) -> Rendered:
    return DocumentTemplates(TEMPLATES / "documents").render(template, facts(**data), {}, FIRM)


def test_a_document_says_its_facts() -> None:
    rendered = render("arrival_notice")
    assert rendered.title == Title(en="Arrival notice", zh="到货通知")
    assert rendered.sha256 == sha256(rendered.html.encode()).hexdigest()
    for said in (
        "<title>Arrival notice 到货通知</title>",
        "<header>Harbour Bridge 港桥</header>",
        "<p>SHP-1 货运</p>",
        "<p>2026-03-02 09:00 +08:00 / 2026-03-02 02:00 +01:00 / 2026-03-02</p>",
        "<p>2026-03-02 CNY 1,250.50 人民币壹仟贰佰伍拾元伍角整</p>",
        "<p>Box: 2.10 JPY 12</p>",
    ):
        assert said in rendered.html


def test_facts_are_never_markup() -> None:
    assert "&lt;b&gt;A &amp; B&lt;/b&gt;" in render("arrival_notice").html


def test_what_is_missing_is_a_visible_dash_and_never_a_crash() -> None:
    html = render("arrival_notice").html
    assert "&lt;/b&gt; — — — —</p>" in html
    assert "<p>箱: — —</p>" in html
    assert "<p>— True False</p>" in html
    assert "never" not in html
    empty = DocumentTemplates(TEMPLATES / "documents").render(
        "arrival_notice", facts().model_copy(update={"data": {}}), {}, FIRM
    )
    assert "<p>— — —</p>" in empty.html


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("2026-03-02", "2026-03-02"),
        ("2026-03-01T16:00:00+00:00", "2026-03-02"),
        ("2026-03-01T15:59:59Z", "2026-03-01"),
        ("some day", "some day"),
    ],
)
def test_a_day_is_that_of_the_case_and_odd_text_stays(value: str, written: str) -> None:
    assert f"<p>{written} CNY" in render("arrival_notice", eta=value).html


def test_the_language_chooses_labels() -> None:
    templates = DocumentTemplates(TEMPLATES / "documents")
    assert "<h1>到货通知</h1>" in templates.render("arrival_notice", facts(), {}, FIRM, language="zh").html
    assert "<h1>Arrival notice</h1>" in templates.render("arrival_notice", facts(), {}, FIRM, language="en").html


def test_the_same_facts_give_the_same_bytes_in_another_process() -> None:
    script = "from tests.integration.test_documents import render; print(render('arrival_notice').sha256)"
    for seed in ("1", "2"):
        answer = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": seed}
        )
        assert answer.stdout.strip() == render("arrival_notice").sha256


def test_names_nobody_provides_are_found_before_anything_is_printed() -> None:
    templates = DocumentTemplates(TEMPLATES / "documents")
    assert templates.undeclared("arrival_notice") == ()
    assert templates.undeclared("misspelt") == ("dta", "nobody")
    assert NoticeTemplates(TEMPLATES / "notices").undeclared("reminder") == ()


def test_a_template_that_fails_says_where() -> None:
    with pytest.raises(TemplateError, match=r"broken\.html\.j2:3: unsupported operand"):
        render("broken")
    with pytest.raises(TemplateError, match=r"unfinished\.html\.j2:3: .*endif"):
        render("unfinished")
    with pytest.raises(TemplateError, match=r"untitled\.html\.j2: has no title"):
        render("untitled")


@pytest.mark.parametrize("template", ["nowhere", "../documents/broken", "_shared/letterhead", ""])
def test_an_unknown_template_is_not_found_and_the_known_ones_are_named(template: str) -> None:
    with pytest.raises(NotFound, match="arrival_notice, broken, misspelt"):
        render(template)


def test_a_template_cannot_reach_into_python(tmp_path: Path) -> None:
    reach = (
        '{{ case.__class__ }} {{ "".__class__.__mro__ }} {{ data.update({"eta": 1}) }} {{ at.__init__.__globals__ }}'
    )
    (tmp_path / "sly.html.j2").write_text('{% set title = {"en": "x", "zh": "x"} %}' + reach)
    assert DocumentTemplates(tmp_path).render("sly", facts(), {}, FIRM).html == "— — — —"


def test_a_notice_has_a_one_line_subject_and_plain_text_with_html_made_from_it() -> None:
    given = facts(contact="Anna <anna@example.com>", eta="2026-03-05")
    notice = NoticeTemplates(TEMPLATES / "notices").render("reminder", given, {"what": "A & B"}, FIRM)
    assert notice.subject == "SHP-1 is due 到期提醒"
    assert notice.text == (
        "Dear Anna <anna@example.com>,\nA & B is due 2026-03-05.\n\nA & B 将于 2026-03-05 到期。\n\n港桥\n"
    )
    assert notice.html == (
        "<p>Dear Anna &lt;anna@example.com&gt;,<br>\nA &amp; B is due 2026-03-05.</p>\n"
        "<p>A &amp; B 将于 2026-03-05 到期。</p>\n<p>港桥</p>\n"
    )


def test_a_notice_without_its_blocks_is_refused() -> None:
    with pytest.raises(TemplateError, match=r"bodiless\.j2: has no block body"):
        NoticeTemplates(TEMPLATES / "notices").render("bodiless", facts(), {}, FIRM)
