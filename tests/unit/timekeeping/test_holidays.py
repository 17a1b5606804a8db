"""The holiday files, day by day against two libraries, and the reading of calendar files."""

from collections.abc import Callable
from copy import deepcopy
from datetime import date, timedelta
from typing import Any

import chinese_calendar
import holidays
import pytest

from sop_engine.timekeeping.calendar import BusinessCalendar, CalendarError
from sop_engine.timekeeping.calendar_files import compile_calendar
from sop_engine.timekeeping.zones import zone_offsets
from tests.unit.timekeeping.timekeeping_samples import CALENDARS, calendar, holiday_files, read

OFFSETS = zone_offsets("Asia/Shanghai", 2020, 2030)


def days_of(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=index) for index in range((date(year + 1, 1, 1) - first).days)]


@pytest.mark.parametrize("year", [2020, 2021, 2022, 2023, 2024, 2025, 2026])
def test_every_day_agrees_with_both_libraries(year: int) -> None:
    office, other = calendar("cn_office"), holidays.country_holidays("CN", years=year)
    ours = {day: office.is_working_day(day) for day in days_of(year)}
    assert ours == {day: chinese_calendar.is_workday(day) for day in days_of(year)}
    assert ours == {day: other.is_working_day(day) for day in days_of(year)}


def test_2026_has_248_working_days() -> None:
    assert sum(map(calendar("cn_office").is_working_day, days_of(2026))) == 248


def test_2027_is_an_estimate_of_the_thirteen_statutory_days() -> None:
    office = calendar("cn_office")
    off = [day for day in days_of(2027) if office.holiday_name(day)]
    statutory = holidays.country_holidays("CN", years=2027)
    assert off == sorted(day for day, name in statutory.items() if "observed" not in name)
    assert len(off) == 13
    assert [known.year for known in office.years if known.status != "published"] == [2027]


def test_holidays_have_names_in_both_languages() -> None:
    name = calendar("cn_office").holiday_name(date(2026, 2, 17))
    assert name is not None
    assert (name.en, name.zh) == ("Spring Festival", "春节")
    assert calendar("cn_office").holiday_name(date(2026, 2, 14)) is None


@pytest.mark.parametrize("path", sorted(CALENDARS.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_calendar_compiles_and_survives_as_json(path: Any) -> None:
    shipped = calendar(path.stem)
    assert shipped.name == path.stem
    assert BusinessCalendar.model_validate_json(shipped.model_dump_json()) == shipped
    assert shipped.needs_notice == shipped.name.startswith("cn_")


def test_faults_of_all_files_are_listed_at_once() -> None:
    mapping = {
        "calendar": "Office",
        "zone": "Asia/Shanghai",
        "hours": {"monday-friday": ["08:30-17:00", "16:00-18:00", "8-9"], "tuesday": ["09:00-09:00"], "Mo": []},
        "holiday": "cn_holidays",
    }
    year = deepcopy(holiday_files()[0])
    year["holidays"][0]["to"] = "2019-12-30"
    year["working_days"] = ["2020-01-20", "2031-01-20"]
    with pytest.raises(CalendarError) as error:
        compile_calendar(mapping, [year], ())
    text = str(error.value)
    for says in [
        "calendar: String",
        "title: Field required",
        "holiday: Extra inputs",
        "hours.monday-friday.1: '16:00-18:00' begins before",
        "hours.monday-friday.2: '8-9' is no window (allowed: such as 08:30-17:00)",
        "hours.tuesday.0: '09:00-09:00' must end after it begins",
        "hours.tuesday: tuesday is given twice",
        "hours.Mo: is not a day",
        "years.0.holidays.0: ends on 2019-12-30, before it begins",
        "zone: no offsets",
    ]:
        assert says in text


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda year: year.update(working_days=["2020-01-20"]), "2020-01-20 is no weekend"),
        (lambda year: year.update(working_days=["2020-01-25"]), "2020-01-25 is both a holiday and a working day"),
        (lambda year: year.update(year=2022), "2020-01-01 is not in 2022"),
        (lambda year: year["holidays"].append(year["holidays"][0]), "2020-01-01 is a day off twice"),
        (lambda year: year.update(status="guessed"), "statutory_estimate"),
    ],
)
def test_a_wrong_holiday_year_is_refused(spoil: Callable[[dict[str, Any]], None], says: str) -> None:
    year = deepcopy(holiday_files()[0])
    spoil(year)
    with pytest.raises(CalendarError, match=says):
        compile_calendar(read(CALENDARS / "cn_office.yaml"), [year], OFFSETS)


def test_a_holiday_list_and_its_years_go_together() -> None:
    with pytest.raises(CalendarError, match="'cn_holidays' does not go with 0 holiday years"):
        compile_calendar(read(CALENDARS / "cn_office.yaml"), [], OFFSETS)
    with pytest.raises(CalendarError, match="given twice"):
        compile_calendar(read(CALENDARS / "cn_office.yaml"), [*holiday_files(), holiday_files()[0]], OFFSETS)


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(CalendarError, match="Asia/Peking"):
        zone_offsets("Asia/Peking", 2026, 2026)
    with pytest.raises(CalendarError, match="no zone"):
        zone_offsets("../etc/passwd", 2026, 2026)


def test_a_calendar_that_never_opens_is_refused() -> None:
    mapping = read(CALENDARS / "hotline_24h.yaml") | {"hours": {"monday": []}}
    with pytest.raises(CalendarError, match="never open"):
        compile_calendar(mapping, [], OFFSETS)
