"""What `sop definition lint` finds in an SOP that names things which are not there."""

import shutil
from pathlib import Path

import pytest

from sop_engine.basis.faults import NotFound
from sop_engine.console.definition import faults_of
from sop_engine.console.lint import play, shared_findings
from sop_engine.content.library import load_library

CONTENT = Path(__file__).parents[3] / "sop_definitions"

BROKEN = """\
sop: Broken
version: 1
title: {en: Broken, zh: 坏的}
owner: operatr
reference: number
calendar: cn_office
parameters:
  patience: {default: 2 days, mark: P}
data:
  note: {type: text, title: {en: Note, zh: 备注}}
events:
  note.sent: {title: {en: Sent, zh: 已发}, roles: [clerk]}
clocks:
  fine: {within: patience, start: opened, stop: note.sent, title: {en: Fine, zh: 好}}
  odd: {within: 2 days, start: opened, stop: note.sent, ladder: standrad, title: {en: Odd, zh: 怪}}
initial: writing
states:
  writing:
    title: {en: Writing, zh: 起草}
    task:
      role: operator
      form: [nte]
      distinct_from: [sending]
      outcomes:
        done: {en: Done, zh: 完成}
        lost: {en: Lost, zh: 丢失}
    on:
      writing.done:
        to: sending
        do:
          - {notify: customr, template: no_such_notice}
          - {if: "note is none", then: [{document: no_such_paper}]}
  sending:
    title: {en: Sending, zh: 发送}
    case: {sop: Complaint, with: {complainant: "note", evnt: "note"}, store: {note: no_result}}
    on: {sending: ended}
  ended:
    title: {en: Ended, zh: 结束}
    final: ended
"""

FAULTS = """\
Broken.yaml:4:1: owner: unknown role 'operatr', did you mean operator?
Broken.yaml:5:1: reference: unknown field 'number'
Broken.yaml:12:42: events.note.sent.roles: unknown role 'clerk', did you mean order_clerk?
Broken.yaml:15:57: clocks.odd.ladder: unknown ladder 'standrad', did you mean standard?
Broken.yaml:22:14: states.writing.task.form.0: unknown field 'nte', did you mean note?
Broken.yaml:23:7: states.writing.task.distinct_from: unknown task 'sending'
Broken.yaml:26:9: states.writing.task.outcomes.lost: no transition takes writing.lost
Broken.yaml:31:14: states.writing.on.writing.done.do.0.notify: unknown recipient 'customr', did you mean customer?
Broken.yaml:31:31: states.writing.on.writing.done.do.0.template: unknown notice 'no_such_notice'
Broken.yaml:32:42: states.writing.on.writing.done.do.1.then.0.document: unknown document 'no_such_paper'
Broken.yaml:35:28: states.sending.case.with: Complaint needs contact to open
Broken.yaml:35:28: states.sending.case.with: Complaint needs event to open
Broken.yaml:35:56: states.sending.case.with.evnt: unknown field of Complaint 'evnt', did you mean event?
Broken.yaml:35:79: states.sending.case.store.note: unknown result of Complaint 'no_result', did you mean result?
"""


@pytest.fixture
def content(tmp_path: Path) -> Path:
    shutil.copytree(CONTENT, tmp_path / "content", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "content"


def test_every_name_that_leads_nowhere_is_found_with_its_line(content: Path) -> None:
    (content / "service" / "Broken.yaml").write_text(BROKEN, encoding="utf-8")
    found = [str(fault) for fault in faults_of(load_library(content), "Broken")]
    assert "\n".join(found) + "\n" == FAULTS


def test_a_clock_without_a_length_of_time_is_found(content: Path) -> None:
    (content / "service" / "Broken.yaml").write_text(BROKEN.replace("2 days, start", "soon, start"), encoding="utf-8")
    places = {fault.where: fault.what for fault in faults_of(load_library(content), "Broken")}
    assert places["Broken.yaml:15:9"].startswith("clocks.odd.within: 'soon' is not a length of time")


def test_what_the_chart_says_wrongly_is_found_with_its_line(content: Path) -> None:
    wrong = BROKEN.replace("to: sending", "to: sendng")
    (content / "service" / "Broken.yaml").write_text(wrong, encoding="utf-8")
    (fault,) = faults_of(load_library(content), "Broken")
    assert fault.where == f"Broken.yaml:{wrong.splitlines().index('        to: sendng') + 1}:9"


def test_what_undoes_an_effect_is_an_effect_or_a_list_of_them(content: Path) -> None:
    written = ("5", "true", "[5]", "{notify: operator, template: no_such_notice, with: 5}")
    undone = ", ".join(f"{{document: no_such_paper, undo: {undo}}}" for undo in written)
    wrong = BROKEN.replace("{document: no_such_paper}", undone)
    (content / "service" / "Broken.yaml").write_text(wrong, encoding="utf-8")
    found = [fault.what for fault in faults_of(load_library(content), "Broken") if ":32:" in fault.where]
    place = "states.writing.on.writing.done.do.1.then"
    for index, what in enumerate(("5 is no effect", "True is no effect", "None is no effect", "5 is no mapping")):
        assert any(fault.startswith(f"{place}.{index}.undo") and what in fault for fault in found)


def test_an_unknown_sop_is_not_found() -> None:
    with pytest.raises(NotFound, match="There is no SOP 'Complant'"):
        faults_of(load_library(), "Complant")


QUIET = """\
sop: Quiet
version: 1
title: {en: Quiet, zh: 安静}
owner: operator
calendar: cn_office
initial: writing
states:
  writing:
    title: {en: Writing, zh: 起草}
    task: {role: operator, outcomes: {done: {en: Done, zh: 完成}}}
    on: {writing.done: ended}
  ended: {title: {en: Ended, zh: 结束}, final: ended}
"""


def test_playing_an_sop_tells_what_was_seen_with_its_line_its_mend_and_the_way_there(content: Path) -> None:
    (content / "service" / "Quiet.yaml").write_text(QUIET, encoding="utf-8")
    played, found = play(load_library(content), "Quiet", 5)
    assert [(each.severity, str(each.fault)) for each in found] == [
        (
            "error",
            "Quiet.yaml:8:3: states.writing: somebody is waited for here and nothing runs: no clock, no delay;"
            " give it a clock, or say why it needs none: `no_clock: {en: …, zh: …}`; seen: opened as Quiet",
        )
    ]
    assert played.told() == "Quiet: 2 of 2 states and 1 of 1 transitions shown by 6 moves; nothing left to try"


def test_a_name_in_a_notice_that_nobody_provides_is_found_with_its_line(content: Path) -> None:
    assert [each for each in shared_findings(load_library(content)) if each.check == "notices"] == []
    notice = content / "notices" / "released.j2"
    text = notice.read_text(encoding="utf-8")
    at = [*text.splitlines()[:1], "{{ daat.note }}", *text.splitlines()[1:]]
    notice.write_text("\n".join(at) + "\n", encoding="utf-8")
    (content / "notices" / "arrived.j2").write_text("{% block subject %}\n{% if %}", encoding="utf-8")
    found = [each for each in shared_findings(load_library(content)) if each.check == "notices"]
    assert [each.severity for each in found] == ["error", "error"]
    broken, misspelt = sorted(str(each.fault) for each in found)
    assert broken.startswith("arrived.j2:2:1: ")
    assert misspelt == (
        "released.j2:2:1: unknown name 'daat', did you mean data?; a notice knows at, case, clocks, data, firm, values"
    )
