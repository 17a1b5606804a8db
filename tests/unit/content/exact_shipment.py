"""FreightShipment: when each of its promises sounds if nobody moves.

Its children stand still too; what they report is told here, so that each stage is reached at once.
"""

from typing import Any

from sop_engine.cases.contracts.signals import ChildReport
from sop_engine.cases.told.messages import EngineWord
from tests.unit.content.exact_freight import BEFORE_CUT_OFF, CUSTOMER, CUT_OFF, GOODS, PARTY
from tests.unit.content.exact_house import CASE, ExactHouse, Scenario, nothing
from tests.unit.content.exact_spans import ONE_WORKING_DAY, OPENED

SHIPMENT_DATA = {
    **CUSTOMER,
    "customer": "C-100",
    "direction": "domestic",
    "origin": "CNNGB",
    "destination": "CNSHA",
    "shipper": PARTY,
    "consignee": PARTY,
    "goods": GOODS,
    "cod": True,
}


NAMED_CUT_OFFS = {
    "ECP": "2026-03-06T09:00+08:00",
    "DCO": "2026-03-07T09:00+08:00",
    "VCO": "2026-03-08T09:00+08:00",
    "LCO": "2026-03-08T21:00+08:00",
    "FCO": "2026-03-10T09:00+08:00",
    "RCO": "2026-03-10T21:00+08:00",
    "DGC": "2026-03-11T09:00+08:00",
    "OBC": "2026-03-12T09:00+08:00",
    "PCO": "2026-03-12T21:00+08:00",
    "TCO": "2026-03-13T21:00+08:00",
    "CUA": "2026-03-12T09:00+08:00",
}


def cut_off(halfway: str, at_risk: str, last_day: str, breached: str) -> dict[str, str]:
    """The rungs of the ladder before a carrier's cut-off."""
    return {"halfway": halfway, "at_risk": at_risk, "last_day": last_day, "breached": breached}


def report(house: ExactHouse, state: str, outcome: str, **result: Any) -> None:
    """The child of a state reports its end."""
    child = next(child for child in house.states[CASE].live_children() if child.state == state)
    told = ChildReport(key=child.key, case_id=child.case_id, run_id="", outcome=outcome, result=result)
    house._hear(CASE, EngineWord("case.child", told.model_dump(mode="json")))


def preparing(house: ExactHouse) -> None:
    report(house, "intake", "accepted", transport_mode="road", cargo_class="general")
    report(house, "booking", "confirmed", booking_no="COSU6123456789", cut_off_at=CUT_OFF)


def booked_to_hamburg(house: ExactHouse) -> None:
    report(house, "intake", "accepted", transport_mode="sea", cargo_class="general")
    named = [{"code": code, "at": at} for code, at in NAMED_CUT_OFFS.items()]
    way = {"loading_at": "2026-03-14T06:00+08:00", "etd_at": "2026-03-14T20:00+08:00"}
    report(house, "booking", "confirmed", booking_no="COSU6123456789", cut_offs=named, **way)


def ready_to_leave(house: ExactHouse) -> None:
    preparing(house)
    report(house, "preparing_documents", "handed_over")
    pickup = {"pickup_place": "Gate 1", "pickup_at": "2026-03-02T09:00+08:00", "pickup_vehicle": "B-1"}
    house.complete("ma.chao", "arranging_pickup", "picked_up", **pickup)


def departed(house: ExactHouse) -> None:
    ready_to_leave(house)
    house.signal(CASE, "transport.departed", {"departed_at": "2026-03-02T09:00+08:00"})


def delivered(house: ExactHouse, **told: Any) -> None:
    departed(house)
    house.signal(CASE, "transport.arrived", {"arrived_at": "2026-03-02T09:00+08:00"})
    report(house, "delivering", "signed", signer="Max", signed_at="2026-03-02T09:00+08:00", **told)


def receipt_back(house: ExactHouse) -> None:
    delivered(house)
    house.complete("song.yan", "recovering_receipt", "recovered", receipt_no="RR-1")


def cash_collected(house: ExactHouse) -> None:
    preparing(house)
    house.signal(CASE, "courier.collected", {"cod_collected": "CNY 800", "cod_collected_on": "2026-03-02"})


def cash_collected_on_sunday(house: ExactHouse) -> None:
    preparing(house)
    house.signal(CASE, "courier.collected", {"cod_collected": "CNY 800", "cod_collected_on": "2026-03-08"})


def cash_banked(house: ExactHouse) -> None:
    cash_collected(house)
    house.complete("guo.qiang", "banking_cash", "banked", cod_banked_on="2026-03-02")


def costed(house: ExactHouse) -> None:
    receipt_back(house)
    lines = {"cost_lines": [{"charge": "OF", "payee": "COSCO", "amount": "CNY 100"}]}
    sales = {"revenue_lines": [{"service": "OF", "amount": "CNY 90"}]}
    house.complete("hu.jing", "collecting_costs", "costed", **lines, **sales)


