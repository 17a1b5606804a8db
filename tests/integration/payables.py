"""Contracts with suppliers and their bills."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from tests.integration.ledger_office import Office, cny

APRIL = datetime(2026, 4, 2, 2, 0, tzinfo=UTC)


def bill(*lines: tuple[str, str, str], **more: Any) -> dict[str, Any]:
    return {
        "supplier": "COSCO",
        "bill_no": "B-1",
        "lines": [
            {"shipment": shipment, "service": charge, "amount": cny(amount), "vat_rate": Decimal("0.09")}
            for shipment, charge, amount in lines
        ],
        "billed_on": date(2026, 3, 5),
        "due_on": date(2026, 3, 25),
        **more,
    }


def contract(office: Office, charge: str, amount: str, shipment: str = "SHP-1", done: bool = True) -> None:
    office.work("record_cost", shipment=shipment, supplier="COSCO", charge=charge, amount=cny(amount), basis="Booking")
    if done:
        office.work("confirm_cost", shipment=shipment, supplier="COSCO", charge=charge)
