"""Which rate wins: kinds of rates, origins, trade remedies, the day that counts, the shipped table."""

from datetime import date
from decimal import Decimal
from typing import Any, Literal

import pytest
from pydantic import ValidationError

from sop_engine.freight.customs.tariff import (
    Agreement,
    ImportRate,
    Origin,
    TariffLine,
    TariffTable,
    TradeRemedy,
    duty_day,
)
from sop_engine.freight.customs.tax_rates import TaxRate
from sop_engine.freight.money import Money
from sop_engine.freight.rules import RuleError
from tests.unit.freight.freight_data import tariff_table

DAY = date(2026, 3, 2)


def yuan(amount: str) -> Money:
    return Money(amount=Decimal(amount), currency="CNY")


def line(**changed: Any) -> TariffLine:
    base: dict[str, Any] = {"hs_code": "8703236110", "goods": "Cars", "unit": "piece", "vat": "0.13"}
    rates: dict[str, Any] = {"mfn": {"ad_valorem": "0.15"}, "general": {"ad_valorem": "2.3"}}
    law: dict[str, Any] = {"valid_from": date(2026, 1, 1), "authority": "Tariff Commission", "citation": "Tariff 2026"}
    return TariffLine(**{**base, **rates, **law, **changed})


def agreement(name: str, kind: Literal["agreement", "preferential"], *origins: str) -> Agreement:
    return Agreement(
        valid_from=date(2020, 1, 1), authority="A", citation=name, name=name, kind=kind, origins=tuple(origins)
    )


AGREEMENTS = (agreement("RCEP", "agreement", "JP", "KR"), agreement("LDC", "preferential", "ET"))


def chosen(tariff_line: TariffLine, value: str = "1000", quantity: str | None = None, **origin: Any) -> ImportRate:
    table = TariffTable(lines=(tariff_line,), agreements=AGREEMENTS, general_origins=("AD",))
    count = None if quantity is None else Decimal(quantity)
    return table.import_rate(tariff_line.hs_code, Origin(**origin), DAY, Decimal(value), count)


PROVISIONAL = {"provisional": {"ad_valorem": "0.05"}}


@pytest.mark.parametrize(
    ("rates", "origin", "kind"),
    [
        ({}, {"country": "DE"}, "mfn"),
        (PROVISIONAL, {"country": "DE"}, "mfn_provisional"),
        ({}, {"country": "AD"}, "general"),
        (PROVISIONAL, {"country": "AD"}, "general"),
        (PROVISIONAL, {}, "general"),
        ({"agreements": {"RCEP": {"ad_valorem": "0.10"}}}, {"country": "JP", "agreement": "RCEP"}, "agreement"),
        ({"agreements": {"RCEP": {"ad_valorem": "0.10"}}}, {"country": "JP"}, "mfn"),
        ({}, {"country": "JP", "agreement": "RCEP"}, "mfn"),
        (
            {"agreements": {"RCEP": {"ad_valorem": "0.10"}}, **PROVISIONAL},
            {"country": "JP", "agreement": "RCEP"},
            "mfn_provisional",
        ),
        (
            {"agreements": {"RCEP": {"ad_valorem": "0.05"}}, **PROVISIONAL},
            {"country": "JP", "agreement": "RCEP"},
            "agreement",
        ),
        ({"agreements": {"RCEP": {"ad_valorem": "0.20"}}}, {"country": "JP", "agreement": "RCEP"}, "mfn"),
        ({"agreements": {"LDC": {"ad_valorem": "0.20"}}}, {"country": "ET", "agreement": "LDC"}, "preferential"),
        (
            {"agreements": {"LDC": {"ad_valorem": "0.20"}}, **PROVISIONAL},
            {"country": "ET", "agreement": "LDC"},
            "mfn_provisional",
        ),
        ({"quota": {"ad_valorem": "0.01"}}, {"country": "DE", "within_quota": True}, "quota"),
        (
            {"quota": {"ad_valorem": "0.01"}, "quota_provisional": {"ad_valorem": "0"}},
            {"country": "DE", "within_quota": True},
            "quota_provisional",
        ),
    ],
)
def test_which_rate_wins(rates: dict[str, Any], origin: dict[str, Any], kind: str) -> None:
    """Tariff Law Arts. 12-14 (LawRefBook/Laws, 关税法 2024-04-26)."""
    assert chosen(line(**rates), **origin).kind == kind


def test_the_lower_of_rates_of_different_kinds_is_told_by_the_duty() -> None:
    mixed = line(agreements={"RCEP": {"ad_valorem": "0.10"}}, provisional={"per_unit": "60"})
    assert chosen(mixed, "1000", "1", country="JP", agreement="RCEP").kind == "mfn_provisional"
    assert chosen(mixed, "1000", "2", country="JP", agreement="RCEP").kind == "agreement"


def test_rates_per_unit_cannot_be_compared_without_a_quantity() -> None:
    mixed = line(agreements={"RCEP": {"ad_valorem": "0.10"}}, provisional={"per_unit": "60"})
    with pytest.raises(RuleError, match="quantity: is missing"):
        chosen(mixed, country="JP", agreement="RCEP")