def costed_at_a_loss(house: ExactHouse) -> None:
    costed(house)
    house.complete("guo.qiang", "checking_costs", "agreed")


def exception_reported(house: ExactHouse) -> None:
    house.signal(CASE, "exception.reported", {"exception_note": "Truck broke down"})


SCENARIOS = (
    Scenario(
        "nobody checks the costs",
        "FreightShipment",
        OPENED,
        costed,
        "2026-03-12 09:00",
        SHIPMENT_DATA,
        {"checking_costs": ONE_WORKING_DAY},
    ),
    Scenario(
        "it does not leave",
        "FreightShipment",
        OPENED,
        ready_to_leave,
        "2026-03-12 09:00",
        SHIPMENT_DATA,
        # 24 hours, with no estimate from its readiness on: 80 % = 19 h 12 min, 150 % = 36 h.
        {
            "departure": {
                "at_risk": "2026-03-03 04:12",
                "breached": "2026-03-03 09:00",
                "operations_manager": "2026-03-03 21:00",
            }
        },
    ),
    Scenario(
        "it does not arrive",
        "FreightShipment",
        OPENED,
        departed,
        "2026-06-12 09:00",
        SHIPMENT_DATA,
        # 60 days after the opening, with no estimate: 80 % = 48 days, 150 % = 90 days.
        {
            "arrival": {
                "at_risk": "2026-04-19 09:00",
                "breached": "2026-05-01 09:00",
                "operations_manager": "2026-05-31 09:00",
            }
        },
    ),
    Scenario(
        "no milestone moves",
        "FreightShipment",
        OPENED,
        nothing,
        "2026-03-12 09:00",
        SHIPMENT_DATA,
        # 48 hours on the wall: 80 % = 38 h 24 min, 150 % = 72 h.
        {
            "stalled": {
                "at_risk": "2026-03-03 23:24",
                "breached": "2026-03-04 09:00",
                "operations_manager": "2026-03-05 09:00",
            }
        },
    ),
    Scenario(
        "nothing is ready at the cut-off",
        "FreightShipment",
        OPENED,
        preparing,
        "2026-03-25 09:00",
        SHIPMENT_DATA,
        {"cut_off": BEFORE_CUT_OFF},
    ),
    Scenario(
        "nobody files in advance",
        "FreightShipment",
        OPENED,
        booked_to_hamburg,
        "2026-03-25 09:00",
        {**SHIPMENT_DATA, "direction": "export", "destination": "DEHAM"},
        # The first are due 24 hours before loading: Friday 13 March 06:00, 261 h on; 80 % = 208.8 h = 8 d 16 h 48 min.
        {
            "advance_filing": {
                "at_risk": "2026-03-11 01:48",
                "day_before": "2026-03-12 06:00",
                "hours_before": "2026-03-13 02:00",
                "breached": "2026-03-13 06:00",
            }
        },
    ),
    Scenario(
        "nobody keeps the cut-offs that the carrier names",
        "FreightShipment",
        OPENED,
        booked_to_hamburg,
        "2026-03-25 09:00",
        {**SHIPMENT_DATA, "direction": "export", "destination": "DEHAM"},
        # From Monday 2 March 09:00: 96 h, of which 48 are half and 76.8 are 80 %; 120 h: 60, 96; 144 h: 72 and 115.2;
        # 156 h: 78 and 124.8; 192 h: 96 and 153.6; 204 h: 102 and 163.2; 216 h: 108 and 172.8; 240 h: 120 and 192;
        # 252 h: 126 and 201.6; 276 h: 138 and 220.8.
        {
            "empty_cut_off": cut_off("2026-03-04 09:00", "2026-03-05 13:48", "2026-03-05 09:00", "2026-03-06 09:00"),
            "si_cut_off": cut_off("2026-03-04 21:00", "2026-03-06 09:00", "2026-03-06 09:00", "2026-03-07 09:00"),
            "vgm_cut_off": cut_off("2026-03-05 09:00", "2026-03-07 04:12", "2026-03-07 09:00", "2026-03-08 09:00"),
            "lcl_cut_off": cut_off("2026-03-05 15:00", "2026-03-07 13:48", "2026-03-07 21:00", "2026-03-08 21:00"),
            "full_cut_off": cut_off("2026-03-06 09:00", "2026-03-08 18:36", "2026-03-09 09:00", "2026-03-10 09:00"),
            "reefer_cut_off": cut_off("2026-03-06 15:00", "2026-03-09 04:12", "2026-03-09 21:00", "2026-03-10 21:00"),
            "dangerous_cut_off": cut_off(
                "2026-03-06 21:00", "2026-03-09 13:48", "2026-03-10 09:00", "2026-03-11 09:00"
            ),
            "oversize_cut_off": cut_off("2026-03-07 09:00", "2026-03-10 09:00", "2026-03-11 09:00", "2026-03-12 09:00"),
            "port_cut_off": cut_off("2026-03-07 15:00", "2026-03-10 18:36", "2026-03-11 21:00", "2026-03-12 21:00"),
            "transhipment_cut_off": cut_off(
                "2026-03-08 03:00", "2026-03-11 13:48", "2026-03-12 21:00", "2026-03-13 21:00"
            ),
            "customs_cut_off": {
                "at_risk": "2026-03-10 09:00",
                "day_before": "2026-03-11 09:00",
                "hours_before": "2026-03-12 05:00",
                "breached": "2026-03-12 09:00",
            },
        },
    ),
    Scenario(
        "an exception is not resolved",
        "FreightShipment",
        OPENED,
        exception_reported,
        "2026-03-12 09:00",
        SHIPMENT_DATA,
        {"resolving_exception": ONE_WORKING_DAY},
    ),
    Scenario(
        "the receipt does not come back",
        "FreightShipment",
        OPENED,
        delivered,
        "2026-04-12 09:00",
        SHIPMENT_DATA,
        # 7 days after Monday 2 March: Monday 9 March, 24:00; from 09:00 that is 183 h.
        # 80 % = 146.4 h = 6 d 2 h 24 min; 150 % = 274.5 h = 11 d 10 h 30 min; 200 % = 366 h = 15 d 6 h.
        {
            "recovering_receipt": {
                "at_risk": "2026-03-08 11:24",
                "breached": "2026-03-10 00:00",
                "department_manager": "2026-03-13 19:30",
                "general_manager": "2026-03-17 15:00",
            }
        },
    ),
    Scenario(
        "the cash is not paid out",
        "FreightShipment",
        OPENED,
        cash_banked,
        "2026-06-01 09:00",
        SHIPMENT_DATA,
        # Collected on 2 March and owed 1 month later: 2 April, 24:00; from 09:00 that is 31 d 15 h = 759 h.
        # 80 % = 607.2 h = 25 d 7 h 12 min. Our target is 9 March, 24:00: 183 h; 80 % = 146.4 h = 6 d 2 h 24 min.
        # The 20th day after the 2nd is 22 March, the 25th is the 27th; each reminder goes out as its day begins.
        {
            "cash_target": {"at_risk": "2026-03-08 11:24", "breached": "2026-03-10 00:00"},
            "cash_owed": {"at_risk": "2026-03-27 16:12", "breached": "2026-04-03 00:00"},
        },
        {
            "after.cash_in_hand.cod_collected_on + days(cod_first_reminder_day) - 1 day": ("2026-03-22 00:00",),
            "after.cash_in_hand.cod_collected_on + days(cod_second_reminder_day) - 1 day": ("2026-03-27 00:00",),
        },
    ),
    Scenario(
        "the cash is not handed in on its day",
        "FreightShipment",
        OPENED,
        cash_collected,
        "2026-03-12 09:00",
        SHIPMENT_DATA,
        # 2 March from 09:00 to 24:00 is 15 h; 80 % = 12 h.
        {"hand_in": {"at_risk": "2026-03-02 21:00", "breached": "2026-03-03 00:00"}},
    ),
    Scenario(
        "cash of a Sunday is handed in on Monday",
        "FreightShipment",
        "2026-03-08 09:00",
        cash_collected_on_sunday,
        "2026-03-12 09:00",
        SHIPMENT_DATA,
        # Sunday 8 March 09:00 to Monday 24:00 is 39 h; 80 % = 31.2 h = 1 d 7 h 12 min.
        {"hand_in": {"at_risk": "2026-03-09 16:12", "breached": "2026-03-10 00:00"}},
    ),
    Scenario(
        "nobody collects the costs",
        "FreightShipment",
        OPENED,
        receipt_back,
        "2026-03-12 09:00",
        SHIPMENT_DATA,
        # 2 working days: until Wednesday 17:00; 8 + 8.5 + 8.5 = 25 h. 80 % = 20 h: 3.5 h on Wednesday.
        # 150 % = 37.5 h: 25 + 8.5 + 4 h on Friday. 200 % = 50 h: 25 + 8.5 + 8.5 + 8 h on Monday 9 March.
        {
            "collecting_costs": {
                "at_risk": "2026-03-04 12:00",
                "breached": "2026-03-04 17:00",
                "department_manager": "2026-03-06 12:30",
                "general_manager": "2026-03-09 16:30",
            }
        },
    ),
    Scenario(
        "nobody decides on a margin below nought",
        "FreightShipment",
        OPENED,
        costed_at_a_loss,
        "2026-03-12 09:00",
        SHIPMENT_DATA,
        {"deciding_margin": ONE_WORKING_DAY},
    ),
)
