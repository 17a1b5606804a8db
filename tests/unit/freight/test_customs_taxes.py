"""Import taxes and lateness at customs, by worked examples. Each names its source; [own] marks those we computed."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import chinese_calendar
import pytest
from pydantic import ValidationError

from sop_engine.freight.customs.surcharges import (
    LateDeclaration,
    LatenessRule,
    LatePayment,
    late_declaration_fee,
    late_payment_surcharge,
)
from sop_engine.freight.customs.tax_lines import tax_lines
from sop_engine.freight.customs.taxes import ImportTaxes, ImportTaxRule, SmallAmounts, TaxedConsignment, import_taxes
from sop_engine.freight.money import Money
from sop_engine.freight.rules import RuleError, rule_on

FIFTY = SmallAmounts(*[Decimal(50)] * 3)
LAW = ImportTaxRule(
    valid_from=date(2026, 1, 1),
    authority="Customs",
    citation="VAT Law Art. 14",
    vat_rates=(Decimal("0.09"), Decimal("0.13")),
    waived_up_to=FIFTY,
)
FORMER_LAW = ImportTaxRule(
    valid_from=date(2004, 1, 1),
    authority="Customs",
    citation="Regulations on Import and Export Duties",
    vat_rates=(Decimal(0), Decimal("0.17")),
    waived_up_to=FIFTY,
)
LATENESS = LatenessRule(
    valid_from=date(2004, 1, 1),
    authority="Customs",
    citation="Customs Law Arts. 24, 60",
    daily_rate=Decimal("0.0005"),
    waived_below=Decimal(50),
)


def yuan(amount: str) -> Money:
    return Money(amount=Decimal(amount), currency="CNY")


def item(value: str | None = None, **rates: str) -> dict[str, Any]:
    line: dict[str, Any] = {"goods": "Goods", "hs_code": "8517130000", "duty_rate": "0", "vat_rate": "0.13", **rates}
    return line if value is None else {**line, "value": {"amount": Decimal(value), "currency": "CNY"}}


def consignment(customs_value: str, *items: dict[str, Any]) -> TaxedConsignment:
    value = {"amount": Decimal(customs_value), "currency": "CNY"}
    return TaxedConsignment.model_validate({"customs_value": value, "items": items})


def taxes(customs_value: str, rule: ImportTaxRule = LAW, **rates: str) -> ImportTaxes:
    return import_taxes(consignment(customs_value, item(**rates)), rule)


def surcharge(unpaid: str, due_on: date, paid_on: date) -> Money:
    return late_payment_surcharge(LatePayment(unpaid=(yuan(unpaid),), due_on=due_on, paid_on=paid_on), LATENESS).amount


# -- import taxes ------------------------------------------------------------------------------------------------------


def test_duty_leaves_out_work_after_import() -> None:
    """auditcn.com/Item/132268: CIF 7,000,000 with 450,000 of installation in it, 10 %."""
    assert taxes("6550000", FORMER_LAW, duty_rate="0.10", vat_rate="0").duty == yuan("655000.00")


def test_duty_and_former_vat_on_a_converted_value() -> None:
    """auditcn.com/Item/132269: USD 140,000 at 8.21, 28 %; the VAT at 17 % is [own]."""
    computed = taxes(str(140_000 * Decimal("8.21")), FORMER_LAW, duty_rate="0.28", vat_rate="0.17")
    assert (computed.duty, computed.vat) == (yuan("321832.00"), yuan("250109.44"))


def test_duty_on_a_value_grossed_up_for_insurance() -> None:
    """An exam bank's exercise 1: FOB 500,000, freight 10 %, insurance 3 % of CIF, duty 20 %."""
    value = Money.rounded(Decimal(550_000) / (1 - Decimal("0.03")), "CNY")
    assert value - yuan("550000") == yuan("17010.31")
    assert taxes(str(value.amount), FORMER_LAW, duty_rate="0.20", vat_rate="0").duty == yuan("113402.06")


def test_vat_is_on_value_and_duty() -> None:
    """The same bank's exercise 2: CIF 1,000,000, duty 20 %, VAT 17 %, then 5,000 to the bank and 1.5 % to the agent."""
    computed = taxes("1000000", FORMER_LAW, duty_rate="0.20", vat_rate="0.17")
    assert (computed.duty, computed.vat) == (yuan("200000.00"), yuan("204000.00"))
    assert yuan("1000000") + computed.total + yuan("5000") + yuan("15000") == yuan("1424000.00")


