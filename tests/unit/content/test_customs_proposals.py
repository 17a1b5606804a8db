"""An import is proposed its values and rates between classification and entry, and is taxed by what was declared."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from sqlalchemy import create_engine
from temporalio.exceptions import ApplicationError

from activities.work import WorkActivities
from activities.work_rules import load_work_rules
from sop_engine.basis.faults import InvalidInput
from sop_engine.cases.contracts.commands import Command, RunWork
from sop_engine.cases.contracts.effects import WorkInput
from sop_engine.cases.told.messages import CommandFailed
from sop_engine.content.library import content_root
from sop_engine.freight.monthly_rates import MonthlyRates
from tests.unit.content.content_house import House, RuledHouse, shipped
from tests.unit.content.customs_samples import CUSTOMER, NUMBER, enter

RATES = MonthlyRates.model_validate({"citation": "Customs rates", "months": {"2026-03": {"USD": 7, "EUR": 8}}})
WINE = {"goods": "Wine", "hs_code": "2204210000", "origin_country": "FR", "price": "EUR 10000"}
PHONES = {"goods": "Telephones", "hs_code": "8517130000", "origin_country": "JP", "price": "USD 10000"}
VALVES = {"goods": "Valves", "hs_code": "8481202000", "origin_country": "DE", "price": "EUR 1000"}
BY_HAND = {"duty_rate": "0.05", "vat_rate": "0.13"}
CIF = {"terms": "CIF", "total": "EUR 10000"}


@cache
def tabled() -> WorkActivities:
    rules = replace(load_work_rules(content_root()), exchange_rates=RATES.dated)
    return WorkActivities(create_engine("sqlite://"), rules)


class TabledHouse(RuledHouse):
    """A firm that has entered the customs rates of March 2026."""

    def _work(self, case_id: str, command: RunWork) -> Mapping[str, Any]:
        if command.activity != "propose_import":
            return super()._work(case_id, command)
        given = WorkInput(key="k", case_id=case_id, sop="CustomsDeclaration", values=command.values, at=self.now)
        return tabled().propose_import(given).values

    def _carry_out(self, case_id: str, command: Command) -> None:
        try:
            super()._carry_out(case_id, command)
        except ApplicationError as error:
            assert isinstance(command, RunWork)
            self._hear(case_id, CommandFailed(command, str(error)))


def classified(*items: dict[str, Any], house: House | None = None, **more: Any) -> House:
    house = house or TabledHouse()
    house.open("CustomsDeclaration", "D", {**CUSTOMER, "direction": "import", "arrived_on": "2026-03-02"})
    house.do("D", "wang.fang", "classifying", "clear", {"items": list(items), **more})
    return house


def data(house: House) -> Mapping[str, Any]:
    return house.states["D"].snapshot.data


def open_task(house: House) -> str:
    (task,) = house.states["D"].open_tasks()
    return task.state


def submitted(house: House) -> None:
    house.do("D", "liu.yang", "checking", "agreed", {"check_result": "Equal"})
    house.do("D", "wang.fang", "submitting", "submitted", {"declaration_no": NUMBER})


def test_values_and_rates_go_from_the_invoice_to_the_tax_without_being_typed_again() -> None:
    """Wine EUR 10 000 × 8 = 80 000: duty 14 % = 11 200; consumption tax 91 200 ÷ 0.9 × 10 % = 10 133.33; VAT 13 % of
    101 333.33 = 13 173.33. Telephones USD 10 000 × 7 = 70 000: no duty, VAT 9 100."""
    house = classified(WINE, PHONES, price_data={"terms": "CIF", "total": "EUR 18750"})
    enter(house, price_data={"terms": "CIF", "total": "EUR 18750"})
    submitted(house)
    house.signal("D", "customs.accepted", {"declared_on": "2026-03-02"})
    house.signal("D", "customs.released")
    result = house.states["D"].snapshot.result
    assert (result["customs_value"]["amount"], data(house)["gaps"]) == (Decimal(150_000), None)
    case = {name: result[name] for name in ("declaration_no", "declared_on", "customs_value", "items")}
    house.open("TaxPayment", "T", CUSTOMER | case)
    taxes = house.states["T"].snapshot.data
    assert [taxes[kind]["amount"] for kind in ("duty", "consumption_tax", "vat", "total")] == [
        Decimal("11200.00"),
        Decimal("10133.33"),
        Decimal("22273.33"),
        Decimal("43606.66"),
    ]


def test_a_value_is_corrected_with_a_reason() -> None:
    house = classified(WINE, price_data=CIF)
    corrected = [{**data(house)["items"][0], "value": "CNY 85000"}]
    with pytest.raises(InvalidInput, match="The values are those worked out"):
        enter(house, items=corrected, price_data=CIF)
    blocks = {
        "items": corrected,
        "transport_data": {"transport_name": "LA", "voyage": "1", "port": "CNPVG", "packages": 1, "gross_kg": 1},
        "price_data": CIF,
        "origin_data": {"origin_country": "FR", "trade_country": "FR"},
        "software_ref": "E1",
    }
    house.do("D", "wang.fang", "entering", "entered", blocks, reason="The royalty is in the licence contract")
    assert data(house)["customs_value"]["amount"] == 85_000


def test_a_rate_is_changed_without_one() -> None:
    house = classified(WINE, price_data=CIF)
    enter(house, items=[{**data(house)["items"][0], "duty_rate": "0.2"}], price_data=CIF)
    assert open_task(house) == "checking"
    assert (data(house)["items"][0]["duty_rate"], data(house)["proposed"][0]["duty_rate"]) == (
        Decimal("0.2"),
        Decimal("0.14"),
    )


def test_what_the_tables_lack_is_entered_by_hand_as_ever() -> None:
    house = classified(VALVES, house=RuledHouse(), price_data={**CIF, "total": "EUR 1000"})
    assert data(house)["gaps"].splitlines() == [
        "Customs value: currency: no rate for EUR (allowed: CNY).",
        "Valves (8481202000), rates: hs_code: the tariff on file has no line 8481202000 "
        "(allowed: enter it in the tariff table).",
    ]
    with pytest.raises(InvalidInput, match="An import has its rates and its value in CNY"):
        enter(house)
    enter(house, items=[{**VALVES, **BY_HAND, "value": "CNY 8000"}])
    submitted(house)
    assert open_task(house) == "awaiting_receipt"


def test_a_price_that_no_currency_knows_is_refused_where_it_is_written() -> None:
    with pytest.raises(InvalidInput, match=r"items\.0\.price: EUR has 2 decimal places, not 10\.001"):
        classified({**WINE, "price": "EUR 10.001"}, price_data=CIF)


def test_a_price_entered_later_is_worked_out_on_demand() -> None:
    house = classified(WINE)
    assert data(house)["items"][0]["value"] is None
    again = {"items": data(house)["items"], "price_data": {"terms": "FOB", "total": "EUR 10000", "freight": "USD 1000"}}
    house.do("D", "wang.fang", "entering", "work_out", again)
    # 80 000 + 7 000 = 87 000, insurance assumed at 0.3 % = 261.
    assert data(house)["items"][0]["value"]["amount"] == Decimal("87261.00")
    assert open_task(house) == "entering"


def test_a_corrected_price_is_worked_out_again_before_it_is_checked() -> None:
    house = classified(WINE, price_data=CIF)
    enter(house, price_data=CIF)
    submitted(house)
    house.signal("D", "customs.returned", {"problem": "Wrong price"})
    cheaper = [{**data(house)["items"][0], "price": "EUR 9000"}]
    house.do(
        "D", "wang.fang", "correcting", "work_out", {"cause": "Typing", "action": "Price changed", "items": cheaper}
    )
    assert data(house)["items"][0]["value"]["amount"] == 72_000
    enter(house, price_data={**CIF, "total": "EUR 9000"})
    assert open_task(house) == "checking"


def test_a_declaration_has_the_rates_of_its_day_or_a_reason() -> None:
    """The rates hold through March and none of April are on file: what was worked out is taken back."""
    house = classified(WINE, house=TabledHouse(datetime(2026, 3, 30, 2, tzinfo=UTC)), price_data=CIF)
    enter(house, price_data=CIF)
    house.do("D", "liu.yang", "checking", "agreed", {"check_result": "Equal"})
    assert data(house)["rates_hold_to"] == date(2026, 3, 31)
    house.pass_time(timedelta(days=2))
    with pytest.raises(InvalidInput, match="those of the day of the declaration"):
        house.do("D", "wang.fang", "submitting", "submitted", {"declaration_no": NUMBER})
    house.do("D", "wang.fang", "submitting", "work_out")
    assert data(house)["items"][0]["value"] is None
    assert data(house)["gaps"].startswith("Customs value: rate of EUR: no rule for 2026-04-01")


def test_an_export_is_declared_at_its_value_and_nothing_is_proposed() -> None:
    house = TabledHouse()
    house.open("CustomsDeclaration", "D", {**CUSTOMER, "direction": "export"})
    with pytest.raises(InvalidInput, match="Every item of an export has its value"):
        house.do("D", "wang.fang", "classifying", "clear", {"items": [WINE]})
    house.do("D", "wang.fang", "classifying", "clear", {"items": [{**WINE, "value": "EUR 10000"}]})
    assert (open_task(house), data(house)["proposed"]) == ("entering", [])
    with pytest.raises(InvalidInput, match="Every item has its value"):
        enter(house, items=[WINE])


def test_every_procedure_knows_the_same_items() -> None:
    """They travel from the declaration to the file and to the tax, and back to a second declaration."""
    known = {
        sop: set(shipped().sops[sop].definition.data["items"].fields or ())
        for sop in ("CustomsDeclaration", "FreightShipment", "TaxPayment")
    }
    assert known["CustomsDeclaration"] == known["FreightShipment"] == known["TaxPayment"]
