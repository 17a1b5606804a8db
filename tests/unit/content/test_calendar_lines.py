"""What is wrong in a calendar, a holiday year or a ladder is told with its file and line."""

import shutil
from pathlib import Path

import pytest

from sop_engine.content.library import ContentError, content_root, load_calendars, load_library

CALENDARS = content_root() / "calendars"


def told(root: Path, file: str, was: str, becomes: str) -> list[str]:
    """The faults of the calendars, one file of which is spoiled, and the line that was spoiled."""
    shutil.copytree(CALENDARS, root / "calendars")
    path = root / "calendars" / file
    text = path.read_text("utf-8")
    assert was in text
    path.write_text(text.replace(was, becomes, 1), "utf-8")
    with pytest.raises(ContentError) as caught:
        load_calendars(root)
    line = text[: text.index(was)].count("\n") + 1
    return [str(fault).replace(f"{path.name}:{line}:", "HERE:") for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("file", "was", "becomes", "says"),
    [
        ("cn_office.yaml", '"08:30-17:00"', '"17:00-08:30"', "hours.monday-friday.0: '17:00-08:30' must end after"),
        ("cn_office.yaml", "monday-friday:", "monday-fryday:", "hours.monday-fryday: is not a day or a run of days"),
        ("cn_office.yaml", "zone: Asia/Shanghai", "zone: Asia/Peking", "zone: no zone is called 'Asia/Peking'"),
        ("cn_office.yaml", "holidays: cn_holidays", "holiday: cn_holidays", "holiday: "),
        ("cn_holidays/2026.yaml", "year: 2026", "year: 2025", "year: the year 2025 is given twice"),
    ],
)
def test_a_calendar_has_its_line(file: str, was: str, becomes: str, says: str, tmp_path: Path) -> None:
    faults = told(tmp_path, file, was, becomes)
    assert [fault for fault in faults if fault.startswith("HERE:") and says in fault], faults


def test_a_day_of_a_holiday_year_has_its_own_line(tmp_path: Path) -> None:
    text = (CALENDARS / "cn_holidays" / "2026.yaml").read_text("utf-8")
    before, _, days = text.partition("working_days:")
    line = before.count("\n") + 1
    shutil.copytree(CALENDARS, tmp_path / "calendars")
    (tmp_path / "calendars" / "cn_holidays" / "2026.yaml").write_text(f"{before}working_days: [2026-01-05]\n", "utf-8")
    with pytest.raises(ContentError) as caught:
        load_calendars(tmp_path)
    fault = caught.value.faults[0]
    assert (fault.file, fault.line, fault.path) == ("2026.yaml", line, "working_days.0"), days
    assert fault.message == "2026-01-05 is no weekend: a make-up day is one"


def test_a_rung_of_a_ladder_has_its_own_line(tmp_path: Path) -> None:
    shutil.copytree(content_root(), tmp_path / "content", ignore=shutil.ignore_patterns("__pycache__"))
    path = tmp_path / "content" / "ladders.yaml"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    index = next(number for number, line in enumerate(lines) if line.strip().startswith("at_risk:"))
    lines[index] = lines[index].replace('"80 %"', '"eighty"')
    path.write_text("".join(lines), "utf-8")
    with pytest.raises(ContentError) as caught:
        load_library(tmp_path / "content")
    (fault,) = caught.value.faults
    assert (fault.file, fault.line, fault.path) == ("ladders.yaml", index + 1, "standard.rungs.at_risk.at")
    assert fault.message.startswith("'eighty' is not a place on a ladder")
