"""Free time by the tariff published for mainland China (qdhcyyun.com/vesselDownload.html), and in working days."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import chinese_calendar
import pytest

from sop_engine.freight.charges.free_time import (
    FreeTimeBill,
    FreeTimeTariff,
    FreeTimeTariffs,
    free_time_bill,
    last_free_day,
)
from sop_engine.freight.money import Money
from sop_engine.freight.rules import RuleError
from tests.unit.freight.freight_data import free_time_tariffs

DISCHARGED = date(2026, 3, 2)


def yuan(amount: str) -> Money:
    return Money(amount=Decimal(amount), currency="CNY")


def tariff(equipment: str) -> FreeTimeTariff:
    return free_time_tariffs().find("EXAMPLE", "CNSHA", "import", "DMD", equipment, DISCHARGED)


def back_on_day(number: int, equipment: str) -> FreeTimeBill:
    return free_time_bill(tariff(equipment), equipment, DISCHARGED, DISCHARGED + timedelta(days=number - 1))


def test_a_dry_container_back_on_day_25() -> None:
    """Domain facts 1.3, derived vector: 10 × 40 + 5 × 80 = 800."""
    bill = back_on_day(25, "20GP")
    assert bill.total == yuan("800.00")
    assert [(line.days, line.per_day, line.amount) for line in bill.lines] == [
        (10, yuan("40.00"), yuan("400.00")),
        (5, yuan("80.00"), yuan("400.00")),
    ]
    assert [(line.from_on, line.to_on) for line in bill.lines] == [
        (date(2026, 3, 12), date(2026, 3, 21)),
        (date(2026, 3, 22), date(2026, 3, 26)),
    ]
    assert bill.basis.startswith("10 × 40.00 + 5 × 80.00 = CNY 800.00. Tariff: Published tariff for mainland China")


@pytest.mark.parametrize(("equipment", "free"), [("20GP", 10), ("40GP", 10), ("40HC", 7), ("20OT", 7), ("40RF", 4)])
def test_the_last_free_day_costs_nothing_and_the_next_does(equipment: str, free: int) -> None:
    """Domain facts 1.3, derived vector: any type, last free day = 0."""
    bill = back_on_day(free, equipment)
    assert (bill.total, bill.lines) == (yuan("0"), ())
    assert bill.last_free_on == DISCHARGED + timedelta(days=free - 1)
    assert back_on_day(free + 1, equipment).total == yuan(str(tariff(equipment).tiers[0].per_day[equipment]))


@pytest.mark.parametrize(
    ("equipment", "day", "expected"),
    [
        ("20GP", 20, "400"),
        ("20GP", 21, "480"),
        ("20GP", 40, "2000"),
        ("20GP", 41, "2160"),
        ("40GP", 21, "960"),
        ("40HC", 15, "960"),
        ("40HC", 16, "1160"),
        ("20OT", 41, "3800"),
        ("20RF", 10, "960"),
        ("20RF", 11, "1240"),
        ("40RF", 21, "8640"),
    ],
)
def test_bounds_of_tiers_are_inclusive(equipment: str, day: int, expected: str) -> None:
    assert back_on_day(day, equipment).total == yuan(expected)


WORKING = FreeTimeTariff(
    valid_from=date(2015, 1, 1),
    authority="The carrier",
    citation="Tariff in working days",
    carrier="EXAMPLE",
    place="TW",
    direction="import",
    charge="DEM",
    currency="TWD",
    counted_from="discharged",
    free_days=5,
    free_unit="WD",
    calendar="cn_customs",
    tiers=({"from_day": 6, "per_day": {"20GP": Decimal(640)}},),  # type: ignore[arg-type]
)


def test_free_working_days_leave_out_holidays_but_charged_days_do_not() -> None:
    """Spring Festival 2026: 15 to 23 February are off, Saturday 14 and Saturday 28 are worked."""
    started = date(2026, 2, 12)
    assert last_free_day(WORKING, started, chinese_calendar.is_workday) == date(2026, 2, 25)
    bill = free_time_bill(WORKING, "20GP", started, date(2026, 3, 1), chinese_calendar.is_workday)
    assert [(line.from_on, line.to_on, line.days) for line in bill.lines] == [(date(2026, 2, 26), date(2026, 3, 1), 4)]
    also_charged_by_work = replace(WORKING, charge_unit="WD")
    assert (
        free_time_bill(
            also_charged_by_work, "20GP", started, date(2026, 3, 1), chinese_calendar.is_workday
        ).total.amount
        == 3 * 640
    )


def test_a_stay_that_cannot_be_is_refused_with_every_fault() -> None:
    with pytest.raises(RuleError) as caught:
        free_time_bill(WORKING, "40GP", DISCHARGED, DISCHARGED - timedelta(days=1))
    assert [fault.where for fault in caught.value.faults] == ["equipment", "ended_on", "is_working_day"]


def test_a_tariff_that_is_not_on_file_names_those_that_are() -> None:
    with pytest.raises(RuleError, match=r"none for EXAMPLE CNSHA export DMD 20GP .*EXAMPLE CN import DMD 20GP, 40GP"):
        free_time_tariffs().find("EXAMPLE", "CNSHA", "export", "DMD", "20GP", DISCHARGED)
    with pytest.raises(RuleError, match="2015-01-01 or later"):
        free_time_tariffs().find("EXAMPLE", "CNSHA", "import", "DMD", "20GP", date(2014, 12, 31))


def test_the_tariff_of_a_port_goes_before_that_of_its_country() -> None:
    port = replace(tariff("20GP"), place="CNSHA", citation="Port")
    table = FreeTimeTariffs((tariff("20GP"), port))
    assert table.find("EXAMPLE", "CNSHA", "import", "DMD", "20GP", DISCHARGED) is port
    assert table.find("EXAMPLE", "CNNGB", "import", "DMD", "20GP", DISCHARGED) is not port


def test_tables_with_gaps_or_twice_the_same_are_refused() -> None:
    with pytest.raises(ValueError, match="in working days"):
        replace(WORKING, calendar=None)
    with pytest.raises(ValueError, match="begins on day 6, not on day 5"):
        replace(WORKING, free_days=4)
    with pytest.raises(ValueError, match="EXAMPLE TW import DEM: the entries from 2015-01-01 and from 2015-01-01"):
        FreeTimeTariffs((WORKING, replace(WORKING)))
