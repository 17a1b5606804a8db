"""Customs value, the taxes other than ad valorem, export duty, refunds. [own] marks what we computed."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from sop_engine.freight.customs.export_duty import ExportedGoods, export_duty
from sop_engine.freight.customs.refunds import refund, settle_deposit
from sop_engine.freight.customs.surcharges import LateDeclaration, late_declaration_fee
from sop_engine.freight.customs.taxes import ImportTaxes, TaxedConsignment, import_taxes
from sop_engine.freight.customs.value import CustomsValue, Transaction, customs_value
from sop_engine.freight.exchange_rates import ExchangeRate, ExchangeRates
from sop_engine.freight.money import Money
from sop_engine.freight.rules import RuleError, rule_on
from tests.unit.freight.freight_data import customs_rules

DAY = date(2026, 3, 2)
RULE = rule_on(customs_rules().customs_value, DAY)


def yuan(amount: str) -> Money:
    return Money(amount=Decimal(amount), currency="CNY")


def money(amount: str, currency: str = "CNY") -> dict[str, Any]:
    return {"amount": Decimal(amount), "currency": currency}


def dollars(value: str) -> ExchangeRates:
    rate = ExchangeRate(
        valid_from=date(2026, 3, 1),
        valid_to=date(2026, 3, 31),
        authority="The source",
        citation="Rate of the example",
        currency="USD",
        rate=Decimal(value),
    )
    return ExchangeRates((rate,))


def valued(rates: ExchangeRates | None = None, **sale: Any) -> CustomsValue:
    return customs_value(Transaction.model_validate(sale), rates or ExchangeRates(()), DAY, RULE)


# -- customs value -----------------------------------------------------------------------------------------------------


def test_works_after_import_are_taken_out() -> None:
    """auditcn.com/Item/132268: CIF 7,000,000 with 450,000 of installation in it."""
    works = {"kind": "works_after_import", "amount": money("450000")}
    assert valued(terms="CIF", goods=[money("7000000")], deductions=[works]).value == yuan("6550000.00")


def test_a_price_in_dollars() -> None:
    """auditcn.com/Item/132269: USD 140,000 CIF at 8.21."""
    assert valued(dollars("8.21"), terms="CIF", goods=[money("140000", "USD")]).value == yuan("1149400.00")


def test_free_on_board_grossed_up_for_insurance() -> None:
    """An exam bank's exercise 1: FOB 500,000, freight 10 %, insurance 3 % of the CIF value."""
    value = valued(terms="FOB", goods=[money("500000")], freight_rate=Decimal("0.1"), insurance_rate=Decimal("0.03"))
    assert (value.value, value.freight, value.insurance) == (yuan("567010.31"), yuan("50000.00"), yuan("17010.31"))


def test_free_on_board_with_amounts() -> None:
    """The same bank's exercise 3: USD 1,000,000 + 50,000 + 10,000 at 8.14."""
    value = valued(
        dollars("8.14"),
        terms="FOB",
        goods=[money("1000000", "USD")],
        freight=money("50000", "USD"),
        insurance=money("10000", "USD"),
    )
    assert value.value == yuan("8628400.00")


@pytest.mark.parametrize(
    ("terms", "more", "expected"),
    [
        ("EXW", {"inland": money("1000"), "freight": money("4000")}, "105315.00"),
        ("FOB", {"freight": money("5000")}, "105315.00"),
        ("CFR", {}, "100300.00"),
        ("CIF", {}, "100000.00"),
    ],
)
def test_insurance_that_nobody_states_is_three_per_mille(terms: str, more: dict[str, Any], expected: str) -> None:
    """Domain facts 2.1: 0.3 % of goods and freight; amounts [own]."""
    value = valued(terms=terms, goods=[money("100000")], **more)
    assert value.value == yuan(expected)
    assert ("assumed at 0.3 %" in value.basis) is (terms != "CIF")
    assert "Tariff Law Arts. 24-26" in value.basis


def test_insurance_that_costs_nothing_is_not_assumed() -> None:
    assert valued(terms="CFR", goods=[money("100000")], insurance=money("0")).value == yuan("100000.00")


