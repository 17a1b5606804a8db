"""A declaration, its goods and its tax notice."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tests.unit.content.content_house import House, RuledHouse

CUSTOMER = {"customer_name": "Qiming", "customer_email": "logistics@qiming.example"}


ITEM = {"goods": "Valves", "hs_code": "8481202000", "value": "CNY 1000000.00", "duty_rate": "0.05", "vat_rate": "0.13"}


NUMBER = "223320261000067890"


def data(house: House) -> Mapping[str, Any]:
    return house.states["D"].snapshot.data


def declaration(now: datetime = datetime(2026, 3, 2, 1, 30, tzinfo=UTC), **data: Any) -> House:
    house = RuledHouse(now)
    house.open("CustomsDeclaration", "D", CUSTOMER | {"direction": "import", "arrived_on": "2026-03-02"} | data)
    return house


def submitted(house: House, item: Mapping[str, Any] = ITEM, number: str = NUMBER) -> None:
    house.do("D", "wang.fang", "classifying", "clear", {"items": [item]})
    enter(house)
    house.do("D", "liu.yang", "checking", "agreed", {"check_result": "Equal"})
    house.do("D", "wang.fang", "submitting", "submitted", {"declaration_no": number})


def enter(house: House, **changed: Any) -> None:
    blocks = {
        "transport_data": {"transport_name": "LA 8460", "voyage": "1", "port": "CNPVG", "packages": 1, "gross_kg": 1},
        "price_data": {"terms": "CIF", "total": "CNY 1000000.00"},
        "origin_data": {"origin_country": "DE", "trade_country": "DE"},
        "software_ref": "E1",
    }
    house.do("D", "wang.fang", "entering", "entered", blocks | changed)


def tax(declared_on: str = "2026-03-02", assessed: str = "CNY 186500.00", item: Mapping[str, Any] = ITEM) -> House:
    house = RuledHouse(datetime.fromisoformat(f"{declared_on}T02:00+00:00"))
    case = {"declaration_no": NUMBER, "declared_on": declared_on, "customs_value": "CNY 1000000.00", "items": [item]}
    house.open("TaxPayment", "T", CUSTOMER | case | {"assessed_tax": assessed})
    return house


NOTICE = {"notice_no": "N1", "noticed_on": "2026-03-02", "pay_method": "Bank transfer", "paid_by": "customer"}
