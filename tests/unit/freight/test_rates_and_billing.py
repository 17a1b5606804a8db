"""Rates of a month and of a costing, and what a costing asks of the customer in one currency."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from sop_engine.freight.charges.billing import BilledService, to_bill
from sop_engine.freight.charges.costing_rates import AppliedRate, CostingRates, EnteredRate
from sop_engine.freight.exchange_rates import ExchangeRates
from sop_engine.freight.money import Money
from sop_engine.freight.monthly_rates import MonthlyRates
from sop_engine.freight.rules import RuleError

DAY = date(2026, 3, 20)
MONTHLY = {
    "citation": "Customs rates",
    "months": {"2026-03": {"USD": "7", "JPY": {"rate": "5", "units": "100"}}, "2028-02": {"USD": "8"}},
}


def dated(**more: Any) -> ExchangeRates:
    return MonthlyRates.model_validate({**MONTHLY, **more}).dated


def entered(**rates: str) -> list[EnteredRate]:
    return [EnteredRate(currency=currency, rate=Decimal(rate)) for currency, rate in rates.items()]


def rates(**said: str) -> CostingRates:
    """Dollars at 7, euro at 8 yuan unless another is said."""
    return CostingRates.of(("USD", "EUR", "CNY"), entered(**{"USD": "7", "EUR": "8", **said}), dated(), DAY, "CNY")


def money(text: str) -> Money:
    return Money.parse(text)


def test_a_list_for_a_month_holds_from_its_first_to_its_last_day() -> None:
    usd, jpy, later = dated().root
    assert (usd.currency, usd.rate, usd.units, usd.of_one) == ("USD", Decimal(7), Decimal(1), Decimal(7))
    assert (jpy.currency, jpy.of_one) == ("JPY", Decimal("0.05"))
    assert (usd.valid_from, usd.valid_to) == (date(2026, 3, 1), date(2026, 3, 31))
    assert (later.valid_from, later.valid_to) == (date(2028, 2, 1), date(2028, 2, 29))
    assert (usd.citation, later.citation) == ("Customs rates, 2026-03", "Customs rates, 2028-02")
    assert usd.authority == "General Administration of Customs"
    assert dated(authority="The bank").root[0].authority == "The bank"


@pytest.mark.parametrize("month", ["2026-13", "2026-00", "2026-3", "202603", "2026-0x", "20x6-03", "2026-003"])
def test_what_is_no_month_is_refused(month: str) -> None:
    with pytest.raises(ValidationError, match=f"'{month}' is no month; write 2026-12"):
        dated(months={month: {"USD": 7}})


@pytest.mark.parametrize("month", ["2026-01", "2026-12"])
def test_the_first_and_the_last_month_are_months(month: str) -> None:
    assert dated(months={month: {"USD": 7}}).root[0].valid_from.month == int(month[-2:])


@pytest.mark.parametrize("quote", [0, -1, {"rate": 7, "units": 0}, {"rate": 7, "per": 1}])
def test_a_quote_is_above_nought(quote: object) -> None:
    with pytest.raises(ValidationError):
        dated(months={"2026-03": {"USD": quote}})


def test_what_a_clerk_enters_goes_before_the_table() -> None:
    found = CostingRates.of(iter(["USD", "JPY", "USD", "CNY"]), entered(USD="7.2"), dated(), DAY, "CNY")
    assert found.applied == (
        AppliedRate("JPY", Decimal("0.05"), "JPY 1 at 5 per 100 (Customs rates, 2026-03)"),
        AppliedRate("USD", Decimal("7.2"), "entered with the costing"),
    )
    assert (found.day, found.book) == (DAY, "CNY")
    assert found.of_one == {"CNY": Decimal(1), "JPY": Decimal("0.05"), "USD": Decimal("7.2")}


def test_the_rates_of_a_costing_are_a_table_of_its_day() -> None:
    (eur, usd) = rates().table.root
    assert (eur.currency, eur.rate, usd.currency, usd.rate) == ("EUR", Decimal(8), "USD", Decimal(7))
    assert (usd.valid_from, usd.valid_to, usd.authority) == (DAY, DAY, "costing")
    assert usd.citation == "entered with the costing"


def test_every_fault_of_the_rates_is_named() -> None:
    doubled = [*entered(USD="7"), *entered(USD="7.1", CNY="1")]
    with pytest.raises(RuleError) as refused:
        CostingRates.of(("EUR", "GBP", "USD"), doubled, dated(), DAY, "CNY")
    assert [str(fault) for fault in refused.value.faults] == [
        "rates: USD stands twice (allowed: each foreign currency once)",
        "rates: CNY is book currency (allowed: each foreign currency once)",
        "rates: the table of exchange rates has none of 2026-03-20 for EUR, GBP"
        " (allowed: CNY for one unit of each, entered with the costing)",
    ]


@pytest.mark.parametrize(
    ("amount", "currency", "worth"),
    [
        ("USD 10.00", "CNY", "CNY 70.00"),
        ("CNY 10.00", "USD", "USD 1.43"),
        ("USD 10.00", "EUR", "EUR 8.75"),
        ("USD 10.00", "USD", "USD 10.00"),
        ("CNY 0.04", "EUR", "EUR 0.01"),
    ],
)
def test_an_amount_is_worth_what_both_rates_say(amount: str, currency: str, worth: str) -> None:
    assert rates().into(money(amount), currency) == money(worth)


def test_one_invoice_is_in_one_currency() -> None:
    sold = [("Freight", money("USD 100")), ("Haulage", money("CNY 350")), ("Documents", money("EUR 10"))]
    bill = to_bill(sold, money("CNY 70"), money("CNY 1120"), rates(), "CNY")
    assert bill.lines == (
        BilledService("Freight", money("CNY 700"), money("USD 100"), Decimal(7)),
        BilledService("Haulage", money("CNY 350"), None, None),
        BilledService("Documents", money("CNY 80"), money("EUR 10"), Decimal(8)),
    )
    assert (bill.disbursements, bill.quoted, bill.rate) == (money("CNY 70"), money("CNY 1120"), None)


def test_an_invoice_in_another_currency_says_its_rate_and_those_between() -> None:
    bill = to_bill([("Freight", money("EUR 70"))], money("CNY 0"), None, rates(), "USD")
    assert bill.lines == (BilledService("Freight", money("USD 80"), money("EUR 70"), Decimal("1.142857")),)
    assert (bill.disbursements, bill.quoted, bill.rate) == (None, None, Decimal(7))
    assert to_bill([], money("CNY 70"), money("EUR 7"), rates(), "USD")[1:] == (
        money("USD 10"),
        money("USD 8"),
        Decimal(7),
    )


def test_services_add_up_to_the_conversion_of_their_sum() -> None:
    sold = [(f"S{number}", money("CNY 0.05")) for number in range(3)]
    billed = [line.amount for line in to_bill(sold, money("CNY 0"), None, rates(), "USD").lines]
    assert [str(amount) for amount in billed] == ["USD 0.01", "USD 0.00", "USD 0.01"]
    assert rates().into(money("CNY 0.15"), "USD") == money("USD 0.02")