def test_several_lines_and_currencies_are_rounded_once_and_add_up() -> None:
    """[own] (100.10 + 200.20 + 300.30) USD × 7.1234, CNY 1000 of freight, a royalty of one fen, insurance."""
    value = valued(
        dollars("7.1234"),
        terms="FOB",
        goods=[money("100.10", "USD"), money("200.20", "USD"), money("300.30", "USD")],
        freight=money("1000"),
        additions=[{"kind": "royalty", "amount": money("0.01")}],
    )
    exact = (Decimal("600.60") * Decimal("7.1234") + 1000 + Decimal("0.01")) * Decimal("1.003")
    assert value.value == Money.rounded(exact, "CNY")
    assert sum((line.amount for line in value.lines), Decimal()) == value.value.amount


def test_lines_of_two_invoices_share_what_is_added_by_their_worth_in_yuan() -> None:
    """[own] USD 100 at 7 and CNY 300 are worth 7 : 3; freight of CNY 10 and no insurance add 7 and 3."""
    value = valued(
        dollars("7"), terms="FOB", goods=[money("100", "USD"), money("300")], freight=money("10"), insurance=money("0")
    )
    assert value.lines == (yuan("707.00"), yuan("303.00"))


def test_papers_that_do_not_fit_the_terms_are_refused_with_every_fault() -> None:
    with pytest.raises(ValidationError) as caught:
        valued(
            terms="FOB",
            goods=[money("1")],
            inland=money("1"),
            insurance=money("1"),
            insurance_rate=Decimal("0.1"),
            additions=[{"kind": "duties_and_taxes", "amount": money("1")}],
        )
    for fault in (
        "insurance: give an amount or a rate",
        "freight: is missing in a price FOB",
        "inland: is needed for EXW",
        "additions: duties_and_taxes does not belong there",
    ):
        assert fault in str(caught.value)
    with pytest.raises(ValidationError, match="warranty"):
        valued(terms="CIF", goods=[money("2")], deductions=[{"kind": "warranty", "amount": money("1")}])


def test_every_rate_that_is_missing_is_named() -> None:
    with pytest.raises(RuleError, match=r"no rate for EUR.*no rate for JPY"):
        valued(dollars("7"), terms="FOB", goods=[money("1", "EUR")], freight=money("100", "JPY"))
    works = {"kind": "works_after_import", "amount": money("1")}
    with pytest.raises(RuleError, match="more than nought"):
        valued(terms="CIF", goods=[money("1")], deductions=[works])


# -- taxes per unit, trade remedies ------------------------------------------------------------------------------------


def taxes(value: str, **item: Any) -> ImportTaxes:
    line = {"goods": "Goods", "hs_code": "2203000000", "duty_rate": 0, "vat_rate": "0.13", **item}
    consignment = TaxedConsignment.model_validate({"customs_value": money(value), "items": [line]})
    return import_taxes(consignment, rule_on(customs_rules().import_taxes, DAY))


def test_duty_by_quantity_and_compound_duty() -> None:
    """Tariff Law Art. 23: Q × s, and V × r + Q × s; amounts [own]."""
    assert taxes("10000", duty_per_unit="7.5", quantity="988").duty == yuan("7410.00")
    assert taxes("10000", duty_rate="0.03", duty_per_unit="1.5", quantity="1000").duty == yuan("1800.00")


def test_consumption_tax_by_quantity() -> None:
    """Beer: 988 litres to the tonne (hebeifood.net); 220 yuan a tonne, amounts [own]."""
    computed = taxes("10000", quantity="1976", consumption_per_unit="220", consumption_quantity="2")
    assert (computed.consumption_tax, computed.vat) == (yuan("440.00"), yuan("1357.20"))


def test_compound_consumption_tax() -> None:
    """消费税条例 Art. 9: base (V + D + Q × s) ÷ (1 − c), tax base × c + Q × s; amounts [own].

    (100,000 + 10,000 + 1,000) ÷ 0.8 × 0.2 + 1,000 = 28,750.
    """
    computed = taxes("100000", duty_rate="0.1", quantity="1000", consumption_rate="0.2", consumption_per_unit="1")
    assert computed.consumption_tax == yuan("28750.00")
    assert "+ 1000 × 1) ÷ (1 − 20 %) × 20 % + 1000 × 1 = CNY 28750.00" in computed.basis


def test_an_anti_dumping_duty_enters_the_base_of_vat_and_is_never_waived() -> None:
    """V × rate, added to the base of VAT (domain facts 2.1); amounts [own]: (1,000 + 100 + 40) × 13 % = 148.20."""
    computed = taxes("1000", duty_rate="0.1", remedy_rate="0.04")
    assert (computed.duty, computed.trade_remedy, computed.vat) == (yuan("100.00"), yuan("40.00"), yuan("148.20"))
    assert computed.total == yuan("288.20")
    assert computed.lines[0].trade_remedy == yuan("40.00")


