"""Taking a supplier's bill back."""

from datetime import date
from typing import Any

from tests.integration.ledger_office import Office


def reverse(office: Office, number: str = "CN-1", **more: Any) -> dict[str, Any]:
    given = {
        "supplier": "COSCO",
        "bill_no": "B-1",
        "reversal_no": number,
        "reason": "Booked in error",
        "reversed_on": date(2026, 3, 12),
        **more,
    }
    return office.work("reverse_bill", **given)
