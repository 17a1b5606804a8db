"""Which cases duties owe: each period once, whatever moves, stops or is paused; and what lint says of a duty."""

from collections import defaultdict
from copy import deepcopy
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from sop_engine.cases.contracts.duties import ComingDuty, DutyRound
from sop_engine.cases.duties.card import duties_card
from sop_engine.cases.duties.planning import (
    Applied,
    Pause,
    PlannedCase,
    cases_of,
    coming,
    difference,
    owed,
    taken_over,
)
from sop_engine.timekeeping.calendar import BusinessCalendar
from sop_engine.timekeeping.calendar_files import compile_calendar
from sop_engine.timekeeping.zones import zone_offsets
from tests.unit.cases.duty_samples import Customers, applied, cycle_of, duty
from tests.unit.timekeeping.timekeeping_samples import CALENDARS, china, holiday_files, read

SINCE = china("2025-12-31 12:00")
KINDS: dict[str, dict[str, Any]] = {
    "daily": {"every": "working_day", "on": None},
    "each_day": {"every": "day", "on": None},
    "weekly": {"every": "week", "on": "monday", "none": "next_working_day"},
    "monthly": {},
    "last_day": {"on": "last working day", "at": "17:00"},
    "fifteenth": {"on": "day 15", "none": "next_working_day"},
    "quarterly": {"every": "quarter", "on": "2nd last working day"},
    "half_yearly": {"every": "half_year", "on": "first working day"},
    "yearly": {"every": "year", "on": "last working day"},
    "long": {"every": "3 years", "first": 2025, "on": "last working day"},
    "greeting": {"every": "festival", "on": "3 working days before"},
}


def january_by_notice() -> BusinessCalendar:
    """A notice that moves the 3rd working day of January 2027 from the 6th to the 4th."""
    years = [dict(deepcopy(year)) for year in holiday_files()]
    for year in years:
        if year["year"] == 2027:
            year |= {"status": "published", "working_days": ["2027-01-02", "2027-01-03"]}
    return compile_calendar(read(CALENDARS / "cn_office.yaml"), years, zone_offsets("Asia/Shanghai", 2020, 2040))


