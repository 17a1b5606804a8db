"""Contested readings of customs deadlines: each is chosen, kept and charged by. Every tax that is due is paid."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from sop_engine.basis.faults import InvalidInput
from sop_engine.cases.seen.recent import Recent
from sop_engine.cases.seen.views import case_view
from sop_engine.freight.customs.surcharges import (
    LateDeclaration,
    LatePayment,
    late_declaration_fee,
    late_payment_surcharge,
)
from sop_engine.freight.money import Money
from sop_engine.freight.rules import rule_on
from tests.unit.content.content_house import House, RuledHouse
from tests.unit.content.customs_samples import CUSTOMER, ITEM, NUMBER, enter
from tests.unit.content.customs_samples import NOTICE as MARCH_NOTICE
from tests.unit.freight.freight_data import customs_rules

NOTICE = MARCH_NOTICE | {"noticed_on": "2026-02-10"}
BY_NOTICE = NOTICE | {"due_reading": "B"}


def imported(arrived_on: str, accepted_on: str, value: str = "CNY 123456.78", **receipt: Any) -> dict[str, Any]:
    """The data of an import declaration that customs accepted on a day."""
    house = RuledHouse(datetime.fromisoformat(f"{arrived_on}T01:00+00:00"))
    house.open("CustomsDeclaration", "D", CUSTOMER | {"direction": "import", "arrived_on": arrived_on})
    house.do("D", "wang.fang", "classifying", "clear", {"items": [ITEM | {"value": value}]})
    enter(house)
    house.do("D", "liu.yang", "checking", "agreed", {"check_result": "Equal"})
    house.do("D", "wang.fang", "submitting", "submitted", {"declaration_no": NUMBER})
    house.pass_time(datetime.fromisoformat(f"{accepted_on}T02:00+00:00") - house.now)
    told = {"receipt_status": "released", "declared_on": accepted_on} | receipt
    house.do("D", "wang.fang", "awaiting_receipt", "received", told)
    assert house.states["D"].outcome == "declared"
    return dict(house.states["D"].snapshot.data)


@pytest.mark.parametrize(
    ("arrived_on", "accepted_on", "reading", "starts_on", "fee"),
    [
        # Domain facts 1.1. Day 14 is Sunday 15 February, in the Spring Festival: A ends on Tuesday the 24th; B begins
        # on the 24th, since the 15th day, the 16th, rolls. 123 456.78 × 0.05 % = 61.728 a day; the sum is cut.
        ("2026-02-01", "2026-02-24", "A", "2026-02-25", "0"),
        ("2026-02-01", "2026-02-24", "B", "2026-02-24", "61"),
        ("2026-02-01", "2026-02-27", "A", "2026-02-25", "185"),
        ("2026-02-01", "2026-02-27", "B", "2026-02-24", "246"),
        # Day 14 is Friday 17 July, day 15 a Saturday: A begins on that, B on Monday the 20th.
        ("2026-07-03", "2026-07-17", "A", "2026-07-18", "0"),
        ("2026-07-03", "2026-07-18", "A", "2026-07-18", "61"),
        ("2026-07-03", "2026-07-18", "B", "2026-07-20", "0"),
        ("2026-07-03", "2026-07-20", "B", "2026-07-20", "61"),
        # Neither day is a rest day: the readings agree.
        ("2026-01-19", "2026-02-03", "A", "2026-02-03", "61"),
        ("2026-01-19", "2026-02-03", "B", "2026-02-03", "61"),
    ],
)
def test_the_fee_of_a_late_declaration_follows_the_reading_of_the_case(
    arrived_on: str, accepted_on: str, reading: str, starts_on: str, fee: str
) -> None:
    data = imported(arrived_on, accepted_on, fee_reading=reading)
    assert (data["fee_reading"], data["fee_starts_on"]) == (reading, date.fromisoformat(starts_on))
    assert data["late_declaration_fee"] == {"amount": Decimal(fee), "currency": "CNY"}
    assert data["late_fee_basis"].startswith(f"Reading {reading}: the fee runs from {starts_on}. ")
    assert "Order 273 (2024) (General Administration of Customs), in force from 2024-12-01" in data["late_fee_basis"]


def test_a_case_that_chooses_no_reading_has_that_of_the_site() -> None:
    data = imported("2026-02-01", "2026-02-24")
    assert (data["fee_reading"], data["late_declaration_fee"]["amount"]) == ("A", 0)


def test_an_exempt_import_pays_no_fee() -> None:
    data = imported("2026-02-01", "2026-02-27", late_fee_exemption="ordered_redeclaration")
    assert data["late_declaration_fee"]["amount"] == 0
    assert "not charged: ordered redeclaration" in data["late_fee_basis"]


@pytest.mark.parametrize(("value", "fee"), [("99999.99", "0"), ("100000.00", "50"), ("101999.99", "50")])
def test_the_fee_is_cut_to_whole_yuan_and_waived_below_fifty(value: str, fee: str) -> None:
    """Domain facts E11. 99 999.99 × 0.05 % = 49.999995, which is cut to 49; 101 999.99 makes 50.99…, cut to 50."""
    late = LateDeclaration(customs_value=cny(value), starts_on=date(2026, 2, 25), accepted_on=date(2026, 2, 25))
    charged = late_declaration_fee(late, rule_on(customs_rules().late_declaration, date(2026, 2, 25)))
    assert charged.amount == cny(fee)


@pytest.mark.parametrize(
    ("unpaid", "surcharge"),
    [
        ("99980.00", "0"),  # × 0.05 % = 49.99
        ("99989.99", "0"),  # = 49.994995, rounded to 49.99
        ("99990.00", "50.00"),  # = 49.995, rounded half up
        ("100000.00", "50.00"),
    ],
)
def test_the_surcharge_is_rounded_half_up_and_waived_below_fifty(unpaid: str, surcharge: str) -> None:
    late = LatePayment(unpaid=(cny(unpaid),), due_on=date(2026, 3, 17), paid_on=date(2026, 3, 18))
    charged = late_payment_surcharge(late, rule_on(customs_rules().late_payment, date(2026, 3, 17)))
    assert charged.amount == cny(surcharge)


def cny(amount: str) -> Money:
    return Money(amount=Decimal(amount), currency="CNY")


# -- tax ---------------------------------------------------------------------------------------------------------------


def taxed(now: datetime = datetime(2026, 2, 6, 1, tzinfo=UTC), **data: Any) -> House:
    """Tax on a declaration of Thursday 5 February."""
    house = RuledHouse(now)
    case = {"declaration_no": NUMBER, "declared_on": "2026-02-05", "customs_value": "CNY 1000000.00", "items": [ITEM]}
    house.open("TaxPayment", "T", CUSTOMER | case | data)
    return house


@pytest.mark.parametrize(
    ("notice", "due_at"),
    [
        # 15 days after the 5th: Friday 20 February, in the Spring Festival of 15 to 23 February.
        (NOTICE, "2026-02-25T00:00+08:00"),
        # 15 days after the notice of the 10th: Wednesday 25 February.
        (BY_NOTICE, "2026-02-26T00:00+08:00"),
        (BY_NOTICE | {"deadline_on": "2026-03-07"}, "2026-03-10T00:00+08:00"),  # what customs names goes before both
    ],
)
def test_the_tax_is_due_by_the_reading_of_the_case(notice: dict[str, str], due_at: str) -> None:
    house = taxed(datetime(2026, 2, 10, 1, tzinfo=UTC))
    house.do("T", "wang.fang", "notifying", "issued", notice)
    assert house.states["T"].clocks["tax_deadline#1"].due_at == datetime.fromisoformat(due_at)


@pytest.mark.parametrize(("notice", "reading", "charge"), [(NOTICE, "A", "279.75"), (BY_NOTICE, "B", "186.50")])
def test_the_surcharge_follows_the_reading_of_the_case(notice: dict[str, str], reading: str, charge: str) -> None:
    """Paid on 27 February: 3 days after the 24th, 2 after the 25th. At 0.05 % a day the 50 000 of duty bear 75.00 or
    50.00, VAT of 136 500 bears 204.75 or 136.50."""
    house = taxed(datetime(2026, 2, 10, 1, tzinfo=UTC))
    house.do("T", "wang.fang", "notifying", "issued", notice)
    house.pass_time(timedelta(days=17))
    house.signal("T", "payment.received", {"paid_on": "2026-02-27", "paid_amount": "CNY 1", "voucher_no": "V1"})
    data = house.states["T"].snapshot.data
    assert (data["due_reading"], data["late_charge"]["amount"]) == (reading, Decimal(charge))


@pytest.mark.parametrize(
    ("declared_on", "reading", "midnight"),
    [
        # The Customs Law: 15 days after the notice of Monday 2 December, Tuesday the 17th.
        ("2024-11-30", "B", "2024-12-18"),
        # The Tariff Law: 15 days after Sunday 1 December, Monday the 16th.
        ("2024-12-01", "A", "2024-12-17"),
    ],
)
def test_the_law_of_the_declarations_day_says_what_the_payment_is_counted_from(
    declared_on: str, reading: str, midnight: str
) -> None:
    house = taxed(datetime(2024, 12, 2, 1, tzinfo=UTC), declared_on=declared_on)
    assert house.states["T"].snapshot.data["due_reading"] == reading
    house.do("T", "wang.fang", "notifying", "issued", NOTICE | {"noticed_on": "2024-12-02"})
    running = house.states["T"].clocks
    assert running["tax_deadline#1"].due_at == datetime.fromisoformat(f"{midnight}T00:00+08:00")
    assert "stricter_deadline#1" not in running


def test_a_declaration_of_before_the_tariff_law_is_not_counted_from_itself() -> None:
    house = taxed(datetime(2024, 12, 2, 1, tzinfo=UTC), declared_on="2024-11-30")
    with pytest.raises(InvalidInput, match="before the Tariff Law is paid within the days from the notice"):
        house.do("T", "wang.fang", "notifying", "issued", NOTICE | {"noticed_on": "2024-12-02", "due_reading": "A"})


def test_a_case_shows_both_periods_and_the_one_it_follows() -> None:
    house = taxed()
    shown = case_view(house.procedure("TaxPayment"), house.states["T"], Recent(), house.now)
    rules = {rule.parameter: (rule.rule, rule.value, str(rule.valid_from)) for rule in shown.rules}
    assert rules["pay_days"] == ("T5", 15, "2024-12-01")
    assert rules["notice_days"] == ("T5.notice", 15, "2001-01-01")
    assert shown.data["due_reading"] == "A"


COMPOUND = ITEM | {
    "goods": "Beer",
    "quantity": 1000,
    "unit": "litre",
    "duty_rate": "0.05",
    "duty_per_unit": "3",
    "remedy_rate": "0.2",
    "consumption_per_unit": "250",
    "consumption_quantity": 2,
}


def test_every_tax_that_is_due_is_listed_noticed_and_paid() -> None:
    """Duty 1 000 000 × 5 % + 1 000 × 3 = 53 000; remedy 20 % = 200 000; consumption tax 2 × 250 = 500; VAT 13 % of
    1 253 500 = 162 955; the late-declaration fee of 185 is paid with them."""
    house = taxed(items=[COMPOUND], late_declaration_fee="CNY 185")
    data = house.states["T"].snapshot.data
    kinds = ("duty", "trade_remedy", "consumption_tax", "vat", "total", "payable")
    assert [data[kind]["amount"] for kind in kinds] == [53_000, 200_000, 500, 162_955, 416_455, 416_640]
    house.do("T", "wang.fang", "notifying", "issued", NOTICE | {"noticed_on": "2026-02-06"})
    short = {
        "paid_on": "2026-02-06",
        "paid_amount": "CNY 416455",
        "voucher_no": "V1",
        "paid_by": "customer",
        "voucher": "v.pdf",
    }
    house.do("T", "hu.jing", "awaiting_payment", "voucher_received", short)
    with pytest.raises(InvalidInput, match="amount paid equals the notice"):
        house.do("T", "liu.yang", "checking_voucher", "matched", {"amount_match": True})
    house.do("T", "liu.yang", "checking_voucher", "matched", {"amount_match": True, "paid_amount": "CNY 416640"})
    house.do("T", "guo.qiang", "confirming_voucher", "confirmed")
    assert house.states["T"].outcome == "paid"


def test_a_trade_remedy_paid_late_bears_its_surcharge() -> None:
    house = taxed(items=[ITEM | {"remedy_rate": "0.2", "duty_rate": 0}])
    house.do("T", "wang.fang", "notifying", "issued", NOTICE | {"noticed_on": "2026-02-06"})
    house.pass_time(timedelta(days=20))
    house.signal("T", "payment.received", {"paid_on": "2026-02-25", "paid_amount": "CNY 1", "voucher_no": "V1"})
    # One day: 200 000 × 0.05 % = 100.00, VAT of 13 % on 1 200 000 = 156 000 × 0.05 % = 78.00.
    assert house.states["T"].snapshot.data["late_charge"]["amount"] == Decimal("178.00")


def test_a_fee_alone_is_paid_too() -> None:
    free = ITEM | {"duty_rate": 0, "vat_rate": 0}
    assert taxed(items=[free], late_declaration_fee="CNY 185").states["T"].outcome is None
    assert taxed(items=[free], late_declaration_fee="CNY 0").states["T"].outcome == "nothing_due"


@pytest.mark.parametrize(
    "short", [{"duty_per_unit": "3"}, {"consumption_per_unit": "250"}], ids=["duty", "consumption tax"]
)
def test_a_tax_per_unit_is_not_declared_without_its_quantity(short: dict[str, str]) -> None:
    house = RuledHouse()
    house.open("CustomsDeclaration", "D", CUSTOMER | {"direction": "import", "arrived_on": "2026-03-02"})
    with pytest.raises(InvalidInput, match="A tax per unit has its quantity"):
        house.do("D", "wang.fang", "classifying", "clear", {"items": [ITEM | short]})
    house.do("D", "wang.fang", "classifying", "clear", {"items": [ITEM | short | {"quantity": 2}]})
