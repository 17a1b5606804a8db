"""Ladders: reading them, and where a clock stands on one."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from sop_engine.timekeeping.calendar import CalendarError
from sop_engine.timekeeping.clocks import move_deadline, pause, resume, start_clock, stop
from sop_engine.timekeeping.escalation import DueRung, fire, last_reminder, next_rung, rung_at
from sop_engine.timekeeping.ladders import Ladder, LadderError, Rung, parse_ladder, parse_rung_time
from sop_engine.timekeeping.periods import parse_period
from sop_engine.timekeeping.sla_clock import SlaClock
from tests.unit.timekeeping.timekeeping_samples import calendar, china

OFFICE = calendar("cn_office")


def ladder(**rungs: Any) -> Ladder:
    return parse_ladder(
        {"ladder": "standard", "title": {"en": "Standard", "zh": "标准"}, "rungs": rungs}
    ).with_warning()


STANDARD = ladder(
    reminder={"at": "80 %", "notify": ["assignee"]},
    breached={"at": "100%", "notify": ["assignee", "supervisor"]},
    manager={"at": "150 %", "notify": "department_manager", "priority": 1},
    general={"at": "200 %", "notify": ["general_manager"], "reassign": "general_manager"},
)


def started(allowance: str = "4 working hours", at: str = "2026-03-02 10:00") -> SlaClock:
    return start_clock("plan", china(at), OFFICE, allowance=parse_period(allowance))


def due_rungs(clock: SlaClock, now: str, used: Ladder = STANDARD) -> list[DueRung]:
    """The rungs reached up to an instant, as they fire one after another."""
    due: list[DueRung] = []
    while (rung := next_rung(fire(clock, due), used, OFFICE)) is not None and rung.at <= china(now):
        due.append(rung)
    return due


def reached(clock: SlaClock, now: str, used: Ladder = STANDARD) -> list[tuple[str, object]]:
    return [(due.rung.key, due.at) for due in due_rungs(clock, now, used)]


def test_a_ladder_is_read_in_order() -> None:
    assert [rung.key for rung in STANDARD.rungs] == ["reminder", "breached", "manager", "general"]
    assert STANDARD.rungs[2] == Rung(key="manager", percent=Decimal(150), notify=("department_manager",), priority=1)
    assert Ladder.model_validate_json(STANDARD.model_dump_json()) == STANDARD


def test_each_clock_is_warned_and_breached() -> None:
    assert [(rung.key, rung.percent) for rung in ladder().rungs] == [
        ("at_risk", Decimal(80)),
        ("breached", Decimal(100)),
    ]
    plain = Ladder(name="plain", title=STANDARD.title).with_warning(Decimal(50))
    assert [(rung.key, rung.percent) for rung in plain.rungs] == [("at_risk", Decimal(50)), ("breached", Decimal(100))]
    own = ladder(at_risk={"at": "-1 day"}, due={"at": "0 days"})
    assert [rung.key for rung in own.rungs] == ["at_risk", "due"]


@pytest.mark.parametrize(
    ("text", "percent", "offset", "before"),
    [
        ("80 %", 80, None, None),
        ("80%", 80, None, None),
        ("-7 days", None, "7 days", True),
        ("+1 day", None, "1 day", False),
        ("+ 2 working days", None, "2 working days", False),
        ("-30 minutes", None, "30 minutes", True),
        ("0 days", 100, None, None),
        ("+0 hours", 100, None, None),
    ],
)
def test_places_on_a_ladder(text: str, percent: int | None, offset: str | None, before: bool | None) -> None:
    place = parse_rung_time(text)
    assert place.get("percent") == percent
    assert place.get("before") == before
    assert place.get("offset") == (parse_period(offset) if offset else None)


@pytest.mark.parametrize("text", ["", "80", "7 days", "-soon", "0 %", "+1 wd", "0 eons", "-P1D"])
def test_other_places_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_rung_time(text)


def test_faults_of_a_ladder_are_listed_at_once() -> None:
    with pytest.raises(LadderError) as error:
        ladder(a={"at": "80 %"}, b={"at": "80%"}, c={"at": "sometime"}, D={"at": "90 %"}, breached={"at": "120 %"})
    assert len(error.value.faults) == 4
    for says in [
        "rungs.b.at: 'a' is there",
        "rungs.c.at: 'sometime'",
        "rungs.D: a key",
        "rungs.breached.at: must be 100",
    ]:
        assert says in str(error.value)
    with pytest.raises(LadderError) as error:
        parse_ladder({"ladder": "x", "rungs": {"a": {"when": "80 %"}}})
    assert [fault.where for fault in error.value.faults] == ["title", "rungs.a.at", "rungs.a.when"]


def test_rungs_come_in_order_each_at_its_own_instant() -> None:
    clock = started()
    expected = [
        ("reminder", china("2026-03-02 13:12")),
        ("breached", china("2026-03-02 14:00")),
        ("manager", china("2026-03-02 16:00")),
        ("general", china("2026-03-03 09:30")),
    ]
    assert reached(clock, "2026-03-05 12:00") == expected
    assert reached(clock, "2026-03-02 13:59") == expected[:1]
    assert reached(clock, "2026-03-02 14:00") == expected[:2]


def test_fired_rungs_are_behind_and_breach_is_kept_until_the_stop() -> None:
    clock = fire(started(), due_rungs(started(), "2026-03-02 14:00"))
    assert (clock.status, clock.is_open) == ("breached", True)
    following = next_rung(clock, STANDARD, OFFICE)
    assert following is not None
    assert (following.rung.key, following.at) == ("manager", china("2026-03-02 16:00"))
    held = pause(clock, china("2026-03-02 15:00"))
    assert (held.status, next_rung(held, STANDARD, OFFICE)) == ("breached", None)
    held = resume(held, china("2026-03-02 15:30"), OFFICE)
    assert reached(held, "2026-03-02 17:00") == [("manager", china("2026-03-02 16:30"))]
    closed = stop(held, china("2026-03-02 16:00"), OFFICE)
    assert (closed.status, next_rung(closed, STANDARD, OFFICE)) == ("breached", None)


def test_a_stop_told_late_withdraws_the_rungs_it_proves_false() -> None:
    clock = fire(started(), due_rungs(started(), "2026-03-02 16:00"))
    closed = stop(clock, china("2026-03-02 14:00"), OFFICE)
    assert closed.status == "met"
    assert [(rung.key, rung.withdrawn) for rung in closed.rungs] == [
        ("reminder", False),
        ("breached", True),
        ("manager", True),
    ]


def test_a_moved_deadline_lets_rungs_come_again() -> None:
    clock = fire(started(), due_rungs(started(), "2026-03-02 14:00"))
    moved = move_deadline(
        clock, china("2026-03-03 16:30"), OFFICE, reason="agreed", actor="wang", at=china("2026-03-02 14:30")
    )
    assert moved.status == "running"
    assert [key for key, _ in reached(moved, "2026-03-03 16:30")] == ["reminder", "breached"]
    earlier = move_deadline(
        started(), china("2026-03-02 12:30"), OFFICE, reason="", actor="wang", at=china("2026-03-02 12:10")
    )
    assert reached(earlier, "2026-03-02 12:10") == [("reminder", china("2026-03-02 12:00"))]


def test_offsets_count_from_the_due_instant() -> None:
    dunning = ladder(
        soon={"at": "-7 days"},
        shortly={"at": "-2 working hours"},
        first={"at": "+1 day"},
        second={"at": "+2 working days"},
    )
    clock = started("30 days", "2026-03-02 10:00")
    places = {rung.key: rung_at(clock, rung, OFFICE) for rung in dunning.rungs}
    assert places["breached"] == china("2026-04-02 00:00")
    assert places["soon"] == china("2026-03-26 00:00")
    assert places["shortly"] == china("2026-04-01 15:00")
    assert places["first"] == china("2026-04-03 00:00")
    assert places["second"] == china("2026-04-04 00:00")
    assert rung_at(started("2 days"), dunning.rungs[2], OFFICE) == china("2026-03-02 10:00")


def test_no_rung_sounds_during_a_pause() -> None:
    weekly = ladder(soon={"at": "-7 days"})
    clock = pause(started("14 days"), china("2026-03-03 00:00"))
    assert reached(clock, "2026-05-01 00:00", weekly) == []
    clock = resume(clock, china("2026-03-23 00:00"), OFFICE)
    assert reached(clock, "2026-05-01 00:00", weekly)[0] == ("soon", china("2026-03-30 00:00"))
    late = pause(started("1 hour"), china("2026-03-02 11:30"))
    after = ladder(after={"at": "+1 hour"})
    assert [key for key, _ in reached(late, "2026-03-02 20:00", after)] == ["at_risk", "breached"]
    late = resume(late, china("2026-03-02 13:00"), OFFICE)
    assert reached(late, "2026-03-02 20:00", after)[-1] == ("after", china("2026-03-02 13:00"))


def test_a_rung_in_days_needs_a_calendar() -> None:
    clock = start_clock("plan", china("2026-03-02 10:00"), None, allowance=parse_period("4 hours"))
    assert rung_at(clock, ladder(a={"at": "+30 minutes"}).rungs[2], None) == china("2026-03-02 14:30")
    assert rung_at(clock, ladder(a={"at": "-30 minutes"}).rungs[2], None) == china("2026-03-02 13:30")
    with pytest.raises(CalendarError, match="needs a calendar"):
        rung_at(clock, ladder(a={"at": "+1 day"}).rungs[2], None)


def test_a_third_of_a_budget_is_a_whole_microsecond() -> None:
    clock = started("10 minutes")
    third = Rung(key="third", percent=Decimal("33.33"))
    assert rung_at(clock, third, OFFICE) == china("2026-03-02 10:00") + timedelta(seconds=199, milliseconds=980)


REPEATED = parse_ladder(
    {
        "ladder": "repeated",
        "title": {"en": "Repeated", "zh": "重复"},
        "rungs": {
            "breached": {"at": "100 %", "notify": ["assignee"], "template": "late"},
            "manager": {"at": "+1 hour", "notify": "department_manager"},
            "quiet": {"at": "+2 hours"},
        },
        "then": "every 1 working day",
    }
).with_warning()


def test_after_the_last_rung_whom_it_told_is_told_again() -> None:
    assert Ladder.model_validate_json(REPEATED.model_dump_json()) == REPEATED
    clock = fire(started(), due_rungs(started(), "2026-03-02 16:00", REPEATED))
    seen = []
    for _ in range(5):
        due = next_rung(clock, REPEATED, OFFICE)
        assert due is not None
        seen.append(due.at)
        clock = fire(clock, [due])
    days = ["2026-03-03", "2026-03-04", "2026-03-05", "2026-03-06", "2026-03-09"]
    assert seen == [china(f"{day} 16:00") for day in days]
    assert REPEATED.reminder == Rung(key="still_overdue", notify=("department_manager",))
    assert [(fired.key, fired.times) for fired in clock.rungs][-2:] == [("quiet", 1), ("still_overdue", 5)]
    assert next_rung(stop(clock, china("2026-03-09 17:00"), OFFICE), REPEATED, OFFICE) is None


@pytest.mark.parametrize("every", ["1 working day", "3 working days", "1 day", "2 weeks", "1 month"])
def test_the_last_of_many_reminders_is_the_one_that_each_leads_to(every: str) -> None:
    ladder = REPEATED.model_copy(update={"every": parse_period(every)})
    clock = fire(started(), due_rungs(started(), "2026-03-02 16:00", ladder))
    first = next_rung(clock, ladder, OFFICE)
    assert first is not None
    due, seen = first, [first]
    while due.at <= china("2029-03-31 12:00"):
        due = next_rung(fire(clock, [due]), ladder, OFFICE) or due
        seen.append(due)
    assert last_reminder(first.at, ladder, OFFICE, china("2029-03-31 12:00")) == seen[-2].at
    assert last_reminder(first.at, ladder, OFFICE, first.at) == first.at


def test_a_reminder_tells_whom_it_names() -> None:
    written = {
        "ladder": "named",
        "title": {"en": "Named", "zh": "指名"},
        "rungs": {"manager": {"at": "150 %", "notify": "general_manager"}},
        "then": {"every": "1 working day", "notify": ["assignee", "supervisor"]},
    }
    assert parse_ladder(written).reminder == Rung(key="still_overdue", notify=("assignee", "supervisor"))
    with pytest.raises(LadderError, match="then"):
        parse_ladder({**written, "then": {"every": "1 working day", "notify": []}})


def test_reminders_wait_for_the_last_rung_and_for_the_end_of_a_pause() -> None:
    clock = fire(started(), due_rungs(started(), "2026-03-02 15:30", REPEATED))
    following = next_rung(clock, REPEATED, OFFICE)
    assert following is not None
    assert following.rung.key == "quiet"
    clock = fire(clock, [following])
    held = pause(clock, china("2026-03-03 10:00"))
    assert next_rung(held, REPEATED, OFFICE) is None
    resumed = next_rung(resume(held, china("2026-03-05 10:00"), OFFICE), REPEATED, OFFICE)
    assert resumed is not None
    assert resumed.at == china("2026-03-05 10:00")
    moved = move_deadline(
        clock, china("2026-03-06 16:00"), OFFICE, reason="agreed", actor="wang", at=china("2026-03-04 12:00")
    )
    again = next_rung(moved, REPEATED, OFFICE)
    assert again is not None
    assert again.rung.key in ("at_risk", "breached")


@pytest.mark.parametrize(
    ("then", "rungs", "what"),
    [
        ("daily", {"late": {"at": "100 %", "notify": "owner"}}, "does not say how often"),
        ("every 4 hours", {"late": {"at": "100 %", "notify": "owner"}}, "a working day, a day or more"),
        ("every 0 days", {"late": {"at": "100 %", "notify": "owner"}}, "a working day, a day or more"),
        ("every 1 day", {"late": {"at": "100 %"}}, "nobody to tell again"),
        ("every 1 day", {"still_overdue": {"at": "+1 day", "notify": "owner"}}, "name the rung otherwise"),
    ],
)
def test_a_reminder_says_how_often_and_whom(then: str, rungs: dict[str, Any], what: str) -> None:
    with pytest.raises(LadderError, match=what):
        parse_ladder({"ladder": "wrong", "title": {"en": "W", "zh": "错"}, "rungs": rungs, "then": then})