def test_vat_on_a_value_in_dollars() -> None:
    """The same bank's exercise 3: USD 1,000,000 + 50,000 + 10,000 at 8.14, duty 20 %, VAT 17 %."""
    computed = taxes(str(1_060_000 * Decimal("8.14")), FORMER_LAW, duty_rate="0.20", vat_rate="0.17")
    assert computed.vat == yuan("1760193.60")


def test_wine_bears_three_taxes() -> None:
    """Rates of wine from lnmlw.com (14 %, 10 %, 13 %); amounts [own]."""
    computed = taxes("100000", duty_rate="0.14", consumption_rate="0.10")
    assert computed.duty == yuan("14000.00")
    assert computed.consumption_tax == yuan("12666.67")
    assert computed.vat == yuan("16466.67")
    assert computed.total == yuan("43133.34")


def test_each_tax_is_rounded_before_the_next() -> None:
    # 1000.05 × 10 % = 100.005, rounded to 100.01 before VAT: 1100.06 × 13 % = 143.0078.
    computed = taxes("1000.05", duty_rate="0.10")
    assert (computed.duty, computed.vat) == (yuan("100.01"), yuan("143.01"))
    # 102.50 × 13 % = 13.325: half up, line by line, and then added.
    lines = [item("102.50"), item("102.50"), item("1000")]
    assert import_taxes(consignment("1205", *lines), LAW).vat == yuan("156.66")


def test_the_value_is_rounded_first() -> None:
    assert taxes("1000.005", duty_rate="0.10").duty == yuan("100.00")
    assert consignment("1000.005", item()).customs_value == yuan("1000.01")


@pytest.mark.parametrize(("value", "duty", "vat"), [("500.00", "0", "65.00"), ("500.10", "50.01", "71.51")])
def test_fifty_yuan_of_a_tax_are_not_levied_nor_taxed(value: str, duty: str, vat: str) -> None:
    computed = taxes(value, duty_rate="0.10")
    assert (computed.duty, computed.vat) == (yuan(duty), yuan(vat))
    assert ("not levied" in computed.basis) is (duty == "0")


def test_the_small_amount_is_of_the_whole_consignment() -> None:
    computed = import_taxes(consignment("800", item("400", duty_rate="0.10"), item("400", duty_rate="0.10")), LAW)
    assert computed.duty == yuan("80.00")


def test_the_basis_says_how_and_by_which_rule() -> None:
    basis = taxes("100000", duty_rate="0.14", consumption_rate="0.10").basis
    assert "(100000.00 + 14000.00) ÷ (1 − 10 %) × 10 % = CNY 12666.67" in basis
    assert "(100000.00 + 14000.00 + 12666.67) × 13 % = CNY 16466.67" in basis
    assert basis.endswith("Rule: VAT Law Art. 14 (Customs), in force from 2026-01-01.")


def test_rates_in_percent_are_refused_line_by_line() -> None:
    declared = consignment("200", item("100", vat_rate="13"), item("100", vat_rate="0.17"))
    with pytest.raises(RuleError) as caught:
        import_taxes(declared, LAW)
    assert [fault.where for fault in caught.value.faults] == ["items.0.vat_rate", "items.1.vat_rate"]
    assert "0.13 for 13 %" in str(caught.value)
    with pytest.raises(ValidationError, match=r"0\.065 for 6\.5 %"):
        consignment("100", item(duty_rate="6.5"))
    with pytest.raises(ValidationError, match=r"0\.1 for 10 %"):
        consignment("100", item(consumption_rate="10"))


def test_values_must_add_up_in_yuan() -> None:
    with pytest.raises(ValidationError, match=r"add up to CNY 300.00, not to the customs value of CNY 301.00"):
        consignment("301", item("100"), item("200"))
    with pytest.raises(ValidationError, match="of several items each needs its value"):
        consignment("300", item("100"), item())
    with pytest.raises(ValidationError, match="not an amount in CNY"):
        TaxedConsignment.model_validate(
            {"customs_value": {"amount": Decimal(300), "currency": "USD"}, "items": [item()]}
        )


def test_the_rule_of_the_day_is_chosen() -> None:
    rules = (LAW, FORMER_LAW)
    assert rule_on(rules, date(2025, 12, 31)) is FORMER_LAW
    assert rule_on(rules, date(2026, 1, 1)) is LAW
    with pytest.raises(RuleError, match="2004-01-01 or later"):
        rule_on(rules, date(2003, 12, 31))