def test_an_mfn_rate_is_no_rival_where_the_origin_has_no_claim_to_it() -> None:
    preferred = TariffTable(
        lines=(line(agreements={"LDC": {"ad_valorem": "0.20"}}, **PROVISIONAL),),
        agreements=AGREEMENTS,
        general_origins=("ET",),
    )
    origin = Origin(country="ET", agreement="LDC")
    assert preferred.import_rate("8703236110", origin, DAY, Decimal(1000), None).kind == "preferential"


def test_a_certificate_of_another_origin_is_refused() -> None:
    with pytest.raises(RuleError, match=r"RCEP is not for goods of DE \(allowed: JP, KR\)"):
        chosen(line(), country="DE", agreement="RCEP")
    with pytest.raises(RuleError, match=r"CPTPP is not on file \(allowed: RCEP, LDC\)"):
        chosen(line(), country="JP", agreement="CPTPP")


def test_a_quota_is_only_for_goods_that_have_one() -> None:
    with pytest.raises(RuleError, match=r"^within_quota: 8703236110 has no quota rate \(allowed: out of quota\)$"):
        chosen(line(), country="DE", within_quota=True)


def remedy(**changed: Any) -> TradeRemedy:
    base: dict[str, Any] = {
        "kind": "anti_dumping",
        "hs_codes": ("870323",),
        "origins": ("US",),
        "rate": Decimal("0.215"),
    }
    law: dict[str, Any] = {"valid_from": date(2025, 1, 1), "valid_to": date(2029, 12, 31), "authority": "MOFCOM"}
    return TradeRemedy(**{**base, **law, "citation": "Announcement", "producers": {"Good": Decimal("0.02")}, **changed})


@pytest.mark.parametrize(
    ("origin", "day", "expected"),
    [
        ({"country": "US"}, DAY, "0.215"),
        ({"country": "US", "producer": "Good"}, DAY, "0.02"),
        ({"country": "DE"}, DAY, "0"),
        ({"country": "US"}, date(2030, 1, 1), "0"),
    ],
)
def test_trade_remedies_by_origin_producer_and_date(origin: dict[str, Any], day: date, expected: str) -> None:
    table = TariffTable(lines=(line(),), remedies=(remedy(),))
    rate = table.import_rate("8703236110", Origin(**origin), day, Decimal(1000), None)
    assert (rate.kind, rate.remedy_rate) == ("mfn", Decimal(expected))


@pytest.mark.parametrize(
    ("general", "kind", "remedy_rate"), [("0.36", "mfn", "0.215"), ("0.365", "mfn", "0.215"), ("0.37", "general", "0")]
)
def test_without_proof_of_origin_the_higher_applies(general: str, kind: str, remedy_rate: str) -> None:
    """Tariff Law Art. 19: highest measure (21.5 %) and normal rate (15 %) together, or the general rate."""
    table = TariffTable(lines=(line(general={"ad_valorem": general}),), remedies=(remedy(),))
    rate = table.import_rate("8703236110", Origin(country="DE", proved=False), DAY, Decimal(1000), None)
    assert (rate.kind, rate.remedy_rate) == (kind, Decimal(remedy_rate))


def test_a_line_serves_its_longer_codes_and_its_own_time() -> None:
    table = TariffTable(
        lines=(
            line(hs_code="87032361", valid_to=date(2026, 6, 30)),
            line(hs_code="87032361", valid_from=date(2026, 7, 1)),
        )
    )
    assert table.line("8703236110", DAY).valid_to == date(2026, 6, 30)
    assert table.line("8703236110", date(2026, 7, 1)).valid_to is None
    with pytest.raises(RuleError, match="no line 8517130000"):
        table.line("8517130000", DAY)
    with pytest.raises(RuleError, match="2026-01-01 to 2026-06-30; 2026-07-01 or later"):
        table.line("8703236110", date(2025, 12, 31))


def test_tables_that_contradict_themselves_are_refused() -> None:
    with pytest.raises(ValidationError, match=r"names the agreement RCEP; known: none.*8703236110: the entries from"):
        TariffTable(lines=(line(agreements={"RCEP": {"ad_valorem": "0"}}), line()))


def test_the_shipped_tariff_taxes_wine() -> None:
    """14 %, 10 %, 13 % (lnmlw.com); under the agreement with Australia no duty."""
    table = tariff_table()
    wine = table.import_rate("2204210000", Origin(country="FR"), DAY, Decimal(100_000), None)
    assert (wine.rate.ad_valorem, wine.line.consumption.ad_valorem, wine.line.vat) == (
        Decimal("0.14"),
        Decimal("0.1"),
        Decimal("0.13"),
    )
    australian = Origin(country="AU", agreement="China-Australia")
    assert table.import_rate("2204210000", australian, DAY, Decimal(1), None).rate == TaxRate()


@pytest.mark.parametrize(
    ("declared", "inbound", "expected"),
    [
        (date(2026, 3, 2), None, date(2026, 3, 2)),
        (date(2026, 3, 2), date(2026, 3, 5), date(2026, 3, 5)),
        (date(2026, 3, 9), date(2026, 3, 5), date(2026, 3, 9)),
    ],
)
def test_the_day_of_the_duty_rate(declared: date, inbound: date | None, expected: date) -> None:
    """Tariff Law Art. 20: declared before arrival, the day the transport declares itself inbound."""
    assert duty_day(declared, inbound) == expected
