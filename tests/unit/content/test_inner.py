"""Procedures inside the state that starts them: read as SOPs of their own, with the lines of the one file."""

import json
from datetime import date
from pathlib import Path

import pytest

from sop_engine.cases.written.definition import SopDefinition
from sop_engine.content.checking import check_sop
from sop_engine.content.library import ContentError, Library, content_root, load_library

OUTER = """\
sop: Audit
version: 3
title: {en: Audit, zh: 审计}
owner: sales_rep
calendar: cn_office
retention: kept_for
parameters:
  kept_for: {default: 2 years, mark: P, title: {en: Kept, zh: 保存}}
  mend_within: {default: 2 days, mark: P, title: {en: Mended, zh: 整改}}
  look_within: {default: 5 days, mark: P, title: {en: Looked, zh: 检查}}
data:
  unit: {type: text, required: true, default: x, title: {en: Unit, zh: 部门}}
  findings:
    type: list
    default: []
    title: {en: Findings, zh: 发现}
    fields:
      no: {type: integer, required: true, title: {en: Number, zh: 编号}}
      cost: {type: money, title: {en: Cost, zh: 费用}}
initial: mending
states:
  mending:
    title: {en: Being mended, zh: 整改中}
    case:
      sop: AuditFinding
      for_each: findings
      key: no
      with: {unit: unit, finding: item, no: item.no, amount: item.cost}
      procedure:
        events:
          finding.moved: {title: {en: Moved, zh: 顺延}, data: {no: {type: integer, title: {en: Number, zh: 编号}}}}
        states:
          open:
            title: {en: Open, zh: 待整改}
            task: {role: sales_rep, within: mend_within, outcomes: {done: {en: Done, zh: 完成}}}
            on: {open.done: closed, finding.moved: closed}
          closed: {title: {en: Closed, zh: 已整改}, final: closed, with: {amount: amount}}
    on: {mending.all: ended}
  ended: {title: {en: Ended, zh: 结束}, final: ended}
"""
PARTS = ("calendars", "documents", "notices", "registers", "rules", "shared", "freight/Booking.yaml")


def library(tmp_path: Path, old: str = "", new: str = "", figures: str = "") -> Library:
    root = tmp_path / "content"
    (root / "service").mkdir(parents=True)
    (root / "freight").mkdir()
    for part in (*content_root().glob("*.yaml"), *map(content_root().joinpath, PARTS)):
        (root / part.relative_to(content_root())).symlink_to(part)
    assert old in OUTER
    (root / "service" / "Audit.yaml").write_text(OUTER.replace(old, new) if old else OUTER, encoding="utf-8")
    (tmp_path / "figures.yaml").write_text(figures, encoding="utf-8")
    return load_library(root, parameters_file=tmp_path / "figures.yaml")


def faults(tmp_path: Path, old: str, new: str) -> list[tuple[int, str]]:
    try:
        found = library(tmp_path, old, new)
    except ContentError as error:
        return [(fault.line, fault.message) for fault in error.faults]
    return [(fault.line, fault.message) for sop in ("Audit", "AuditFinding") for fault in check_sop(found, sop)[0]]


def test_it_is_an_sop_of_its_own_and_has_from_the_outer_one_what_it_does_not_say(tmp_path: Path) -> None:
    found = library(tmp_path, figures="Audit:\n  mend_within: 3 days\n")
    inner = found.sops["AuditFinding"]
    said = inner.definition
    assert (said.version, said.owner, said.calendar, said.title.en) == (3, "sales_rep", "cn_office", "Being mended")
    assert list(said.parameters) == ["kept_for", "mend_within"], "those that it names, and how long its files are kept"
    assert {name: field.type for name, field in said.data.items()} == {
        "unit": "text",
        "finding": "record",
        "no": "integer",
        "amount": "money",
    }
    assert said.data["unit"].required
    assert said.data["unit"].default is None
    assert found.bundle("AuditFinding", date(2026, 3, 2)).parameters["mend_within"] == "3 days"
    assert found.sops["Audit"].child_sops == ("AuditFinding",)
    assert "procedure" not in found.sops["Audit"].text
    assert SopDefinition.model_validate(json.loads(inner.text)) == said
    assert [check_sop(found, sop)[0] for sop in ("Audit", "AuditFinding")] == [[], []]


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("open.done: closed", "open.done: close", 36, "did you mean closed?"),
        ("no: item.no,", "no: item.nr,", 28, "there is no 'item.nr'; it has: no, cost"),
        ("within: mend_within", "within: mend_withn", 35, "mend_withn"),
        ("sop: AuditFinding", "sop: Booking", 25, "Booking is defined in Booking.yaml already"),
        ("      procedure:\n", "      procedure:\n        version: 2\n", 30, "is that of the procedure around it"),
        ("      key: no\n", "      key: nr\n", 27, "unknown value of `with` 'nr'"),
        ("      key: no\n", "      key: unit\n", 27, "no event of AuditFinding carries 'unit' in its data"),
        ("      for_each: findings\n", "", 26, "tells the children of a `for_each` apart"),
        ("with: {amount: amount}", "with: {amount: amuont}", 37, "amuont"),
    ],
)
def test_a_fault_in_it_is_told_with_its_line_in_the_file(
    old: str, new: str, line: int, said: str, tmp_path: Path
) -> None:
    told = faults(tmp_path, old, new)
    assert [found for found in told if found[0] == line and said in found[1]], told


def test_what_is_no_procedure_is_refused(tmp_path: Path) -> None:
    text = OUTER[: OUTER.index("      procedure:\n")] + "      procedure: yes\n    on: {mending.all: ended}\n"
    ended = "  ended: {title: {en: Ended, zh: 结束}, final: ended}\n"
    told = faults(tmp_path, OUTER, text + ended)
    assert (29, "a procedure is a mapping with `states`") in told


def test_a_site_sets_its_figures_where_they_stand(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="figures of AuditFinding are those of Audit, in whose file it stands"):
        library(tmp_path, figures="AuditFinding:\n  mend_within: 3 days\n")
