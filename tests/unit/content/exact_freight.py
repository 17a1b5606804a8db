"""The SOPs of the freight chain: when each of their promises sounds if nobody moves.

The cases open on Monday 2 March 2026 at 09:00; office day 08:30-17:00 = 8.5 h; no holiday is near.
"""

from typing import Any

from tests.unit.content.exact_house import NEVER, ExactHouse, Scenario, nothing
from tests.unit.content.exact_spans import FOUR_WORKING_HOURS, ONE_HOUR, ONE_WORKING_DAY, OPENED, TWO_HOURS

CUT_OFF = "2026-03-12T09:00+08:00"

CUSTOMER = {"customer_name": "Blue Lake Trading", "customer_email": "ops@blue-lake.example"}
PARTY = {"name": "Blue Lake Trading", "address": "1 Lake Road, Ningbo", "contact": "Chen Yi"}
GOODS = [{"name": "Cotton shirts", "pieces": 100, "weight_kg": "850", "volume_m3": "6.5", "packaging": "cartons"}]
OPTIONS = [
    {"mode": "sea", "carrier": "COSCO", "route": "CNNGB-DEHAM", "cost": "CNY 9000", "transit_days": 32},
    {"mode": "sea", "carrier": "Evergreen", "route": "CNNGB-DEHAM", "cost": "CNY 9400", "transit_days": 29},
]
PAPER: dict[str, Any] = {
    "shipper": "Blue Lake Trading",
    "consignee": "Elbe Mode GmbH",
    "goods": "Cotton shirts",
    "pieces": 100,
    "weight_kg": "850",
    "origin": "CNNGB",
    "destination": "DEHAM",
}
INVOICE_PAPER = {"type": "commercial_invoice", "no": "CI-1", "valid_to": "2026-03-20"}


# 240 hours until the cut-off on Thursday 12 March, 09:00: 50 % = 5 days, 80 % = 8 days.
BEFORE_CUT_OFF = {
    "halfway": "2026-03-07 09:00",
    "at_risk": "2026-03-10 09:00",
    "last_day": "2026-03-11 09:00",
    "breached": "2026-03-12 09:00",
}


# -- CommissionIntake --------------------------------------------------------------------------------------------------


def commission_recorded(house: ExactHouse) -> None:
    house.complete("zhou.jie", "received", "recorded", commission_form="email", source_document="order.pdf")


def something_missing(house: ExactHouse) -> None:
    commission_recorded(house)
    house.complete("zhou.jie", "checking", "missing")


def customer_asked(house: ExactHouse) -> None:
    something_missing(house)
    house.complete("zhou.jie", "asking", "asked", question="Which consignee?")


INTAKE = (
    Scenario(
        "nobody checks the commission",
        "CommissionIntake",
        OPENED,
        commission_recorded,
        "2026-03-12 09:00",
        CUSTOMER,
        {"checking": ONE_WORKING_DAY},
    ),
    Scenario(
        "nobody reviews",
        "CommissionIntake",
        OPENED,
        nothing,
        "2026-03-12 09:00",
        CUSTOMER,
        {"review": TWO_HOURS},
    ),
    Scenario(
        "nobody asks the customer",
        "CommissionIntake",
        OPENED,
        something_missing,
        "2026-03-12 09:00",
        CUSTOMER,
        {"asking": ONE_HOUR},
    ),
    Scenario(
        "the customer does not answer",
        "CommissionIntake",
        OPENED,
        customer_asked,
        "2026-03-12 09:00",
        CUSTOMER,
        # 3 working days: until Thursday 17:00. Budget 8 + 3 x 8.5 = 33.5 h; 80 % = 26.8 h = 25 + 1.8 h on Thursday.
        # Then the supervisor decides, so that the clock ends there.
        {
            "clarifying": {
                "at_risk": "2026-03-05 10:18",
                "breached": "2026-03-05 17:00",
                "department_manager": NEVER,
                "general_manager": NEVER,
            }
        },
        {
            "after.clarifying.remind_after": ("2026-03-02 13:00",),  # 4 working hours
            "after.clarifying.remind_again_after": ("2026-03-03 17:00",),  # 1 working day
        },
    ),
)


# -- Booking -----------------------------------------------------------------------------------------------------------


def booking_proposed(house: ExactHouse) -> None:
    house.complete("zhou.jie", "planning", "proposed", options=OPTIONS)


def booking_planned(house: ExactHouse) -> None:
    booking_proposed(house)
    house.complete("zhou.jie", "choosing", "chosen", selected_option=1, reason="cheapest")


def booking_requested(house: ExactHouse) -> None:
    booking_planned(house)
    house.complete("zhou.jie", "requesting", "requested", supplier="COSCO", supplier_email="desk@cosco.example")


BOOKING = (
    Scenario(
        "nobody chooses a plan",
        "Booking",
        OPENED,
        booking_proposed,
        "2026-03-12 09:00",
        CUSTOMER,
        {"choosing": ONE_WORKING_DAY},
    ),
    Scenario(
        "nobody plans",
        "Booking",
        OPENED,
        nothing,
        "2026-03-12 09:00",
        CUSTOMER,
        {"planning": FOUR_WORKING_HOURS},
    ),
    Scenario(
        "nobody decides on the credit",
        "Booking",
        OPENED,
        booking_planned,
        "2026-03-12 09:00",
        {**CUSTOMER, "customer_name": "Slow Payers"},
        # At the close of Monday the general manager takes it over, and has four working hours too.
        {"approving_credit": FOUR_WORKING_HOURS},
    ),
    Scenario(
        "the carrier does not answer",
        "Booking",
        OPENED,
        booking_requested,
        "2026-03-12 09:00",
        {**CUSTOMER, "goods": GOODS},
        {"awaiting_confirmation": ONE_WORKING_DAY},
        {"after.awaiting_confirmation.chase_after": ("2026-03-02 13:00",)},  # 4 working hours
    ),
)


