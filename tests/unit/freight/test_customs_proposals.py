"""What an import declaration is told before it is entered: values from the sale, rates from the tariff, what lacks."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from activities.work_rules import load_work_rules
from sop_engine.content.library import content_root
from sop_engine.freight.customs.proposals import Proposal, ProposalTables, ProposedLine, Sale, propose
from sop_engine.freight.exchange_rates import ExchangeRate, ExchangeRates
from sop_engine.freight.money import Money
from sop_engine.freight.rules import rule_on

DAY = date(2026, 3, 2)
RULES = load_work_rules(content_root())


def rate(currency: str, value: str, units: str = "1") -> ExchangeRate:
    return ExchangeRate(
        valid_from=date(2026, 3, 1),
        valid_to=date(2026, 3, 31),
        authority="The source",
        citation="rate of the example",
        currency=currency,
        rate=Decimal(value),
        units=Decimal(units),
    )


RATES = ExchangeRates((rate("USD", "7"), rate("EUR", "8"), rate("JPY", "5", "100")))
WINE: dict[str, Any] = {"goods": "Wine", "hs_code": "2204210000", "origin_country": "FR"}
PHONES: dict[str, Any] = {"goods": "Telephones", "hs_code": "8517130000", "origin_country": "JP"}
VALVES: dict[str, Any] = {"goods": "Valves", "hs_code": "8481202000", "origin_country": "DE"}


def money(text: str) -> Money:
    return Money.parse(text)


def proposed(
    *items: dict[str, Any],
    former: tuple[ProposedLine, ...] = (),
    rates: ExchangeRates = RATES,
    day: date = DAY,
    **sale: Any,
) -> Proposal:
    tables = ProposalTables(rates, RULES.tariff, rule_on(RULES.customs.customs_value, day))
    return propose(items, Sale.model_validate(sale), former, day, day, tables)


def test_lines_in_several_currencies_share_freight_and_insurance_by_their_worth() -> None:
    """USD 10 000 at 7 = 70 000; JPY 600 000 at 5 per 100 = 30 000; freight CNY 4 000 = 2 800 + 1 200; insurance is
    assumed at 0.3 % of 104 000 = 312 = 218.40 + 93.60. Wine 70 000 + 2 800 + 218.40, telephones 30 000 + 1 200 + 93.60.
    """
    found = proposed(
        {**WINE, "price": money("USD 10000")},
        {**PHONES, "price": money("JPY 600000")},
        terms="FOB",
        freight=money("CNY 4000"),
    )
    assert [line.value for line in found.proposed] == [money("CNY 73018.40"), money("CNY 31293.60")]
    assert [item["value"]["amount"] for item in found.items] == [Decimal("73018.40"), Decimal("31293.60")]
    assert found.value_basis is not None
    assert "FOB price USD 10000.00 at 7 (rate of the example); FOB price JPY 600000 at 5 per 100" in found.value_basis
    assert (found.gaps, found.holds_to) == ([], date(2026, 3, 31))


def test_rates_of_the_tariff_are_filled_in_with_their_kind_and_why() -> None:
    """The wine of lnmlw.com: 14 %, 10 % and 13 %. What the goods do not bear stays empty."""
    ((item,), (line,), _, gaps, _) = proposed({**WINE, "value": money("CNY 100000")})
    assert (line.rate_kind, line.duty_rate, line.consumption_rate, line.vat_rate) == (
        "mfn",
        Decimal("0.14"),
        Decimal("0.1"),
        Decimal("0.13"),
    )
    assert (item["duty_rate"], item["duty_per_unit"], item["remedy_rate"]) == (Decimal("0.14"), None, None)
    assert line.basis is not None
    assert line.basis.startswith("MFN, Art. 12. Tariff: 进出口税则")
    assert gaps == ["Customs value: no invoice price for Wine; enter the price, or the value itself."]


def test_an_agreement_and_the_origin_of_the_whole_sale_count() -> None:
    wine = {**WINE, "origin_country": None, "agreement": "China-Chile"}
    (line,) = proposed(wine, origin_country="CL").proposed
    assert (line.rate_kind, line.duty_rate) == ("agreement", Decimal(0))


def test_what_somebody_wrote_stays() -> None:
    wine = {**WINE, "price": money("USD 10000"), "value": {"amount": Decimal(75000), "currency": "CNY"}}
    ((item,), (line,), _, _, _) = proposed({**wine, "duty_rate": Decimal("0.2")}, terms="CIF")
    assert (item["value"]["amount"], item["duty_rate"], item["vat_rate"]) == (75000, Decimal("0.2"), Decimal("0.13"))
    assert (line.value, line.duty_rate) == (money("CNY 70000"), Decimal("0.14"))


def test_what_nobody_changed_follows_a_new_price_and_a_new_code() -> None:
    first = proposed({**WINE, "price": money("USD 10000")}, terms="CIF")
    changed = {**first.items[0], "price": money("USD 20000"), "hs_code": "8517130000", "vat_rate": Decimal("0.09")}
    (item,) = proposed(changed, former=tuple(first.proposed), terms="CIF").items
    assert item["value"]["amount"] == 140_000
    assert (item["duty_rate"], item["consumption_rate"], item["vat_rate"]) == (0, None, Decimal("0.09"))


def test_rates_of_another_code_do_not_stay_where_the_tariff_has_no_line() -> None:
    first = proposed(WINE)
    (item,) = proposed({**first.items[0], "hs_code": "8481202000"}, former=tuple(first.proposed)).items
    assert (item["duty_rate"], item["vat_rate"]) == (None, None)


@pytest.mark.parametrize(
    ("items", "sale", "gaps"),
    [
        (
            [{**VALVES, "price": money("GBP 100")}, {**WINE, "price": money("USD 1")}],
            {"terms": "CIF"},
            [
                "Customs value: currency: no rate for GBP (allowed: CNY, USD, EUR, JPY).",
                "Valves (8481202000), rates: hs_code: the tariff on file has no line 8481202000 "
                "(allowed: enter it in the tariff table).",
            ],
        ),
        (
            [{**WINE, "price": money("USD 1"), "origin_country": None}],
            {"terms": "C&F"},
            [
                "Customs value: 'C&F' is no Incoterm; allowed: EXW, FCA, FAS, FOB, CFR, CPT, CIF, CIP, DAP, DPU, DDP.",
                "Wine (2204210000), rates: origin_country: is missing (allowed: the code of a country, such as DE).",
            ],
        ),
        (
            [{**PHONES, "price": money("USD 1")}],
            {},
            [
                "Customs value: the terms of the transaction are missing; allowed: "
                "EXW, FCA, FAS, FOB, CFR, CPT, CIF, CIP, DAP, DPU, DDP."
            ],
        ),
        (
            [{**PHONES, "price": money("USD 1")}],
            {"terms": "FOB"},
            ["Customs value: freight: is missing in a price FOB."],
        ),
        (
            [{**PHONES, "price": money("USD 1")}],
            {"terms": "CIF", "freight": money("CNY 5"), "total": money("USD 2")},
            [
                "Customs value: the prices add up to USD 1.00, the transaction total is USD 2.00.",
                "Customs value: freight is inside a price CIF and not added again.",
            ],
        ),
        (
            [{**PHONES, "price": money("USD 0")}],
            {"terms": "CIF"},
            ["Customs value: deductions: leave a customs value of CNY 0.00 (allowed: more than nought)."],
        ),
        (
            [{**PHONES, "value": money("CNY 100"), "origin_country": "Japan"}],
            {"terms": "CIF"},
            [
                "Customs value: no invoice price for Telephones; enter the price, or the value itself.",
                "Telephones (8517130000), rates: country: String should match pattern '^[A-Z]{2}$'.",
            ],
        ),
        (
            [{**PHONES, "value": money("USD 100")}],
            {},
            [
                "Customs value: no invoice price for Telephones; enter the price, or the value itself.",
                "Telephones (8517130000), rates: value: USD 100.00 is not in CNY (allowed: the customs value in CNY).",
            ],
        ),
    ],
)
def test_what_lacks_is_said_and_nothing_is_refused(
    items: list[dict[str, Any]], sale: dict[str, Any], gaps: list[str]
) -> None:
    assert proposed(*items, **sale).gaps == gaps


def test_beer_is_taxed_by_the_tonne_and_says_so() -> None:
    beer = {"goods": "Beer", "hs_code": "2203000000", "origin_country": "DE", "quantity": Decimal(988), "unit": "litre"}
    ((item,), _, _, gaps, _) = proposed({**beer, "value": money("CNY 100")})
    assert item["consumption_per_unit"] == 220
    assert gaps[1:] == ["Beer (2203000000): consumption tax is CNY 220 per tonne; enter the quantity in tonne."]
    assert proposed({**beer, "value": money("CNY 100"), "consumption_quantity": Decimal(1)}).gaps[1:] == []


def test_a_day_without_a_rate_or_a_line_is_a_gap() -> None:
    found = proposed({**WINE, "price": money("USD 1")}, terms="CIF", day=date(2026, 4, 1))
    assert found.gaps == ["Customs value: rate of USD: no rule for 2026-04-01 (allowed: 2026-03-01 to 2026-03-31)."]
    assert found.proposed[0].duty_rate == Decimal("0.14")
