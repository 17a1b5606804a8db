"""The rows of duties: planned at once, started in parts, each once; what people order; what comes back with a case."""

from collections import Counter
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, delete, func, select

from sop_engine.basis.faults import Refused
from sop_engine.cases.contracts.duties import CHUNK
from sop_engine.cases.duties.planning import Applied, PlannedCase, cases_of, owed
from sop_engine.records.duties import (
    FOUND,
    PLANNED,
    SKIPPED,
    STARTED,
    DutyPeriodRow,
    DutyRepository,
    Settled,
)
from sop_engine.records.engine import writing
from sop_engine.records.publishing import Publisher
from tests.integration.published import published, step
from tests.unit.cases.duty_samples import Customers, applied, cycle_of, duty
from tests.unit.timekeeping.timekeeping_samples import china

pytest_plugins = ("tests.integration.databases",)

SINCE, DUE = china("2026-01-01 00:00"), china("2026-01-06 09:00")
MANY = Customers(*(f"C-{number:04}" for number in range(2_000)))
SOPS = ("MonthEnd",)
ROWS = DutyPeriodRow.table()


def statements(spread: str | None = "2 hours") -> Applied:
    return applied(SINCE, for_each={"register": "customers"}, spread=spread, gives={})


def planned(duties: DutyRepository, given: Applied, now: datetime, customers: Customers | None = None) -> int:
    return duties.plan(owed(given, cycle_of(given), duties.known(given.id), now, customers), now)


def start(duties: DutyRepository, now: datetime, most: int = CHUNK) -> list[DutyPeriodRow]:
    rows, _ = duties.due(now, SOPS, most)
    duties.settle([Settled(row, STARTED) for row in rows], now)
    return rows