# -- lateness ----------------------------------------------------------------------------------------------------------


def test_surcharge_of_a_day() -> None:
    """auditcn.com/Item/132268: 655,000 paid on 2004-01-25, one day late as the source counts."""
    assert surcharge("655000", date(2004, 1, 24), date(2004, 1, 25)) == yuan("327.50")


def test_a_last_day_moved_past_the_holiday_is_not_late() -> None:
    """The same case by the customs' way of counting: the last day is a Sunday of Spring Festival, moved to 01-29."""
    days = [date(2004, 1, day) for day in range(25, 30)]
    assert [chinese_calendar.is_workday(day) for day in days] == [False, False, False, False, True]
    assert surcharge("655000", date(2004, 1, 29), date(2004, 1, 25)) == yuan("0")
    assert surcharge("655000", date(2004, 1, 29), date(2004, 1, 29)) == yuan("0")


def test_surcharge_of_many_days() -> None:
    """ylzygs.com/en/customs-clearance/8639: 230,000 unpaid for 330 days."""
    assert surcharge("230000", date(2025, 1, 1), date(2025, 11, 27)) == yuan("37950.00")


@pytest.mark.parametrize(("unpaid", "expected"), [("99999.99", "50.00"), ("99989.99", "0"), ("100000", "50.00")])
def test_a_surcharge_below_fifty_yuan_is_waived_once_rounded(unpaid: str, expected: str) -> None:
    assert surcharge(unpaid, date(2026, 3, 2), date(2026, 3, 3)) == yuan(expected)


def test_each_tax_bears_its_own_surcharge() -> None:
    payment = LatePayment(
        unpaid=(yuan("99000"), yuan("0"), yuan("200000")), due_on=date(2026, 3, 2), paid_on=date(2026, 3, 3)
    )
    told = late_payment_surcharge(payment, LATENESS)
    assert (told.amount, told.days) == (yuan("100.00"), 1)
    assert told.basis == (
        "99000.00 × 0.05 % × 1 days = 49.50 (waived) + 0.00 × 0.05 % × 1 days = 0.00 (waived)"
        f" + 200000.00 × 0.05 % × 1 days = 100.00; CNY 100.00. Rule: {LATENESS.source}."
    )
    in_time = payment.model_copy(update={"paid_on": date(2026, 3, 1)})
    assert late_payment_surcharge(in_time, LATENESS) == (
        yuan("0"),
        0,
        f"paid in time; CNY 0.00. Rule: {LATENESS.source}.",
    )


@pytest.mark.parametrize(
    ("value", "days", "fee"), [("100000", 1, "50"), ("99999", 1, "0"), ("123456.78", 3, "185"), ("1000000", 10, "5000")]
)
def test_the_late_declaration_fee_drops_fractions_of_a_yuan(value: str, days: int, fee: str) -> None:
    """The boundaries of whole yuan and of 50 yuan (english.customs.gov.cn, late-declaration fee); amounts [own]."""
    late = LateDeclaration(
        customs_value=yuan(value), starts_on=date(2026, 3, 3), accepted_on=date(2026, 3, 2) + timedelta(days=days)
    )
    assert late_declaration_fee(late, LATENESS).amount == yuan(fee)


def test_the_form_says_of_each_item_on_what_each_tax_is_levied() -> None:
    """Wine of E9, 14/10/13 %: (100,000 + 14,000) / (1 - 10 %) = 126,666.67, of it 10 %; VAT on all three [own]."""
    wine = item("100000", duty_rate="0.14", consumption_rate="0.1")
    plate = item("1000", duty_rate="0.1", duty_per_unit="2", quantity="30", remedy_rate="0.2")
    consigned = consignment("101000", wine, plate)
    lines = tax_lines(consigned.items, import_taxes(consigned, LAW).lines)
    assert [(line.item_no, line.kind, str(line.basis.amount), str(line.amount.amount)) for line in lines] == [
        (1, "duty", "100000.00", "14000.00"),
        (1, "consumption_tax", "126666.67", "12666.67"),
        (1, "vat", "126666.67", "16466.67"),
        (2, "duty", "1000.00", "160.00"),
        (2, "trade_remedy", "1000.00", "200.00"),
        (2, "vat", "1360.00", "176.80"),
    ]
    assert [line.per_unit for line in lines] == [None, None, None, Decimal(2), None, None]
