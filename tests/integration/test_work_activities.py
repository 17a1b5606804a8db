"""Automated work with the shipped rules: what each activity answers, and how it refuses. Numbers on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine
from temporalio.exceptions import ApplicationError

from activities.work import WorkActivities
from activities.work_rules import WorkRules, load_work_rules
from sop_engine.cases.contracts.effects import WorkInput, WorkResult
from sop_engine.cases.written.definition import SopDefinition
from sop_engine.cases.written.fields import read_fields
from sop_engine.cases.written.shape import split_states
from sop_engine.content.library import content_root, load_library
from sop_engine.records.engine import open_engine

pytest_plugins = ("tests.integration.databases",)

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def rules() -> WorkRules:
    return load_work_rules(content_root())


@pytest.fixture(scope="module")
def definitions() -> dict[str, SopDefinition]:
    return {name: sop.definition for name, sop in load_library().sops.items()}


@pytest.fixture
def work(rules: WorkRules) -> WorkActivities:
    return WorkActivities(open_engine("sqlite://"), rules)


def given(key: str = "k", at: datetime = AT, **values: Any) -> WorkInput:
    return WorkInput(key=key, case_id="SHP-1", sop="Test", values=values, at=at)


def yuan(amount: str) -> dict[str, Any]:
    return {"amount": Decimal(amount), "currency": "CNY"}


def wine(**changed: Any) -> dict[str, Any]:
    rates = {"duty_rate": Decimal("0.14"), "consumption_rate": Decimal("0.10"), "vat_rate": Decimal("0.13")}
    return {"goods": "Wine", "hs_code": "2204210000", "value": yuan("100000"), **rates, **changed}


PAPER = {"shipper": "A", "consignee": "B", "goods": "Lamps", "pieces": 10, "weight_kg": Decimal("100.5")}

ANSWERED: dict[str, dict[str, Any]] = {
    "document_checklist": {
        "direction": "export",
        "transport_mode": "sea",
        "cargo_class": "dangerous",
        "destination": "USLAX",
    },
    "import_taxes": {"customs_value": yuan("100000"), "items": [wine()], "declared_on": None},
    "late_payment_surcharge": {"unpaid": yuan("230000"), "due_on": date(2026, 3, 2), "paid_on": date(2026, 3, 12)},
    "cargo_acceptance": {"goods": [{"name": "象牙筷"}], "cargo_class": "general", "licensed": None},
    "compare_documents": {
        "consignment": PAPER,
        "declaration": {**PAPER, "weight_kg": Decimal(101)},
        "transport_document": {**PAPER, "pieces": 9},
    },
}


def test_every_result_fits_the_fields_that_procedures_store_it_in(
    work: WorkActivities, definitions: dict[str, SopDefinition]
) -> None:
    stored = []
    for definition in definitions.values():
        _, shapes, _ = split_states(definition.states)
        for spec in [shape.work for shape in shapes.values() if shape.work and shape.work.activity in ANSWERED]:
            values = ANSWERED[spec.activity]
            assert set(spec.with_) <= set(values)
            sent = WorkInput.model_validate_json(given(**values).model_dump_json())
            answer = WorkResult.model_validate_json(getattr(work, spec.activity)(sent).model_dump_json()).values
            kept, faults = read_fields(definition.data, {field: answer[key] for field, key in spec.store.items()})
            assert faults == []
            assert None not in kept.values()
            stored.append(spec.activity)
    assert sorted(set(stored)) == sorted(ANSWERED)


def test_taxes_and_the_law_they_come_from(work: WorkActivities) -> None:
    answer = work.import_taxes(given(**ANSWERED["import_taxes"])).values
    assert (answer["total"], answer["duty"]) == (yuan("43133.34"), yuan("14000.00"))
    assert "VAT Law" in answer["basis"]
    earlier = work.import_taxes(given(**{**ANSWERED["import_taxes"], "declared_on": date(2025, 12, 31)})).values
    assert "VAT Regulations" in earlier["basis"]


def test_the_day_of_the_work_is_the_day_in_china(work: WorkActivities) -> None:
    last_evening = datetime(2025, 12, 31, 16, 0, tzinfo=UTC)
    assert "VAT Law" in work.import_taxes(given(at=last_evening, **ANSWERED["import_taxes"])).values["basis"]


def test_a_surcharge(work: WorkActivities) -> None:
    one = work.late_payment_surcharge(given(**ANSWERED["late_payment_surcharge"]))
    assert (one.values["surcharge"], one.values["days"]) == (yuan("1150.00"), 10)
    assert "Tariff Law Arts. 43, 50" in one.values["basis"]
    apart: dict[str, Any] = {**ANSWERED["late_payment_surcharge"], "unpaid": [yuan("229000"), yuan("1000")]}
    assert work.late_payment_surcharge(given(**apart)).values["surcharge"] == yuan("1145.00")


def test_papers_of_the_shipped_table(work: WorkActivities) -> None:
    listed = work.document_checklist(given(**ANSWERED["document_checklist"])).values["required_documents"]
    needed = [document["type"] for document in listed if document["needed"]]
    assert {"commercial_invoice", "packing_list", "contract", "safety_data_sheet"} <= set(needed)
    assert needed[-1] == "importer_security_filing"
    domestic: dict[str, Any] = {
        "direction": "domestic",
        "transport_mode": "road",
        "cargo_class": "general",
        "destination": None,
    }
    assert work.document_checklist(given(**domestic)).values["required_documents"] == [
        {"type": "consignment_note", "needed": True, "source": "customer"}
    ]


def test_the_shipped_list_refuses_ivory(work: WorkActivities) -> None:
    answer = work.cargo_acceptance(given(**ANSWERED["cargo_acceptance"])).values
    assert answer["acceptable"] is False
    assert "象牙筷" in answer["reason"]


def test_differences_as_text(work: WorkActivities) -> None:
    assert work.compare_documents(given(**ANSWERED["compare_documents"])).values["differences"] == [
        {"field": "pieces", "consignment": "10", "declaration": "10", "transport_document": "9"},
        {"field": "weight_kg", "consignment": "100.5", "declaration": "101", "transport_document": "100.5"},
    ]


@pytest.mark.parametrize(
    ("activity", "values", "named"),
    [
        ("document_checklist", {"direction": "north"}, ["direction:", "transport_mode:", "cargo_class:"]),
        (
            "import_taxes",
            {"customs_value": yuan("1"), "items": [wine(duty_rate=None), wine(value={"amount": 1, "currency": "USD"})]},
            ["items.0.duty_rate:", "items.1.value:", "customs rate"],
        ),
        ("import_taxes", {"customs_value": yuan("100000"), "items": [wine(vat_rate=Decimal(13))]}, ["0.13 for 13 %"]),
        (
            "import_taxes",
            {**ANSWERED["import_taxes"], "declared_on": date(2019, 3, 31)},
            ["2019-04-01 to 2024-11-30", "2026-01-01 or later"],
        ),
        ("late_payment_surcharge", {"unpaid": None, "due_on": None, "paid_on": None}, ["unpaid", "due_on", "paid_on"]),
        ("cargo_acceptance", {"goods": [], "cargo_class": None}, ["goods:", "cargo_class:"]),
        ("compare_documents", {"consignment": PAPER}, ["declaration:", "transport_document:"]),
        ("cargo_acceptance", {**ANSWERED["cargo_acceptance"], "licenced": True}, ["licenced:"]),
        ("next_number", {"register": "invoices"}, ["register:", "invoice"]),
    ],
)
def test_unusable_input_fails_for_good_and_names_every_fault(
    work: WorkActivities, activity: str, values: dict[str, Any], named: list[str]
) -> None:
    with pytest.raises(ApplicationError) as caught:
        getattr(work, activity)(given(**values))
    assert caught.value.type == "WorkInput"
    assert caught.value.non_retryable
    for name in named:
        assert name in caught.value.message


# -- numbers -----------------------------------------------------------------------------------------------------------


def number(work: WorkActivities, key: str, at: datetime = AT) -> str:
    return str(work.next_number(given(key, at, register="invoice")).values["number"])


def test_numbers_have_no_gaps_and_start_again_each_year(engine: Engine, rules: WorkRules) -> None:
    work = WorkActivities(engine, rules)
    assert [number(work, key) for key in "abc"] == ["INV-2026-000001", "INV-2026-000002", "INV-2026-000003"]
    new_year_in_china = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)
    assert number(work, "d", new_year_in_china) == "INV-2027-000001"
    assert number(work, "e") == "INV-2026-000004"


def test_the_same_work_gets_the_same_number(engine: Engine, rules: WorkRules) -> None:
    work = WorkActivities(engine, rules)
    assert number(work, "a") == number(work, "a", datetime(2027, 5, 1, tzinfo=UTC))
    assert number(work, "b") == "INV-2026-000002"


def test_those_who_ask_at_once_get_different_numbers_and_repeats_the_same(engine: Engine, rules: WorkRules) -> None:
    work = WorkActivities(engine, rules)
    keys = [f"k{index % 10}" for index in range(30)]
    with ThreadPoolExecutor(6) as pool:
        numbers = dict.fromkeys(zip(keys, pool.map(lambda key: number(work, key), keys), strict=True))
    assert sorted(given_number for _, given_number in numbers) == [f"INV-2026-{serial:06}" for serial in range(1, 11)]
