"""`schedules.yaml`: what is shipped works, and every fault in one is told with its line and what is allowed."""

from pathlib import Path
from shutil import copytree

import pytest

from sop_engine.cases.duties.duty import Subject
from sop_engine.cases.told.opening import read_opening
from sop_engine.content.checking import check_duties
from sop_engine.content.library import ContentError, Library, content_root, load_library
from tests.unit.console.terminal import sop
from tests.unit.content.content_house import shipped
from tests.unit.timekeeping.timekeeping_samples import china

GOOD = """
month_end:
  title: {en: Month end, zh: 结账}
  sop: MonthEnd
  every: month
  on: first working day
  at: "09:00"
  calendar: cn_office
  with: {month: period.previous.key}
"""
GREETING = """
greeting:
  title: {en: Greeting, zh: 问候}
  sop: MonthEnd
  every: festival
  festivals: [spring_festivol]
  on: 3 working days before
  at: "09:00"
  calendar: cn_office
  with: {month: period.previous.key}
"""


def written(folder: Path, text: str) -> Library:
    file = folder / "schedules.yaml"
    file.write_text(text, "utf-8")
    return load_library(schedules_file=file)


def test_what_is_shipped_has_no_fault_and_opens_its_procedures() -> None:
    library = shipped()
    assert check_duties(library) == []
    for duty in library.schedules.duties.values():
        cycle = duty.cycle(library.calendars[duty.calendar], library.festivals[duty.calendar])
        due = duty.next_due(cycle, china("2026-12-15 12:00"))
        assert due is not None
        subject = Subject("C-1", {"name": "Blue Lake", "class": "core"}) if duty.for_each is not None else None
        read_opening(library.sops[duty.sop].definition.exact(), duty.data(cycle, due, subject))


def test_a_site_need_not_have_any(tmp_path: Path) -> None:
    root = tmp_path / "content"
    copytree(content_root(), root)
    (root / "schedules.yaml").unlink()
    library = load_library(root)
    assert (library.schedules.duties, check_duties(library)) == ({}, [])
    assert check_duties(written(tmp_path, GOOD)) == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("MonthEnd", "MonthEnt", "schedules.yaml:4:3: month_end.sop: unknown SOP 'MonthEnt', did you mean MonthEnd?"),
        ("cn_office", "cn_ofice", "schedules.yaml:8:3: month_end.calendar: unknown calendar 'cn_ofice', did you mean"),
        ("{month:", "{mont:", "schedules.yaml:9:10: month_end.with.mont: unknown field of MonthEnd 'mont', did you"),
        ("{month:", "{mont:", "schedules.yaml:9:3: month_end.with: MonthEnd needs month to open"),
        ("previous.key", "previous.kee", "month_end.with.month: unknown name period.previous.kee, did you mean"),
        ("period.previous.key", "due_on", "month_end.with.month: MonthEnd.month is text, the value date"),
        ("period.previous.key", "subject.id", "unknown name subject"),
        ("month_end:", "Month-End:", "schedules.yaml:2:1: Month-End: a duty's name is of small letters"),
        ("  calendar", "  spread: 2 hours\n  calendar", "month_end.spread: there is one case in each period"),
        (
            "  calendar",
            "  for_each: {register: custmers}\n  calendar",
            "unknown register 'custmers', did you mean customers?",
        ),
        (
            "  calendar",
            "  for_each: {register: customers, where: clas == 'core'}\n  calendar",
            "unknown name clas, did you",
        ),
    ],
)
def test_a_name_that_leads_nowhere_is_told_with_its_place(tmp_path: Path, old: str, new: str, told: str) -> None:
    found = "\n".join(map(str, check_duties(written(tmp_path, GOOD.replace(old, new)))))
    assert told in found


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("month\n", "fortnight\n", "schedules.yaml:5:3: month_end.every: 'fortnight' is none of these"),
        ("first working", "frist working", "schedules.yaml:6:3: month_end.on: 'frist working day' names no day"),
        (
            "  at:",
            "  when:",
            "schedules.yaml:7:3: month_end.when: unknown key; allowed: every, first, festivals, on, at",
        ),
        ("first working day", "day 15", "schedules.yaml:2:1: month_end: `none` is missing"),
        ("  calendar", "  missed: maybe\n  calendar", "schedules.yaml:8:3: month_end.missed"),
        ("  calendar", "  spread: 2 working hours\n  calendar", "is no elapsed time"),
    ],
)
def test_a_shape_that_is_none_is_refused_with_its_place(tmp_path: Path, old: str, new: str, told: str) -> None:
    with pytest.raises(ContentError) as refused:
        written(tmp_path, GOOD.replace(old, new))
    assert told in str(refused.value)


def test_festivals_are_known_by_their_calendar(tmp_path: Path) -> None:
    (fault,) = check_duties(written(tmp_path, GREETING))
    assert "unknown festival of cn_office 'spring_festivol', did you mean spring_festival?" in str(fault)
    everywhere = GREETING.replace("cn_office", "hotline_24h").replace("  festivals: [spring_festivol]\n", "")
    (fault,) = check_duties(written(tmp_path, everywhere))
    assert "the calendar hotline_24h has no festivals" in str(fault)


def test_a_register_gives_its_fields_where_there_is_one(tmp_path: Path) -> None:
    text = GOOD.replace("  with", "  for_each: {register: customers}\n  spread: 2 hours\n  with")
    library = written(tmp_path, text.replace("period.previous.key", "subject.nam"))
    (fault,) = check_duties(library)
    assert "unknown name subject.nam, did you mean name?" in str(fault)
    assert check_duties(written(tmp_path, text.replace("period.previous.key", "subject.name"))) == []


def test_lint_tells_the_faults_of_duties_beside_those_of_procedures(tmp_path: Path) -> None:
    file = tmp_path / "schedules.yaml"
    file.write_text(GOOD.replace("MonthEnd", "MonthEnt"), "utf-8")
    answer = sop(tmp_path, "definition", "lint", environ={"SOP_SCHEDULES_FILE": str(file)})
    assert answer.exit_code == 2
    assert "schedules.yaml:4:3: month_end.sop: unknown SOP 'MonthEnt'" in answer.output


def test_the_packaged_file_is_where_the_library_looks() -> None:
    assert (content_root() / "schedules.yaml").exists()
