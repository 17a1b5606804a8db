"""Money of several currencies, and what the books hold it worth."""

from decimal import Decimal
from typing import Any

from tests.integration.ledger_office import Office, cny
from tests.integration.payables import bill


def dollars(*lines: tuple[str, str, str], **more: Any) -> dict[str, Any]:
    """A bill of COSCO in dollars, free of VAT as freight of a foreign carrier is."""
    return bill(**{**more, "lines": [
        {"shipment": shipment, "service": charge, "amount": cny(amount, "USD")} for shipment, charge, amount in lines
    ]})  # fmt: skip


def worths(office: Office) -> dict[str, Decimal]:
    """Account -> balance in book currency, over all currencies; accounts that came to nought are left out."""
    sums: dict[str, Decimal] = {}
    for line in office.balance().accounts:
        assert line.worth is not None
        sums[line.account] = sums.get(line.account, Decimal()) + line.worth
    return {account: worth for account, worth in sums.items() if worth}
