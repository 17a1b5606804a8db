"""A shipment brought to each of its later stages."""

from typing import Any

from tests.integration.ledger_office import Office
from tests.unit.content.exact_freight import CUSTOMER, PAPER
from tests.workflows import paths
from tests.workflows.desk import Desk
from tests.workflows.harness import House
from tests.workflows.receivables import closed

SHIPMENT: dict[str, Any] = {
    **CUSTOMER,
    "customer": "C-100",
    "direction": "domestic",
    "taxpayer_no": "91110000600037341L",
}


RECKONED = {"basis": "Booking", "process": "1 shipment"}
COSTS = [{"charge": "Ocean freight", "type": "base_freight", "payee": "COSCO", "amount": "CNY 9000", **RECKONED}]


SERVICES = [{"service": "Ocean freight", "amount": "CNY 12000"}]


async def delivered(house: House, case_id: str, cash: str | None = None, **more: Any) -> Desk:
    """A domestic shipment whose receipt is back."""
    on_delivery = {"cod": True, "cod_amount": cash} if cash else {}
    desk = await Desk.open(house, "FreightShipment", case_id, **SHIPMENT, **on_delivery, **more)
    await paths.intake(desk.child("intake"))
    await paths.booking(desk.child("booking"))
    papers = desk.child("documents")
    await paths.papers_collected(papers, ("consignment_note",))
    consignment = (await papers.view()).data["consignment"]
    await paths.papers_made(papers, consignment, consignment)
    await paths.papers_handed_over(papers)
    assert PAPER["goods"] == consignment["goods"]
    await paths.pickup(desk.child("pickup"))
    await desk.task("awaiting_departure")
    await desk.hear("transport.departed", departed_at="2093-11-22T10:00+08:00")
    await desk.do("zhou.jie", "under_way", "arrived", arrived_at="2093-11-22T11:00+08:00")
    await paths.delivery(desk.child("delivery"), **({"cod_collected": cash, "rights_told": True} if cash else {}))
    await paths.receipt(desk.child("receipt"))
    return desk


async def costed(desk: Desk, costs: list[dict[str, str]], services: list[dict[str, str]]) -> None:
    costing = desk.child("costing")
    await costing.do("hu.jing", "collecting_costs", "costed", cost_lines=costs, revenue_lines=services)
    await costing.do("guo.qiang", "checking_costs", "agreed")


async def collected(desk: Desk, total: str) -> None:
    """The customer is billed and pays."""
    invoice = desk.child("invoicing")
    await invoice.do("lin.yue", "requested", "requested")
    await paths.invoice_sent(invoice)
    await invoice.hear("customer.confirmed_invoice", received_by="Ms Chen")
    collection = desk.child("collection")
    await collection.task("open")
    await paths.money_booked(collection, total, f"BK-{desk.case_id}")
    await closed(collection)


def reported(desk: Desk) -> dict[str, str | None]:
    """The shipment's row of the report on margins."""
    (row,) = [row for row in Office(desk.house.engine).rows("margin") if row["shipment"] == desk.case_id]
    return row
