"""Papers a shipment needs, cargo that is refused, papers that disagree: by small tables of their own."""

from datetime import date
from decimal import Decimal

import pytest

from sop_engine.freight.cargo_acceptance import Acceptance, CargoRules, OfferedCargo, OfferedGoods, cargo_acceptance
from sop_engine.freight.document_checklist import (
    DocumentTable,
    RequiredDocument,
    ShipmentKind,
    TransportMode,
    document_checklist,
)
from sop_engine.freight.document_comparison import Difference, ShippingPapers, compare_documents

TABLE = DocumentTable.model_validate(
    [
        {"document": "invoice", "source": "customer"},
        {"document": "origin", "source": "authority", "when": {"destination": ["EG", "USLAX"]}},
        {"document": "origin", "source": "authority", "needed": False},
        {"document": "filing", "source": "us", "when": {"direction": ["export"], "transport_mode": ["sea", "rail"]}},
    ]
)


@pytest.mark.parametrize(
    ("mode", "destination", "expected"),
    [
        ("sea", "EGALY", [("invoice", True), ("origin", True), ("filing", True)]),
        ("air", "USLAX", [("invoice", True), ("origin", True)]),
        ("rail", "USNYC", [("invoice", True), ("origin", False), ("filing", True)]),
        ("air", None, [("invoice", True), ("origin", False)]),
    ],
)
def test_the_first_rule_that_holds_speaks(
    mode: TransportMode, destination: str | None, expected: list[tuple[str, bool]]
) -> None:
    shipment = ShipmentKind(direction="export", transport_mode=mode, cargo_class="general", destination=destination)
    assert [(each.type, each.needed) for each in document_checklist(shipment, TABLE)] == expected


def test_every_condition_of_a_rule_must_hold() -> None:
    shipment = ShipmentKind(direction="import", transport_mode="sea", cargo_class="general")
    assert RequiredDocument("filing", True, "us") not in document_checklist(shipment, TABLE)


RULES = CargoRules.model_validate(
    {
        "licence_needed": ["dangerous"],
        "prohibited": [
            {
                "en": "Ivory",
                "zh": "象牙",
                "valid_from": date(2017, 12, 31),
                "authority": "Forestry",
                "citation": "Notice 103",
                "words": ["ivory", "tusk", "象牙"],
            }
        ],
    }
)
TODAY = date(2026, 3, 2)


def accept(*names: str, cargo_class: str = "general", licensed: bool | None = None, day: date = TODAY) -> Acceptance:
    goods = [{"name": name} for name in names]
    cargo = OfferedCargo.model_validate({"goods": goods, "cargo_class": cargo_class, "licensed": licensed})
    return cargo_acceptance(cargo, RULES, day)


def test_ordinary_cargo_is_acceptable() -> None:
    assert accept("LED lamps", "Privory brand paper").acceptable


@pytest.mark.parametrize("name", ["Carved IVORY figures", "Tusks", "仿古象牙筷子", "ｉｖｏｒｙ"])
def test_prohibited_goods_are_found_by_name(name: str) -> None:
    assert accept("Lamps", name) == Acceptance(False, f"{name}: Ivory 象牙, Notice 103")


def test_goods_are_not_prohibited_before_the_rule_begins() -> None:
    assert accept("Ivory", day=date(2017, 12, 30)).acceptable


@pytest.mark.parametrize(("licensed", "acceptable"), [(True, True), (False, False), (None, False)])
def test_dangerous_cargo_needs_the_licence(licensed: bool | None, acceptable: bool) -> None:
    assert accept("Paint", cargo_class="dangerous", licensed=licensed).acceptable is acceptable


def test_the_reason_names_every_objection() -> None:
    answer = accept("Ivory", "Tusks", cargo_class="dangerous")
    assert answer.reason.count("Notice 103") == 2
    assert "licence" in answer.reason


def test_a_licence_does_not_help_prohibited_goods() -> None:
    cargo = OfferedCargo(goods=(OfferedGoods(name="ivory"),), cargo_class="dangerous", licensed=True)
    assert not cargo_acceptance(cargo, RULES, TODAY).acceptable


def test_papers_that_say_the_same_have_no_differences() -> None:
    papers = ShippingPapers(
        consignment={
            "shipper": "Harbour Bridge Ltd",
            "goods": "灯具（LED）",
            "pieces": 10,
            "weight_kg": Decimal("100.50"),
        },
        declaration={
            "shipper": "HARBOUR  BRIDGE LTD ",
            "goods": "灯具(LED)",
            "pieces": 10,
            "weight_kg": Decimal("100.5"),
        },
        transport_document={
            "shipper": "Harbour Bridge Ltd",
            "goods": "灯具（LED）",
            "pieces": Decimal(10),
            "weight_kg": Decimal("100.500"),
            "vessel": "EVER GOOD",
        },
    )
    assert compare_documents(papers) == ()


def test_each_difference_shows_what_every_paper_says() -> None:
    papers = ShippingPapers(
        consignment={"shipper": "A", "pieces": 10, "weight_kg": Decimal("100.50"), "remarks": None},
        declaration={"shipper": "A", "pieces": 11, "weight_kg": Decimal("100.5"), "remarks": " "},
        transport_document={"shipper": "A", "pieces": 10, "weight_kg": None},
    )
    assert compare_documents(papers) == (
        Difference("pieces", "10", "11", "10"),
        Difference("weight_kg", "100.50", "100.5", None),
    )
