"""A shipment's suppliers and its cash in memory: what runs side by side, and what a cancelled settlement leads to."""

from sop_engine.cases.contracts.acts import CancelInput
from tests.unit.content.exact_house import CASE, OPENED, ExactHouse, local
from tests.unit.content.exact_shipment import SHIPMENT_DATA, delivered, receipt_back

RECKONED = {"basis": "Contract", "process": "1 shipment"}
COSTS = [
    {"charge": "OF", "type": "base_freight", "payee": "COSCO", "amount": "CNY 100", **RECKONED},
    {"charge": "THC", "type": "handling", "payee": "Port", "amount": "CNY 20", **RECKONED},
    {"charge": "DOC", "type": "document", "payee": "COSCO", "amount": "CNY 5", **RECKONED},
]


def shipment() -> ExactHouse:
    house = ExactHouse(OPENED)
    house.start("FreightShipment", **SHIPMENT_DATA)
    return house


def costed() -> ExactHouse:
    house = shipment()
    receipt_back(house)
    sales = [{"service": "OF", "amount": "CNY 200"}]
    costing = f"{CASE}.costing"
    house.do(costing, "hu.jing", "collecting_costs", "costed", {"cost_lines": COSTS, "revenue_lines": sales})
    house.do(costing, "guo.qiang", "checking_costs", "agreed")
    return house


def open_parts(house: ExactHouse) -> list[str]:
    """The cases about money that are open."""
    money = (f"{CASE}.supplier", f"{CASE}.invoicing")
    return sorted(name for name, state in house.states.items() if not state.is_closed and name.startswith(money))


def no_more(house: ExactHouse, part: str) -> None:
    house.do(f"{CASE}.{part}", "hu.jing", "entering_bill", "no_more", {"close_reason": "Waived"})


def test_each_supplier_is_settled_beside_the_others_and_the_invoice() -> None:
    house = costed()
    assert open_parts(house) == [f"{CASE}.{part}" for part in ("invoicing", "supplier-1", "supplier-2")]
    suppliers = [house.states[f"{CASE}.supplier-{number}"].snapshot.data["supplier"] for number in (1, 2)]
    assert suppliers == ["COSCO", "Port"]


def test_a_cancelled_settlement_is_opened_again_and_the_invoice_goes_on() -> None:
    house = costed()
    no_more(house, "supplier-2")
    house.cancel(f"{CASE}.supplier-1", CancelInput(actor="qian.li", reason="Wrong supplier"))
    assert open_parts(house) == [f"{CASE}.{part}" for part in ("invoicing", "supplier.2-1")]
    assert house.states[f"{CASE}.supplier.2-1"].snapshot.data["supplier"] == "COSCO"
    no_more(house, "supplier.2-1")
    assert "payable_settled" in house.states[CASE].snapshot.configuration


def test_cash_is_settled_beside_receipt_and_costing() -> None:
    house = shipment()
    delivered(house, cod_collected="CNY 800")
    assert {"costing", "recovering_receipt", "settling_cash"} <= set(house.states[CASE].snapshot.configuration)
    cash = house.states[f"{CASE}.cod"]
    assert "counting_cash" in cash.snapshot.configuration
    due_at = cash.clocks["cash_owed#1"].due_at
    assert due_at is not None
    assert local(due_at) == "2026-04-03 00:00"
