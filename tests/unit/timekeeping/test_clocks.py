"""SLA clocks: budgets, pauses, stops told late, moved deadlines, corrected calendars."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sop_engine.timekeeping.calendar import BusinessCalendar, CalendarError
from sop_engine.timekeeping.calendar_files import compile_calendar
from sop_engine.timekeeping.clocks import (
    cancel,
    change_allowance,
    change_until,
    due_at,
    elapsed,
    move_deadline,
    pause,
    percent,
    recompute,
    remaining,
    reset,
    resume,
    start_clock,
    stop,
)
from sop_engine.timekeeping.periods import parse_period
from sop_engine.timekeeping.sla_clock import ClockError, SlaClock
from sop_engine.timekeeping.zones import zone_offsets
from tests.unit.timekeeping.timekeeping_samples import CALENDARS, calendar, china, holiday_files, read

HOUR = timedelta(hours=1)
OFFICE = calendar("cn_office")
CUSTOMS = calendar("cn_customs")


def started(allowance: str, at: str = "2026-03-02 10:00", used: BusinessCalendar | None = OFFICE) -> SlaClock:
    return start_clock("plan", china(at), used, allowance=parse_period(allowance))


@pytest.mark.parametrize(
    ("allowance", "measure", "total", "due"),
    [
        ("4 working hours", "working", 4 * HOUR, "2026-03-02 14:00"),
        ("3 working days", "working", (7 + 3 * 8.5) * HOUR, "2026-03-05 17:00"),
        ("24 hours", "elapsed", 24 * HOUR, "2026-03-03 10:00"),
        ("14 days", "elapsed", (14 * 24 + 14) * HOUR, "2026-03-17 00:00"),
        ("1 month", "elapsed", (31 * 24 + 14) * HOUR, "2026-04-03 00:00"),
    ],
)
def test_every_allowance_becomes_a_budget(allowance: str, measure: str, total: timedelta, due: str) -> None:
    clock = started(allowance)
    assert (clock.measure, clock.total, clock.calendar, clock.key) == (measure, total, "cn_office", "plan")
    assert due_at(clock, OFFICE) == clock.base_due_at == china(due)
    assert SlaClock.model_validate_json(clock.model_dump_json()) == clock


def test_a_clock_without_a_calendar_counts_elapsed_time_only() -> None:
    assert due_at(started("90 minutes", used=None), None) == china("2026-03-02 11:30")
    for allowance in ("1 day", "1 working hour"):
        with pytest.raises(CalendarError, match="needs a calendar"):
            started(allowance, used=None)
    with pytest.raises(CalendarError, match="a roll to a working day needs a calendar"):
        start_clock("plan", china("2026-03-02 10:00"), None, until=china("2026-03-03 10:00"), roll="next_working_day")


def test_a_clock_runs_for_an_allowance_or_until_an_instant() -> None:
    for both in ({}, {"allowance": parse_period("1 hour"), "until": china("2026-03-03 10:00")}):
        with pytest.raises(ClockError, match="either"):
            start_clock("plan", china("2026-03-02 10:00"), OFFICE, **both)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("allowance", "paused", "resumed", "due"),
    [
        ("4 working hours", "2026-03-02 11:00", "2026-03-02 13:00", "2026-03-02 16:00"),
        # held from Monday 11:00 to Tuesday 09:30: seven working hours
        ("4 working hours", "2026-03-02 11:00", "2026-03-03 09:30", "2026-03-03 12:30"),
        # held while the office is shut: no working time is held, nothing moves
        ("4 working hours", "2026-03-02 08:00", "2026-03-02 08:00", "2026-03-02 14:00"),
        ("3 working days", "2026-03-02 18:00", "2026-03-03 08:00", "2026-03-05 17:00"),
        ("3 working days", "2026-03-03 09:00", "2026-03-03 10:00", "2026-03-06 09:30"),
        ("24 hours", "2026-03-02 18:00", "2026-03-03 08:00", "2026-03-04 00:00"),
        ("14 days", "2026-03-03 00:00", "2026-03-04 00:00", "2026-03-18 00:00"),
    ],
)
def test_a_resume_moves_the_due_instant_by_the_time_held(allowance: str, paused: str, resumed: str, due: str) -> None:
    clock = pause(started(allowance), china(paused), "waiting for the customer")
    assert (clock.status, clock.is_paused, due_at(clock, OFFICE)) == ("paused", True, None)
    clock = resume(clock, china(resumed), OFFICE)
    assert (clock.status, due_at(clock, OFFICE)) == ("running", china(due))


def declared(keeps_roll: bool = False) -> SlaClock:
    """Fourteen days from 2026-02-06: counted to the 20th, in the Spring Festival, which rolls to the 24th."""
    period = parse_period("14 days")
    at = china("2026-02-06 10:00")
    return start_clock("declare", at, CUSTOMS, allowance=period, roll="next_working_day", keeps_roll=keeps_roll)


@pytest.mark.parametrize(
    ("paused", "resumed", "due"),
    [
        ("2026-02-06 11:00", "2026-02-06 12:00", "2026-02-25 00:00"),
        ("2026-02-10 09:00", "2026-02-11 12:00", "2026-02-25 00:00"),
        ("2026-02-10 00:00", "2026-02-13 01:00", "2026-02-25 00:00"),
        ("2026-02-10 00:00", "2026-02-14 00:00", "2026-02-25 00:00"),
        ("2026-02-10 00:00", "2026-02-14 00:01", "2026-02-25 00:01"),
        ("2026-02-10 00:00", "2026-02-17 00:00", "2026-02-28 00:00"),
        ("2026-02-10 00:00", "2026-02-18 00:00", "2026-03-01 00:00"),
        ("2026-02-10 00:00", "2026-02-18 00:01", "2026-03-03 00:00"),
        # In the days that the roll gave nothing is lost before the working day itself.
        ("2026-02-22 09:00", "2026-02-22 10:00", "2026-02-25 00:00"),
        ("2026-02-22 09:00", "2026-02-24 08:00", "2026-02-25 08:00"),
        ("2026-02-24 09:00", "2026-02-24 10:00", "2026-02-25 01:00"),
        ("2026-02-22 09:00", "2026-02-26 10:00", "2026-02-27 10:00"),
        ("2026-02-24 00:00", "2026-02-28 09:00", "2026-03-03 00:00"),
        # What was over before the pause stays over.
        ("2026-02-25 09:00", "2026-03-05 09:00", "2026-02-25 00:00"),
    ],
)
def test_a_pause_moves_the_day_that_was_counted_and_that_day_rolls(paused: str, resumed: str, due: str) -> None:
    clock = declared()
    assert due_at(clock, CUSTOMS) == china("2026-02-25 00:00")
    held = resume(pause(clock, china(paused)), china(resumed), CUSTOMS)
    assert due_at(held, CUSTOMS) == china(due)
    assert percent(held, CUSTOMS, china(due)) == 100


def test_pauses_one_after_another_are_counted_together_before_the_day_rolls() -> None:
    held = resume(pause(declared(), china("2026-02-10 09:00")), china("2026-02-11 12:00"), CUSTOMS)
    assert due_at(held, CUSTOMS) == china("2026-02-25 00:00")
    longer = resume(pause(held, china("2026-02-12 00:00")), china("2026-02-14 22:00"), CUSTOMS)
    assert due_at(longer, CUSTOMS) == china("2026-02-25 01:00")
    longest = resume(pause(longer, china("2026-02-25 00:00")), china("2026-02-27 23:30"), CUSTOMS)
    # 02-25 01:00 and 71 hours and a half are Saturday 02-28 00:30 (a make-up day), which is a working one
    assert due_at(longest, CUSTOMS) == china("2026-02-28 00:30")


@settings(max_examples=25)
@given(
    start=st.integers(0, 30 * 24),
    length=st.integers(0, 15 * 24),
    more=st.integers(0, 5 * 24),
    split=st.floats(0, 1),
)
def test_however_it_is_paused_the_last_day_is_a_working_one_and_a_longer_pause_never_ends_earlier(
    start: int, length: int, more: int, split: float
) -> None:
    def ended(*pauses: tuple[float, float]) -> datetime:
        clock = declared()
        for begin, hours in pauses:
            at = clock.opened_at + HOUR * begin
            clock = resume(pause(clock, at), at + HOUR * hours, CUSTOMS)
        due = due_at(clock, CUSTOMS)
        assert due is not None
        return due

    once = ended((start, length))
    assert CUSTOMS.is_working_day(CUSTOMS.last_day(once))
    assert ended() <= once <= ended((start, length + more))
    first = int(length * split)
    assert ended((start, first), (start + first, length - first)) == once


def test_a_date_that_a_person_set_is_rolled_once_however_often_it_is_paused() -> None:
    said = {"reason": "agreed", "actor": "ann", "at": china("2026-02-07 09:00")}
    clock = move_deadline(declared(), china("2026-02-14 00:00"), CUSTOMS, **said)  # type: ignore[arg-type]
    for day in ("2026-02-08", "2026-02-09"):
        clock = resume(pause(clock, china(f"{day} 09:00")), china(f"{day} 10:00"), CUSTOMS)
    assert due_at(clock, CUSTOMS) == china("2026-02-14 02:00")
    clock = resume(pause(clock, china("2026-02-10 00:00")), china("2026-02-11 22:00"), CUSTOMS)
    # 02-14 02:00 and 46 hours are the end of 02-15, the first day of the festival
    assert due_at(clock, CUSTOMS) == china("2026-02-25 00:00")
    clock = resume(pause(clock, china("2026-02-12 09:00")), china("2026-02-12 10:00"), CUSTOMS)
    assert due_at(clock, CUSTOMS) == china("2026-02-25 00:00")


def test_a_clock_of_the_first_engine_puts_a_pause_on_top_of_the_rolled_day() -> None:
    clock = declared(keeps_roll=True)
    held = resume(pause(clock, china("2026-02-10 09:00")), china("2026-02-10 10:00"), CUSTOMS)
    assert due_at(held, CUSTOMS) == china("2026-02-25 01:00")
    again = reset(held, china("2026-02-10 10:00"), CUSTOMS)
    assert again.counted is None


def test_a_corrected_calendar_rolls_a_paused_clock_from_the_day_that_was_counted() -> None:
    held = resume(pause(declared(), china("2026-02-10 09:00")), china("2026-02-10 10:00"), CUSTOMS)
    said = {"reason": "calendar data was corrected", "actor": "system", "at": china("2026-02-11 09:00")}
    assert due_at(recompute(held, CUSTOMS, CUSTOMS, **said), CUSTOMS) == china("2026-02-25 00:00")  # type: ignore[arg-type]


def test_pauses_and_resumes_are_idempotent_and_never_overlap() -> None:
    clock = pause(started("24 hours"), china("2026-03-02 12:00"))
    assert pause(clock, china("2026-03-02 13:00")) == clock
    clock = resume(clock, china("2026-03-02 14:00"), OFFICE)
    assert resume(clock, china("2026-03-02 15:00"), OFFICE) == clock
    told_late = pause(clock, china("2026-03-02 11:00"))
    assert [span.from_at for span in told_late.spans][2:] == [china("2026-03-02 14:00")] * 2
    assert elapsed(told_late, OFFICE, china("2026-03-02 20:00")) == 2 * HOUR


def test_elapsed_remaining_and_percent() -> None:
    clock = resume(pause(started("4 working hours"), china("2026-03-02 11:00")), china("2026-03-02 13:00"), OFFICE)
    for now, used, share in [
        ("2026-03-02 09:00", 0, "0.0"),
        ("2026-03-02 12:00", 1, "25.0"),
        ("2026-03-02 14:20", 1 + 4 / 3, "58.3"),
        ("2026-03-02 16:00", 4, "100.0"),
        ("2026-03-02 18:00", 5, "125.0"),
        ("2026-03-03 09:30", 6, "150.0"),
    ]:
        assert elapsed(clock, OFFICE, china(now)) == used * HOUR
        assert remaining(clock, OFFICE, china(now)) == (4 - used) * HOUR
        assert str(percent(clock, OFFICE, china(now))) == share
    assert percent(clock, OFFICE, china("2026-03-02 16:00") - timedelta(microseconds=1)) == Decimal("99.9")


@pytest.mark.parametrize(
    ("at", "status"),
    [
        ("2026-03-02 13:59:59", "met"),
        ("2026-03-02 14:00", "met"),
        ("2026-03-02 14:00:00.000001", "breached"),
        ("2026-03-01 09:00", "met"),
    ],
)
def test_stopped_on_the_dot_is_met(at: str, status: str) -> None:
    clock = stop(started("4 working hours"), china(at), OFFICE)
    assert (clock.status, clock.is_open) == (status, False)
    assert due_at(clock, OFFICE) == china("2026-03-02 14:00")
    assert elapsed(clock, OFFICE, china("2026-04-01 10:00")) <= 4 * HOUR + timedelta(microseconds=1)


def test_a_stop_after_closing_time_of_the_due_day_is_late() -> None:
    clock = started("1 working day", "2026-03-02 10:00")
    assert stop(clock, china("2026-03-03 17:00"), OFFICE).status == "met"
    assert stop(clock, china("2026-03-03 18:00"), OFFICE).status == "breached"


def test_a_stop_told_late_drops_what_the_ledger_held_after_it() -> None:
    clock = resume(pause(started("4 working hours"), china("2026-03-02 11:00")), china("2026-03-02 13:00"), OFFICE)
    before_pause = stop(clock, china("2026-03-02 10:30"), OFFICE)
    assert [(span.kind, span.to_at) for span in before_pause.spans] == [("running", china("2026-03-02 10:30"))]
    in_pause = stop(clock, china("2026-03-02 12:00"), OFFICE)
    assert (in_pause.status, len(in_pause.spans), due_at(in_pause, OFFICE)) == ("met", 2, None)


def test_a_clock_that_was_overdue_before_its_pause_stops_breached() -> None:
    clock = pause(started("4 working hours"), china("2026-03-02 15:00"))
    assert due_at(clock, OFFICE) == china("2026-03-02 14:00")
    assert stop(clock, china("2026-03-02 16:00"), OFFICE).status == "breached"


def test_a_closed_clock_refuses_every_act() -> None:
    closed = cancel(started("4 working hours"), china("2026-03-02 11:00"))
    assert closed.status == "cancelled"
    at = china("2026-03-02 12:00")
    acts: tuple[Callable[[], SlaClock], ...] = (
        lambda: pause(closed, at),
        lambda: resume(closed, at, OFFICE),
        lambda: stop(closed, at, OFFICE),
        lambda: cancel(closed, at),
        lambda: reset(closed, at, OFFICE),
        lambda: move_deadline(closed, at + HOUR, OFFICE, reason="", actor="li", at=at),
    )
    for act in acts:
        with pytest.raises(ClockError, match=r"'plan' is closed \(cancelled\)"):
            act()
    assert recompute(closed, OFFICE, OFFICE, reason="", actor="", at=at) is closed


def test_a_reset_begins_the_budget_again() -> None:
    clock = pause(started("4 working hours"), china("2026-03-02 11:00"))
    again = reset(clock, china("2026-03-02 12:00"), OFFICE)
    assert (again.status, due_at(again, OFFICE)) == ("running", china("2026-03-02 16:00"))


def test_a_moved_deadline_is_exact_even_outside_working_hours() -> None:
    clock = started("4 working hours")
    saturday = china("2026-03-07 12:00")
    moved = move_deadline(clock, saturday, OFFICE, reason="strike", actor="wang", at=china("2026-03-02 11:00"))
    assert due_at(moved, OFFICE) == saturday
    move = moved.moved[0]
    assert (move.kind, move.from_at, move.to_at) == ("deadline", china("2026-03-02 14:00"), saturday)
    assert (move.reason, move.actor, move.at) == ("strike", "wang", china("2026-03-02 11:00"))
    held = resume(pause(moved, china("2026-03-03 09:00")), china("2026-03-03 11:00"), OFFICE)
    assert due_at(held, OFFICE) == china("2026-03-09 10:30")
    with pytest.raises(ClockError, match="after 2026-03-02"):
        move_deadline(clock, clock.opened_at, OFFICE, reason="", actor="wang", at=china("2026-03-02 11:00"))


def test_a_paused_clock_is_moved_as_if_resumed_at_once() -> None:
    clock = pause(started("4 working hours"), china("2026-03-02 11:00"))
    moved = move_deadline(
        clock, china("2026-03-02 16:00"), OFFICE, reason="", actor="wang", at=china("2026-03-02 12:00")
    )
    assert (due_at(moved, OFFICE), moved.moved[0].from_at, moved.moved[0].to_at) == (None, None, None)
    assert due_at(resume(moved, china("2026-03-02 12:00"), OFFICE), OFFICE) == china("2026-03-02 16:00")
    assert due_at(resume(moved, china("2026-03-02 12:30"), OFFICE), OFFICE) == china("2026-03-02 16:30")


def test_an_until_clock_follows_the_case() -> None:
    opened, cut_off = china("2026-03-02 10:00"), china("2026-03-05 10:00")
    clock = start_clock("documents", opened, OFFICE, key="documents#2", until=cut_off)
    assert (clock.key, clock.measure, due_at(clock, OFFICE)) == ("documents#2", "elapsed", cut_off)
    at = china("2026-03-03 10:00")
    assert change_until(clock, cut_off, OFFICE, reason="", actor="", at=at) is clock
    later = change_until(clock, cut_off + 24 * HOUR, OFFICE, reason="vessel delayed", actor="", at=at)
    assert due_at(later, OFFICE) == cut_off + 24 * HOUR
    assert [(move.kind, move.from_at) for move in later.moved] == [("until", cut_off)]
    assert percent(later, OFFICE, at) == 25
    past = start_clock("documents", opened, OFFICE, until=opened - HOUR)
    assert (due_at(past, OFFICE), percent(past, OFFICE, opened)) == (opened - HOUR, Decimal(100))
    assert stop(past, opened, OFFICE).status == "breached"
    with pytest.raises(ClockError, match="runs for 1 hour"):
        change_until(started("1 hour"), cut_off, OFFICE, reason="", actor="", at=at)


def test_another_allowance_counts_from_the_opening() -> None:
    """2 March 10:00 with 14 days ends on the 16th, with 10 on the 12th, with 3 working days on the 5th, 17:00."""
    at = china("2026-03-04 10:00")
    clock = started("14 days")
    assert change_allowance(clock, parse_period("14 days"), OFFICE, reason="", actor="", at=at) is clock
    shorter = change_allowance(clock, parse_period("10 days"), OFFICE, reason="the law", actor="system", at=at)
    assert due_at(shorter, OFFICE) == china("2026-03-13 00:00")
    assert [(move.kind, move.from_at, move.reason) for move in shorter.moved] == [
        ("allowance", china("2026-03-17 00:00"), "the law")
    ]
    worked = change_allowance(clock, parse_period("3 working days"), OFFICE, reason="", actor="", at=at)
    assert (worked.measure, due_at(worked, OFFICE)) == ("working", china("2026-03-05 17:00"))
    until = start_clock("plan", at, OFFICE, until=at + HOUR)
    with pytest.raises(ClockError, match="runs until an instant"):
        change_allowance(until, parse_period("1 hour"), OFFICE, reason="", actor="", at=at)


def test_a_corrected_calendar_moves_provisional_clocks() -> None:
    notice = dict(holiday_files()[-1])
    notice |= {
        "status": "published",
        "holidays": [{"name": {"en": "Spring Festival", "zh": "春节"}, "from": "2027-02-05", "to": "2027-02-11"}],
        "working_days": ["2027-02-20"],
    }
    mapping = read(CALENDARS / "cn_office.yaml")
    corrected = compile_calendar(mapping, [*holiday_files()[:-1], notice], zone_offsets("Asia/Shanghai", 2020, 2030))
    at = china("2027-01-20 10:00")
    clock = started("2 working days", "2027-02-03 10:00")
    assert (clock.provisional, due_at(clock, OFFICE)) == (True, china("2027-02-09 17:00"))
    counted = recompute(clock, OFFICE, corrected, reason="notice of 2027", actor="", at=at)
    assert (counted.provisional, counted.reasons, due_at(counted, corrected)) == (False, (), china("2027-02-12 17:00"))
    assert [(move.kind, move.from_at, move.to_at) for move in counted.moved] == [
        ("calendar", china("2027-02-09 17:00"), china("2027-02-12 17:00"))
    ]
    same = recompute(started("2 working days"), OFFICE, corrected, reason="notice", actor="", at=at)
    assert same == started("2 working days")
    pinned = move_deadline(
        clock, china("2027-02-13 12:00"), OFFICE, reason="agreed", actor="wang", at=china("2027-02-04 10:00")
    )
    pinned = resume(pause(pinned, china("2027-02-04 11:00")), china("2027-02-04 12:00"), OFFICE)
    counted = recompute(pinned, OFFICE, corrected, reason="notice", actor="", at=at)
    assert counted.base_due_at == china("2027-02-13 12:00")
    assert due_at(counted, corrected) == china("2027-02-15 09:30")


def test_a_pause_over_new_year_makes_a_clock_provisional() -> None:
    clock = started("3 working days", "2026-12-21 10:00")
    assert not clock.provisional
    held = resume(pause(clock, china("2026-12-22 09:00")), china("2026-12-31 09:00"), OFFICE)
    assert held.provisional
    assert "2027" in held.reasons[0]


MOMENTS = st.timedeltas(timedelta(), timedelta(days=60)).map(lambda since: china("2026-01-05 08:00") + since)
ALLOWANCES = st.sampled_from(
    ["4 working hours", "90 working minutes", "3 working days", "24 hours", "14 days", "1 month"]
)
NAMES = st.sampled_from(["cn_office", "cn_customs", "cn_shifts3", "hamburg_office"])
HELD = st.timedeltas(timedelta(), timedelta(days=20))


@settings(max_examples=25)
@given(NAMES, ALLOWANCES, MOMENTS, st.decimals(0, 99, places=0), HELD)
def test_held_time_is_added_exactly(
    name: str, allowance: str, opened_at: datetime, share: Decimal, held: timedelta
) -> None:
    used = calendar(name)
    clock = start_clock("plan", opened_at, used, allowance=parse_period(allowance))
    due = due_at(clock, used)
    assert due is not None
    paused_at = opened_at + (due - opened_at) * int(share) / 100
    resumed = resume(pause(clock, paused_at), paused_at + held, used)
    moved = due_at(resumed, used)
    assert moved is not None
    if clock.measure == "elapsed":
        assert moved - due == held
    else:
        assert used.between(due, moved) == used.between(paused_at, paused_at + held)
    assert elapsed(resumed, used, moved) == clock.total
    assert percent(resumed, used, moved) == 100
    assert stop(resumed, moved, used).status == "met"
    assert stop(resumed, moved + timedelta(microseconds=1), used).status == "breached"
