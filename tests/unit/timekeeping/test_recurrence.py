"""What comes again: the periods through 2026 and 2027, and the one day on which each is due."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import Any

import pytest
from pydantic import ValidationError

from sop_engine.timekeeping.calendar import BusinessCalendar
from sop_engine.timekeeping.calendar_files import compile_calendar
from sop_engine.timekeeping.calendar_periods import CalendarPeriod, Cycle
from sop_engine.timekeeping.festivals import Festival, festivals_of
from sop_engine.timekeeping.recurrence import Due, Recurrence
from sop_engine.timekeeping.zones import zone_offsets
from tests.unit.timekeeping.timekeeping_samples import CALENDARS, calendar, china, holiday_files, read, utc

DAY = timedelta(days=1)
FIRST, LAST = date(2026, 1, 1), date(2027, 12, 31)
SINCE, UNTIL = china("2026-01-01 00:00"), china("2027-12-31 23:59")


@cache
def festivals() -> tuple[Festival, ...]:
    return festivals_of(holiday_files())


def recurrence(every: str, on: str | None = None, **more: Any) -> Recurrence:
    return Recurrence.model_validate({"every": every, "on": on, "at": "09:00", **more})


def cycle_of(comes: Recurrence, name: str = "cn_office") -> Cycle:
    return comes.cycle(calendar(name), festivals())


def due_days(comes: Recurrence, office: BusinessCalendar | None = None) -> dict[str, str | None]:
    """Key -> the day on which it is due, through both years."""
    cycle = comes.cycle(office or calendar("cn_office"), festivals())
    return {due.period.key: day_of(due) for due in comes.dues(cycle, SINCE, UNTIL)}


def day_of(due: Due) -> str | None:
    """The civil day in China."""
    return (due.at + timedelta(hours=8)).date().isoformat() if due.at is not None else None


def calendar_with_notice(year: dict[str, Any]) -> BusinessCalendar:
    """The office calendar after a notice has come."""
    years = [each if each["year"] != year["year"] else year for each in holiday_files()]
    return compile_calendar(read(CALENDARS / "cn_office.yaml"), years, zone_offsets("Asia/Shanghai", 2020, 2040))


def days() -> Iterator[date]:
    return (FIRST + DAY * index for index in range((LAST - FIRST).days + 1))


UNITS = [
    recurrence("day"),
    recurrence("working_day"),
    recurrence("week", "monday", none="skip"),
    recurrence("month", "first working day"),
    recurrence("quarter", "first working day"),
    recurrence("half_year", "first working day"),
    recurrence("year", "first working day"),
    recurrence("3 years", "first working day", first=2025),
]


@pytest.mark.parametrize("comes", UNITS, ids=lambda comes: comes.every)
def test_periods_follow_one_another_without_a_gap(comes: Recurrence) -> None:
    cycle = cycle_of(comes)
    periods = list(cycle.between(FIRST, LAST))
    office = calendar("cn_office")
    covered = [day for day in days() if cycle.of(day) is not None]
    assert covered == [day for day in days() if comes.every != "working_day" or office.is_working_day(day)]
    assert len({period.key for period in periods}) == len(periods)
    for earlier, later in pairwise(periods):
        assert cycle.before(later) == earlier
        assert earlier.first <= earlier.last < later.first
    for period in periods:
        assert cycle.by_key(period.key) == cycle.of(period.first) == cycle.of(period.last) == period
    assert {cycle.of(day) for day in covered} == set(periods)


@pytest.mark.parametrize(
    ("comes", "key", "first", "last"),
    [
        (UNITS[0], "2026-11-30", "2026-11-30", "2026-11-30"),
        (UNITS[2], "2026-W53", "2026-12-28", "2027-01-03"),
        (UNITS[3], "2026-02", "2026-02-01", "2026-02-28"),
        (UNITS[4], "2026-Q4", "2026-10-01", "2026-12-31"),
        (UNITS[5], "2026-H2", "2026-07-01", "2026-12-31"),
        (UNITS[6], "2026", "2026-01-01", "2026-12-31"),
        (UNITS[7], "2025-2027", "2025-01-01", "2027-12-31"),
        (recurrence("3 years", "last day", first=2026, none="skip"), "2023-2025", "2023-01-01", "2025-12-31"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_key_tells_its_days(comes: Recurrence, key: str, first: str, last: str) -> None:
    period = CalendarPeriod(key, date.fromisoformat(first), date.fromisoformat(last))
    assert cycle_of(comes).by_key(key) == period


@pytest.mark.parametrize(
    ("comes", "key"),
    [
        (UNITS[3], "2026-13"),
        (UNITS[3], "2026-1"),
        (UNITS[3], "2026-W10"),
        (UNITS[3], "2026"),
        (UNITS[2], "2026-W54"),
        (UNITS[2], "2027-W53"),
        (UNITS[1], "2026-02-16"),
        (UNITS[7], "2026-2028"),
        (UNITS[6], "0000"),
        (UNITS[0], "november"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_key_of_it_tells_none(comes: Recurrence, key: str) -> None:
    assert cycle_of(comes).by_key(key) is None


RULES = [
    recurrence(every, on, none=none)
    for every in ("week", "month", "quarter", "half_year", "year")
    for on in ("first working day", "3rd working day", "2nd last working day", "last working day", "last friday")
    for none in ("skip", "next_working_day")
] + [recurrence("month", on, none="next_working_day") for on in ("day 15", "day 31", "2nd monday", "5th monday")]


@pytest.mark.parametrize("comes", RULES, ids=lambda comes: f"{comes.every} {comes.on} {comes.none}")
def test_each_period_is_due_once_on_a_working_day_of_its_own(comes: Recurrence) -> None:
    cycle, office = cycle_of(comes), calendar("cn_office")
    for due in comes.dues(cycle, SINCE, UNTIL):
        inside = [day for day in days_between(due.period) if office.is_working_day(day)]
        if due.at is None:
            assert not inside or comes.none == "skip"
        else:
            assert office.local_date(due.at) in inside
            assert due.at == office.day_start(office.local_date(due.at)) + timedelta(hours=9)


def days_between(period: CalendarPeriod) -> Iterator[date]:
    return (period.first + DAY * index for index in range((period.last - period.first).days + 1))


def test_working_days_are_counted_with_make_up_days() -> None:
    third = due_days(recurrence("month", "3rd working day"))
    assert (third["2026-10"], third["2026-01"], third["2027-01"]) == ("2026-10-10", "2026-01-06", "2027-01-06")
    last = due_days(recurrence("month", "last working day"))
    assert (last["2026-02"], last["2026-05"]) == ("2026-02-28", "2026-05-29")
    assert due_days(recurrence("half_year", "first working day"))["2026-H1"] == "2026-01-04"
    assert due_days(recurrence("year", "2nd last working day"))["2026"] == "2026-12-30"


def test_every_working_day_has_its_own() -> None:
    found = due_days(recurrence("working_day"))
    assert [key for key in found if key.startswith("2026")] == [
        day.isoformat() for day in days() if day.year == 2026 and calendar("cn_office").is_working_day(day)
    ]
    assert found["2026-02-14"] == "2026-02-14"
    assert len(due_days(recurrence("day"))) == 730


def test_a_week_in_which_nobody_works_has_no_day_and_takes_none_of_the_next() -> None:
    rolled = due_days(recurrence("week", "monday", none="next_working_day"))
    assert (rolled["2026-W08"], rolled["2026-W09"]) == (None, "2026-02-24")
    assert (rolled["2026-W40"], rolled["2026-W41"]) == ("2026-09-28", "2026-10-08")
    assert due_days(recurrence("week", "monday", none="skip"))["2026-W09"] is None


def test_a_roll_past_the_end_takes_the_last_working_day() -> None:
    rolled = due_days(recurrence("month", "day 31", none="next_working_day"))
    assert (rolled["2026-01"], rolled["2026-02"], rolled["2026-04"]) == ("2026-01-30", "2026-02-28", "2026-04-30")
    skipped = due_days(recurrence("month", "day 31", none="skip"))
    assert [key for key, day in skipped.items() if day] == [
        "2026-03", "2026-07", "2026-08", "2026-12", "2027-03", "2027-05", "2027-08", "2027-12",
    ]  # fmt: skip
    assert due_days(recurrence("month", "5th working day"))["2026-02"] == "2026-02-06"


@pytest.mark.parametrize(
    ("on", "january", "february"),
    [
        ("2nd monday", "2026-01-12", "2026-02-09"),
        ("last friday", "2026-01-30", "2026-02-27"),
        ("2nd last friday", "2026-01-23", None),
        ("first day", None, None),
        ("last day", None, "2026-02-28"),
        ("day 15", "2026-01-15", None),
        ("third tuesday", "2026-01-20", None),
    ],
)
def test_days_by_name(on: str, january: str | None, february: str | None) -> None:
    found = due_days(recurrence("month", on, none="skip"))
    assert (found["2026-01"], found["2026-02"]) == (january, february)


def test_before_festivals_the_key_takes_the_festivals_year() -> None:
    greeting = due_days(recurrence("festival", "3 working days before"))
    assert greeting["2026-spring_festival"] == "2026-02-12"
    assert greeting["2027-new_year"] == "2026-12-29"
    assert greeting["2027-spring_festival"] == "2027-02-02"
    assert len(greeting) == 14
    some = recurrence("festival", "3 working days before", festivals=("spring_festival", "national_day"))
    assert list(due_days(some)) == [
        "2026-spring_festival", "2026-national_day", "2027-spring_festival", "2027-national_day",
    ]  # fmt: skip
    cycle = cycle_of(some)
    now = cycle.by_key("2027-spring_festival")
    assert now is not None
    assert getattr(cycle.before(now), "key", None) == "2026-national_day"


def test_a_run_that_celebrates_two_festivals_is_due_once() -> None:
    both = recurrence("festival", "2 working days before", festivals=("mid_autumn_festival", "national_day"))
    found = [due.period.key for due in both.dues(cycle_of(both), china("2025-01-01 00:00"), china("2026-12-01 00:00"))]
    assert found == ["2025-national_day", "2026-mid_autumn_festival", "2026-national_day"]
    one = recurrence("festival", "2 working days before", festivals=("mid_autumn_festival",))
    assert cycle_of(one).by_key("2025-mid_autumn_festival") is not None


def test_days_of_a_year_without_notice_are_provisional() -> None:
    comes = recurrence("month", "3rd working day")
    reasons = {due.period.key: due.reasons for due in comes.dues(cycle_of(comes), SINCE, UNTIL)}
    assert not reasons["2026-12"]
    assert "2027: no official notice yet" in reasons["2027-01"][0]
    greeting = recurrence("festival", "3 working days before")
    found = {due.period.key: due.reasons for due in greeting.dues(cycle_of(greeting), SINCE, UNTIL)}
    assert found["2027-new_year"]
    assert not found["2026-national_day"]


def test_a_notice_that_moves_a_day_backwards_keeps_the_key() -> None:
    year = deepcopy(next(each for each in holiday_files() if each["year"] == 2027))
    year |= {"status": "published", "working_days": ["2027-01-02", "2027-01-03"]}
    comes = recurrence("month", "3rd working day")
    before, after = due_days(comes), due_days(comes, calendar_with_notice(year))
    assert (before["2027-01"], after["2027-01"]) == ("2027-01-06", "2027-01-04")
    assert before.keys() == after.keys()


def test_the_time_of_day_is_local_also_where_clocks_change() -> None:
    hamburg = calendar("hamburg_office")
    comes = recurrence("day")
    found = [due.at for due in comes.dues(comes.cycle(hamburg), utc("2026-03-27 12:00"), utc("2026-03-29 12:00"))]
    assert found == [utc("2026-03-27 08:00"), utc("2026-03-28 08:00"), utc("2026-03-29 07:00")]
    lost = recurrence("day", at="02:30")
    gone = [due.at for due in lost.dues(lost.cycle(hamburg), utc("2026-03-29 00:00"), utc("2026-03-29 12:00"))]
    assert gone == [utc("2026-03-29 01:00")]


def test_the_next_is_found_across_periods_that_have_none() -> None:
    comes = recurrence("month", "5th monday", none="skip")
    following = comes.next_due(cycle_of(comes), china("2026-03-31 00:00"))
    assert following is not None
    assert following.period.key == "2026-06"
    weekly = recurrence("week", "monday", none="next_working_day")
    after = weekly.next_due(cycle_of(weekly), china("2026-02-13 12:00"))
    assert after is not None
    assert (after.period.key, after.at) == ("2026-W09", china("2026-02-24 09:00"))
    long = recurrence("30 years", "last working day", first=2026)
    end = long.next_due(cycle_of(long), china("2026-01-01 00:00"))
    assert end is not None
    assert end.period.key == "2026-2055"
    greeting = recurrence("festival", "3 working days before")
    assert greeting.next_due(cycle_of(greeting), china("2027-12-01 00:00")) is None


def test_through_two_years_of_ticks_each_period_comes_once() -> None:
    """Nothing is remembered but what is done: whatever is due and not done is done, round after round."""
    for comes in (*RULES[::3], recurrence("working_day"), recurrence("festival", "3 working days before")):
        cycle, done = cycle_of(comes), dict[str, datetime]()
        now = SINCE
        while (following := comes.next_due(cycle, now)) is not None and following.at is not None:
            now = following.at
            if now > UNTIL:
                break
            for due in comes.dues(cycle, now - timedelta(days=20), now):
                if due.at is not None and SINCE <= due.at <= now and due.period.key not in done:
                    done[due.period.key] = due.at
        wanted = {due.period.key: due.at for due in comes.dues(cycle, SINCE, UNTIL) if due.at and due.at >= SINCE}
        assert done == {key: at for key, at in wanted.items() if at <= UNTIL}


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ({"every": "fortnight", "on": "monday"}, "'fortnight' is none of these"),
        ({"every": "1 years", "on": "last working day", "first": 2026}, "is none of these"),
        ({"every": "years", "on": "last working day", "first": 2026}, "is none of these"),
        ({"every": "3 years", "on": "last working day"}, "`first` is the year"),
        ({"every": "month", "on": "last working day", "first": 2026}, "`first` is the year"),
        ({"every": "month"}, "`on` is missing"),
        ({"every": "month", "on": "mondays"}, "'mondays' names no day"),
        ({"every": "month", "on": "last last friday", "none": "skip"}, "names no day"),
        ({"every": "month", "on": "0th monday", "none": "skip"}, "names no day"),
        ({"every": "month", "on": "day 0", "none": "skip"}, "names no day"),
        ({"every": "month", "on": "monday", "none": "skip"}, "a month has several: write `first monday`"),
        ({"every": "month", "on": "day 15"}, "`none` is missing"),
        ({"every": "month", "on": "3 working days before"}, "goes with `every: festival`"),
        ({"every": "festival", "on": "first working day"}, "goes with `every: festival`"),
        ({"every": "month", "on": "last working day", "festivals": ("new_year",)}, "`festivals` goes with"),
        ({"every": "day", "on": "first working day"}, "every day is its own day"),
        ({"every": "working_day", "none": "skip"}, "`none` has nothing to say"),
        ({"every": "month", "on": "last working day", "at": "9:00"}, "'9:00' is no time of day"),
        ({"every": "month", "on": "last working day", "at": "24:00"}, "is no time of day"),
    ],
    ids=str,
)
def test_what_cannot_come_again_is_refused_with_what_may_be_written(written: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Recurrence.model_validate({"at": "09:00", **written})
    assert told in str(refused.value)


def test_two_years_are_quickly_listed() -> None:
    """A round asks this of each duty: it must not become slow with the number of days."""
    comes = recurrence("working_day")
    begun = datetime.now(UTC)
    assert len(list(comes.dues(cycle_of(comes), SINCE, UNTIL))) > 490
    assert datetime.now(UTC) - begun < timedelta(seconds=1)
