"""Cases of the freight SOPs, played up to where other tests go on."""

from typing import Any

from tests.unit.content.exact_house import ExactHouse

CUT_OFF = "2026-03-12T09:00+08:00"

CUSTOMER = {"customer_name": "Blue Lake Trading", "customer_email": "ops@blue-lake.example"}
PARTY = {"name": "Blue Lake Trading", "address": "1 Lake Road, Ningbo", "contact": "Chen Yi"}
GOODS = [
    {
        "name": "Cotton shirts",
        "pieces": 100,
        "weight_kg": "850",
        "volume_m3": "6.5",
        "packaging": "cartons",
        "quality": "new",
        "unit_price": "CNY 80",
        "value": "CNY 8000",
    }
]
WEIGHED = {"pros": "Weekly", "cons": "One transfer"}
OPTIONS = [
    {"mode": "sea", "carrier": "COSCO", "route": "CNNGB-DEHAM", "cost": "CNY 9000", "transit_days": 32, **WEIGHED},
    {"mode": "sea", "carrier": "Evergreen", "route": "CNNGB-DEHAM", "cost": "CNY 9400", "transit_days": 29, **WEIGHED},
]
CRITERIA = {
    "cargo_nature": "General",
    "time_need": "By April",
    "customer_budget": "CNY 9500",
    "market_rate": "CNY 9200",
}
PAPER: dict[str, Any] = {
    "shipper": "Blue Lake Trading",
    "consignee": "Elbe Mode GmbH",
    "goods": "Cotton shirts",
    "pieces": 100,
    "weight_kg": "850",
    "origin": "CNNGB",
    "destination": "DEHAM",
}


# -- CommissionIntake --------------------------------------------------------------------------------------------------


# -- Booking -----------------------------------------------------------------------------------------------------------


def booking_proposed(house: ExactHouse) -> None:
    house.complete("zhou.jie", "planning", "proposed", options=OPTIONS, **CRITERIA)


# -- DocumentPreparation -----------------------------------------------------------------------------------------------


SEA_EXPORT = {"direction": "export", "transport_mode": "sea", "cargo_class": "general"}
DOCUMENTS = {**CUSTOMER, **SEA_EXPORT, "consignment": PAPER, "cut_off_at": CUT_OFF}


# -- Delivery ----------------------------------------------------------------------------------------------------------


def vehicle_assigned(house: ExactHouse) -> None:
    house.complete("deng.hui", "arrival_check", "accepted", condition="good", pieces_received=100)
    window = {"window_from_at": "2026-03-03T10:00+08:00", "window_to_at": "2026-03-03T12:00+08:00"}
    house.complete("li.na", "appointing", "agreed", address="5 Elbe Street", contact="Max", **window)
    house.complete("ma.chao", "assigning_vehicle", "assigned", vehicle="B-12345", driver="shi.lei")


def on_the_way(house: ExactHouse) -> None:
    vehicle_assigned(house)
    house.complete("huang.tao", "outbound_review", "approved")


def handing_over(house: ExactHouse) -> None:
    on_the_way(house)
    house.complete("shi.lei", "on_the_way", "arrived", departed_at="2026-03-02T09:00+08:00")


def refused(house: ExactHouse) -> None:
    handing_over(house)
    house.complete("shi.lei", "handing_over", "refused", refusal_reason="Wrong colour")


def nobody_there(house: ExactHouse) -> None:
    handing_over(house)
    house.complete("shi.lei", "handing_over", "nobody_there")
    house.complete("shi.lei", "second_delivery", "registered", registered_at="2026-03-02T09:00+08:00")


DELIVERY_DATA = {**CUSTOMER, "consignee": {**PARTY, "email": "door@elbe.example"}, "pieces": 100}
