"""Business calendars: working time, civil periods, summer time, provisional results."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sop_engine.timekeeping.calendar import BusinessCalendar, CalendarError, Roll
from sop_engine.timekeeping.calendar_files import compile_calendar
from sop_engine.timekeeping.periods import parse_period
from sop_engine.timekeeping.zones import zone_offsets
from tests.unit.timekeeping.timekeeping_samples import calendar, china, utc

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def berlin(hours: dict[str, list[str]]) -> BusinessCalendar:
    mapping = {"calendar": "berlin", "title": {"en": "Berlin", "zh": "柏林"}, "zone": "Europe/Berlin", "hours": hours}
    return compile_calendar(mapping, [], zone_offsets("Europe/Berlin", 2020, 2030))


@pytest.mark.parametrize(
    ("name", "start", "period", "end"),
    [
        # inside one day; over the end of a day; from outside hours
        ("cn_office", "2026-03-02 09:00", "4 working hours", "2026-03-02 13:00"),
        ("cn_office", "2026-03-02 16:00", "4 working hours", "2026-03-03 11:30"),
        ("cn_office", "2026-03-02 19:00", "4 working hours", "2026-03-03 12:30"),
        ("cn_office", "2026-03-02 07:00", "30 working minutes", "2026-03-02 09:00"),
        ("cn_office", "2026-03-07 12:00", "4 working hours", "2026-03-09 12:30"),
        # used up exactly at closing: ends there, not at the next opening
        ("cn_office", "2026-03-02 08:30", "8.5 working hours", "2026-03-02 17:00"),
        ("cn_office", "2026-03-02 08:30", "17 working hours", "2026-03-03 17:00"),
        # Spring Festival 2026: worked on Saturday the 14th, off 15 to 23, worked on Saturday the 28th
        ("cn_office", "2026-02-13 16:00", "4 working hours", "2026-02-14 11:30"),
        ("cn_office", "2026-02-14 16:00", "4 working hours", "2026-02-24 11:30"),
        ("cn_office", "2026-02-18 10:00", "1 working minute", "2026-02-24 08:31"),
        ("cn_office", "2026-02-27 16:30", "1 working hour", "2026-02-28 09:00"),
        ("cn_office", "2026-02-28 16:30", "1 working hour", "2026-03-02 09:00"),
        # several windows a day
        ("cn_customs", "2026-03-02 11:00", "2 working hours", "2026-03-02 14:30"),
        ("cn_customs", "2026-03-02 11:30", "30 working minutes", "2026-03-02 12:00"),
        ("cn_customs", "2026-03-02 12:30", "1 working minute", "2026-03-02 13:31"),
        # rosters
        ("cn_shifts2", "2026-03-07 21:00", "2 working hours", "2026-03-08 09:00"),
        ("cn_shifts3", "2026-02-14 23:00", "2 working hours", "2026-02-24 01:00"),
        ("hotline_24h", "2026-02-17 23:30", "1 working hour", "2026-02-18 00:30"),
        # working days: the start day is not counted, the last ends at close of business
        ("cn_office", "2026-02-13 16:00", "1 working day", "2026-02-14 17:00"),
        ("cn_office", "2026-02-13 16:00", "2 working days", "2026-02-24 17:00"),
        ("cn_office", "2026-02-13 07:00", "3 working days", "2026-02-25 17:00"),
        ("cn_office", "2026-02-17 12:00", "1 working day", "2026-02-24 17:00"),
        ("cn_customs", "2026-03-02 23:59", "1 working day", "2026-03-03 17:30"),
        # elapsed units are exact, whatever day it is
        ("cn_office", "2026-02-14 16:00", "24 hours", "2026-02-15 16:00"),
        ("cn_office", "2026-02-14 16:00", "30 minutes", "2026-02-14 16:30"),
        # civil units end at 24:00 of the last day
        ("cn_office", "2026-03-02 10:00", "1 day", "2026-03-04 00:00"),
        ("cn_office", "2026-03-02 10:00", "2 weeks", "2026-03-17 00:00"),
        ("cn_office", "2026-01-31 10:00", "1 month", "2026-03-01 00:00"),
        ("cn_office", "2024-01-31 10:00", "1 month", "2024-03-01 00:00"),
        ("cn_office", "2025-12-15 10:00", "3 months", "2026-03-16 00:00"),
        ("cn_office", "2024-02-29 10:00", "1 year", "2025-03-01 00:00"),
        ("cn_office", "2026-03-02 10:00", "0 days", "2026-03-03 00:00"),
    ],
)
def test_the_end_of_a_period(name: str, start: str, period: str, end: str) -> None:
    deadline = calendar(name).add_period(china(start), parse_period(period))
    assert deadline.at == china(end)
    assert deadline.at.utcoffset() == timedelta()
    assert not deadline.provisional


@pytest.mark.parametrize(
    ("period", "start", "last_day"),
    [
        # domain facts 1.0: declaration within 14 days of arrival, duty within 15 days of declaring; only the last rolls
        ("14 days", "2026-01-19", "2026-02-02"),
        ("14 days", "2026-02-01", "2026-02-24"),
        ("14 days", "2026-02-06", "2026-02-24"),
        ("14 days", "2026-04-20", "2026-05-06"),
        ("14 days", "2026-06-06", "2026-06-22"),
        ("15 days", "2026-02-05", "2026-02-24"),
        ("15 days", "2026-09-18", "2026-10-08"),
        ("15 days", "2026-09-24", "2026-10-09"),
        # a make-up Saturday is a working day: nothing rolls onto or past it
        ("14 days", "2026-01-31", "2026-02-14"),
        ("14 days", "2026-09-26", "2026-10-10"),
    ],
)
def test_customs_periods_roll_to_the_next_working_day(period: str, start: str, last_day: str) -> None:
    customs = calendar("cn_customs")
    deadline = customs.add_period(china(f"{start} 10:00"), parse_period(period), "next_working_day")
    assert customs.last_day(deadline.at).isoformat() == last_day
    assert deadline.at == customs.day_end(date.fromisoformat(last_day))


@pytest.mark.parametrize(
    ("month", "day"),
    [("2026-02", "2026-02-06"), ("2026-03", "2026-03-06"), ("2026-05", "2026-05-11"), ("2026-10", "2026-10-13")],
)
def test_the_fifth_working_day_of_a_month(month: str, day: str) -> None:
    end_of_last_month = date.fromisoformat(f"{month}-01") - timedelta(days=1)
    assert calendar("cn_customs").nth_working_day(end_of_last_month, 5).isoformat() == day


def test_a_roll_can_go_back() -> None:
    office = calendar("cn_office")
    start = china("2026-02-06 10:00")
    assert office.add_period(start, parse_period("14 days"), "previous_working_day").at == china("2026-02-15 00:00")


def test_windows_include_their_opening_and_not_their_closing() -> None:
    office = calendar("cn_office")
    assert office.is_working(china("2026-03-02 08:30"))
    assert not office.is_working(china("2026-03-02 17:00"))
    assert not office.is_working(china("2026-03-02 08:29"))
    assert calendar("cn_shifts3").is_working(china("2026-03-02 08:00"))


def test_subtraction_ends_at_openings() -> None:
    office = calendar("cn_office")
    assert office.subtract(china("2026-03-02 17:00"), 8.5 * HOUR) == china("2026-03-02 08:30")
    assert office.subtract(china("2026-02-24 09:00"), HOUR) == china("2026-02-14 16:30")
    assert office.subtract(china("2026-01-04 08:30"), HOUR) == china("2025-12-31 16:00")
    assert office.add(china("2026-02-24 09:00"), -HOUR) == china("2026-02-14 16:30")


def test_between_counts_only_working_time() -> None:
    office = calendar("cn_office")
    assert office.between(china("2026-02-13 16:00"), china("2026-02-24 09:30")) == 10.5 * HOUR
    assert office.between(china("2026-02-24 09:30"), china("2026-02-13 16:00")) == -10.5 * HOUR
    assert office.between(china("2024-12-31 16:00"), china("2026-01-04 09:30")) == (248 * 8.5 + 2) * HOUR
    assert office.between(china("2026-02-15 00:00"), china("2026-02-24 00:00")) == timedelta()


def test_summer_time_begins_and_ends() -> None:
    always = berlin({"monday-sunday": ["00:00-24:00"]})
    spring, autumn = date(2026, 3, 29), date(2026, 10, 25)
    assert always.between(always.day_start(spring), always.day_end(spring)) == 23 * HOUR
    assert always.between(always.day_start(autumn), always.day_end(autumn)) == 25 * HOUR
    hamburg = calendar("hamburg_office")
    assert hamburg.add(utc("2026-03-27 15:30"), HOUR) == utc("2026-03-30 06:30")
    assert hamburg.add(utc("2026-10-23 14:30"), HOUR) == utc("2026-10-26 07:30")
    assert hamburg.add_period(utc("2026-03-28 09:00"), parse_period("1 day")).at == utc("2026-03-29 22:00")
    assert hamburg.add_period(utc("2026-03-28 09:00"), parse_period("24 hours")).at == utc("2026-03-29 09:00")
    assert not hamburg.add_period(utc("2050-03-28 09:00"), parse_period("3 working days")).provisional


def test_windows_in_the_lost_and_in_the_doubled_hour() -> None:
    night = berlin({"sunday": ["02:15-02:45"]})
    assert not night.is_working_day(date(2026, 3, 28))
    assert night.between(night.day_start(date(2026, 3, 29)), night.day_end(date(2026, 3, 29))) == timedelta()
    assert night.between(night.day_start(date(2026, 10, 25)), night.day_end(date(2026, 10, 25))) == 30 * MINUTE
    assert night.is_working(utc("2026-10-25 00:20"))
    assert not night.is_working(utc("2026-10-25 01:20"))
    straddling = berlin({"sunday": ["01:30-02:30"]})
    assert straddling.between(utc("2026-03-28 12:00"), utc("2026-03-29 12:00")) == 30 * MINUTE


def test_zone_offsets_are_exact_data() -> None:
    assert zone_offsets("Asia/Shanghai", 2020, 2050) == ((utc("2020-01-01 00:00"), 28_800),)
    assert zone_offsets("Europe/Berlin", 2026, 2026) == (
        (utc("2026-01-01 00:00"), 3_600),
        (utc("2026-03-29 01:00"), 7_200),
        (utc("2026-10-25 01:00"), 3_600),
    )


def test_one_minute_windows() -> None:
    narrow = berlin({"monday": ["09:00-09:01"], "wednesday": ["23:59-24:00"]})
    start = utc("2026-01-05 08:00")
    assert narrow.add(start, MINUTE) == utc("2026-01-05 08:01")
    assert narrow.add(start, 2 * MINUTE) == utc("2026-01-07 23:00")
    assert narrow.add(start, 105 * MINUTE) == utc("2027-01-04 08:01")


@pytest.mark.parametrize(
    ("at", "period", "before", "end"),
    [
        ("2026-03-10 10:13", "7 days", True, "2026-03-03 10:13"),
        ("2026-03-10 10:13", "1 month", False, "2026-04-10 10:13"),
        ("2026-03-10 17:00", "2 working days", True, "2026-03-06 17:00"),
        ("2026-03-10 17:00", "0 working days", False, "2026-03-10 17:00"),
        ("2026-03-10 09:00", "1 working hour", True, "2026-03-09 16:30"),
        ("2026-03-10 09:00", "2 hours", True, "2026-03-10 07:00"),
        # 24:00 belongs to the day that it ends
        ("2026-03-07 00:00", "2 working days", False, "2026-03-11 00:00"),
        ("2026-03-07 00:00", "2 working days", True, "2026-03-05 00:00"),
        ("2026-04-01 00:00", "1 month", True, "2026-03-01 00:00"),
    ],
)
def test_shifts_keep_the_time_of_day(at: str, period: str, before: bool, end: str) -> None:
    assert calendar("cn_office").shift(china(at), parse_period(period), before=before) == china(end)


@pytest.mark.parametrize(
    ("start", "period", "roll", "years"),
    [
        ("2026-12-30 10:00", "2 working days", "none", ["2027"]),
        ("2026-12-31 16:30", "1 working hour", "none", ["2027"]),
        ("2026-12-31 16:00", "1 working hour", "none", []),
        ("2026-12-20 10:00", "14 days", "none", []),
        ("2026-12-20 10:00", "14 days", "next_working_day", ["2027"]),
        ("2026-12-20 10:00", "14 days", "previous_working_day", ["2027"]),
        ("2026-12-20 10:00", "720 hours", "none", []),
        ("2027-12-31 10:00", "2 working days", "none", ["2027", "2028"]),
    ],
)
def test_years_without_a_notice_make_a_result_provisional(
    start: str, period: str, roll: Roll, years: list[str]
) -> None:
    deadline = calendar("cn_office").add_period(china(start), parse_period(period), roll)
    assert [reason[:4] for reason in deadline.reasons] == years
    assert deadline.provisional == bool(years)


def test_a_year_with_and_a_year_without_an_estimate_are_told_apart() -> None:
    known, unknown = calendar("cn_office").doubts(date(2027, 5, 1), date(2028, 5, 1))
    assert "statutory holidays" in known
    assert "days of the week only" in unknown


def test_answers_out_of_reach_are_refused() -> None:
    office = calendar("cn_office")
    with pytest.raises(CalendarError, match="300 years"):
        office.add(china("2026-03-02 10:00"), timedelta(days=365 * 200))
    with pytest.raises(ValueError, match="needs a zone"):
        office.is_working(china("2026-03-02 10:00").replace(tzinfo=None))


INSTANTS = st.timedeltas(timedelta(), timedelta(days=548)).map(lambda since: utc("2025-06-01 00:00") + since)
LENGTHS = st.timedeltas(min_value=timedelta(microseconds=1), max_value=timedelta(hours=900))
NAMES = st.sampled_from(["cn_office", "cn_customs", "cn_shifts2", "cn_shifts3", "hotline_24h", "hamburg_office"])


@settings(max_examples=150)
@given(NAMES, INSTANTS, LENGTHS)
def test_adding_and_measuring_agree(name: str, at: datetime, length: timedelta) -> None:
    used = calendar(name)
    end = used.add(at, length)
    assert used.between(at, end) == length
    assert used.between(at, end - timedelta(microseconds=1)) < length
    start = used.subtract(at, length)
    assert used.between(start, at) == length
    assert used.between(start + timedelta(microseconds=1), at) < length


@settings(max_examples=100)
@given(NAMES, st.lists(INSTANTS, min_size=3, max_size=3))
def test_measures_add_up(name: str, instants: list[datetime]) -> None:
    used = calendar(name)
    first, middle, last = sorted(instants)
    assert used.between(first, middle) + used.between(middle, last) == used.between(first, last)


def test_an_instant_moves_by_working_days_at_its_time_of_day() -> None:
    cn = calendar("cn_customs")
    friday = china("2026-03-06 10:30")
    assert cn.move_working_days(friday, 1) == china("2026-03-09 10:30")
    assert cn.move_working_days(friday, -5) == china("2026-02-28 10:30"), "a make-up Saturday"
    assert cn.move_working_days(friday, 0) == friday
    assert cn.move_working_days(date(2026, 3, 6), 1) == date(2026, 3, 9)
    assert cn.move_working_days(date(2026, 3, 7), 0) == date(2026, 3, 7), "nought moves nothing"
