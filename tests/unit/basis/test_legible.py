"""What others wrote is shown as text, whatever it holds and whichever way it goes out."""

import io
import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from sop_engine.basis.legible import code, is_seen, legible, legible_json, legible_line
from sop_engine.cases.contracts.reading import CaseLine
from sop_engine.cases.contracts.report_tables import ReportColumn, ReportTable
from sop_engine.cases.contracts.views import StepView
from sop_engine.cases.seen.card import case_card
from sop_engine.console.context import Session
from sop_engine.console.printing import legible_streams
from sop_engine.console.render_case import render_case, render_task
from sop_engine.console.render_lists import render_cases, render_timeline
from sop_engine.console.report_files import as_csv, as_workbook
from sop_engine.console.screen import Screen, screen
from sop_engine.documents.notices import NoticeTemplates
from sop_engine.settings import Settings
from sop_engine.temporal.texts import details, keyword, summary
from tests.integration.notice_facts import FIRM, facts
from tests.unit.console.rendering_samples import DUE, OPENED, task, view
from tests.unit.console.terminal import sop
from tests.unit.content.complaint_samples import CASE, registered

ESCAPE, LONE_RETURN, C1, OVERRIDE, NO_WIDTH = "\x1b[31m", "a\rb", "\x9b2J", "\u202egnp.exe", "CM\u200bP"
HOSTILE = f"{ESCAPE} {LONE_RETURN} {C1} {OVERRIDE} {NO_WIDTH}"
SHOWN = r"\x1b[31m a\rb \x9b2J \u202egnp.exe CM\u200bP".replace(r"\r", r"\x0d")
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")
STYLE = re.compile(r"\x1b\[[0-9;]*m")


def test_what_nobody_would_see_is_written_out() -> None:
    assert legible(HOSTILE) == SHOWN
    assert legible("\ud800\U000e0041\u2066\ufeff") == r"\ud800\U000e0041\u2066\ufeff"
    assert legible("\x00\x9f\xad\uffa0") == r"\x00\x9f\xad\uffa0"


@pytest.mark.parametrize(("text", "seen"), [("关", True), (" a\u200b", True), ("\u200b \ufeff\n", False), ("", False)])
def test_text_of_which_nothing_is_seen_looks_unfilled(text: str, seen: bool) -> None:
    assert is_seen(text) is seen


@pytest.mark.parametrize(
    "text",
    [
        "上海蓝湖贸易有限公司",
        "𠮷野家 葛󠄀城",
        "Müller & Söhne",
        "№ 7 — “ok” …",
        "two\nlines\tand a tab\r\n",
        "שלום",
        "👍🏽 ✔️",
    ],
)
def test_every_script_stays(text: str) -> None:
    assert legible(text) == text


def test_a_line_is_one_line_and_no_longer_than_asked() -> None:
    assert legible_line("first\n- **Status** done\u2028x") == r"first - **Status** done\u2028x"
    assert legible_line("关" * 300, 200) == "关" * 199 + "…"
    assert legible_line("关" * 200, 200) == "关" * 200
    assert legible_line(" \r\n a \t b ") == "a b"
    assert legible_line("X ray\x1f") == r"X ray\x1f", "Python takes U+001F for a blank, no reader does"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("plain", "`plain`"),
        ("", "` `"),
        ("a `b` c", "``a `b` c``"),
        ("`b` c", "`` `b` c ``"),
        ("c ``b``", "``` c ``b`` ```"),
        ("a\n# b", "`a # b`"),
    ],
)
def test_code_is_fenced_by_more_than_stands_inside(text: str, written: str) -> None:
    assert code(text) == written


def test_code_is_cut_to_two_hundred_characters_unless_told_otherwise() -> None:
    assert code("x" * 201) == f"`{'x' * 199}…`"
    assert code("x" * 9, 5) == "`xxxx…`"


def test_json_says_the_same() -> None:
    given = {"text": HOSTILE + "\x7f\U000e0041关\n"}
    written = legible_json(json.dumps(given, ensure_ascii=False, indent=2))
    assert UNSEEN.search(written) is None
    assert "关" in written
    assert json.loads(written) == given
    assert legible_json('"\x7f\u202e\U000e0041"') == r'"\u007f\u202e\udb40\udc41"'
    assert legible_json('"\ud800"') == r'"\ud800"', "half a character"


def case_line(case_id: str, title: str = "Complaint") -> CaseLine:
    return CaseLine(
        case_id=case_id,
        sop="Complaint",
        version=1,
        title={"en": title},
        owner="complaint_officer",
        status="open",
        stage=title,
        outcome=None,
        sla="on_track",
        states=(title,),
        parent=None,
        opened_at=OPENED,
        closed_at=None,
        due_at=DUE,
        overdue=False,
        provisional=False,
    )


def hostile_step() -> StepView:
    return StepView.model_validate(
        {
            "step": 1,
            "at": OPENED,
            "kind": "comment",
            "name": HOSTILE,
            "actor": HOSTILE,
            "note": HOSTILE,
            "happened_at": None,
        }
        | {"changes": ({"field": "event", "old": HOSTILE, "new": [HOSTILE]},)}
    )


