"""Notices from templates: what facts look like, what is missing, what is wrong."""

from pathlib import Path
from typing import Any

import pytest

from sop_engine.basis.faults import NotFound
from sop_engine.content.library import content_root
from sop_engine.documents.environment import TemplateError
from sop_engine.documents.notices import NoticeTemplates, RenderedNotice
from tests.integration.notice_facts import FIRM, facts

TEMPLATES = NoticeTemplates(Path(__file__).parent / "templates" / "notices")


def render(template: str, **data: Any) -> RenderedNotice:
    return TEMPLATES.render(template, facts(**data), {}, FIRM)


def test_a_notice_says_its_facts() -> None:
    rendered = render("arrival_notice")
    assert rendered.subject == "SHP-1 Shipment 货运"
    assert rendered.text.splitlines()[:3] == [
        "SHP-1 货运",
        "2026-03-02 09:00 +08:00 / 2026-03-02 02:00 +01:00 / 2026-03-02",
        "2026-03-02 CNY 1,250.50 人民币壹仟贰佰伍拾元伍角整",
    ]
    assert "Box: 2.10 JPY 12" in rendered.text.splitlines()


def test_facts_are_never_markup() -> None:
    assert "&lt;b&gt;A &amp; B&lt;/b&gt;" in render("arrival_notice").html


def test_what_is_missing_is_a_visible_dash_and_never_a_crash() -> None:
    text = render("arrival_notice").text
    assert "</b> — — — —\n" in text
    assert "\n箱: — —\n" in text
    assert "\n— True False\n" in text
    assert "never" not in text
    empty = TEMPLATES.render("arrival_notice", facts().model_copy(update={"data": {}}), {}, FIRM)
    assert "\n— — —\n" in empty.text


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
    assert f"\n{written} CNY" in render("arrival_notice", eta=value).text


def test_names_nobody_provides_are_found_before_anything_is_printed() -> None:
    assert TEMPLATES.undeclared("arrival_notice") == TEMPLATES.undeclared("reminder") == ()
    assert [each.name for each in TEMPLATES.undeclared("misspelt")] == ["dta", "nobody"]


def test_a_template_that_fails_says_where() -> None:
    with pytest.raises(TemplateError, match=r"broken\.j2:3: unsupported operand"):
        render("broken")
    with pytest.raises(TemplateError, match=r"unfinished\.j2:4: .*endblock"):
        render("unfinished")


@pytest.mark.parametrize("template", ["nowhere", "../notices/broken", ""])
def test_an_unknown_template_is_not_found_and_the_known_ones_are_named(template: str) -> None:
    with pytest.raises(NotFound, match="arrival_notice, bodiless, broken"):
        render(template)


def test_a_template_cannot_reach_into_python(tmp_path: Path) -> None:
    reach = (
        '{{ case.__class__ }} {{ "".__class__.__mro__ }} {{ data.update({"eta": 1}) }} {{ at.__init__.__globals__ }}'
    )
    (tmp_path / "sly.j2").write_text(f"{{% block subject %}}x{{% endblock %}}{{% block body %}}{reach}{{% endblock %}}")
    assert NoticeTemplates(tmp_path).render("sly", facts(), {}, FIRM).text == "— — — —\n"


def test_a_notice_has_a_one_line_subject_and_plain_text_with_html_made_from_it() -> None:
    given = facts(contact="Anna <anna@example.com>", eta="2026-03-05")
    notice = TEMPLATES.render("reminder", given, {"what": "A & B"}, FIRM)
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
        TEMPLATES.render("bodiless", facts(), {}, FIRM)


@pytest.mark.parametrize(
    ("due_at", "written"),
    [
        ("2026-02-24T16:00:00+00:00", "2026-02-24 24:00 +08:00"),
        ("2026-02-24T09:00:00+00:00", "2026-02-24 17:00 +08:00"),
    ],
)
def test_the_notice_of_a_clock_names_the_day_that_it_ends_with(due_at: str, written: str) -> None:
    values = {"due_at": due_at, "rung": "breached", "title": {"en": "Tax", "zh": "缴税"}, "tasks": []}
    shipped = NoticeTemplates(content_root() / "notices")
    text = shipped.render("clock_rung", facts(), values, FIRM).text
    assert f"Due: {written}\n" in text
    assert f"到期：{written}\n" in text
