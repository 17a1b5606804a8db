"""Statutory limits of customs: counted over rest days, the last day rolled, to the second, by the calendar of 2026."""

import pytest

from tests.unit.content.exact_customs import ITEMS, TAX_DATA, notice_issued
from tests.unit.content.exact_freight import CUSTOMER
from tests.unit.content.exact_house import ExactHouse


@pytest.mark.parametrize(
    ("declared_on", "due"),
    [
        # 15 days after, the day of the declaration not counted.
        ("2026-02-05", "2026-02-25 00:00"),  # Fri 20 Feb lies in the Spring Festival of 15-23 Feb: Tue 24 Feb, 24:00
        ("2026-09-18", "2026-10-09 00:00"),  # Sat 3 Oct lies in National Day of 1-7 Oct: Thu 8 Oct, 24:00
        ("2026-09-24", "2026-10-10 00:00"),  # Fri 9 Oct is worked
        ("2026-09-25", "2026-10-11 00:00"),  # Sat 10 Oct is a make-up day: no roll
    ],
)
def test_tax_is_due_fifteen_days_after_the_declaration(declared_on: str, due: str) -> None:
    house = ExactHouse(f"{declared_on} 16:00")
    house.start("TaxPayment", **{**TAX_DATA, "declared_on": declared_on})
    notice_issued(house)
    assert house.due("tax_deadline#1") == due


@pytest.mark.parametrize(
    ("arrived_on", "due"),
    [
        # 14 days after, the day of arrival not counted.
        ("2026-01-19", "2026-02-03 00:00"),  # Mon 2 Feb
        ("2026-02-01", "2026-02-25 00:00"),  # Sun 15 Feb: Tue 24 Feb
        ("2026-02-06", "2026-02-25 00:00"),  # Fri 20 Feb: Tue 24 Feb
        ("2026-04-20", "2026-05-07 00:00"),  # Mon 4 May lies in Labour Day of 1-5 May: Wed 6 May
        ("2026-06-06", "2026-06-23 00:00"),  # Sat 20 Jun lies in Dragon Boat of 19-21 Jun: Mon 22 Jun
    ],
)
def test_an_import_is_declared_within_fourteen_days(arrived_on: str, due: str) -> None:
    house = ExactHouse(f"{arrived_on} 16:00")
    house.start("CustomsDeclaration", **CUSTOMER, direction="import", arrived_on=arrived_on)
    assert house.due("import_limit#1") == due


def unpaid_since_spring_festival() -> ExactHouse:
    house = ExactHouse("2026-02-05 09:00")
    house.start("TaxPayment", **{**TAX_DATA, "declared_on": "2026-02-05", "items": ITEMS})
    notice_issued(house)
    return house


def test_payers_are_reminded_five_two_and_one_days_before_and_on_the_day() -> None:
    house = unpaid_since_spring_festival()
    house.at("2026-02-24 23:59:59")
    # The last day is 24 February; each reminder goes out as its day begins.
    days = ["2026-02-19 00:00", "2026-02-22 00:00", "2026-02-23 00:00", "2026-02-24 00:00"]
    assert house.notices_of("tax_reminder") == [(day, "ops@blue-lake.example") for day in days]
    rungs = ["five_days_before", "two_days_before", "day_before", "last_day"]
    assert house.rung_notices("tax_deadline") == [
        (day, rung, "customs_declarant") for day, rung in zip(days, rungs, strict=True)
    ]
    assert house.tasks == ("awaiting_payment",)


def test_late_tax_is_called_in_daily_until_it_is_paid() -> None:
    house = unpaid_since_spring_festival()
    house.at("2026-02-25 00:00")
    assert house.tasks == ("overdue",)
    assert house.rung_notices("tax_deadline")[-3:] == [
        ("2026-02-25 00:00", "breached", "customs_declarant"),
        ("2026-02-25 00:00", "breached", "operations_manager"),
        ("2026-02-25 00:00", "breached", "sales_rep"),
    ]
    house.at("2026-02-27 12:00")
    house.complete("zhang.wei", "overdue", "paid", paid_on="2026-02-27", paid_amount="CNY 22040", voucher_no="V-1")
    house.at("2026-03-06 12:00")
    overdue = [at for at, to in house.notices_of("tax_overdue") if to == "ops@blue-lake.example"]
    assert overdue == ["2026-02-25 00:00", "2026-02-26 00:00", "2026-02-27 00:00"]
    assert house.states["CASE-1"].clocks["tax_deadline#1"].clock.status == "breached"


def test_the_surcharge_counts_from_the_day_to_which_the_deadline_rolled() -> None:
    house = unpaid_since_spring_festival()
    house.at("2026-02-27 12:00")
    house.complete("zhang.wei", "overdue", "paid", paid_on="2026-02-27", paid_amount="CNY 22040", voucher_no="V-1")
    asked = house.asked["late_payment_surcharge"]
    # Rest days count as late days, but not before the rolled deadline of 24 February: three days are late, not seven.
    assert (str(asked["due_on"]), str(asked["paid_on"])) == ("2026-02-24", "2026-02-27")


def test_the_tax_is_computed_by_the_rules_of_the_day_of_the_declaration() -> None:
    house = unpaid_since_spring_festival()
    assert str(house.asked["import_taxes"]["declared_on"]) == "2026-02-05"


def test_payment_on_the_last_day_is_in_time() -> None:
    house = unpaid_since_spring_festival()
    house.at("2026-02-24 23:59:59")
    payment = {"paid_on": "2026-02-24", "paid_amount": "CNY 22040", "voucher_no": "V-1"}
    house.complete("hu.jing", "awaiting_payment", "voucher_received", paid_by="customer", **payment)
    assert house.states["CASE-1"].clocks["tax_deadline#1"].clock.status == "met"
    house.at("2026-03-06 12:00")
    assert house.notices_of("tax_overdue") == []


def test_a_late_notice_reminds_once() -> None:
    house = ExactHouse("2026-02-23 09:00")
    house.start("TaxPayment", **{**TAX_DATA, "declared_on": "2026-02-05"})
    notice_issued(house)
    house.at("2026-02-23 09:01")
    # Five, two and one days before 24 February lie behind: only the last of these reminders is sent.
    assert house.notices_of("tax_reminder") == [("2026-02-23 09:00", "ops@blue-lake.example")]
    house.at("2026-02-24 00:00")
    assert len(house.notices_of("tax_reminder")) == 2


def test_a_notice_after_the_deadline_keeps_the_deadline() -> None:
    house = ExactHouse("2026-02-27 12:00")
    house.start("TaxPayment", **{**TAX_DATA, "declared_on": "2026-02-05"})
    notice_issued(house)
    house.at("2026-02-27 12:01")
    assert house.tasks == ("overdue",)
    assert house.notices_of("tax_reminder") == []
    assert house.due("tax_deadline#1") == "2026-02-25 00:00"
    assert str(house.states["CASE-1"].snapshot.data["due_on"]) == "2026-02-24"
