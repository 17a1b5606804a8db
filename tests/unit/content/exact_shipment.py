"""Shipments played up to where other tests go on. Their children stand still; what those report is told here."""

from typing import Any

from sop_engine.cases.contracts.signals import ChildReport
from sop_engine.cases.told.messages import EngineWord
from tests.unit.content.exact_freight import CUSTOMER, CUT_OFF, GOODS, PARTY
from tests.unit.content.exact_house import CASE, ExactHouse

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


def report(house: ExactHouse, state: str, outcome: str, **result: Any) -> None:
    """The child of a state reports its end."""
    child = next(child for child in house.states[CASE].live_children() if child.state == state)
    told = ChildReport(key=child.key, case_id=child.case_id, run_id="", outcome=outcome, result=result)
    house._hear(CASE, EngineWord("case.child", told.model_dump(mode="json")))


def preparing(house: ExactHouse) -> None:
    report(house, "intake", "accepted", transport_mode="rail", cargo_class="general")
    report(house, "booking", "confirmed", booking_no="COSU6123456789", cut_off_at=CUT_OFF)


def ready_to_leave(house: ExactHouse) -> None:
    preparing(house)
    report(house, "preparing_documents", "handed_over")
    report(house, "picking_up", "handed_over", fetched_at="2026-03-02T09:00+08:00")


def departed(house: ExactHouse) -> None:
    ready_to_leave(house)
    house.signal(CASE, "transport.departed", {"departed_at": "2026-03-02T09:00+08:00"})


def delivered(house: ExactHouse, **told: Any) -> None:
    departed(house)
    house.signal(CASE, "transport.arrived", {"arrived_at": "2026-03-02T09:00+08:00"})
    report(house, "delivering", "signed", signer="Max", signed_at="2026-03-02T09:00+08:00", **told)


def receipt_back(house: ExactHouse) -> None:
    delivered(house)
    report(house, "recovering_receipt", "recovered", receipt_no="RR-1")


def costed(house: ExactHouse) -> None:
    receipt_back(house)
    report(house, "costing", "costed", payees=["COSCO"], to_bill={"lines": [{"service": "OF", "amount": "CNY 90"}]})