@pytest.mark.parametrize(("value", "duty"), [("499.90", "0"), ("500.00", "0"), ("500.10", "50.01")])
def test_the_small_amount_of_duty(value: str, duty: str) -> None:
    """49.99 and 50.00 are not levied, 50.01 is (Regulations Art. 45(1): at most 50 yuan)."""
    assert taxes(value, duty_rate="0.1").duty == yuan(duty)


def test_a_rate_per_unit_needs_its_quantity() -> None:
    with pytest.raises(ValidationError, match="a duty per unit needs the quantity"):
        taxes("1", duty_per_unit="1")
    with pytest.raises(ValidationError, match="a consumption tax per unit needs a quantity"):
        taxes("1", consumption_per_unit="1")


# -- export duty, deposits, refunds ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("price", "rate", "duty"), [("120000", "0.2", "20000.00"), ("1050", "0.05", "0"), ("1071", "0.05", "51.00")]
)
def test_export_duty(price: str, rate: str, duty: str) -> None:
    """FOB ÷ (1 + r) × r (hebeifood.net); up to 50 yuan are not levied; amounts [own]."""
    goods = ExportedGoods.model_validate({"price": money(price), "rate": {"ad_valorem": Decimal(rate)}})
    assert export_duty(goods, rule_on(customs_rules().export_duty, DAY)).duty == yuan(duty)


def test_a_refund_bears_the_interest_of_demand_deposits() -> None:
    """Tariff Law Art. 53; [own] 20,000 × 0.05 % × 180 / 360 = 5.00."""
    rule = rule_on(customs_rules().demand_deposit, DAY)
    back = refund(yuan("120000"), yuan("100000"), date(2026, 1, 1), date(2026, 6, 30), rule)
    assert (back.tax, back.interest) == (yuan("20000.00"), yuan("5.00"))
    with pytest.raises(RuleError) as caught:
        refund(yuan("1"), yuan("1"), DAY, date(2026, 3, 1), rule)
    assert [fault.where for fault in caught.value.faults] == ["paid", "refunded_on"]


def test_a_deposit_is_taken_for_the_tax() -> None:
    assert settle_deposit(yuan("1000"), yuan("800")) == (yuan("800"), yuan("200"), yuan("0"))
    assert settle_deposit(yuan("1000"), yuan("1000")) == (yuan("1000"), yuan("0"), yuan("0"))
    assert settle_deposit(yuan("1000"), yuan("1200")) == (yuan("1000"), yuan("0"), yuan("200"))


# -- the fee for a late declaration ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "days", "fee"),
    [("100000", 1, "50"), ("99999.99", 1, "0"), ("123456.78", 3, "185"), ("1000000", 10, "5000"), ("1000000", 0, "0")],
)
def test_the_fee_is_truncated_and_waived_below_fifty(value: str, days: int, fee: str) -> None:
    """Domain facts E11, boundaries of T3 (english.customs.gov.cn): never 0.5 %, never 10 yuan."""
    late = LateDeclaration.model_validate(
        {"customs_value": money(value), "starts_on": date(2026, 2, 25), "accepted_on": date(2026, 2, 24 + days)}
        if days <= 4
        else {"customs_value": money(value), "starts_on": date(2026, 2, 1), "accepted_on": date(2026, 2, days)}
    )
    charged = late_declaration_fee(late, rule_on(customs_rules().late_declaration, DAY))
    assert (charged.amount, charged.days) == (yuan(fee), days)
    assert "Order 273" in charged.basis


def test_no_rule_on_lateness_has_the_figures_of_outdated_pages() -> None:
    """Old pages quote 0.5 % a day and a minimum of 10 yuan (domain facts 1.1)."""
    for rule in (*customs_rules().late_declaration, *customs_rules().late_payment):
        assert (rule.daily_rate, rule.waived_below) == (Decimal("0.0005"), Decimal(50))


def test_an_exempt_declaration_costs_nothing_and_says_why() -> None:
    """T3a (english.customs.gov.cn)."""
    late = LateDeclaration.model_validate(
        {
            "customs_value": money("1000000"),
            "starts_on": DAY,
            "accepted_on": date(2026, 3, 31),
            "exemption": "direct_return",
        }
    )
    charged = late_declaration_fee(late, rule_on(customs_rules().late_declaration, DAY))
    assert charged.amount == yuan("0")
    assert "not charged: direct return" in charged.basis
