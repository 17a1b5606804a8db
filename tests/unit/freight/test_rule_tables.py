"""The shipped tables agree with one another; and what holds for any consignment, by random ones."""

from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sop_engine.content.library import content_root
from sop_engine.content.rules import load_rules
from sop_engine.freight.charges.free_time import free_time_bill
from sop_engine.freight.customs.taxes import TaxedConsignment, import_taxes
from sop_engine.freight.document_checklist import DocumentTable
from sop_engine.freight.legal_clocks import LegalClocks
from sop_engine.freight.money import Money
from sop_engine.freight.rules import Rule, rule_on
from tests.unit.freight.freight_data import (
    charge_rules,
    customs_rules,
    free_time_tariffs,
    freight_tariffs,
    liability_limits,
    places,
    tariff_table,
    weight_rules,
)

DAY = date(2026, 3, 2)


def test_every_tariff_is_of_a_known_charge() -> None:
    for tariff in freight_tariffs().root:
        assert charge_rules().codes.find(tariff.charge).code == tariff.charge


def test_every_table_names_known_countries_and_places() -> None:
    rules = content_root() / "rules"
    filings = load_rules(rules / "legal_clocks" / "filings.yaml", LegalClocks)
    documents = load_rules(rules / "documents.yaml", DocumentTable)
    areas = {
        *(area for tariff in freight_tariffs().root for area in (tariff.origin, tariff.destination)),
        *(tariff.place for tariff in free_time_tariffs().root),
        *(area for rule in weight_rules().root for area in rule.lane.split("-")),
        *(area for clock in filings.root for area in clock.when.get("destination", ())),
        *(area for needed in documents.root for area in needed.when.destination),
    } - {""}
    assert {"CN", "US", "DE", "EG"} <= areas
    assert [fault for area in sorted(areas) if (fault := places().area_fault(area, "table"))] == []


def test_every_regime_that_bars_a_suit_has_a_limit_or_leaves_it_to_the_contract() -> None:
    claims = load_rules(content_root() / "rules" / "legal_clocks" / "claims.yaml", LegalClocks)
    regimes = {regime for clock in claims.root if clock.id == "suit" for regime in clock.when["regime"]}
    limited = {limit.regime for limit in liability_limits().root}
    assert regimes - limited == {"china_domestic"}


def test_every_rule_says_who_and_where() -> None:
    law = customs_rules()
    tables: tuple[tuple[Rule, ...], ...] = (
        law.import_taxes,
        law.late_payment,
        law.late_declaration,
        law.customs_value,
        law.export_duty,
        law.demand_deposit,
        law.volumes,
        charge_rules().vat,
        weight_rules().root,
        freight_tariffs().root,
        free_time_tariffs().root,
        liability_limits().root,
        tariff_table().lines,
        tariff_table().agreements,
    )
    for rule in (rule for table in tables for rule in table):
        assert rule.authority.strip()
        assert rule.citation.strip()
        assert str(rule.valid_from) in rule.source


FEN = st.decimals(min_value=0, max_value=10**7, places=2)
RATES = st.decimals(min_value=0, max_value=Decimal("0.9"), places=4)
LINES = st.fixed_dictionaries(
    {
        "value": FEN,
        "duty_rate": RATES,
        "duty_per_unit": RATES,
        "quantity": st.integers(0, 10**4),
        "remedy_rate": RATES,
        "consumption_rate": st.decimals(min_value=0, max_value=Decimal("0.5"), places=2),
        "consumption_per_unit": RATES,
        "vat_rate": st.sampled_from(["0", "0.09", "0.13"]),
    }
)


@settings(max_examples=80)
@given(st.lists(LINES, min_size=1, max_size=6))
def test_taxes_of_the_lines_add_up_and_no_tax_is_negative(lines: list[dict[str, Any]]) -> None:
    items = [
        {**line, "goods": "G", "hs_code": "1", "value": {"amount": line["value"], "currency": "CNY"}} for line in lines
    ]
    whole = {"amount": sum(line["value"] for line in lines), "currency": "CNY"}
    consignment = TaxedConsignment.model_validate({"customs_value": whole, "items": items})
    taxes = import_taxes(consignment, rule_on(customs_rules().import_taxes, DAY))
    for tax in ("duty", "trade_remedy", "consumption_tax", "vat"):
        amounts = [getattr(line, tax).amount for line in taxes.lines]
        assert sum(amounts) == getattr(taxes, tax).amount
        assert min(amounts) >= 0
        assert tax == "trade_remedy" or not 0 < getattr(taxes, tax).amount <= 50
    assert taxes.total == taxes.duty + taxes.trade_remedy + taxes.consumption_tax + taxes.vat


@settings(max_examples=60)
@given(st.integers(0, 400), st.sampled_from(["20GP", "40GP", "20OT", "40HC", "40RF"]))
def test_a_longer_stay_never_costs_less_and_its_lines_add_up(days: int, equipment: str) -> None:
    tariff = free_time_tariffs().find("EXAMPLE", "CN", "import", "DMD", equipment, DAY)

    def billed(count: int) -> Money:
        bill = free_time_bill(tariff, equipment, DAY, date.fromordinal(DAY.toordinal() + count))
        charged = max(count + 1 - tariff.free_days, 0)
        assert sum(line.days for line in bill.lines) == charged
        assert sum((line.amount.amount for line in bill.lines), Decimal()) == bill.total.amount
        return bill.total

    assert billed(days + 1).amount >= billed(days).amount