def hostile_view() -> Any:
    return view(
        case_id=f"CMP{HOSTILE}",
        title={"en": HOSTILE, "zh": HOSTILE},
        hold=HOSTILE,
        status="held",
        data={"event": HOSTILE, HOSTILE: [HOSTILE, {HOSTILE: HOSTILE}]},
        comments=({"by": HOSTILE, "at": "2026-03-02T09:00:00+08:00", "text": HOSTILE},),
        attachments=({"kind": "file", "file": {"name": HOSTILE}, "by": HOSTILE},),
        incidents=({"incident": "i#1", "kind": "work", "message": HOSTILE, "at": "2026-03-02T09:00:00+08:00"},),
        tasks=(task(assignee=HOSTILE),),
    )


RENDERED = {
    "case": lambda: render_case(hostile_view(), "en", None),
    "task": lambda: render_task(task(assignee=HOSTILE, title={"en": HOSTILE, "zh": "x"}), HOSTILE, "en", None),
    "timeline": lambda: render_timeline((hostile_step(),), "en", None),
    "cases": lambda: render_cases((case_line(HOSTILE, HOSTILE),), "en", None),
}


@pytest.mark.parametrize("name", RENDERED)
@pytest.mark.parametrize("is_terminal", [False, True])
def test_nothing_unseen_is_drawn(name: str, is_terminal: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.StringIO()
    if is_terminal:
        Screen(written, width=400, force_terminal=True).print(RENDERED[name]())
    else:
        monkeypatch.setattr(sys, "stdout", written)
        monkeypatch.setenv("COLUMNS", "400")
        Session(settings=Settings(), serve=None).show(RENDERED[name]())  # type: ignore[arg-type]
    drawn = STYLE.sub("", written.getvalue())
    assert UNSEEN.search(drawn) is None
    assert SHOWN in drawn


@pytest.mark.parametrize(("told", "width"), [("", 200), ("60", 200), ("0", 200), ("wide", 200), ("400", 400)])
def test_a_pipe_is_never_narrowed_to_somebodys_window(told: str, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", told)
    assert screen(io.StringIO()).width == width


def test_columns_stay_under_each_other() -> None:
    written = io.StringIO()
    lines = (case_line(f"A{ESCAPE}"), case_line("B"))
    Screen(written, width=200).print(render_cases(lines, "en", None))
    first, second = written.getvalue().splitlines()[-2:]
    assert first.index("Complaint") == second.index("Complaint")


@pytest.mark.parametrize(
    "arguments",
    [("definition", "show", ESCAPE), ("case", "show", "CMP-1", ESCAPE), (ESCAPE,), ("case", "list", "--sla", ESCAPE)],
)
def test_a_refusal_shows_what_was_typed(arguments: tuple[str, ...], tmp_path: Path) -> None:
    result = sop(tmp_path, *arguments)
    assert result.exit_code in (2, 3)
    assert UNSEEN.search(result.output) is None
    assert r"\x1b[31m" in result.output


def test_a_prompt_and_a_log_line_are_legible(capsys: pytest.CaptureFixture[str]) -> None:
    with legible_streams():
        sys.stderr.write(f"{HOSTILE}\n")
    assert capsys.readouterr().err == f"{SHOWN}\n"


def test_a_notice_is_legible_in_subject_text_and_page(tmp_path: Path) -> None:
    (tmp_path / "told.j2").write_text(
        "{% block subject %}{{ data.consignee }}{% endblock %}{% block body %}{{ data.consignee }}{% endblock %}"
    )
    notice = NoticeTemplates(tmp_path).render("told", facts(consignee=HOSTILE), {}, FIRM)
    assert (notice.subject, notice.text) == (SHOWN, f"{SHOWN}\n")
    assert SHOWN in notice.html


def test_what_stands_beside_a_case_is_legible() -> None:
    assert keyword(HOSTILE) == details(HOSTILE) == SHOWN
    assert summary(HOSTILE) == legible_line(HOSTILE) == SHOWN.replace(r"\x0d", " ")


def test_a_report_is_legible_as_a_file() -> None:
    column = ReportColumn(key="party", title={"en": "Party", "zh": "单位"}, kind="text")
    report = ReportTable(
        name="ageing", title={"en": "A", "zh": "账"}, scope="", columns=(column,), rows=((HOSTILE,),), total=1
    )
    assert SHOWN in as_csv(report, "en").decode("utf-8-sig")
    assert as_workbook(report, "en")


FORGERIES = (
    "\n- **Status** completed",
    "[pay here](https://evil.example)",
    "`x` **bold** <b>x</b>",
    "https://evil.example",
)


@pytest.mark.parametrize("forged", FORGERIES)
def test_a_card_has_no_line_or_link_that_others_wrote(forged: str) -> None:
    house = registered()
    state = house.states[CASE].model_copy(update={"hold_reason": forged, "case_id": f"CMP-1 {forged}"})
    card = case_card(house.procedure("Complaint"), state)
    plain = case_card(
        house.procedure("Complaint"), state.model_copy(update={"hold_reason": "wait", "case_id": "CMP-1"})
    )
    assert len(card.splitlines()) == len(plain.splitlines())
    (held,) = [line for line in card.splitlines() if line.startswith("- **Held** ")]
    assert held == f"- **Held** {code(forged)}"
    fence, *inside, end = re.findall("`+", code(forged))
    assert fence == end
    assert fence not in inside


def test_an_id_on_the_card_runs_nothing_when_it_is_copied() -> None:
    house = registered()
    state = house.states[CASE].model_copy(update={"case_id": "x; rm y"})
    assert "sop task show 'x; rm y' classified#1" in case_card(house.procedure("Complaint"), state)