# -- DocumentPreparation -----------------------------------------------------------------------------------------------


def papers_checked(house: ExactHouse) -> None:
    house.complete("zhou.jie", "collecting", "complete", documents=[INVOICE_PAPER])


def documents_made(house: ExactHouse) -> None:
    papers_checked(house)
    house.complete("zhou.jie", "first_check", "agreed", goods_match=True)
    papers = {"declaration": PAPER, "transport_document": PAPER, "bill_of_lading_no": "COSU6123456789"}
    house.complete("zhou.jie", "making_transport_documents", "made", **papers)


SEA_EXPORT = {"direction": "export", "transport_mode": "sea", "cargo_class": "general"}
DOCUMENTS = {**CUSTOMER, **SEA_EXPORT, "consignment": PAPER, "cut_off_at": CUT_OFF}

PREPARATION = (
    Scenario(
        "nobody checks the papers",
        "DocumentPreparation",
        OPENED,
        papers_checked,
        "2026-03-12 09:00",
        DOCUMENTS,
        {"first_check": ONE_WORKING_DAY},
    ),
    Scenario(
        "the customer sends no papers",
        "DocumentPreparation",
        OPENED,
        nothing,
        "2026-03-25 09:00",
        DOCUMENTS,
        {"collection_time": BEFORE_CUT_OFF},
    ),
    Scenario(
        "the customer of an import sends no papers",
        "DocumentPreparation",
        OPENED,
        nothing,
        "2026-03-25 09:00",
        {**DOCUMENTS, "direction": "import", "cut_off_at": None},
        # Monday is not counted: 8 h of it and two days of 8.5 h are 25 h; 80 % = 20 h, 150 % = 37.5 h, 200 % = 50 h.
        {
            "collection_without_cut_off": {
                "at_risk": "2026-03-04 12:00",
                "breached": "2026-03-04 17:00",
                "department_manager": "2026-03-06 12:30",
                "general_manager": "2026-03-09 16:30",
            }
        },
    ),
    Scenario(
        "a paper runs out",
        "DocumentPreparation",
        OPENED,
        papers_checked,
        "2026-03-25 09:00",
        DOCUMENTS,
        # Valid to 20 March, that is until 21 March 00:00: 447 h; 80 % = 357.6 h = 14 d 21 h 36 min.
        # 8 days before the end of the 20th is the end of the 12th: a full week is left.
        {"expiry": {"week_before": "2026-03-13 00:00", "at_risk": "2026-03-17 06:36", "breached": "2026-03-21 00:00"}},
    ),
    Scenario(
        "nobody reviews a second time",
        "DocumentPreparation",
        OPENED,
        documents_made,
        "2026-03-12 09:00",
        DOCUMENTS,
        {"second_review": FOUR_WORKING_HOURS},
    ),
)


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

DELIVERY = (
    Scenario(
        "nobody checks what arrived",
        "Delivery",
        OPENED,
        nothing,
        "2026-03-12 09:00",
        DELIVERY_DATA,
        {"arrival_check": ONE_WORKING_DAY},
    ),
    Scenario(
        "nobody reviews the outbound papers",
        "Delivery",
        OPENED,
        vehicle_assigned,
        "2026-03-12 09:00",
        DELIVERY_DATA,
        {"outbound_review": FOUR_WORKING_HOURS},
    ),
    Scenario(
        "the vehicle does not arrive",
        "Delivery",
        OPENED,
        on_the_way,
        "2026-03-12 09:00",
        DELIVERY_DATA,
        # The window ends on Tuesday 12:00, 27 h on; the call is due half an hour before, 26.5 h on.
        # Call: 80 % = 21 h 12 min, 150 % = 39 h 45 min, 200 % = 53 h. Window: 21 h 36 min, 40 h 30 min, 54 h.
        {
            "late_call": {
                "at_risk": "2026-03-03 06:12",
                "breached": "2026-03-03 11:30",
                "department_manager": "2026-03-04 00:45",
                "general_manager": "2026-03-04 14:00",
            },
            "window": {
                "at_risk": "2026-03-03 06:36",
                "breached": "2026-03-03 12:00",
                "department_manager": "2026-03-04 01:30",
                "general_manager": "2026-03-04 15:00",
            },
        },
    ),
    Scenario(
        "nobody contacts the origin about a refusal",
        "Delivery",
        OPENED,
        refused,
        "2026-03-12 09:00",
        DELIVERY_DATA,
        {"refusal": ONE_HOUR},
    ),
    Scenario(
        "the second delivery is late",
        "Delivery",
        OPENED,
        nobody_there,
        "2026-03-12 09:00",
        DELIVERY_DATA,
        {"repeated": ONE_WORKING_DAY},
    ),
    Scenario(
        "the containers are not returned",
        "Delivery",
        OPENED,
        nothing,
        "2026-03-25 09:00",
        {
            **DELIVERY_DATA,
            "containers": [{"container_no": "CSQU3054383", "equipment": "20GP"}],
            "free_time_end_on": "2026-03-12",
        },
        # Free through 12 March, that is until 13 March 00:00: 255 h; 80 % = 204 h = 8 d 12 h.
        {
            "free_time": {
                "two_days_before": "2026-03-10 00:00",
                "at_risk": "2026-03-10 21:00",
                "last_day": "2026-03-12 00:00",
                "breached": "2026-03-13 00:00",
            }
        },
    ),
)

SCENARIOS = (*INTAKE, *BOOKING, *PREPARATION, *DELIVERY)
