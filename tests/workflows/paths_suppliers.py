"""A settlement with a supplier."""

from datetime import date
from typing import Any

from tests.integration.ledger_office import Office, cny
from tests.workflows.desk import Desk
from tests.workflows.harness import House


async def settlement(house: House, shipment: str, *costs: tuple[str, str, str]) -> Desk:
    """The bills of a supplier for whom costs were agreed."""
    lines = [
        {"charge": charge, "payee": shipment, "agreed": cny(agreed), "amount": cny(done)}
        for charge, agreed, done in costs
    ]
    Office(house.engine).work("record_costs", key=f"{shipment}:costs", shipment=shipment, lines=lines)
    data = {"shipment": shipment, "supplier": shipment, "is_awaited": True}
    return await Desk.open(house, "SupplierSettlement", f"{shipment}.supplier-1", **data)


def owed(desk: Desk) -> list[dict[str, Any]]:
    """What is open of the supplier in the books; its name is that of the shipment."""
    rows = Office(desk.house.engine).rows("ageing", side="payable", on=date(2093, 12, 1))
    return [row for row in rows if row["party"] == desk.case_id.partition(".")[0]]