def statuses(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        counted = connection.execute(select(ROWS.c.status, func.count()).group_by(ROWS.c.status))
        return {row[0]: row[1] for row in counted}


def test_two_thousand_subjects_are_planned_at_once_and_started_without_a_burst(engine: Engine) -> None:
    duties = DutyRepository(engine)
    duties.apply({"month_end": statements()}, "admin", SINCE)
    assert planned(duties, statements(), DUE, MANY) == 2_000
    assert planned(duties, statements(), DUE, MANY) == 0
    begun: Counter[str] = Counter()
    most = 0
    for minute in range(121):
        now = DUE + timedelta(minutes=minute)
        rows = start(duties, now)
        most = max(most, len(rows))
        begun.update(row.case_id for row in rows)
    assert (len(begun), set(begun.values()), most) == (2_000, {1}, 17)
    assert statuses(engine) == {STARTED: 2_000}


def test_what_is_due_at_one_instant_is_started_in_parts_and_none_twice(engine: Engine) -> None:
    """Also where whoever starts ends in the midst: what has a result is not given out again."""
    duties = DutyRepository(engine)
    duties.apply({"month_end": statements(None)}, "admin", SINCE)
    planned(duties, statements(None), DUE, MANY)
    rows, left = duties.due(DUE, SOPS, CHUNK)
    assert (len(rows), left) == (CHUNK, 1_500)
    duties.settle([Settled(row, STARTED) for row in rows[:268]], DUE)
    begun = [row.case_id for row in rows[:268]]
    while rows := start(duties, DUE):
        begun += [row.case_id for row in rows]
    assert len(begun) == len(set(begun)) == 2_000
    assert duties.figures(DUE)["month_end"] == (2_000, 0, 0, "2026-01")


def test_the_next_start_is_of_what_is_planned_and_not_paused(engine: Engine) -> None:
    duties = DutyRepository(engine)
    duties.apply({"month_end": statements()}, "admin", SINCE)
    planned(duties, statements(), DUE, Customers("a", "b"))
    assert duties.next_planned(DUE) == DUE + timedelta(hours=1)
    duties.pause("month_end", "hu.jing", "stocktaking", DUE)
    assert (duties.next_planned(DUE), duties.due(DUE, SOPS, CHUNK)) == (None, ([], 0))
    assert duties.figures(DUE + timedelta(hours=2))["month_end"].late == 2
    with pytest.raises(Refused, match="is paused by hu"):
        duties.pause("month_end", "qian.li", "again", DUE)
    duties.resume("month_end", "qian.li", DUE + timedelta(minutes=5))
    with pytest.raises(Refused, match="is not paused"):
        duties.resume("month_end", "qian.li", DUE)
    assert len(start(duties, DUE + timedelta(hours=1))) == 2
    assert duties.applied()["month_end"].pauses[0].until == DUE + timedelta(minutes=5)


def test_a_row_that_was_lost_comes_back_from_its_case(engine: Engine) -> None:
    duties = DutyRepository(engine)
    duties.apply({"month_end": statements()}, "admin", SINCE)
    for case_id in ("month_end-2026-01-a", "month_end-2026-01-b"):
        Publisher(engine).publish(published(DUE, step(1, "opened"), case={"case_id": case_id}))
    assert planned(duties, statements(), DUE, Customers("a", "b", "c")) == 1
    (row,) = start(duties, DUE + timedelta(hours=2))
    assert row.subject == "c"
    with engine.connect() as connection:
        found = connection.execute(select(ROWS.c.subject).where(ROWS.c.reason == FOUND)).scalars().all()
    assert sorted(found) == ["a", "b"]


def test_an_older_copy_says_planned_of_what_was_started(engine: Engine) -> None:
    duties = DutyRepository(engine)
    duties.apply({"month_end": statements(None)}, "admin", SINCE)
    planned(duties, statements(None), DUE, Customers("a"))
    Publisher(engine).publish(published(DUE, step(1, "opened"), case={"case_id": "month_end-2026-01-a"}))
    assert duties.there(["month_end-2026-01-a", "month_end-2026-01-b"]) == {"month_end-2026-01-a"}


def test_applying_changes_what_differs_and_skips_what_is_removed(engine: Engine) -> None:
    duties = DutyRepository(engine)
    given = statements()
    duties.apply({"month_end": given, "other": applied(SINCE, name="other")}, "admin", SINCE)
    planned(duties, given, DUE, Customers("a", "b"))
    later = given._replace(since=DUE)
    duties.apply({"month_end": later}, "admin", DUE)
    assert duties.applied()["month_end"].since == SINCE  # the text is the same: nothing was changed
    moved = given._replace(duty=duty(on="last working day"), since=DUE)
    duties.apply({"month_end": moved}, "admin", DUE)
    assert duties.applied() == {"month_end": moved}
    duties.apply({}, "admin", DUE)
    assert (duties.applied(), statuses(engine)) == ({}, {SKIPPED: 2})


def by_hand(given: Applied, period: str, customers: Customers | None = None) -> list[PlannedCase]:
    cycle = cycle_of(given)
    found = cycle.by_key(period)
    assert found is not None
    return list(cases_of(given, cycle, given.duty.due(cycle, found), DUE, customers))


def test_by_hand_a_period_goes_through_the_same_row(engine: Engine) -> None:
    duties = DutyRepository(engine)
    monthly = applied(SINCE)
    duties.apply({"month_end": monthly}, "admin", SINCE)
    duties.run(by_hand(monthly, "2025-10"), DUE)
    with pytest.raises(Refused, match="is planned already"):
        duties.run(by_hand(monthly, "2025-10"), DUE)
    (row,) = start(duties, DUE)
    assert row.data == {"month": "2025-09"}
    with pytest.raises(Refused, match="the case is month_end-2025-10"):
        duties.run(by_hand(monthly, "2025-10"), DUE)
    with writing(engine) as connection:
        connection.execute(delete(ROWS))
    Publisher(engine).publish(published(DUE, step(1, "opened"), case={"case_id": "month_end-2025-10"}))
    with pytest.raises(Refused, match="the case is month_end-2025-10"):
        duties.run(by_hand(monthly, "2025-10"), DUE)


def test_by_hand_takes_the_place_of_what_was_skipped(engine: Engine) -> None:
    duties = DutyRepository(engine)
    monthly = applied(SINCE, missed="skip")
    duties.apply({"month_end": monthly}, "admin", SINCE)
    assert planned(duties, monthly, china("2026-01-20 09:00")) == 0
    assert statuses(engine) == {SKIPPED: 1}
    duties.run(by_hand(monthly, "2026-01"), DUE)
    assert statuses(engine) == {PLANNED: 1}
