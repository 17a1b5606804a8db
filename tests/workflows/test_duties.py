"""Recurring duties on a server that skips time: months, an outage, a pause, a backfill, each period started once."""

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest

from sop_engine.basis.faults import InvalidInput, NotFound, NotPermitted, Refused
from sop_engine.cases.contracts.duties import PauseDutyInput, ResumeDutyInput, RunDutyInput
from sop_engine.records.duties import DutyRepository
from tests.unit.timekeeping.timekeeping_samples import china
from tests.workflows.duty_house import CLERK, MANAGER, STRANGER, Duties, library_of_chores
from tests.workflows.harness import House, time_skipping_house
from tests.workflows.instants import PUBLISHED, library_with

BEGIN = "2093-12-28 08:00"
"""A Monday in the last week of the year before."""


@pytest.fixture
async def duties(tmp_path: Path) -> AsyncIterator[Duties]:
    library = library_of_chores(library_with(PUBLISHED, tmp_path).root)
    async with time_skipping_house(tmp_path, library=library) as house:
        await house.pass_until(china(BEGIN))
        yield Duties(house)


def due_between(duties: Duties, duty: str, since: datetime, until: datetime) -> list[str]:
    """The periods that the calendar has then, whoever was there to start them."""
    applied = DutyRepository(duties.house.engine).applied()[duty]
    office = duties.house.library.calendars["cn_office"]
    cycle = applied.duty.cycle(office, duties.house.library.festivals["cn_office"])
    found = applied.duty.dues(cycle, since, until)
    return [due.period.key for due in found if due.at is not None and since <= due.at <= until]


async def reach(duties: Duties, text: str) -> None:
    await duties.house.pass_until(china(text))
    await duties.at_rest()


async def test_through_an_outage_a_pause_and_a_backfill_each_period_is_started_once(duties: Duties) -> None:
    house: House = duties.house
    since = china(BEGIN)
    await duties.begin()
    assert (await duties.at_rest()).next_at is None
    assert (await duties.apply()).message == "4 duties are in force"
    done = await duties.at_rest()
    assert [(each.duty, each.at) for each in done.coming[:2]] == [
        ("daily", china("2093-12-28 09:00")),
        ("weekly", china("2093-12-28 10:00")),
    ]

    await reach(duties, "2094-01-13 12:00")
    # Nobody keeps the duties from Wednesday noon to Saturday noon.
    await duties.handle.terminate("an outage")
    await house.pass_until(china("2094-01-16 12:00"))
    assert "2094-01-14" not in duties.rows("daily")
    await duties.begin()
    await duties.at_rest()
    late = duties.rows("daily")["2094-01-14"]
    assert (late.due_at, late.settled_at is not None) == (china("2094-01-14 09:00"), True)

    # A pause over a Monday: the daily chore is made up for, the weekly one of that Monday is skipped.
    with pytest.raises(NotPermitted, match="duty of finance_clerk"):
        await duties.gateway.pause(PauseDutyInput(actor=STRANGER, duty="daily", reason="no"))
    with pytest.raises(NotFound, match="did you mean daily"):
        await duties.gateway.pause(PauseDutyInput(actor=CLERK, duty="dayly", reason="no"))
    for name in ("daily", "weekly"):
        await duties.gateway.pause(PauseDutyInput(actor=CLERK, duty=name, reason="stocktaking"))
        # This server may know no workflow in the moment in which it goes on as new.
        await duties.at_rest()
    with pytest.raises(Refused, match=r"paused by hu\.jing: stocktaking"):
        await duties.gateway.pause(PauseDutyInput(actor=CLERK, duty="daily", reason="again"))
    await reach(duties, "2094-01-19 12:00")
    assert "2094-01-18" not in duties.rows("daily")
    for name in ("daily", "weekly"):
        await duties.gateway.resume(ResumeDutyInput(actor=MANAGER, duty=name))
        await duties.at_rest()
    await duties.at_rest()
    skipped = duties.rows("weekly", "skipped")
    assert {period: row.reason for period, row in skipped.items()} == {"2094-W03": "paused by hu.jing: stocktaking"}

    # By hand: a month from before, once; and the week that was skipped.
    ran = await duties.gateway.run(RunDutyInput(actor=CLERK, duty="monthly", period="2093-11"))
    assert ran.cases == ("monthly-2093-11",)
    await duties.at_rest()
    with pytest.raises(Refused, match="the case is monthly-2093-11"):
        await duties.gateway.run(RunDutyInput(actor=CLERK, duty="monthly", period="2093-11"))
    with pytest.raises(InvalidInput, match="none of every month"):
        await duties.gateway.run(RunDutyInput(actor=CLERK, duty="monthly", period="2093-W11"))
    await duties.gateway.run(RunDutyInput(actor=CLERK, duty="weekly", period="2094-W03"))

    await reach(duties, "2094-03-01 12:00")
    until = await house.now()
    for name in ("daily", "weekly", "monthly", "greeting"):
        wanted = due_between(duties, name, since, until) + (["2093-11"] if name == "monthly" else [])
        assert sorted(duties.rows(name)) == sorted(wanted), name
    assert list(duties.rows("greeting")) == ["2094-new_year", "2094-spring_festival"]
    assert "2094-02-06" in duties.rows("daily")  # the make-up Saturday
    ids = {row.case_id for name in ("daily", "weekly", "monthly", "greeting") for row in duties.rows(name).values()}
    assert duties.cases() == ids
    chore = await house.view("monthly-2094-01")
    assert (chore.data["period"], chore.outcome) == ("2093-12", "done")


async def test_a_case_that_was_there_is_found_and_not_started_again(duties: Duties) -> None:
    """As after records that were put back: the row is gone, the case is not."""
    await duties.house.open("Chore", "monthly-2094-01", {})
    await duties.begin()
    await duties.apply()
    await reach(duties, "2094-01-08 12:00")
    row = duties.rows("monthly")["2094-01"]
    assert (row.case_id, row.reason) == ("monthly-2094-01", "the case was there already")
    assert (await duties.house.view("monthly-2094-01")).data["period"] is None


async def test_only_an_administrator_applies_and_only_what_was_shown(duties: Duties) -> None:
    await duties.begin()
    with pytest.raises(NotPermitted, match="no administrator"):
        await duties.apply(actor=MANAGER)
    with pytest.raises(NotPermitted, match="nobody called 'nobody'"):
        await duties.apply(actor="nobody")
    assert not DutyRepository(duties.house.engine).applied()
