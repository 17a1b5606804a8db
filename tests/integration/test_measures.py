"""Measures over records whose every clock and case is known, on both databases."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session
from temporalio.exceptions import ApplicationError

from sop_engine.records.cases import CaseRow, ClockRow
from sop_engine.records.engine import writing
from tests.integration.ledger_office import Office, cny

pytest_plugins = ("tests.integration.databases",)

MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""Nine in the morning of a working day in China."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def case(number: int, sop: str, opened_at: datetime, closed_at: datetime | None = None, **more: Any) -> CaseRow:
    given = {
        "case_id": f"{sop}-{number}",
        "first_run_id": "r",
        "sop": sop,
        "version": 1,
        "definition_hash": "h",
        "title": {},
        "owner": "operator",
        "status": "completed" if closed_at else "open",
        "stage": None,
        "outcome": None,
        "sla": "",
        "states": (),
        "parent": None,
        "opened_at": opened_at,
        "closed_at": closed_at,
        "due_at": None,
        "provisional": False,
        "data": {},
        "written_at": opened_at,
        "step": 1,
    }
    return CaseRow(**{**given, **more})


def clock(of: CaseRow, name: str, status: str, due_at: datetime, stopped_at: datetime | None = None) -> ClockRow:
    return ClockRow(
        case_id=of.case_id,
        key=f"{name}#{due_at}",
        name=name,
        title={},
        status=status,
        started_at=of.opened_at,
        due_at=due_at,
        stopped_at=stopped_at,
        provisional=False,
        spans=(),
        fired=(),
        moved=(),
    )


@pytest.fixture
def office(engine: Engine) -> Office:
    complaint, another, booking = (
        case(1, "Complaint", MONDAY, MONDAY + 30 * HOUR),
        case(2, "Complaint", MONDAY - 40 * DAY),
        case(1, "Booking", MONDAY - 8 * DAY, MONDAY + 2 * HOUR),
    )
    cancelled = case(2, "Booking", MONDAY, MONDAY + 99 * DAY, status="cancelled")
    midnight = datetime(2026, 3, 31, 16, 0, tzinfo=UTC)
    """The first instant of April in China."""
    clocks = (
        clock(complaint, "first_response", "met", MONDAY + 2 * HOUR, MONDAY + HOUR),
        clock(complaint, "plan", "breached", midnight, midnight + DAY),
        clock(another, "first_response", "breached", midnight - HOUR),
        clock(another, "plan", "met", midnight + DAY, midnight - HOUR),
        clock(another, "feedback", "met", midnight, midnight),
        clock(another, "public_reply", "running", midnight + DAY),
        clock(booking, "confirm", "cancelled", MONDAY, MONDAY),
        clock(booking, "answer", "met", MONDAY, MONDAY),
    )
    retired = case(1, "CargoTracking", MONDAY + 200 * DAY)
    with writing(engine) as connection, Session(connection) as session:
        session.add_all([complaint, another, booking, cancelled, retired, *clocks])
        session.commit()
    return Office(engine)


def test_a_promise_counts_in_the_month_in_which_it_was_kept_or_broken(office: Office) -> None:
    assert office.report("promises-kept").rows == (
        ("Booking", "2026-03", "1", "1.0000"),
        ("Complaint", "2026-03", "3", "0.6667"),
        ("Complaint", "2026-04", "2", "0.5000"),
        ("All 合计", "All 合计", "6", "0.6667"),
    )
    assert office.report("promises-kept", until="2026-03-31", sop="Complaint").rows == (
        ("Complaint", "2026-03", "3", "0.6667"),
        ("All 合计", "All 合计", "3", "0.6667"),
    )


def test_complaints_are_answered_by_promise_in_the_order_of_the_procedure(office: Office) -> None:
    table = office.report("complaints-answered")
    assert table.rows == (
        ("first_response", "2026-03", "2", "0.5000"),
        ("plan", "2026-03", "1", "1.0000"),
        ("plan", "2026-04", "1", "0.0000"),
        ("All 合计", "All 合计", "4", "0.5000"),
    )
    assert table.measured is not None
    assert table.measured.axis == ("2026-03", "2026-04")


def test_cargo_is_on_time_by_promise_in_the_order_in_which_it_comes(engine: Engine) -> None:
    pickup, receipt = case(1, "GoodsPickup", MONDAY), case(1, "ReturnReceipt", MONDAY)
    dispatch, exception = case(1, "DomesticDispatch", MONDAY), case(1, "ShipmentException", MONDAY)
    tracking, key_account = case(1, "CargoTracking", MONDAY), case(1, "KeyAccountTracking", MONDAY)
    clocks = (
        clock(receipt, "recovered", "met", MONDAY + DAY, MONDAY),
        clock(exception, "customer_told", "breached", MONDAY),
        clock(dispatch, "on_time", "met", MONDAY + DAY, MONDAY),
        clock(tracking, "arrival", "met", MONDAY + DAY, MONDAY),
        clock(key_account, "report", "met", MONDAY + 5 * HOUR, MONDAY + HOUR),
        clock(pickup, "window", "breached", MONDAY),
        clock(pickup, "fetched", "met", MONDAY + DAY, MONDAY + HOUR),
        clock(pickup, "agreeing", "met", MONDAY, MONDAY),
    )
    with writing(engine) as connection, Session(connection) as session:
        session.add_all([pickup, dispatch, tracking, key_account, exception, receipt, *clocks])
        session.commit()
    assert Office(engine).report("cargo-on-time").rows == (
        ("GoodsPickup.fetched", "2026-03", "1", "1.0000"),
        ("GoodsPickup.window", "2026-03", "1", "0.0000"),
        ("DomesticDispatch.on_time", "2026-03", "1", "1.0000"),
        ("CargoTracking.arrival", "2026-03", "1", "1.0000"),
        ("KeyAccountTracking.report", "2026-03", "1", "1.0000"),
        ("ShipmentException.customer_told", "2026-03", "1", "0.0000"),
        ("ReturnReceipt.recovered", "2026-03", "1", "1.0000"),
        ("All 合计", "All 合计", "7", "0.7143"),
    )


def test_working_time_is_counted_by_the_calendar_of_the_sop_and_of_completed_cases_alone(office: Office) -> None:
    """Sunday 22 February to Monday 2 March at eleven: the Spring Festival takes the 23rd, the 28th is made up for."""
    rows = office.report("working-time").rows
    assert [row[:3] for row in rows] == [
        ("Booking", "2026-03", "1"),
        ("Complaint", "2026-03", "1"),
        ("All 合计", "All 合计", "2"),
    ]
    assert [row[3] for row in rows] == ["45.0", "14.5", "29.8"]


def test_open_cases_are_those_of_the_evening_by_the_days_since_they_were_opened(office: Office) -> None:
    assert office.report("open-cases", on=date(2026, 3, 2)).rows == (
        ("Booking", "0-7", "1"),
        ("Complaint", "0-7", "1"),
        ("Complaint", "31-90", "1"),
        ("All 合计", "All 合计", "3"),
    )
    assert office.report("open-cases", on=date(2026, 3, 1)).rows == (
        ("Booking", "0-7", "1"),
        ("Complaint", "31-90", "1"),
        ("All 合计", "All 合计", "2"),
    )
    assert office.report("open-cases", on=date(2026, 1, 1)).rows == ()


def test_what_is_overdue_stands_by_its_currency_and_has_no_sum_over_currencies(office: Office) -> None:
    office.invoice("INV-1", "1000", due_on=date(2026, 3, 15))
    office.invoice("INV-2", "500", due_on=date(2026, 4, 20))
    office.invoice("INV-3", "700", due_on=date(2026, 5, 1))
    lines = [{"service": "O/F", "amount": cny("200", "USD"), "vat_rate": Decimal(0)}]
    office.invoice("INV-4", lines=lines, rate=Decimal(7), due_on=date(2026, 3, 20))
    assert office.report("overdue", on=date(2026, 5, 1)).rows == (
        ("CNY", "1-30", "530.00"),
        ("CNY", "31-60", "1060.00"),
        ("USD", "31-60", "200.00"),
        ("CNY", "All 合计", "1590.00"),
        ("USD", "All 合计", "200.00"),
    )


def test_an_sop_that_is_not_there_is_refused_with_those_that_are(office: Office) -> None:
    for name in ("promises-kept", "working-time", "open-cases"):
        with pytest.raises(ApplicationError, match="no SOP 'Complain'") as caught:
            office.report(name, sop="Complain")
        assert "Booking, Call, CargoTracking, CodSettlement, Collection, CommissionIntake, Complaint, " in str(
            caught.value.details
        )
