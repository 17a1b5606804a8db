"""A commission, its shipment and the way of the goods."""

from datetime import timedelta
from typing import Any

from tests.unit.content.content_house import House, RuledHouse

CUSTOMER = {"customer_name": "Donglan Pumps", "customer_email": "shipping@donglan.example"}


PARTY = {"name": "Donglan Pumps", "address": "88 Xinyuan Road", "contact": "Ms Shen"}


WORTH = {"quality": "new", "unit_price": "CNY 100.00", "value": "CNY 300.00"}
GOODS = [
    {"name": "Pumps", "pieces": 3, "weight_kg": 90, "volume_m3": 1, "packaging": "Cartons", **WORTH},
    {"name": "Parts", "pieces": 2, "weight_kg": 10, "volume_m3": 1, "packaging": "Cartons", **WORTH},
]


COMMISSION = CUSTOMER | {
    "commission_form": "email",
    "source_document": "order.eml",
    "shipper": PARTY,
    "consignee": PARTY,
    "notify_party": PARTY,
    "goods": GOODS,
    "origin": "CNSHA",
    "destination": "DEHAM",
    "transport_mode": "sea",
    "planned_ship_on": "2026-03-20",
    "freight_payment": "prepaid",
    "cargo_class": "general",
}


WEIGHED = {"pros": "Weekly", "cons": "One transfer"}
CRITERIA = {
    "cargo_nature": "Machinery",
    "time_need": "By the end of April",
    "no_budget_named": True,
    "market_rate": "CNY 1100.00",
}


SHIPMENT = COMMISSION | {"customer": "C-1", "direction": "export"}


CONSIGNMENT = {
    "shipper": "Donglan",
    "consignee": "Elbe",
    "goods": "Pumps",
    "pieces": 3,
    "weight_kg": 90,
    "origin": "CNSHA",
    "destination": "DEHAM",
}


PAPERS = [
    {"type": name, "file": f"{name}.pdf"}
    for name in (
        "consignment_note",
        "commercial_invoice",
        "packing_list",
        "contract",
        "declaration_form",
        "certificate_of_origin",
    )
]


def states(house: House, case_id: str) -> tuple[str, ...]:
    return house.states[case_id].snapshot.configuration


OPENING = CUSTOMER | {
    "direction": "export",
    "transport_mode": "sea",
    "cargo_class": "general",
    "consignment": CONSIGNMENT,
    "cut_off_at": "2026-03-12T09:30+08:00",
}


def documents() -> House:
    house = RuledHouse()
    house.open("DocumentPreparation", "DP", OPENING)
    return house


def made(house: House, **declared: Any) -> None:
    papers = {"declaration": CONSIGNMENT | declared, "transport_document": CONSIGNMENT, "bill_of_lading_no": "BL1"}
    house.do("DP", "zhou.jie", "making_transport_documents", "made", papers)


def differing(**declared: Any) -> House:
    """Papers of which the declaration says something else."""
    house = documents()
    house.do("DP", "zhou.jie", "collecting", "complete", {"documents": PAPERS})
    house.do("DP", "zhou.jie", "first_check", "agreed", {"goods_match": True})
    made(house, **declared)
    return house


def at_the_door() -> House:
    house = RuledHouse()
    opening = CUSTOMER | {"consignee": PARTY, "pieces": 5, "cod": True, "cod_amount": "CNY 100.00"}
    house.open("Delivery", "DL", opening)
    house.do("DL", "deng.hui", "arrival_check", "accepted", {"condition": "good", "pieces_received": 5})
    go_out(house)
    return house


def go_out(house: House) -> None:
    window = {
        "window_from_at": (house.now + timedelta(hours=1)).isoformat(),
        "window_to_at": (house.now + timedelta(hours=3)).isoformat(),
        "contact": "Ms Shen",
    }
    house.do("DL", "li.na", "appointing", "agreed", window)
    house.do("DL", "ma.chao", "assigning_vehicle", "assigned", {"vehicle": "V1", "driver": "Shi Lei"})
    house.do("DL", "huang.tao", "outbound_review", "approved")


def shipment(direction: str = "export") -> House:
    house = RuledHouse()
    house.open("FreightShipment", "S", SHIPMENT | {"direction": direction})
    return house


def planned(house: House) -> None:
    house.do("S.intake", "zhou.jie", "received", "recorded")
    house.do("S.intake", "zhou.jie", "checking", "complete")
    house.do("S.intake", "zhou.jie", "reviewing", "clean")
    option = {"mode": "sea", "carrier": "NSL", "route": "direct", "cost": "CNY 1000.00", "transit_days": 30, **WEIGHED}
    house.do("S.booking", "zhou.jie", "planning", "proposed", {"options": [option, option], **CRITERIA})
    house.do("S.booking", "zhou.jie", "choosing", "chosen", {"selected_option": 1, "reason": "Best"})