class Ledger:
    """Rows as the records keep them: the first one of a key stays."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str, str], PlannedCase] = {}
        self.known: dict[str, set[str]] = defaultdict(set)
        self.planned_at: dict[tuple[str, str, str], datetime] = {}

    def round(self, given: Applied, now: datetime, office: BusinessCalendar | None = None, **more: Any) -> None:
        for case in list(owed(given, cycle_of(given, office), self.known[given.id], now, more.get("subjects"))):
            self.known[given.id].add(case.period)
            key = (case.duty, case.period, case.subject)
            assert key not in self.rows, f"{key} a second time"
            self.rows[key], self.planned_at[key] = case, now

    def started(self, name: str) -> dict[str, datetime]:
        return {period: self.planned_at[key] for key in self.rows if (period := key[1]) and self.runs(name, key)}

    def runs(self, name: str, key: tuple[str, str, str]) -> bool:
        return key[0] == name and self.rows[key].reason is None

    def skipped(self, name: str) -> dict[str, str]:
        return {key[1]: case.reason for key, case in self.rows.items() if key[0] == name and case.reason is not None}


def test_through_two_years_each_period_of_each_duty_is_owed_once_and_punctually() -> None:
    ledger = Ledger()
    duties = [applied(SINCE, name=name, gives={}, **kind) for name, kind in KINDS.items()]
    now, end = SINCE, china("2027-12-31 23:00")
    cycles = {each.id: cycle_of(each) for each in duties}
    while now < end:
        for each in duties:
            ledger.round(each, now)
        ahead = (next(coming(each, cycles[each.id], now), None) for each in duties)
        now = min(found.at for found in ahead if found is not None)
    for each in duties:
        wanted = {due.period.key: due.at for due in each.duty.dues(cycles[each.id], SINCE, end) if due.at is not None}
        wanted = {key: at for key, at in wanted.items() if SINCE <= at <= end}
        assert ledger.started(each.id) == wanted, each.id
    assert ledger.skipped("weekly") == {"2026-W08": "the period has no monday on which anybody works"}
    assert len(ledger.started("greeting")) == 14 - 1  # New Year 2026 was due before it was applied


def test_after_an_outage_of_three_days_each_missed_period_comes_once() -> None:
    ledger = Ledger()
    daily = applied(SINCE, name="daily", gives={}, **KINDS["daily"])
    for day in (*range(5, 10), *range(13, 17)):  # nobody looks on the 10th, 11th and 12th
        ledger.round(daily, china(f"2026-01-{day:02} 09:00"))
    wanted = [day for day in range(4, 17) if day not in (10, 11)]  # the 4th is a Sunday that is worked
    assert sorted(ledger.started("daily")) == [f"2026-01-{day:02}" for day in wanted]
    assert ledger.planned_at[("daily", "2026-01-12", "")] == china("2026-01-13 09:00")


def test_what_was_missed_is_skipped_where_the_duty_says_so() -> None:
    ledger = Ledger()
    daily = applied(SINCE, name="daily", missed="skip", gives={}, **KINDS["daily"])
    ledger.round(daily, china("2026-01-05 18:00"))
    ledger.round(daily, china("2026-01-08 09:00"))
    assert list(ledger.started("daily")) == ["2026-01-05", "2026-01-08"]
    assert ledger.skipped("daily") == {
        "2026-01-04": "missed: nothing ran on 2026-01-04",
        "2026-01-06": "missed: nothing ran on 2026-01-06",
        "2026-01-07": "missed: nothing ran on 2026-01-07",
    }


@pytest.mark.parametrize("missed", ["start", "skip"])
def test_what_came_in_a_pause_follows_what_the_duty_says(missed: str) -> None:
    ledger = Ledger()
    pause = Pause("wang.fang", "stocktaking", china("2026-01-05 10:00"), china("2026-01-07 10:00"))
    daily = applied(SINCE, pause, name="daily", missed=missed, gives={}, **KINDS["daily"])
    ledger.round(daily, china("2026-01-05 09:00"))
    ledger.round(daily, china("2026-01-07 10:00"))
    why = "paused by wang.fang: stocktaking"
    skipped = {"2026-01-06": why, "2026-01-07": why, "2026-01-04": "missed: nothing ran on 2026-01-04"}
    assert ledger.skipped("daily") == (skipped if missed == "skip" else {})
    assert ("2026-01-06" in ledger.started("daily")) == (missed == "start")


def test_a_notice_that_moves_a_day_to_the_past_loses_no_period() -> None:
    """The day was to be the 6th; on the 5th the notice comes, and by it the 4th would have been the day."""
    ledger = Ledger()
    monthly = applied(china("2026-12-20 09:00"))
    ledger.round(monthly, china("2027-01-04 12:00"))
    assert not ledger.rows
    ledger.round(monthly, china("2027-01-05 08:00"), january_by_notice())
    assert list(ledger.started("month_end")) == ["2027-01"]
    ledger.round(monthly, china("2027-01-06 09:00"))
    ledger.round(monthly, china("2027-02-01 09:00"), january_by_notice())
    assert list(ledger.started("month_end")) == ["2027-01"]


def test_nothing_older_than_its_applying_is_owed() -> None:
    ledger = Ledger()
    ledger.round(applied(china("2026-03-10 12:00")), china("2026-03-20 09:00"))
    assert not ledger.rows
    ledger.round(applied(china("2026-02-01 00:00")), china("2026-03-20 09:00"))
    assert list(ledger.started("month_end")) == ["2026-02", "2026-03"]


def test_a_case_opens_with_what_its_period_gives() -> None:
    monthly = applied(SINCE, gives={"month": "period.previous.key", "day": "due_on", "copies": 2})
    (case,) = owed(monthly, cycle_of(monthly), (), china("2026-01-06 09:00"), None)
    assert case.data == {"month": "2025-12", "day": date(2026, 1, 6), "copies": 2}
    assert (case.case_id, case.sop, case.due_at) == ("month_end-2026-01", "MonthEnd", china("2026-01-06 09:00"))


def test_subjects_are_spread_from_when_they_are_started() -> None:
    monthly = applied(SINCE, for_each={"register": "customers"}, spread="2 hours", gives={})
    late = china("2026-01-09 09:00")
    names = Customers(*(f"C-{number:04}" for number in range(2_000)))
    cases = list(owed(monthly, cycle_of(monthly), (), late, names))
    assert [cases[0].start_at, cases[1_000].start_at] == [late, late + timedelta(hours=1)]
    assert max(case.start_at for case in cases) < late + timedelta(hours=2)
    assert len({case.case_id for case in cases}) == 2_000


def test_a_subject_that_can_be_in_no_id_is_told_and_nobody_is_a_reason() -> None:
    monthly = applied(SINCE, for_each={"register": "customers"}, gives={"name": "subject.name"})
    now = china("2026-01-06 09:00")
    good, bad = sorted(
        owed(monthly, cycle_of(monthly), (), now, Customers("a b", "C-1")), key=lambda case: case.case_id
    )
    assert bad.reason == "the id 'a b' cannot be part of a case's id (allowed: letters, digits, - and _)"
    assert (good.reason, good.data) == (None, {"name": "Customer C-1"})
    (nobody,) = owed(monthly, cycle_of(monthly), (), now, Customers())
    assert nobody.reason == "nobody fits the condition"
    due = monthly.duty.due(cycle_of(monthly), cycle_of(monthly).by_key("2025-11"))  # type: ignore[arg-type]
    (one,) = cases_of(monthly, cycle_of(monthly), due, now, Customers("C-1", "C-2"), "C-2")
    assert (one.case_id, one.reason, one.start_at) == ("month_end-2025-11-C-2", None, now)


def test_a_duty_that_comes_in_other_periods_begins_with_the_first_whole_one() -> None:
    before, now = applied(SINCE), china("2026-03-10 12:00")
    same = taken_over(before, duty(on="last working day"), "month_end", cycle_of(before), now, now)
    assert (same.since, same.first_on) == (SINCE, None)
    weekly = duty(every="week", on="friday", none="skip")
    other = taken_over(before, weekly, "month_end", cycle_of(before), now, now)
    assert (other.since, other.first_on) == (now, date(2026, 3, 10))
    ledger = Ledger()
    ledger.round(other, china("2026-03-13 09:00"))
    ledger.round(other, china("2026-03-20 09:00"))
    assert list(ledger.started("month_end")) == ["2026-W12"]


def test_a_difference_says_what_is_otherwise_and_what_starts_at_once() -> None:
    now = china("2026-03-10 12:00")
    before = applied(SINCE)
    pair = (before, cycle_of(before))
    assert difference(pair, pair, (), now, None) is None
    moved = before._replace(duty=duty(on="2nd last working day", at="10:00"))
    found = difference(pair, (moved, cycle_of(moved)), {"2026-01", "2026-02", "2026-03"}, now, None)
    assert found is not None
    assert found.what == ("on: 3rd working day → 2nd last working day", "at: 09:00 → 10:00")
    assert [each.period for each in found.before] == ["2026-04", "2026-05", "2026-06"]
    assert [each.period for each in found.after] == ["2026-03", "2026-04", "2026-05"]
    assert found.at_once == ()
    new = difference(None, (before, cycle_of(before)), (), now, None)
    assert new is not None
    assert (new.change, new.at_once[-1]) == ("added", "2026-03 (due Wed 2026-03-04)")
    gone = difference(pair, None, (), now, None)
    assert gone is not None
    assert (gone.change, gone.after, len(gone.before)) == ("removed", (), 3)


def test_the_card_names_the_next_and_what_is_paused() -> None:
    next_one = ComingDuty(
        duty="month_end", title={"en": "Month end", "zh": "结账"}, period="2027-01", at=china("2027-01-06 09:00"),
        provisional=True,
    )  # fmt: skip
    card = duties_card(DutyRound(coming=(next_one,), paused={"daily": "paused by a: b"}), china("2026-12-30 09:00"))
    assert "- Wed 2027-01-06 01:00 UTC Month end · 结账: `month_end` 2027-01 (provisional)" in card
    assert "- **Paused** `daily`" in card
    assert "nothing is applied" in duties_card(DutyRound(), china("2026-12-30 09:00"))
